/* The list of cards. There may be thousands, so it is made of groups: one far from the view is an empty box of about
   the right height, one near it holds its cards, and of these only those very near have frames. */
"use strict";

{
  const SIZE = 40; // cards a group
  const MOST = 120; // after so many that came in between, groups are made anew
  const GUESS = 420; // pixels: a card that has never been in view

  class Group {
    filled = false;

    constructor(list) {
      this.list = list;
      this.cards = [];
      this.element = deckgen.make("div", { class: "group" });
      this.element.group = this;
    }

    /** Put its cards in. */
    fill() {
      if (this.filled) { return; }
      this.filled = true;
      this.element.style.height = "";
      for (const card of this.cards) { this.#place(card, null); }
    }

    /** Put a card in before another one. */
    add(card, place) {
      this.cards.splice(place, 0, card);
      card.group = this;
      if (this.filled) { this.#place(card, this.cards[place + 1]?.element ?? null); }
    }

    remove(card) {
      this.cards.splice(this.cards.indexOf(card), 1);
      card.group = null;
      if (card.element) {
        this.list.near.unobserve(card.element);
        card.unmount();
        card.element.remove();
      }
    }

    /** Take its cards out; their room stays. */
    empty() {
      if (!this.filled) { return; }
      this.element.style.height = `${this.element.getBoundingClientRect().height}px`;
      this.filled = false;
      for (const card of this.cards) {
        this.list.near.unobserve(card.element);
        card.near = false;
        card.unmount();
      }
      this.element.replaceChildren();
    }

    /** Take up which of its cards are filtered out. */
    fit() {
      const left = this.cards.filter((card) => !card.out).length;
      this.element.hidden = left === 0;
      if (this.filled) { this.cards.forEach((card) => { card.element.hidden = card.out; }); }
      else { this.element.style.height = `${left * GUESS}px`; }
    }

    #place(card, before) {
      card.build();
      card.element.hidden = card.out;
      this.element.insertBefore(card.element, before);
      this.list.near.observe(card.element);
    }
  }

  deckgen.List = class {
    #groups = [];

    /** @param {Element} element Where it goes. */
    constructor(element) {
      this.element = element;
      this.far = new IntersectionObserver((entries) => {
        for (const { target, isIntersecting } of entries) {
          if (isIntersecting) { target.group.fill(); } else { target.group.empty(); }
        }
      }, { rootMargin: "2500px 0px" });
      this.near = new IntersectionObserver((entries) => {
        for (const { target: { card }, isIntersecting } of entries) {
          card.near = isIntersecting;
          if (!isIntersecting) { card.unmount(); }
          // not while the page is flying by
          else { setTimeout(() => { if (card.near) { card.mount(); } }, 50); }
        }
      }, { rootMargin: "600px 0px" });
    }

    /** Bring the list to these cards, in this order; those that stay in their order are not touched. */
    arrange(cards, gone) {
      for (const card of gone) { card.group?.remove(card); }
      let last = null;
      const places = new Map(this.#groups.flatMap((group) => group.cards).map((card, place) => [card, place]));
      const staying = cards.filter((card) => card.group).map((card) => places.get(card));
      const inOrder = staying.every((place, number) => !number || place > staying[number - 1]);
      if (!inOrder || !this.#groups.length) { return this.#anew(cards); }
      for (const card of cards) {
        if (!card.group) {
          const group = last ? last.group : this.#groups[0];
          group.add(card, last ? group.cards.indexOf(last) + 1 : 0);
        }
        last = card;
      }
      if (this.#groups.some((group) => group.cards.length > MOST)) { this.#anew(cards); }
    }

    #anew(cards) {
      for (const group of this.#groups) {
        this.far.unobserve(group.element);
        group.empty();
      }
      this.#groups = [];
      for (let first = 0; first < cards.length; first += SIZE) {
        const group = new Group(this);
        cards.slice(first, first + SIZE).forEach((card, place) => group.add(card, place));
        this.#groups.push(group);
      }
      this.element.replaceChildren(...this.#groups.map((group) => group.element));
      this.fit();
      this.#groups.forEach((group) => this.far.observe(group.element));
    }

    fit() { this.#groups.forEach((group) => group.fit()); }

    /** The first card that ends below a height in the window. */
    firstBelow(top) {
      const below = ({ element }) => !element.hidden && element.getBoundingClientRect().bottom > top;
      for (const group of this.#groups.filter(below)) {
        group.fill();
        const card = group.cards.find(below);
        if (card) { return card; }
      }
      return null;
    }
  };
}
