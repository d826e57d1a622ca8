/* The deck: its index, and its cards, which are loaded as scripts when they are needed. */
"use strict";

const deckgen = (() => {
  const contents = new Map(); // what the scripts have brought, by name
  const loaded = new Map(); // the stamps of the scripts that have run, by name
  const loading = new Map(); // promises of scripts that are to run, by address
  const blobs = new Map(); // media, by key: the name, or another one for a file of an earlier edition

  /** Have a script's content as of a stamp: run the script, unless the one that has run last had that stamp. */
  function load(name, stamp = "") {
    if (loaded.get(name) === stamp) { return Promise.resolve(); }
    const address = stamp ? `${name}?v=${stamp}` : name;
    if (!loading.has(address)) {
      loading.set(address, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = address;
        script.onload = () => { loaded.set(name, stamp); resolve(); };
        script.onerror = () => reject(new Error(`${address} cannot be read`));
        document.head.append(script);
        script.remove();
      }).finally(() => loading.delete(address)));
    }
    return loading.get(address);
  }

  /** One object a card, from the index's short rows. */
  function cardsOf(index) {
    return index.notes.flatMap(([id, kind, deck, tags, where, [file, place], cards, found, before, since], number) => {
      const [old, changes] = since ?? [null, []];
      return cards.map(([ordinal, name, digest], which) => {
        const change = changes[which] ? changeOf(index, old, changes, which) : null;
        const gone = change?.sort === "gone";
        return {
          anchor: (gone ? `before:${old[2]}` : id) + (which ? `/${ordinal + 1}` : ""),
          id,
          key: gone ? old[2] : id,
          number,
          ordinal,
          name,
          which,
          kind,
          kindTitle: index.kinds[kind][0],
          css: index.kinds[kind][1],
          chapter: index.decks[deck].replace(`${index.title}::`, ""),
          tags: tags.map((tag) => index.tags[tag]),
          source: where && `${index.sources[where[0]]}:${where[1]}`,
          file: index.files[file],
          place,
          digest: `${digest} ${JSON.stringify([name, kind, deck, tags, where, found, before, changes[which]?.slice(1), change?.sort, change?.words])}`,
          looks: digest,
          found,
          before: Boolean(before),
          change,
        };
      });
    });
  }

  /** What has become of a card since an earlier edition: its sort, words about it, and the earlier card if it differs. */
  function changeOf(index, old, changes, which) {
    const [number, ordinal, looks] = changes[which];
    const [sort, words] = index.since.changes[number];
    if (looks === undefined) { return { sort, words, earlier: null }; }
    const [[file, place], kind, key] = old;
    const earlier = {
      key,
      ordinal,
      which: changes.slice(0, which).filter((each) => each?.length > 1).length,
      css: index.kinds[kind][1],
      file: index.files[file],
      place,
      looks,
    };
    return { sort, words, earlier };
  }

  let texts = [];

  return {
    /* Called by the deck's scripts. */
    index(content) { contents.set("index.js", content); },
    cards(name, content) { contents.set(name, content); },
    texts(content) { texts = content.map((text) => text.toLowerCase()); },
    media(key, sort, content) {
      const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
      blobs.set(key, new Blob([bytes], { type: sort }));
    },

    /** The index, with its cards; `stamp` asks for one that is newer than the one before. */
    async open(stamp = "") {
      await load("deck/index.js", stamp);
      const index = contents.get("index.js");
      return { ...index, cards: cardsOf(index) };
    },

    /** Both sides of a card, and its media. */
    async sides(card) {
      const [name, stamp] = card.file;
      await load(`deck/${name}`, stamp);
      const note = contents.get(name)[card.place];
      // while a preview is being written its files may be newer than the index that this page has
      if (note?.[2] !== card.key) { throw new Error(`${name} is not of this index`); }
      const media = new Map();
      for (const file of note[1]) {
        const [key, own] = typeof file === "string" ? [file, file] : file;
        if (!blobs.has(key)) { await load(`media/${key}.js`).catch(() => {}); }
        if (blobs.has(key)) { media.set(own, blobs.get(key)); }
      }
      const [front, back] = note[0][card.which];
      return { front, back, media };
    },

    /** Which notes hold all of some words, by their numbers in the index. */
    async holding(index, words) {
      await load("deck/texts.js", index.texts);
      return (card) => words.every((word) => texts[card.number]?.includes(word) || card.id.includes(word));
    },
  };
})();
