/* Frames in which cards are shown. A frame has no origin of its own, so whatever a card's code does stays there;
   what it says by messages is taken as a stranger's word. */
"use strict";

{
  const LOWEST = 40; // pixels
  const HIGHEST = 6000;
  const MOST_GROWTHS = 30; // of one showing: a card as high as its frame and more would grow for ever
  const MOST_FAULTS = 5;
  const MOST_KEPT = 200_000; // characters
  const MOST_TEXT = 60_000; // characters in which words are searched
  const PATIENCE = 3000; // milliseconds from when a frame is there until its own code must have run
  const KEYS = new Set(["j", "k", "n", "p", "r", "s", "/", "?", " ", "Enter", "ArrowLeft", "ArrowRight"]);
  const screens = new Set();

  /** The style of Anki's reviewer, which comes before the card's, on a screen of a height in pixels. */
  deckgen.reviewer = (height) => `
    /* What Anki's reviewer says before the card's own style. */
    html:not(.mobile) { font-size: 15px; }
    body { margin: 20px; overflow-wrap: break-word; background: #f5f5f5; color: #020202; }
    body.nightMode { background: #2c2c2c; color: #fcfcfc; }
    hr { margin: 1em 0; border: none; height: 1px; background-color: #737373; }
    img { max-width: 100%; max-height: ${Math.round(height * .95)}px; }
    li { text-align: start; }
    pre { text-align: left; }
    button { margin: 1em .5em; }
    #typeans { width: 100%; box-sizing: border-box; line-height: 1.75; }
    code#typeans { white-space: pre-wrap; font-variant-ligatures: none; }
    .typeGood { background: #afa; color: #000; }
    .typeBad { background: #faa; color: #000; }
    .typeMissed { background: #ccc; color: #000; }
    /* Not Anki's: formulas without MathJax, those that are not drawn as typed, and paper that keeps the card's colors. */
    math { font-family: "Latin Modern Math", "STIX Two Math", "Cambria Math", "XITS Math", "Libertinus Math", "DejaVu Math TeX Gyre", math; }
    mjx-container[display="true"] { display: block; margin: 1em 0; text-align: center; overflow-x: auto; overflow-y: hidden; }
    menclose { position: relative; padding: .1em; }
    menclose[notation~="box"] { padding: .25em; border: 1px solid; }
    menclose[notation~="updiagonalstrike"] { background: linear-gradient(to bottom right, #0000 48%, currentcolor 48% 52%, #0000 52%); }
    menclose[notation~="downdiagonalstrike"] { background: linear-gradient(to bottom left, #0000 48%, currentcolor 48% 52%, #0000 52%); }
    menclose[notation~="horizontalstrike"] { background: linear-gradient(#0000 48%, currentcolor 48% 52%, #0000 52%); }
    .deckgen-formula { font: .9em/1.4 ui-monospace, monospace; background: #8882; border-radius: .2em; padding: 0 .25em; overflow-wrap: anywhere; }
    html { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  `;

  const SCREENS = { desktop: 720, phone: 640 }; // their heights in pixels

  /** What is around a card, by its number among those of its note: Anki's own names on a computer or a phone. */
  deckgen.around = (ordinal, { night, phone, rtl }) => {
    const height = phone ? SCREENS.phone : SCREENS.desktop;
    return {
      html: `${phone ? "android mobile chrome" : "linux chrome"}${night ? " night-mode" : ""}`,
      body: `card card${ordinal + 1}${night ? " nightMode night_mode" : ""}`,
      night,
      rightToLeft: rtl,
      height,
      css: deckgen.reviewer(height),
    };
  };

  /** An address that a card asks for, as a link of the page; null if it leads neither to the web nor to a mail. */
  deckgen.linkTo = (address) => {
    let target = null;
    try { target = new URL(address); } catch { return null; }
    if (!["https:", "http:", "mailto:"].includes(target.protocol)) { return null; }
    const link = document.createElement("a");
    Object.assign(link, { href: target.href, target: "_blank", rel: "noopener noreferrer", textContent: target.href });
    return link;
  };

  /** What a card's code keeps in storage, if it is nothing but short texts; else null. */
  function checked(kept) {
    const areas = {};
    let size = 0;
    for (const area of ["session", "local"]) {
      areas[area] = {};
      for (const [key, value] of Object.entries(kept?.[area] ?? {})) {
        if (typeof value !== "string") { return null; }
        size += key.length + value.length;
        areas[area][key] = value;
      }
    }
    return size <= MOST_KEPT ? areas : null;
  }

  /** The texts of a card, if they are a short list of what they should be; else none. */
  function texts(message) {
    let length = 0;
    const good = message.texts.every((piece) => Array.isArray(piece) && typeof piece[0] === "string"
      && (length += piece[0].length + 1) <= 2 * MOST_TEXT && [0, 1, 2].includes(piece[1]));
    return good ? message.texts : [];
  }

  /** One side of a card, or both after one another, in a frame. */
  deckgen.Screen = class {
    #frame = document.createElement("iframe");
    #holder;
    #ready = false;
    #waiting = {};
    #number = 0;
    #growths = 0;
    #faults = 0;
    #least = 0;

    /**
     * @param {Element} holder Where it goes.
     * @param {string} title What it is, for those who do not see it.
     * @param {object} hears Called as things happen: shown(kept), kept(kept), fault(text), link(address), key(key).
     *   And, where wanted: lost() if the frame cannot be loaded; marksIn(texts), which gives the marks for the texts
     *   of the card; marked(top), with the height in pixels at which the first mark is, or null.
     */
    constructor(holder, title, hears) {
      this.#holder = holder;
      this.hears = hears;
      this.#frame.setAttribute("sandbox", "allow-scripts");
      this.#frame.title = title;
      this.#frame.src = "frame.html";
      this.#frame.addEventListener("load", () => setTimeout(() => {
        if (!this.#ready && screens.has(this)) { this.hears.lost?.(); }
      }, PATIENCE));
      screens.add(this);
      holder.replaceChildren(this.#frame);
    }

    /** Show a side: its css, html, media, what was kept in storage, and whether the other side follows in here. */
    show(what) {
      this.#number += 1;
      this.#growths = this.#faults = 0;
      this.#send({ show: { ...what, number: this.#number } });
    }

    /** Set what is around the card: night, width, direction. */
    look(how) {
      this.#least = how.height;
      this.#growths = 0;
      this.#send({ look: how });
    }

    /** Mark words in the card, or take the marks away; which words, the page says when it is asked for marks. */
    find(on) { this.#send({ find: on }); }

    close() {
      screens.delete(this);
      this.#frame.remove();
    }

    get source() { return this.#frame.contentWindow; }

    #send(message) {
      Object.assign(this.#waiting, message);
      if (!this.#ready) { return; }
      const { look, show, find } = this.#waiting;
      this.#waiting = {};
      if (look) { this.source.postMessage({ look }, "*"); }
      if (show) { this.source.postMessage({ show }, "*"); }
      if (find !== undefined) { this.source.postMessage({ find }, "*"); }
    }

    hear(message) {
      if (message.ready === true) {
        if (this.#ready) { return this.hears.fault("the card left its page"); }
        this.#ready = true;
        this.#send({});
      }
      if (message.shown === this.#number) { this.hears.shown(checked(message.kept)); }
      else if (message.kept) { this.hears.kept(checked(message.kept)); }
      if (Number.isFinite(message.height)) { this.#fit(message.height); }
      if (typeof message.fault === "string" && this.#faults < MOST_FAULTS) {
        this.#faults += 1;
        this.hears.fault(message.fault.slice(0, 300));
      }
      if (Array.isArray(message.texts) && this.hears.marksIn) {
        this.source.postMessage({ marks: this.hears.marksIn(texts(message)), number: message.number }, "*");
      }
      if (message.marked === null || Number.isFinite(message.marked)) { this.hears.marked?.(message.marked); }
      if (typeof message.link === "string") { this.hears.link(message.link.slice(0, 2000)); }
      if (KEYS.has(message.key)) { this.hears.key(message.key); }
    }

    #fit(height) {
      const wanted = Math.min(Math.max(height, LOWEST), HIGHEST);
      const now = this.#holder.clientHeight;
      if (wanted > now + 1 && (this.#growths += 1) > MOST_GROWTHS) { return; }
      this.#holder.style.height = `${wanted}px`;
      // never lower than a screen, so that a share of the screen's height is what it is in Anki
      this.#frame.style.height = `${Math.max(wanted, this.#least)}px`;
    }
  };

  window.addEventListener("message", (event) => {
    if (!event.data || typeof event.data !== "object") { return; }
    for (const screen of screens) {
      if (screen.source === event.source) { return screen.hear(event.data); }
    }
  });
}
