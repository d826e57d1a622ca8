/* A side of a card on paper. A frame cannot go on on the next sheet, so the side is in a shadow tree of this page, with
   an `html` and a `body` of its own for the card's style. The page's policy lets no code of a card run here. */
"use strict";

{
  const { make } = deckgen;
  const PATIENCE = 5000; // milliseconds for a picture
  const SCREEN = { width: 720, height: 720 }; // pixels: the screen on which a style's media queries are judged
  const TEXT = 12.2; // pixels, that is a little over 9 points: for most of a card's text
  const LEAST = 12; // 9 points, for the rest
  const SCRIPTS = "sup, sub, rt, rp, math, mjx-container";
  const CODE = "script, link, meta, base, iframe, frame, object, embed, portal, fencedframe";
  const PAPER = `
    html, body.card, #qa {
      display: block !important; position: static !important; float: none !important; columns: auto !important;
      width: auto !important; min-width: 0 !important; max-width: none !important;
      height: auto !important; min-height: 0 !important; max-height: none !important;
      margin: 0 !important; padding: 0 !important; border: 0 !important; overflow: visible !important; transform: none !important;
    }
    #qa > * { max-width: none !important; min-height: 0 !important; }
    *, ::before, ::after { animation: none !important; transition: none !important; }
    body.card { line-height: 1.27 !important; orphans: 2; widows: 2; }
    audio, .replay-button, .soundLink { display: none !important; }
    img { max-width: 100% !important; height: auto; object-fit: contain; }
    svg, video, canvas { max-width: 100% !important; }
    img, svg, video, canvas, math, tr, dt, figure, summary { break-inside: avoid; }
    h1, h2, h3, h4, h5, h6, thead, dt, summary { break-after: avoid; }
    th, td { word-break: normal !important; overflow-wrap: break-word !important; }
    pre { white-space: pre !important; break-inside: avoid; }
    .tight pre, .tight pre code { white-space: pre-wrap !important; break-inside: auto; }
    .tight, .tight * { overflow-wrap: anywhere !important; white-space: normal; }
    .tight :is(table, tbody, tr, th, td, div, p, ul, ol, dl) { min-width: 0 !important; max-width: 100% !important; }
  `;

  let judge = null;

  /** Whether a media query holds on paper, as far as it is about that; else on a screen like a small computer's. */
  function holds(query) {
    judge ??= document.getElementById("paper-screen");
    const onPaper = query.replace(/\bprint\b/g, "all").replace(/\bscreen\b/g, "speech")
      .replace(/\(\s*prefers-color-scheme\s*:\s*dark\s*\)/g, "(max-width: 0px)");
    return judge.contentWindow.matchMedia(onPaper).matches;
  }

  /** Rules as text: media queries are judged, and what is for the page's root is for the card's. */
  function flat(rules, fonts) {
    return [...rules].map((rule) => {
      if (rule instanceof CSSMediaRule) { return holds(rule.conditionText) ? flat(rule.cssRules, fonts) : ""; }
      if (rule instanceof CSSFontFaceRule) { fonts.add(rule.cssText); return ""; }
      if (rule instanceof CSSStyleRule) {
        return rule.selectorText.replace(/:root\b/g, "html") + rule.cssText.slice(rule.selectorText.length);
      }
      if (rule instanceof CSSGroupingRule && !(rule instanceof CSSPageRule)) {
        return `${rule.cssText.slice(0, rule.cssText.indexOf("{"))}{${flat(rule.cssRules, fonts)}}`;
      }
      return rule instanceof CSSPageRule ? "" : rule.cssText;
    }).join("\n");
  }

  /** A card's style for paper. A rem is what it is in Anki on a computer. */
  function onPaper(css, media, fonts) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css.replace(/url\(\s*["']?(_[\w.-]+)["']?\s*\)/g, (whole, name) =>
      (media.has(name) ? `url("${URL.createObjectURL(media.get(name))}")` : whole)));
    return flat(sheet.cssRules, fonts).replace(/(-?\d*\.?\d+)rem\b/g, "calc($1 * 15px)");
  }

  const styles = new Map(); // by the css of a kind, and its files

  /** The text of an element as it is seen, in one line. */
  const seen = (element) => element.innerText.replace(/\s+/g, " ").trim();
  const BLOCKS = "div, p, section, ul, ol, table, tr, pre, blockquote, dl, figure, h1, h2, h3, h4, h5, h6, img";

  /** The name of a file in an address, as the frames of cards read it. */
  function named(address) {
    try { return decodeURIComponent(address.replace(/%(?![0-9a-f]{2})/gi, "%25")); } catch { return address; }
  }

  deckgen.Side = class {
    /** @param {Element} host Where it goes. It may have no shadow tree yet. */
    constructor(host, about, html, media, fonts) {
      this.host = host;
      const parsed = make("template");
      parsed.innerHTML = html;
      parsed.content.querySelectorAll(CODE).forEach((each) => each.remove());
      parsed.content.querySelectorAll("style").forEach((each) => { each.textContent = onPaper(each.textContent, media, fonts); });
      for (const image of parsed.content.querySelectorAll("img[src]")) {
        const blob = media.get(named(image.getAttribute("src")));
        if (blob) { image.src = URL.createObjectURL(blob); }
      }
      const key = `${about.css}\n${[...media.keys()].filter((name) => about.css.includes(name))}`;
      if (!styles.has(key)) { styles.set(key, onPaper(about.css, media, fonts)); }
      this.css = about.css;
      const style = make("style", {}, `${deckgen.reviewer(SCREEN.height)}\n${styles.get(key)}`);
      this.card = make("div", { id: "qa" }, parsed.content);
      this.body = make("body", { class: `card card${about.ordinal + 1}` }, this.card);
      this.page = make("html", { class: "linux chrome", dir: "ltr" }, this.body);
      host.attachShadow({ mode: "open" }).append(style, this.page, make("style", {}, PAPER));
    }

    /** Wait until its pictures can be printed. */
    async ready() {
      const patience = new Promise((resolve) => { setTimeout(resolve, PATIENCE); });
      // not their load event, which may have come already
      await Promise.all([...this.card.querySelectorAll("img")].map((image) =>
        Promise.race([image.decode().catch(() => null), patience])));
    }

    /** The elements that hold text, each with its size in pixels of the card and how much text that is. */
    sizes() {
      const walker = document.createTreeWalker(this.card, NodeFilter.SHOW_TEXT);
      const lengths = new Map();
      while (walker.nextNode()) {
        const { parentElement: element, data } = walker.currentNode;
        const length = data.trim().length;
        if (length && element.localName !== "style" && element.checkVisibility()) {
          lengths.set(element, (lengths.get(element) ?? 0) + length);
        }
      }
      return [...lengths].map(([element, length]) => ({ element, length, size: parseFloat(getComputedStyle(element).fontSize) }));
    }

    /** Scale it, with no text under 9 points but scripts and readings. */
    scale(zoom) {
      this.zoom = zoom;
      const small = this.sizes().filter(({ element, size }) => size * zoom < LEAST - .05 && !element.closest(SCRIPTS));
      this.page.style.zoom = zoom;
      for (const { element } of small) { element.style.setProperty("font-size", `${LEAST / zoom}px`, "important"); }
    }

    /** Halve the space between lines of text and what is around them. */
    condense() {
      const names = ["margin-top", "margin-bottom", "padding-top", "padding-bottom"];
      const spaces = [...this.card.querySelectorAll("*")].flatMap((element) => {
        const style = getComputedStyle(element);
        return names.map((name) => [element, name, parseFloat(style[name])]).filter(([, , space]) => space > 1);
      });
      for (const [element, name, space] of spaces) { element.style.setProperty(name, `${space / 2}px`, "important"); }
    }

    /** Keep the ground of a card whose letters are light; no other costs ink. */
    ground() {
      const [red, green, blue] = getComputedStyle(this.body).color.match(/[\d.]+/g).map(Number);
      if (.3 * red + .59 * green + .11 * blue < 150) { this.body.style.setProperty("background", "none", "important"); }
    }

    /** Open what is folded: nobody can do that on paper. What a note builds on has cards of its own. */
    unfold() {
      this.card.querySelectorAll("details").forEach((each) => { each.open = !each.closest(".builds-on"); });
    }

    /** The blocks that other sides show just as this one does, but for its answer: its front, and backs of the same note. */
    repeated(front, backs) {
      const answer = this.card.querySelector("#answer");
      if (!answer) { return []; }
      const [asked, told] = [[front], backs].map((sides) =>
        new Set(sides.flatMap((side) => [...side.card.querySelectorAll(BLOCKS)].map((block) => side.likeness(block)))));
      const found = [];
      for (const block of this.card.querySelectorAll(BLOCKS)) {
        if (block.localName === "tr" || block.contains(answer) || found.some((each) => each.contains(block)) || !this.likeness(block)) { continue; }
        const before = block.compareDocumentPosition(answer) & Node.DOCUMENT_POSITION_FOLLOWING;
        // all that comes after a line may answer; within an answer only what its face names as the front does is none
        const apart = before || (answer.localName !== "hr" && !answer.contains(block));
        const named = answer === block.parentElement && block.className;
        const like = this.likeness(block);
        if (((apart || named) && asked.has(like)) || (apart && told.has(like))) { found.push(block); }
      }
      // of a table that answers, the rows that the question does not show
      for (const table of this.card.querySelectorAll("table")) {
        const rows = [...table.querySelectorAll(":scope > tbody > tr")].filter((each) => each.querySelector("td"));
        const same = rows.filter((each) => asked.has(this.likeness(each)));
        if (same.length < rows.length) { found.push(...same); }
      }
      return found;
    }

    /** What a block shows and how, as a text; empty if it shows nothing. */
    likeness(block) {
      this.known ??= new Map();
      if (!this.known.has(block)) {
        const text = seen(block);
        const shows = text || block.localName === "img" || block.querySelector("img");
        this.known.set(block, shows ? `${block.localName} ${block.className}\n${block.innerHTML.replace(/ style="[^"]*"/g, "").replace(/\s+/g, " ").trim()}\n${text}` : "");
      }
      return this.known.get(block);
    }

    /** Take blocks out, and what is left without content by that: a part of which only the heading stays. */
    leaveOut(blocks) {
      for (const block of blocks) {
        let { parentElement: around } = block;
        block.remove();
        while (around && around !== this.card && around.id !== "answer" && !around.querySelector("#answer, img, table, hr")
          && [...around.childNodes].every((each) => /^h\d$/.test(each.localName ?? "") || !each.textContent.trim())) {
          const up = around.parentElement;
          around.remove();
          around = up;
        }
      }
      const line = this.card.querySelector("hr#answer");
      if (blocks.length && line && !line.previousElementSibling) { line.remove(); }
    }

    /** Show all of what scrolls. */
    unroll() {
      const cut = [...this.card.querySelectorAll("*")].filter((each) => each.clientWidth > 1 && each.clientHeight > 1
        && (each.scrollWidth > each.clientWidth + 1 || each.scrollHeight > each.clientHeight + 1)
        && getComputedStyle(each).overflow !== "visible");
      for (const each of cut) {
        for (const [name, value] of [["overflow", "visible"], ["max-height", "none"], ["height", "auto"]]) {
          each.style.setProperty(name, value, "important");
        }
      }
    }

    /** By what factor something in it is wider than its place; 1 if all fits. */
    excess() {
      const place = this.host.getBoundingClientRect();
      let most = 0;
      for (const each of this.card.querySelectorAll("*")) {
        const { left, right, width } = each.getBoundingClientRect();
        if (width > 1) { most = Math.max(most, right - place.right, place.left - left); }
      }
      return most > 1 ? 1 + most / place.width : 1;
    }

    /** Break lines anywhere, and make formulas smaller that cannot be broken. */
    tighten() {
      this.body.classList.add("tight");
      const place = this.host.getBoundingClientRect();
      const factors = [...this.card.querySelectorAll("mjx-container")].map((formula) => {
        const { left, right } = formula.firstElementChild.getBoundingClientRect();
        const begin = Math.max(formula.parentElement.getBoundingClientRect().left, place.left);
        return [formula, (right - left) / (place.right - begin)];
      });
      for (const [formula, factor] of factors) { if (factor > 1) { formula.style.zoom = 1 / (1.02 * factor); } }
    }

    /** Make the whole side so small that it fits. */
    shrink(factor) { this.page.style.zoom = this.zoom / (1.02 * factor); }
  };

  /** The scale at which most text of some sides has its size on paper. */
  deckgen.scaleOf = (sides) => {
    const sizes = sides.flatMap((side) => side.sizes()).sort((one, other) => one.size - other.size);
    let left = sizes.reduce((sum, { length }) => sum + length, 0) / 2;
    const middle = sizes.find(({ length }) => (left -= length) <= 0);
    return middle ? Math.min(Math.max(TEXT / middle.size, .3), 2) : 1;
  };
}
