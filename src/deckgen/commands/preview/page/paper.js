/* A handout: two cards a row, backs under fronts. Frames in which code runs are printed only while they are in
   view, so these are others. They belong to this page, which fits their heights; no code at all runs in them. */
"use strict";

{
  const { make } = deckgen;
  const SIZE = .66; // of a card on a screen
  const WIDTH = 530; // pixels, before it is made smaller
  const PATIENCE = 5000; // milliseconds for a picture

  const loaded = (frame) => new Promise((resolve) => { frame.addEventListener("load", resolve, { once: true }); });
  const patience = () => new Promise((resolve) => { setTimeout(resolve, PATIENCE); });

  /** One side of a card in a frame, as high as it is. */
  async function draw(holder, card, html, media) {
    const frame = make("iframe", { sandbox: "allow-same-origin", title: card.title }); // and never allow-scripts
    frame.style.width = `${WIDTH}px`;
    frame.style.transform = `scale(${SIZE})`;
    const css = card.about.css.replace(/url\(\s*["']?(_[\w.-]+)["']?\s*\)/g, (whole, name) =>
      (media.has(name) ? `url("${URL.createObjectURL(media.get(name))}")` : whole));
    const parsed = make("template");
    parsed.innerHTML = html;
    // by a link a browser makes a connection ready, whatever the page's policy says
    parsed.content.querySelectorAll("link, meta, base").forEach((each) => each.remove());
    frame.srcdoc = `<!doctype html><html class="linux chrome"><meta charset="utf-8"><style>${deckgen.reviewer(720)}</style>`
      + `<body class="card card${card.about.ordinal + 1}"><div id="qa"><style>${css}</style>${parsed.innerHTML}</div>`;
    const ready = loaded(frame);
    holder.append(frame);
    await ready;
    const page = frame.contentDocument;
    await Promise.all([...page.querySelectorAll("img[src]")].map((image) => {
      const blob = media.get(image.getAttribute("src"));
      if (!blob) { return null; }
      image.src = URL.createObjectURL(blob);
      // not its load event, which may still come for the name that it had before
      return Promise.race([image.decode().catch(() => null), patience()]);
    }));
    const height = Math.ceil(page.documentElement.getBoundingClientRect().height);
    frame.style.height = `${height}px`;
    holder.style.height = `${Math.ceil(height * SIZE)}px`;
  }

  /** Lay out some cards for printing, under a line of text. */
  deckgen.layOut = async (paper, cards, text) => {
    const rows = await Promise.all(cards.map(async (card) => {
      const sides = await deckgen.sides(card.about).catch(() => null);
      const holders = [make("div", { class: "screen" }), make("div", { class: "screen" })];
      const row = make("article", {}, make("h2", {}, card.title), make("div", { class: "sides" }, ...holders));
      return { card, sides, holders, row };
    }));
    paper.replaceChildren(make("p", {}, text), ...rows.map(({ row }) => row));
    await Promise.all(rows.filter(({ sides }) => sides).flatMap(({ card, sides: { front, back, media }, holders }) =>
      [front, back].map((html, place) => draw(holders[place], card, html, media))));
  };
}
