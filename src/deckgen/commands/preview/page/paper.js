/* A handout: two cards a row, backs under fronts; or a changed card a row, before and now. Frames in which code runs are printed only while they are in
   view, so these are others. They belong to this page, which fits their heights; no code at all runs in them. */
"use strict";

{
  const { make } = deckgen;
  const SIZE = .66; // of a card on a screen
  const WIDTH = 530; // pixels, before it is made smaller
  const PATIENCE = 5000; // milliseconds for a picture

  const loaded = (frame) => new Promise((resolve) => { frame.addEventListener("load", resolve, { once: true }); });
  const patience = () => new Promise((resolve) => { setTimeout(resolve, PATIENCE); });

  /** One side of a version of a card in a frame, as high as it is. */
  async function draw(holder, title, about, html, media) {
    const frame = make("iframe", { sandbox: "allow-same-origin", title }); // and never allow-scripts
    frame.style.width = `${WIDTH}px`;
    frame.style.transform = `scale(${SIZE})`;
    const css = about.css.replace(/url\(\s*["']?(_[\w.-]+)["']?\s*\)/g, (whole, name) =>
      (media.has(name) ? `url("${URL.createObjectURL(media.get(name))}")` : whole));
    const parsed = make("template");
    parsed.innerHTML = html;
    // by a link a browser makes a connection ready, whatever the page's policy says
    parsed.content.querySelectorAll("link, meta, base").forEach((each) => each.remove());
    frame.srcdoc = `<!doctype html><html class="linux chrome"><meta charset="utf-8"><style>${deckgen.reviewer(720)}</style>`
      + `<body class="card card${about.ordinal + 1}"><div id="qa"><style>${css}</style>${parsed.innerHTML}</div>`;
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

  /** One version of a card: its sides one under the other, below a word. */
  async function version(title, about, word) {
    const holders = [make("div", { class: "screen" }), make("div", { class: "screen" })];
    const element = make("div", { class: "sides" }, ...(word ? [make("p", {}, word)] : []), ...holders);
    const sides = await deckgen.sides(about).catch(() => null);
    const fill = async () => {
      if (!sides) { return; }
      const { front, back, media } = sides;
      await Promise.all([front, back].map((html, place) => draw(holders[place], title, about, html, media)));
    };
    return { element, fill };
  }

  /** Lay out some cards for printing, under a line of text. */
  deckgen.layOut = async (paper, cards, text) => {
    const rows = await Promise.all(cards.map(async ({ title, about }) => {
      const { sort, earlier } = about.change ?? {};
      const versions = await Promise.all(earlier
        ? [version(`${title}, before`, earlier, "Before"), version(title, about, "Now")]
        : [version(title, about, "")]);
      const badge = sort ? [" ", make("strong", {}, `(${deckgen.SORTS[sort]})`)] : [];
      const row = make("article", { class: earlier ? "pair" : "" }, make("h2", {}, `${about.id}, ${about.name}`, ...badge),
        make("div", { class: "versions" }, ...versions.map(({ element }) => element)));
      return { row, versions };
    }));
    paper.replaceChildren(make("p", {}, text), ...rows.map(({ row }) => row));
    await Promise.all(rows.flatMap(({ versions }) => versions.map(({ fill }) => fill())));
  };
}
