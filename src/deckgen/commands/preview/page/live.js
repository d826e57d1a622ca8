/* The start of the page; and, where `deckgen preview --serve` gives it, its changes as the source changes. */
"use strict";

{
  const $ = (id) => document.getElementById(id);
  let version = "";
  let known = null;
  let dismissed = "";

  /** Show what is wrong over the page, until it is mended or closed. */
  function tell(title, items) {
    const whole = title + items.map((item) => item.textContent).join("\n");
    $("overlay").hidden = !items.length || whole === dismissed;
    if (!items.length) { dismissed = ""; }
    $("overlay-title").textContent = title;
    $("overlay-list").replaceChildren(...items);
    $("overlay").told = whole;
  }

  $("overlay-close").addEventListener("click", () => {
    dismissed = $("overlay").told;
    $("overlay").hidden = true;
  });

  function tellErrors(index) {
    const all = [...index.found, ...index.notes.flatMap((note) => note[7])];
    const errors = all.filter((each) => each.level === "error").slice(0, 5);
    const title = index.errors === 1 ? "An error: the deck cannot be built" : `${index.errors} errors: the deck cannot be built`;
    tell(title, errors.map(deckgen.diagnostic));
  }

  async function changed(event) {
    const said = JSON.parse(event.data);
    if (said.fault) {
      return tell("The preview could not be made", [deckgen.make("li", { class: "error" }, deckgen.make("p", {}, said.fault))]);
    }
    if (said.version !== version) {
      known = await deckgen.open(said.version);
      await deckgen.refresh(known);
      version = said.version;
    }
    tellErrors(known);
  }

  let source = null;
  let work = Promise.resolve();

  /** Listen while the page is in view: a browser has few connections for one server. */
  function listen() {
    if (document.hidden || source) {
      if (document.hidden) {
        source?.close();
        source = null;
      }
      return;
    }
    source = new EventSource("events");
    source.onmessage = (event) => { work = work.then(() => changed(event)).catch(() => {}); };
  }

  if (window.top === window) {
    deckgen.start().then(() => {
      if (location.protocol === "http:" && ["127.0.0.1", "localhost"].includes(location.hostname)) {
        listen();
        document.addEventListener("visibilitychange", listen);
      }
    });
  }
}
