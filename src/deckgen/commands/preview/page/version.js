/* A version of a card: as it is, or as it was before. Its two sides are in frames. */
"use strict";

{
  const { make } = deckgen;

  deckgen.Version = class {
    #screens = [];
    #holders = [];
    #sides = null;
    #asked = 0;
    #again = 0;
    #marked = false;
    #looks = ""; // of what is drawn, or is being drawn
    failed = false; // its files could not be loaded
    kept = { session: {}, local: {} };

    /**
     * @param {deckgen.Card} card The card.
     * @param {string} word `Before` or `Now` where both are shown; else empty.
     * @param {object} hears Called as things happen: drawn(), fault(text), lost(words), marked().
     */
    constructor(card, word, hears) {
      this.card = card;
      this.word = word;
      this.hears = hears;
    }

    get about() { return this.word === "Before" ? this.card.about.change.earlier : this.card.about; }

    /** Make the figures into which the frames will be put: front and back, or one for both. */
    figures() {
      const names = this.card.page.view.single ? [""] : ["Front", "Back"];
      this.#holders = names.map(() => make("div", { class: "screen" }));
      return names.map((name, place) => {
        const caption = make("figcaption", {}, ...(this.word ? [make("strong", {}, this.word), " "] : []), name);
        return make("figure", { class: this.word === "Before" ? "earlier" : "" }, caption, this.#holders[place]);
      });
    }

    /** Put its frames in. */
    async mount() {
      const asked = ++this.#asked;
      this.failed = false;
      this.#looks = this.about.looks;
      const sides = await deckgen.sides(this.about).catch(() => null);
      if (asked !== this.#asked) { return; }
      if (!sides) { return this.#lose(); }
      this.#take(sides);
      const names = this.card.page.view.single ? ["Card"] : ["Front", "Back"];
      const more = this.word === "Before" ? ", before" : "";
      this.#screens = this.#holders.map((holder, place) =>
        new deckgen.Screen(holder, `${names[place]} of ${this.card.title}${more}`, this.#hears(place)));
      this.look();
      this.show(0);
      this.find();
    }

    /** Say that files are missing, and wait for a newer index or until the card comes into view again. */
    #lose() {
      this.close();
      this.failed = true;
      this.hears.lost("This card’s files are missing or newer than this page.");
    }

    #take(sides) {
      this.#sides = sides;
      for (const name of sides.missing) { this.hears.lost(`The file ${name} is missing.`); }
    }

    /** Take its frames away. */
    close() {
      this.#asked += 1;
      this.#screens.forEach((screen) => screen.close());
      this.#screens = [];
    }

    /** Draw it again if a newer index has it otherwise. While it is being drawn, it is left alone. */
    async update() {
      if (this.#looks === this.about.looks) { return; }
      if (!this.#screens.length) { return this.mount(); }
      const asked = ++this.#asked;
      const { looks } = this.about;
      const sides = await deckgen.sides(this.about).catch(() => null);
      if (asked !== this.#asked || !sides) { return; }
      this.#looks = looks;
      this.#take(sides);
      this.show(0);
    }

    /** Mark the words of the search, or take the marks away. */
    find() {
      const on = this.card.page.words.length > 0;
      this.#holders.forEach((holder) => { holder.hit = null; });
      if (on || this.#marked) { this.#screens.forEach((screen) => screen.find(on)); }
      this.#marked = on;
    }

    /** Set what is around the card. */
    look() {
      const how = deckgen.around(this.about.ordinal, this.card.page.view);
      this.#screens.forEach((screen) => screen.look(how));
    }

    show(place) {
      if (!this.#screens[place]) { return; }
      const { single } = this.card.page.view;
      const back = single ? this.card.turned : place === 1;
      const html = back ? this.#sides.back : this.#sides.front;
      // before and now draw the same lots, so that options stand in the same order
      const seed = this.word ? this.card.seed : 0;
      this.#screens[place].show({ css: this.about.css, html, media: this.#sides.media, kept: this.kept, single, seed });
    }

    /** What comes from a frame. The back beside a front only reads: its word may be older than the front's. */
    #hears(place) {
      const { view, link, key } = this.card.page;
      const alone = view.single;
      return {
        shown: (kept) => {
          if (place === 0) { this.kept = kept ?? this.kept; }
          if (place === 0 && !alone) { this.show(1); }
          else { this.hears.drawn(); }
        },
        kept: (kept) => {
          if (place !== 0) { return; }
          this.kept = kept ?? this.kept;
          if (alone) { return; }
          clearTimeout(this.#again);
          this.#again = setTimeout(() => this.show(1), 20);
        },
        lost: () => this.#lose(),
        marksIn: (texts) => deckgen.marksIn(texts, this.card.page.words),
        marked: (top) => {
          this.#holders[place].hit = top;
          this.hears.marked();
        },
        fault: (text) => this.hears.fault(this.word === "Before" ? `(before) ${text}` : text),
        link,
        key: (pressed) => key(pressed, this.card),
      };
    }
  };
}
