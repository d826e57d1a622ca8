/* The cards to try: one at a time, its back after its front in one frame, as in Anki. */
"use strict";

{
  const $ = (id) => document.getElementById(id);
  const words = $("try").dataset; // what is said here, in the page's language
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const narrow = matchMedia("(max-width: 46rem)");
  const digits = new Intl.NumberFormat(document.documentElement.lang, { numberingSystem: "latn" });
  let index = null;
  let at = { chapter: 0, place: 0 };
  let shown = null; // the card that is shown: its sides, its frame, what its code keeps
  let asked = 0;

  /** A sentence with its words in braces filled in. */
  const filled = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

  const count = (chapter) => index.chapters[chapter].reduce((sum, [, , cards]) => sum + cards, 0);

  /** A card, by its chapter and its place there. */
  async function find({ chapter, place }) {
    let left = place;
    for (const [name, stamp, cards] of index.chapters[chapter]) {
      if (left >= cards) {
        left -= cards;
        continue;
      }
      for (const [sides, files, , kind, ordinals] of await deckgen.read(name, stamp)) {
        if (left < sides.length) {
          const [front, back] = sides[left];
          return { front, back, css: index.styles[kind], ordinal: ordinals[left], media: await deckgen.files(files) };
        }
        left -= sides.length;
      }
    }
    throw new Error("the index and the cards are of two versions of the site");
  }

  /** The place after or before one; null where there is none. */
  function beside({ chapter, place }, step) {
    if (place + step >= 0 && place + step < count(chapter)) { return { chapter, place: place + step }; }
    const other = chapter + step;
    if (other < 0 || other >= index.chapters.length) { return null; }
    return { chapter: other, place: step > 0 ? 0 : count(other) - 1 };
  }

  function say(text, ...more) { $("said").replaceChildren(text, ...more); }

  function look() {
    const view = { night: dark.matches, phone: narrow.matches, rtl: false };
    shown?.screen.look(deckgen.around(shown.card.ordinal, view));
  }

  function draw() {
    const { screen, card, turned, kept } = shown;
    screen.show({ css: card.css, html: turned ? card.back : card.front, media: card.media, kept, single: false, seed: 0 });
  }

  /** Whether there is nothing more to see of the card. */
  const answered = () => !shown || shown.turned;

  /** Where the learner is. */
  const placed = () => filled(words.card, { number: digits.format(at.place + 1), count: digits.format(count(at.chapter)) });

  /** Say where the learner is, and what the buttons do. */
  function tell() {
    const focused = document.activeElement;
    $("place").textContent = placed();
    $("chapter").value = String(at.chapter);
    $("turn").textContent = answered() ? words.next : words.show;
    $("turn").disabled = answered() && !beside(at, 1);
    $("previous").disabled = !beside(at, -1);
    if (focused?.disabled) { (focused === $("turn") ? $("previous") : $("turn")).focus({ preventScroll: true }); }
  }

  /** Bring the upper end of the card into the window, where it is above it or hardly in it. */
  function reveal() {
    const { top } = $("screen").getBoundingClientRect();
    if (top < 0 || top > innerHeight / 2) { $("screen").scrollIntoView({ block: "start", behavior: "instant" }); }
  }

  function open(card) {
    shown?.screen.close();
    const mine = { card, turned: false, kept: { session: {}, local: {} } };
    const keep = (kept) => { mine.kept = kept ?? mine.kept; };
    mine.screen = new deckgen.Screen($("screen"), placed(), {
      shown: keep,
      kept: keep,
      fault: () => {},
      key: () => {},
      link: (address) => {
        const link = deckgen.linkTo(address);
        if (link) {
          const [before, after = ""] = words.link.split("{link}");
          say(before, link, after);
        }
      },
    });
    shown = mine;
    look();
    draw();
  }

  async function go(place) {
    const mine = ++asked;
    at = place;
    say("");
    try {
      const card = await find(place);
      if (mine !== asked) { return; }
      open(card);
    } catch {
      if (mine !== asked) { return; }
      shown?.screen.close();
      shown = null;
      say(words.missing);
    }
    tell();
  }

  function turn() {
    if (answered()) {
      go(beside(at, 1)).then(reveal);
      return;
    }
    shown.turned = true;
    say("");
    draw();
    tell();
    reveal();
  }

  async function start() {
    index = await deckgen.read("index.js", words.stamp);
    $("turn").addEventListener("click", turn);
    $("previous").addEventListener("click", () => go(beside(at, -1)).then(reveal));
    $("chapter").addEventListener("change", () => go({ chapter: Number($("chapter").value), place: 0 }));
    dark.addEventListener("change", look);
    narrow.addEventListener("change", look);
    // a browser may have kept the chapter that was chosen before the page was left
    await go({ chapter: Number($("chapter").value), place: 0 });
  }

  $("needs-script").hidden = true;
  $("cards").hidden = false;
  // the buttons stay in the window only once the card can be read: nobody answers what they have not seen
  new IntersectionObserver((entries) => {
    $("cards").classList.toggle("seen", entries.at(-1).isIntersecting);
  }, { rootMargin: "0px 0px -30%" }).observe($("screen"));
  new IntersectionObserver((entries, observer) => {
    if (!entries.some((entry) => entry.isIntersecting)) { return; }
    observer.disconnect();
    start().catch(() => say(words.missing));
  }, { rootMargin: "400px" }).observe($("cards"));
}
