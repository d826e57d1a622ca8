/* A handout: a card a row, the question on one side of the sheet and the answer on the other, so that all answers can be
   covered at once. A card that is too wide for that has its answer below; a changed card has before and now side by side. */
"use strict";

{
  const { make } = deckgen;
  const MOST = 1000; // cards
  const SAVES = .9; // of its height: a card that is so much lower with its answer below has it there
  const AHEAD = 30; // cards
  const APART = 2; // sheets between cards of a note
  const SHEETS = { a4: 1054, letter: 987 }; // pixels of their heights between the margins
  const LETTER = /-(US|CA|MX|PH|CL|CO|VE)\b/; // where that is usual
  const LONG = 560; // pixels: a higher card may go on on the next sheet
  const SAMPLE = 40; // sides of a kind by which it is scaled

  document.body.append(
    make("p", { id: "how-to-print" }, "To print the cards, close this and use the Print button of the page, or Ctrl+P (⌘P on a Mac)."));

  /** The place of a side, and the side as soon as its files are read. */
  const place = (name) => make("div", { class: name });

  /** Both sides of a version of a card, in two places. */
  async function fill([front, back], about, fonts) {
    const read = await deckgen.sides(about).catch(() => null);
    if (!read) { return []; }
    return [new deckgen.Side(front, about, read.front, read.media, fonts), new deckgen.Side(back, about, read.back, read.media, fonts)];
  }

  /** The row of a card: its element, and pairs of sides. */
  async function row({ about }, fonts) {
    const { sort, earlier } = about.change ?? {};
    const badge = sort ? [" ", make("strong", {}, `(${deckgen.SORTS[sort]})`)] : [];
    const name = make("h2", {}, `${about.id}, ${about.name}`, ...badge);
    const versions = earlier ? [["Before", earlier], ["Now", about]] : [["", about]];
    const places = versions.map(() => [place("front-side"), place("back-side")]);
    const element = make("article", { class: earlier ? "pair" : "" });
    const pairs = await Promise.all(versions.map(([, each], which) => fill(places[which], each, fonts)));
    if (earlier) {
      element.append(name, ...versions.map(([word], which) =>
        make("div", { class: "sides" }, make("p", {}, word), ...places[which])));
    } else {
      // the name of a note may be its answer
      const [front, back] = places[0];
      element.append(make("div", { class: "question" }, front), make("div", { class: "reply" }, name, back));
    }
    return { element, name, about, pairs: pairs.filter((pair) => pair.length), change: Boolean(sort) };
  }

  /** Give all sides the size of paper. */
  function scale(sides) {
    for (const css of new Set(sides.map((side) => side.css))) {
      const alike = sides.filter((side) => side.css === css);
      const zoom = deckgen.scaleOf(alike.slice(0, SAMPLE));
      alike.forEach((side) => side.scale(zoom));
      alike.forEach((side) => side.condense());
    }
    sides.forEach((side) => side.ground());
  }

  /** Leave out of backs what is on paper already: on the front, or with an earlier card of the note. */
  function shorten(rows) {
    const backs = new Map(); // of each note, in order
    const pairs = rows.flatMap(({ about, pairs: [...versions], change }) => versions.map(([front, back]) => {
      const earlier = change ? [] : backs.get(about.key) ?? [];
      if (!change) { backs.set(about.key, [...earlier, back]); }
      return { back, blocks: back.repeated(front, earlier) };
    }));
    pairs.forEach(({ back, blocks }) => back.leaveOut(blocks));
    const named = rows.filter(({ about, pairs: [pair], change }) => !change && pair?.[1].card.textContent.includes(about.id));
    named.forEach(({ name }) => name.remove());
  }

  /** Give cards that are too wide the whole width, then break their lines anywhere, then make them smaller. */
  function fit(rows) {
    const sidesOf = ({ pairs }) => pairs.flat();
    const wide = (among) => among.map((side) => [side, side.excess()]).filter(([, excess]) => excess > 1);
    rows.flatMap(sidesOf).forEach((side) => side.unroll());
    const single = rows.filter(({ element }) => !element.classList.contains("pair"));
    const height = ({ element }) => element.getBoundingClientRect().height;
    const beside = single.map((each) => (wide(sidesOf(each)).length ? Infinity : height(each)));
    single.forEach(({ element }) => element.classList.add("broad"));
    const saves = single.map((each, number) => height(each) < beside[number] * SAVES);
    const broad = single.filter(({ element }, number) => element.classList.toggle("broad", saves[number]));
    const tight = wide(rows.flatMap(sidesOf)).map(([side]) => side);
    tight.forEach((side) => side.tighten());
    wide(tight).forEach(([side, excess]) => side.shrink(excess));
    rows.forEach((each) => { each.height = height(each); });
    rows.forEach(({ element, height: now }) => element.classList.toggle("long", now > LONG));
    return broad.length > 0;
  }

  /** Cards in groups, in the order of paper: the second ones of a chapter's notes after all first ones, which would give
      them away. */
  function grouped(cards) {
    const chapters = new Map();
    for (const card of cards) {
      const { chapter, which } = card.about;
      if (!chapters.has(chapter)) { chapters.set(chapter, []); }
      (chapters.get(chapter)[which] ??= []).push(card);
    }
    return [...chapters.values()].flatMap((groups) => groups.filter(Boolean));
  }

  /** Fill sheets: where the next card has no room on a sheet, one that has comes before it. It is one of the next cards, or
      a later one of a note that is some sheets back. */
  function packed(groups, first) {
    const whole = LETTER.test(navigator.language) ? SHEETS.letter : SHEETS.a4;
    const waiting = groups.flat();
    const sheets = new Map(); // of notes: where their last cards are
    const order = [];
    let [sheet, left] = [0, whole - first];
    while (waiting.length) {
      const [{ about: { which } }] = waiting;
      const apart = ({ about }) => sheets.has(about.key) && sheets.get(about.key) <= sheet - APART;
      const room = ({ height }) => height <= left || (height > LONG && left > whole / 4);
      const fits = waiting.findIndex((each, ahead) => room(each) && (each.about.which === which ? ahead < AHEAD : apart(each)));
      const [next] = waiting.splice(Math.max(fits, 0), 1);
      if (fits < 0) { [sheet, left] = [sheet + 1, whole]; }
      left = next.height > left ? whole - next.height % whole : left - next.height;
      sheets.set(next.about.key, sheet);
      order.push(next);
    }
    return order;
  }

  /** What is said above the cards. */
  function heading({ title, since }, { printed, all, broad, turned }) {
    const column = turned ? "left" : "right";
    const how = since ? `, compared with ${since}.` : `. Cover the ${column} column, answer, then check.`;
    const below = broad && !since ? " Wide cards have the answer below the line." : "";
    const rest = printed < all ? ` These are the first ${printed.toLocaleString("en")} of ${all.toLocaleString("en")} cards. Filter to print others.` : "";
    return [make("bdi", {}, title), `${how}${below}${rest}`];
  }

  /**
   * Lay out cards for printing, the first 1,000 at most.
   *
   * @param {Element} paper Where they go.
   * @param {object[]} cards The cards.
   * @param {object} about The deck's title, and `since`: what it is compared with, if it is.
   */
  deckgen.layOut = async (paper, cards, about) => {
    const printed = cards.slice(0, MOST);
    const groups = about.since ? [printed] : grouped(printed);
    const fonts = new Set();
    const screen = make("iframe", { id: "paper-screen", sandbox: "allow-same-origin", "aria-hidden": "true", tabindex: "-1" });
    const line = make("p", { class: "how", dir: "ltr" });
    paper.replaceChildren(screen, line);
    const inGroups = await Promise.all(groups.map((group) => Promise.all(group.map((card) => row(card, fonts)))));
    const rows = inGroups.flat();
    const turned = rows.filter(({ pairs: [pair] }) => pair?.[0].card.querySelector(":scope > [dir='rtl']")).length > rows.length / 2;
    paper.dir = turned ? "rtl" : "ltr";
    paper.append(make("style", {}, [...fonts].join("\n")), ...rows.map(({ element }) => element));
    const sides = rows.flatMap(({ pairs }) => pairs.flat());
    rows.forEach(({ pairs }) => pairs.forEach(([, back]) => back.unfold()));
    await Promise.all(sides.map((side) => side.ready()));
    scale(sides);
    shorten(rows);
    const broad = fit(rows);
    line.replaceChildren(...heading(about, { printed: printed.length, all: cards.length, broad, turned }));
    screen.remove();
    if (!about.since) { paper.append(...packed(inGroups, line.getBoundingClientRect().height + 6).map(({ element }) => element)); }
  };
}
