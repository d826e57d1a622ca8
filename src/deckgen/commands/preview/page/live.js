/* The start of the page; and, where `deckgen preview --serve` gives it, its changes as the source changes. */
"use strict";

{
  const $ = (id) => document.getElementById(id);
  const AGAIN = 1000; // milliseconds until the page looks for its server again
  const SILENCE = 15_000; // milliseconds without a sign of life: the server gives one every 5 seconds
  const ANSWER = 3000; // milliseconds in which it must answer then
  const { make } = deckgen;
  let known = null;
  let dismissed = "";

  /** Show what is wrong over the page, until it is fixed or closed. */
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
    const title = `${index.errors} error${index.errors === 1 ? "" : "s"}: the deck cannot be built`;
    tell(title, errors.map(deckgen.diagnostic));
  }

  let met = false; // the server has been there; a folder on any other server has none
  let away = false; // it was gone since, and files may have failed to load

  async function changed(event) {
    const said = JSON.parse(event.data);
    if (said.fault) {
      return tell("The preview could not be updated", [make("li", { class: "error" }, make("p", {}, said.fault))]);
    }
    if (said.version !== known?.version || away) {
      const followed = known && !away ? await deckgen.follow(known, said.version) : null;
      const newer = followed ?? await deckgen.open(said.version);
      known = null; // until all of it is shown
      away = false;
      await deckgen.refresh(newer);
      known = newer;
    }
    tellErrors(known);
  }

  let source = null;
  let timer = 0;
  let work = Promise.resolve();

  function close() {
    clearTimeout(timer);
    source?.close();
    source = null;
  }

  /** Say that the server is gone, and look for it again. */
  function lose() {
    const refused = source?.readyState === EventSource.CLOSED;
    close();
    if (!met) {
      if (!refused) { timer = setTimeout(listen, AGAIN); }
      return;
    }
    away = true;
    if ($("gone").hidden) {
      $("gone").replaceChildren(...deckgen.prose("deckgen is not running any more, so this page does not change. Run"
        + " `deckgen preview --serve` again; the page then goes on by itself."));
      $("gone").hidden = false;
    }
    timer = setTimeout(listen, AGAIN);
  }

  /** There is a sign of life. Without the next one, ask for one before anything is said: the machine may have slept. */
  function hear() {
    met = true;
    $("gone").hidden = true;
    clearTimeout(timer);
    timer = setTimeout(() => {
      close();
      listen();
    }, SILENCE);
  }

  /** Listen while the page is in view: a browser has few connections for one server. */
  function listen() {
    if (document.hidden) { return close(); }
    if (source) { return; }
    source = new EventSource("events");
    source.onmessage = (event) => {
      hear();
      work = work.then(() => changed(event)).catch(() => {});
    };
    source.addEventListener("beat", hear);
    source.onerror = lose;
    clearTimeout(timer);
    timer = setTimeout(lose, ANSWER);
  }

  if (window.top === window && deckgen.start) { // without a file of the page there is none
    deckgen.start().then(() => {
      if (location.protocol === "http:" && ["127.0.0.1", "localhost"].includes(location.hostname)) {
        listen();
        document.addEventListener("visibilitychange", listen);
      }
    });
  }
}
