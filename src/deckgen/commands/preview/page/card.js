/* A card in the gallery: what there is to say of it, and its two sides. */
"use strict";

{
  /** An element with attributes and children. */
  deckgen.make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith("on")) { element.addEventListener(key.slice(2), value); }
      else if (value !== false && value !== null) { element.setAttribute(key, value === true ? "" : value); }
    }
    element.append(...children);
    return element;
  };
  const { make } = deckgen;

  /** A text in which `words in backticks` are code. */
  const prose = (text) => text.split(/`([^`]+)`/).map((part, place) => (place % 2 ? make("code", {}, part) : part));

  /** A diagnostic as a list item. */
  deckgen.diagnostic = (each) => {
    const place = [each.path, each.line, each.column].filter(Boolean).join(":");
    const item = make("li", { class: each.level },
      make("p", {}, make("strong", {}, `${each.level}[${each.code}]`), " ", ...prose(each.message)),
      make("p", { class: "place" }, place));
    if (each.source) { item.append(make("pre", { tabindex: "0", "aria-label": `Line ${each.line}` }, each.source)); }
    if (each.hint) { item.append(make("p", { class: "hint" }, "Hint: ", ...prose(each.hint))); }
    return item;
  };

  const SCREENS = { desktop: 720, phone: 640 }; // their heights in pixels

  deckgen.Card = class {
    #screens = [];
    #sides = null;
    #asked = 0;
    #again = 0;
    mounted = false;
    out = false; // filtered out
    element = null;
    turned = false;
    kept = { session: {}, local: {} };

    /**
     * @param {object} about The card as the index has it.
     * @param {object} page What it may ask of the page: view, key(key, card), link(address), copy(text), go(card).
     */
    constructor(about, page) {
      this.about = about;
      this.page = page;
    }

    /** Make its element, in which there is a heading until the card comes into view. */
    build() {
      if (this.element) { return; }
      this.element = make("article", { class: "shell", "aria-label": this.title });
      this.name = make("h2");
      this.heading = make("div", { class: "about" });
      this.sides = make("div", { class: "sides" });
      this.faults = make("ul", { class: "diagnostics", "aria-live": "polite" });
      this.element.card = this;
      this.element.append(this.name);
      this.#tell();
    }

    get title() { return `${this.about.id}, ${this.about.name}`; }

    /** The short form: a heading, which also those find who do not see where the page stands. */
    #tell() {
      this.link = make("a", { href: `#${encodeURI(this.about.anchor)}`, onclick: (event) => {
        event.preventDefault();
        this.page.go(this);
      } }, this.about.id);
      this.name.replaceChildren(this.link, " ", make("span", {}, this.about.name));
      this.element.setAttribute("aria-label", this.title);
      if (this.filled) { this.#fillHeading(); }
    }

    #fillHeading() {
      const { about } = this;
      const copy = make("button", { type: "button", class: "source", title: "Copy the place in the source",
        onclick: () => this.page.copy(about.source) }, about.source);
      const anew = make("button", { type: "button", class: "anew", onclick: () => this.anew() }, "Show anew");
      const line = make("p", { class: "line" }, make("span", {}, about.kindTitle), make("span", {}, about.chapter),
        ...about.tags.map((tag) => make("span", { class: "tag" }, tag)), copy, anew);
      const found = make("ul", { class: "diagnostics" }, ...about.found.map(deckgen.diagnostic));
      const before = about.before ? [make("p", { class: "before" }, "As it was before the errors.")] : [];
      this.heading.replaceChildren(line, ...before, ...(about.found.length ? [found] : []), this.faults);
    }

    /** Take up what a newer index says of it. */
    update(about) {
      const { looks, digest } = this.about;
      this.about = about;
      if (!this.element) { return; }
      if (digest !== about.digest) { this.#tell(); }
      const drawn = this.#screens.length > 0; // else it is still to be, or could not be
      if (looks !== about.looks || !drawn) { this.faults.replaceChildren(); }
      if (this.mounted && !drawn) {
        this.unmount();
        this.mount();
      } else if (this.mounted && looks !== about.looks) {
        this.#redraw();
      }
    }

    /** Put its frames in. */
    async mount() {
      if (this.mounted) { return; }
      this.mounted = true;
      if (!this.filled) {
        this.filled = true;
        this.element.classList.remove("shell");
        this.element.append(this.heading, this.sides);
        this.#tell();
      }
      const { single } = this.page.view;
      const names = single ? ["Card"] : ["Front", "Back"];
      const holders = names.map((name) => make("div", { class: "screen" }));
      holders.forEach((holder, place) => {
        const before = this.sides.querySelectorAll(".screen")[place];
        if (before && before.style.height) { holder.style.height = before.style.height; }
      });
      const figures = names.map((name, place) => make("figure", {}, make("figcaption", {}, name), holders[place]));
      if (single) {
        this.turns = make("button", { type: "button", class: "turn", onclick: () => this.turn() }, "Show answer");
        figures[0].append(this.turns);
      }
      this.sides.replaceChildren(...figures);
      const asked = ++this.#asked;
      const sides = await deckgen.sides(this.about).catch(() => null);
      if (asked !== this.#asked) { return; }
      if (!sides) { return this.#fault("its file cannot be read"); }
      this.#sides = sides;
      this.#screens = holders.map((holder, place) =>
        new deckgen.Screen(holder, `${names[place]} of ${this.title}`, this.#hears(place)));
      this.look();
      this.#show(0);
    }

    /** Take its frames away; their room stays. */
    unmount() {
      if (!this.mounted) { return; }
      this.mounted = false;
      this.#asked += 1;
      this.#screens.forEach((screen) => screen.close());
      this.#screens = [];
    }

    /** Forget its room too, which was for another width. */
    reset() {
      if (!this.element) { return; }
      this.unmount();
      this.sides.replaceChildren();
    }

    async #redraw() {
      const asked = ++this.#asked;
      const sides = await deckgen.sides(this.about).catch(() => null);
      if (asked !== this.#asked || !sides) { return; }
      this.#sides = sides;
      this.#show(0);
    }

    /** Set what is around the card. */
    look() {
      const { night, phone, rtl } = this.page.view;
      const height = phone ? SCREENS.phone : SCREENS.desktop;
      const how = {
        html: `${phone ? "android mobile chrome" : "linux chrome"}${night ? " night-mode" : ""}`,
        body: `card card${this.about.ordinal + 1}${night ? " nightMode night_mode" : ""}`,
        night,
        rightToLeft: rtl,
        height,
        css: deckgen.reviewer(height),
      };
      this.#screens.forEach((screen) => screen.look(how));
    }

    /** Show one side after the other, as when a learner turns the card. */
    turn() {
      if (!this.page.view.single) { return; }
      this.turned = !this.turned;
      this.#show(0);
    }

    /** Show its front as at the next review. */
    anew() {
      this.turned = false;
      this.faults.replaceChildren();
      this.#show(0);
    }

    #show(place) {
      if (!this.#screens[place]) { return; }
      const { single } = this.page.view;
      const back = single ? this.turned : place === 1;
      const html = back ? this.#sides.back : this.#sides.front;
      const media = this.#sides.media;
      this.#screens[place].show({ css: this.about.css, html, media, kept: this.kept, single });
      if (single) { this.turns.textContent = this.turned ? "Show front" : "Show answer"; }
    }

    /** What comes from a frame. The back beside a front only reads: its word may be older than the front's. */
    #hears(place) {
      const alone = this.page.view.single;
      return {
        shown: (kept) => {
          if (place === 0) { this.kept = kept ?? this.kept; }
          if (place === 0 && !alone) { this.#show(1); }
          else { this.element.dispatchEvent(new Event("drawn")); }
        },
        kept: (kept) => {
          if (place !== 0) { return; }
          this.kept = kept ?? this.kept;
          if (alone) { return; }
          clearTimeout(this.#again);
          this.#again = setTimeout(() => this.#show(1), 20);
        },
        fault: (text) => this.#fault(text),
        link: (address) => this.page.link(address),
        key: (key) => this.page.key(key, this),
      };
    }

    #fault(text) {
      if (this.faults.childElementCount >= 5) { return; }
      const item = make("li", { class: "error" }, make("p", {}, make("strong", {}, "The card's code"), ` ${text}`));
      this.faults.append(item);
    }
  };
}
