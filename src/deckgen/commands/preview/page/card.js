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
  deckgen.prose = (text) => text.split(/`([^`]+)`/).map((part, place) => (place % 2 ? make("code", {}, part) : part));

  /** A diagnostic as a list item. */
  deckgen.diagnostic = (each) => {
    const place = [each.path, each.line, each.column].filter(Boolean).join(":");
    const item = make("li", { class: each.level },
      make("p", {}, make("strong", {}, `${each.level}[${each.code}]`), " ", ...deckgen.prose(each.message)),
      make("p", { class: "place" }, place));
    if (each.source) { item.append(make("pre", { tabindex: "0", "aria-label": `Line ${each.line}` }, each.source)); }
    if (each.hint) { item.append(make("p", { class: "hint" }, "Hint: ", ...deckgen.prose(each.hint))); }
    return item;
  };

  /** The words for what has become of a card. */
  const SORTS = deckgen.SORTS = { new: "New", changed: "Changed", look: "Look changed", gone: "Gone" };
  const AGAIN = location.protocol === "file:"
    ? "Run `deckgen preview` again, then reload the page." : "This page tries again by itself.";
  const lot = () => 1 + Math.floor(Math.random() * 0xffffffff);

  deckgen.Card = class {
    #versions = [];
    mounted = false;
    out = false; // filtered out
    element = null;
    turned = false;
    seed = lot();

    /**
     * @param {object} about The card as the index has it.
     * @param {object} page What it may ask of the page: view, words (of the search), key(key, card), link(address),
     *   copy(text), go(card), marked(card).
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

    get title() {
      const { id, name, change } = this.about;
      return `${id}, ${name}${change?.sort === "gone" ? ", gone" : ""}`;
    }

    /** The short form: a heading, which also those find who do not see where the page stands. */
    #tell() {
      this.link = make("a", { href: `#${encodeURI(this.about.anchor)}`, onclick: (event) => {
        event.preventDefault();
        this.page.go(this);
      } }, this.about.id);
      const { sort } = this.about.change ?? {};
      const badge = sort ? [" ", make("strong", { class: `badge ${sort}` }, SORTS[sort])] : [];
      this.name.replaceChildren(this.link, " ", make("span", {}, this.about.name), ...badge);
      this.element.setAttribute("aria-label", this.title);
      if (this.filled) { this.#fillHeading(); }
    }

    #fillHeading() {
      const { about } = this;
      const copy = about.source ? [make("button", { type: "button", class: "source", title: "Copy the file and line",
        onclick: () => this.page.copy(about.source) }, about.source)] : [];
      const anew = make("button", { type: "button", class: "anew", onclick: () => this.anew() }, "Reset");
      const line = make("p", { class: "line" }, make("span", {}, about.kindTitle), make("span", {}, about.chapter),
        ...about.tags.map((tag) => make("span", { class: "tag" }, tag)), ...copy, anew);
      const found = make("ul", { class: "diagnostics" }, ...about.found.map(deckgen.diagnostic));
      const before = about.before ? [make("p", { class: "before" }, "Last good version; the source has errors now.")] : [];
      const change = about.change?.words ? [make("p", { class: "change" }, about.change.words)] : [];
      this.heading.replaceChildren(line, ...change, ...before, ...(about.found.length ? [found] : []), this.faults);
    }

    /** Take up what a newer index says of it. */
    update(about) {
      const was = this.about;
      this.about = about;
      if (!this.element) { return; }
      if (was.digest !== about.digest) { this.#tell(); }
      const earlier = about.change?.earlier;
      const failed = this.#versions.some((version) => version.failed);
      if (was.looks !== about.looks || failed) { this.faults.replaceChildren(); }
      if (Boolean(was.change?.earlier) !== Boolean(earlier)) {
        const { mounted } = this;
        this.reset();
        if (mounted) { this.mount(); }
      } else if (this.mounted && failed) {
        this.unmount();
        this.mount();
      } else if (this.mounted) {
        this.#versions.forEach((version) => version.update());
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
      const words = this.about.change?.earlier ? ["Before", "Now"] : [""];
      this.element.classList.toggle("pair", words.length > 1);
      const hears = {
        drawn: () => this.element.dispatchEvent(new Event("drawn")),
        fault: (text) => this.#fault("Error in the card’s code:", ` ${text}`),
        lost: (words) => this.#fault(words, ` ${AGAIN}`),
        marked: () => this.page.marked(this),
      };
      const versions = words.map((word, place) => this.#version(place, word, hears));
      this.#versions = versions;
      const heights = [...this.sides.querySelectorAll(".screen")].map((holder) => holder.style.height);
      const figures = versions.map((version) => version.figures());
      // both fronts, then both backs
      this.sides.replaceChildren(...figures[0].flatMap((_, place) => figures.map((each) => each[place])));
      this.sides.querySelectorAll(".screen").forEach((holder, place) => { holder.style.height = heights[place] ?? ""; });
      if (this.page.view.single) {
        // above the card, so that it stays under the pointer as the card gets its height
        this.turns ??= make("button", { type: "button", class: "turn", onclick: () => this.turn() });
        this.sides.prepend(this.turns);
        this.#tellTurn();
      }
      await Promise.all(versions.map((version) => version.mount()));
    }

    /** A version, which keeps what its code has kept, until it is before or now instead of alone. */
    #version(place, word, hears) {
      const version = this.#versions[place];
      return version?.word === word ? version : new deckgen.Version(this, word, hears);
    }

    /** Take its frames away; their room stays. */
    unmount() {
      if (!this.mounted) { return; }
      this.mounted = false;
      this.#versions.forEach((version) => version.close());
    }

    /** Forget its room too, which was for another width. */
    reset() {
      if (!this.element) { return; }
      this.unmount();
      this.sides.replaceChildren();
    }

    /** Set what is around the card. */
    look() { this.#versions.forEach((version) => version.look()); }

    /** Mark the words of the search. */
    find() { this.#versions.forEach((version) => version.find()); }

    /** Show one side after the other, as when a learner turns the card. */
    turn() {
      if (!this.page.view.single) { return; }
      this.turned = !this.turned;
      this.#show();
    }

    /** Show its front as at the next review. */
    anew() {
      this.turned = false;
      this.seed = lot();
      this.faults.replaceChildren();
      this.#show();
    }

    #show() {
      this.#versions.forEach((version) => version.show(0));
      if (this.page.view.single && this.turns) { this.#tellTurn(); }
    }

    #tellTurn() { this.turns.textContent = this.turned ? "Show front" : "Show answer"; }

    #fault(what, text) {
      const item = make("li", { class: "error" }, make("p", {}, make("strong", {}, what), ...deckgen.prose(text)));
      const told = [...this.faults.children];
      if (told.length < 5 && !told.some(({ textContent }) => textContent === item.textContent)) { this.faults.append(item); }
    }
  };
}
