/* The page: which cards are shown and how, the address, keys, printing. */
"use strict";

{
  const { make } = deckgen;
  const $ = (id) => document.getElementById(id);
  const SWITCHES = ["night", "phone", "rtl", "single"];
  const FILTERS = ["since", "q", "kind", "chapter", "tag", "faulty"];
  const CHANGES = { "": "All changes", new: "New", changed: "Changed", look: "Only the look", gone: "Gone", all: "All cards" };
  const DRAWN = 5000; // milliseconds in which what is near a card is drawn
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const words = []; // of the search, folded
  const view = { night: dark.matches, phone: false, rtl: false, single: false };
  const filter = { since: "", q: "", kind: "", chapter: "", tag: "", faulty: false };
  const list = new deckgen.List($("cards"));
  let index = null;
  let cards = [];
  let shown = [];
  let at = "";
  let pinned = null; // a card that is held where it is on the screen
  let pinnedTop = null; // its place there in pixels; null right below the bar
  let unpinning = 0;

  const finder = new deckgen.Finder({
    settled: () => settled,
    shown: () => shown,
    top: () => Math.max(document.querySelector(".bar").getBoundingClientRect().bottom, 0),
    topmost: () => topmost()?.card,
    show: (card, stepping) => {
      at = stepping ? card.about.anchor : "";
      hold(card);
      writeAddress();
    },
    held: (card) => card === pinned,
    free: unpin,
  });

  const page = {
    view,
    words,
    marked: (card) => finder.marked(card),
    key: (key, card) => press(key, card),
    go: (card) => go(card),
    copy: async (text) => {
      try {
        await navigator.clipboard.writeText(text);
        say(`Copied ${text}`);
      } catch {
        say(text);
      }
    },
    link: (address) => {
      const link = deckgen.linkTo(address);
      if (!link) { return say(`A link to ${address}`); }
      say("This card links to ", link);
    },
  };

  /* Words that come and go */
  let silence = 0;

  function say(...content) {
    $("toast").replaceChildren(...content);
    $("toast").hidden = false;
    clearTimeout(silence);
    silence = setTimeout(() => { $("toast").hidden = true; }, 8000);
  }

  /* The address: #ANCHOR?kind=…&night=1 */
  function readAddress() {
    const [anchor, query = ""] = location.hash.slice(1).split(/\?(.*)/s);
    const asked = new URLSearchParams(query);
    for (const name of FILTERS) { filter[name] = name === "faulty" ? asked.has(name) : asked.get(name) ?? ""; }
    for (const name of SWITCHES) { view[name] = asked.has(name) ? asked.get(name) === "1" : name === "night" && dark.matches; }
    try { at = decodeURIComponent(anchor); } catch { at = anchor; }
  }

  function writeAddress() {
    const asked = new URLSearchParams();
    for (const name of FILTERS) { if (filter[name]) { asked.set(name, filter[name] === true ? "1" : filter[name]); } }
    for (const name of SWITCHES) {
      if (view[name] !== (name === "night" && dark.matches)) { asked.set(name, view[name] ? "1" : "0"); }
    }
    const query = asked.toString();
    const address = `#${encodeURI(at)}${query && `?${query}`}`;
    if (address !== (location.hash || "#")) { history.replaceState(null, "", address); }
  }

  /* Filters */
  function fillFilters() {
    const options = { kind: new Set(), chapter: new Set(), tag: new Set() };
    for (const { about } of cards) {
      options.kind.add(about.kindTitle);
      options.chapter.add(about.chapter);
      about.tags.forEach((tag) => options.tag.add(tag));
    }
    for (const [name, words] of Object.entries(options)) {
      if (filter[name]) { words.add(filter[name]); }
      const sorted = name === "tag" ? [...words].sort() : [...words];
      $(name).replaceChildren(make("option", { value: "" }, "All"), ...sorted.map((word) => make("option", { value: word }, word)));
    }
    fillChanges();
    showFilters();
  }

  /** Whether a choice of the changes leaves a card. */
  function among(choice, { change }) {
    if (!index?.since) { return true; }
    if (choice === "all") { return change?.sort !== "gone"; }
    return choice ? change?.sort === choice : Boolean(change);
  }

  function fillChanges() {
    $("since-label").hidden = $("compared").hidden = !index?.since;
    if (!index?.since) { return; }
    if (!Object.hasOwn(CHANGES, filter.since)) { filter.since = ""; }
    const options = [];
    for (const [choice, word] of Object.entries(CHANGES)) {
      const count = cards.filter(({ about }) => among(choice, about)).length;
      if (!count && ["", "all", filter.since].every((each) => each !== choice)) { continue; }
      options.push(make("option", { value: choice }, `${word} (${count.toLocaleString("en")})`));
    }
    $("since").replaceChildren(...options);
    $("compared-title").textContent = `Changes since ${index.since.name}`;
    $("compared-list").replaceChildren(...[countOfChanges(), ...index.since.sentences]
      .map((each) => make("li", {}, ...deckgen.prose(each))));
  }

  /** How many cards are new, changed and gone, in a sentence. */
  function countOfChanges() {
    const words = { new: "new", changed: "changed", look: "changed only in their look", gone: "gone" };
    const parts = Object.entries(words).flatMap(([sort, word]) => {
      const count = cards.filter(({ about }) => about.change?.sort === sort).length;
      return count ? [`${count.toLocaleString("en")} ${word}`] : [];
    });
    return parts.length ? `Cards: ${parts.join(", ")}.` : "No cards changed.";
  }

  function showFilters() {
    for (const name of FILTERS) {
      if (name === "faulty") { $(name).checked = filter.faulty; }
      else if ($(name).value !== filter[name]) { $(name).value = filter[name]; }
    }
  }

  let filtering = 0;
  let settled = Promise.resolve(); // until the filter has been applied

  function noSearch() {
    say("The search does not work: the file deck/texts.js is missing.");
    return true;
  }

  async function applyFilters() {
    const mine = ++filtering;
    const asked = deckgen.wordsOf(filter.q);
    const holds = asked.length ? await deckgen.holding(index, asked).catch(() => noSearch) : () => true;
    if (mine !== filtering) { return; }
    const same = asked.join(" ") === words.join(" ");
    words.splice(0, words.length, ...asked);
    shown = cards.filter(({ about }) => among(filter.since, about) && (!filter.kind || about.kindTitle === filter.kind) && (!filter.chapter || about.chapter === filter.chapter)
      && (!filter.tag || about.tags.includes(filter.tag)) && (!filter.faulty || about.found.length > 0) && holds(about));
    const kept = new Set(shown);
    for (const card of cards) { card.out = !kept.has(card); }
    list.fit();
    if (!same) { cards.forEach((card) => { if (card.mounted) { card.find(); } }); }
    finder.tell();
    $("count").textContent = countOf(shown.length);
    $("empty").className = "empty";
    $("empty").hidden = shown.length > 0;
    $("empty").textContent = cards.length ? "No cards match." : "There are no cards to show.";
    if (index?.since && cards.length && !cards.some(({ about }) => among("", about))) {
      $("empty").textContent = `No cards changed since ${index.since.name}. To see the deck, choose “All cards” under Changes.`;
    }
  }

  /** How many cards are shown, of how many: gone ones are none of the deck's. */
  function countOf(count) {
    const all = cards.filter(({ about }) => about.change?.sort !== "gone").length;
    const cardsOf = (number) => `${number.toLocaleString("en")} card${number === 1 ? "" : "s"}`;
    if (filter.since === "all" || !index?.since) {
      return count === all ? cardsOf(all) : `${count.toLocaleString("en")} of ${cardsOf(all)}`;
    }
    return `${cardsOf(count)} shown; the deck has ${all.toLocaleString("en")}`;
  }

  async function takeFilters() {
    const spot = topmost();
    const { q } = filter;
    for (const name of FILTERS) { filter[name] = name === "faulty" ? $(name).checked : $(name).value; }
    const mine = filtering + 1;
    await applyFilters();
    if (mine !== filtering) { return; }
    const lost = !spot || spot.card.out;
    if (filter.q !== q && filter.q.trim()) {
      finder.first();
    } else if (lost && shown.length && window.scrollY > 0) {
      at = "";
      hold(shown[0]);
    } else {
      keep(spot);
    }
    writeAddress();
  }

  $("filters").addEventListener("input", () => { settled = takeFilters(); });
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  $("q").addEventListener("focus", () => { if (index) { deckgen.readTexts(index).catch(() => {}); } });

  /* Switches */
  function showSwitches() {
    for (const name of SWITCHES) { $(name).setAttribute("aria-pressed", String(view[name])); }
    document.documentElement.classList.toggle("night", view.night);
    document.documentElement.classList.toggle("phone", view.phone);
    document.documentElement.classList.toggle("single", view.single);
  }

  function toggle(name) {
    const spot = topmost();
    view[name] = !view[name];
    showSwitches();
    writeAddress();
    if (name === "single") {
      const mounted = cards.filter((card) => card.mounted);
      cards.forEach((card) => card.reset());
      mounted.forEach((card) => card.mount());
    } else {
      cards.forEach((card) => { if (card.mounted) { card.look(); } });
    }
    if (!spot?.first) { keep(spot); }
  }

  for (const name of SWITCHES) { $(name).addEventListener("click", () => toggle(name)); }

  /* Where the reader is */
  function topmost() {
    // a held card may be out of its place while what is above it is drawn
    if (pinned?.group && !pinned.out) { return { card: pinned, top: pinnedTop, first: window.scrollY === 0 }; }
    const bar = document.querySelector(".bar").getBoundingClientRect();
    const top = Math.max(bar.bottom, 0);
    const card = list.firstBelow(top + 30);
    return card && { card, top: card.element.getBoundingClientRect().top, first: window.scrollY === 0 };
  }

  /** Keep a card where it was on the screen, after the page around it has changed. */
  function keep(spot) {
    if (!spot || spot.card.out || !spot.card.group) { return; }
    pin(spot.card, spot.top);
  }

  /** Bring a card to a place on the screen, and hold it there: what is above it may still grow while it is drawn. */
  function pin(card, top) {
    pinned = card;
    pinnedTop = top;
    document.documentElement.style.overflowAnchor = "none"; // the browser would scroll once more
    clearTimeout(unpinning);
    unpinning = setTimeout(unpin, DRAWN);
    card.group.fill();
    stay();
  }

  function unpin() {
    pinned = null;
    document.documentElement.style.overflowAnchor = "";
  }

  function stay() {
    if (!pinned?.group) { return; }
    if (pinnedTop === null) { return pinned.element.scrollIntoView({ block: "start", behavior: "instant" }); }
    window.scrollBy({ top: pinned.element.getBoundingClientRect().top - pinnedTop, behavior: "instant" });
  }

  /** Bring a card right below the bar. */
  function hold(card) {
    card.group.fill();
    card.mount();
    pin(card, null);
  }

  function go(card, { focus = true } = {}) {
    at = card.about.anchor;
    hold(card);
    finder.tell(card);
    if (focus) { card.link.focus({ preventScroll: true }); }
    writeAddress();
  }

  function goToAddress() {
    if (!at) { return; }
    const card = cards.find(({ about }) => about.anchor === at) ?? cards.find(({ about }) => about.id === at.split("/")[0]);
    if (!card) { return say(`There is no card ${at}.`); }
    if (card.out) { return say(`The filters hide ${at}.`); }
    go(card, { focus: false });
  }

  new ResizeObserver(stay).observe($("cards"));
  for (const name of ["wheel", "touchmove", "pointerdown", "keydown"]) {
    window.addEventListener(name, unpin, { passive: true, capture: true });
  }

  function step(by, from) {
    const card = from ?? document.activeElement?.closest?.("article")?.card ?? topmost()?.card;
    const place = shown.indexOf(card);
    const started = from || document.activeElement?.closest?.("article") || window.scrollY > 0 || at;
    const next = shown[place < 0 || (!started && by > 0) ? 0 : Math.min(Math.max(place + by, 0), shown.length - 1)];
    if (next) { go(next); }
  }

  function press(key, card) {
    const steps = { j: 1, ArrowRight: 1, k: -1, ArrowLeft: -1 };
    const switches = { n: "night", p: "phone", r: "rtl", s: "single" };
    if (key in steps) { step(steps[key], card); }
    else if (key in switches) { toggle(switches[key]); }
    else if (key === "/") { $("q").focus(); $("q").select(); }
    else if (key === "?") { $("help").showModal(); }
    else if (key === " " || key === "Enter") { (card ?? topmost()?.card)?.turn(); }
    else { return false; }
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "p" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      return print();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || $("help").open) { return; }
    if (event.key === "Escape") {
      $("overlay").hidden = true;
      if (event.target === $("q")) { $("q").blur(); }
      return;
    }
    if (event.target.closest("input, select, textarea, pre")) { return; }
    const turns = event.key === " " || event.key === "Enter";
    if (turns && (!view.single || event.target.closest("button, a:not(article a), [tabindex='0']"))) { return; }
    if (press(event.key, event.target.closest("article")?.card)) { event.preventDefault(); }
  });
  $("help-opens").addEventListener("click", () => $("help").showModal());
  $("skip").addEventListener("click", (event) => {
    event.preventDefault();
    $("main").focus();
  });

  /** Print the cards that the filter leaves. */
  async function print() {
    say("Laying out the cards…");
    await deckgen.layOut($("paper"), shown, { title: index?.title ?? "", since: index?.since?.name });
    $("toast").hidden = true;
    window.addEventListener("afterprint", () => $("paper").replaceChildren(), { once: true });
    window.print();
  }

  $("print").addEventListener("click", print);

  new ResizeObserver(([{ target }]) => {
    const { style } = document.documentElement;
    style.setProperty("--bar", `${target.offsetHeight}px`);
    style.setProperty("--row", `${target.getBoundingClientRect().bottom - $("finder").getBoundingClientRect().top + 6}px`);
  }).observe(document.querySelector(".bar"));

  /** Show an index: the first one, or a newer one in its place, with all that stays as it is. */
  deckgen.refresh = async (newer) => {
    const spot = index && topmost();
    index = newer;
    document.title = `${index.title}: preview`;
    $("title").textContent = index.title;
    $("found").hidden = !index.found.length;
    $("found-list").replaceChildren(...index.found.map(deckgen.diagnostic));
    const known = new Map(cards.map((card) => [card.about.anchor, card]));
    cards = index.cards.map((about) => {
      const card = known.get(about.anchor);
      known.delete(about.anchor);
      if (!card) { return new deckgen.Card(about, page); }
      card.update(about);
      return card;
    });
    list.arrange(cards, [...known.values()]);
    fillFilters();
    await applyFilters();
    if (!spot?.first) { keep(spot); } // at the page's top its reader sees what is new there
  };

  window.addEventListener("hashchange", async () => {
    const { single } = view;
    readAddress();
    fillFilters();
    showSwitches();
    if (single !== view.single) { cards.forEach((card) => card.reset()); }
    cards.filter((card) => card.near).forEach((card) => (card.mounted ? card.look() : card.mount()));
    await applyFilters();
    goToAddress();
  });

  deckgen.start = async () => {
    readAddress();
    showSwitches();
    try {
      await deckgen.refresh(await deckgen.open());
    } catch {
      $("count").textContent = "";
      $("empty").className = "empty";
      $("empty").hidden = false;
      $("empty").replaceChildren(...deckgen.prose("The deck’s files are missing. Run `deckgen preview` again, then reload this page."));
    }
    if (filter.q && !at) { finder.first(); }
    goToAddress();
  };
}
