/* The search box: from one card that holds the words to the next. */
"use strict";

{
  const SETTLES = 150; // milliseconds until all frames of a card have told where their marks are
  const $ = (id) => document.getElementById(id);

  deckgen.Finder = class {
    #card = null; // the one to which the reader has gone
    #settling = 0;

    /**
     * @param {object} page What it may ask of the page: settled() (until the filter has been applied), shown() (the cards that the filter leaves), top() (where cards
     *   begin in the window, in pixels), topmost() (the card there), show(card, stepping) (bring
     *   a card there; stepping if the reader asked for just this one), held(card) (whether it is held there), free()
     *   (hold it no longer).
     */
    constructor(page) {
      this.page = page;
      $("q").addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.isComposing) { return; }
        event.preventDefault();
        this.step(event.shiftKey ? -1 : 1);
      });
      $("next").addEventListener("click", () => this.step(1));
      $("previous").addEventListener("click", () => this.step(-1));
    }

    /** Go to the first card that the filter leaves. */
    first() { this.#go(this.page.shown()[0], false); }

    /** Go to the next card, or the one before; from the last one to the first. */
    async step(by) {
      await this.page.settled();
      const shown = this.page.shown();
      if (!$("q").value.trim() || !shown.length) { return; }
      const here = this.#inView(this.#card) ? this.#card : null;
      const place = shown.indexOf(here ?? this.page.topmost());
      // a reader who has scrolled away goes on from where they are
      const next = here || by < 0 ? (Math.max(place, 0) + by + shown.length) % shown.length : Math.max(place, 0);
      this.#go(shown[next], true);
    }

    #go(card, stepping) {
      this.tell(card);
      if (!card) { return; }
      this.page.show(card, stepping);
      this.marked(card); // its frames may have told before
    }

    #inView(card) {
      if (!card?.element?.isConnected || card.out) { return false; }
      const { top, bottom } = card.element.getBoundingClientRect();
      return bottom > this.page.top() && top < window.innerHeight;
    }

    /** Say which of the cards this is, as in "3 of 17". */
    tell(card = this.#card) {
      this.#card = card;
      const shown = this.page.shown();
      const on = Boolean($("q").value.trim());
      const place = shown.indexOf(card);
      $("finder").classList.toggle("on", on);
      const number = (count) => count.toLocaleString("en");
      $("place").textContent = on ? `${place < 0 ? 0 : number(place + 1)} of ${number(shown.length)}` : "";
      $("next").disabled = $("previous").disabled = !shown.length;
    }

    /** A frame of a card has told where its first mark is: have one in view if this is the card that is looked at. */
    marked(card) {
      if (card !== this.#card) { return; }
      clearTimeout(this.#settling);
      this.#settling = setTimeout(() => this.#reveal(card), SETTLES);
    }

    #reveal(card) {
      if (card !== this.#card || !this.page.held(card)) { return; }
      const places = [...card.element.querySelectorAll(".screen")].filter(({ hit }) => Number.isFinite(hit))
        .map((screen) => screen.getBoundingClientRect().top + screen.hit);
      const low = window.innerHeight - 40;
      if (!places.length || places.some((place) => place >= this.page.top() && place < low)) { return; }
      this.page.free();
      window.scrollBy({ top: Math.min(...places) - (this.page.top() + low) / 2, behavior: "instant" });
    }
  };
}
