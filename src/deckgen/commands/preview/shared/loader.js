/* The deck's files, which are loaded as scripts when they are needed: a page opened from disk may read no others. */
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

  return {
    /* Called by the deck's scripts. */
    index(content) { contents.set("index.js", content); },
    cards(name, content) { contents.set(name, content); },
    media(key, sort, content) {
      const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
      blobs.set(key, new Blob([bytes], { type: sort }));
    },

    load,

    /** What the deck's script of a name says, as of a stamp. */
    async read(name, stamp) {
      await load(`deck/${name}`, stamp);
      return contents.get(name);
    },

    /** The media files of a note by the names that its cards have for them; `missing` gets the names of the others. */
    async files(listed, missing = []) {
      const media = new Map();
      for (const file of listed) {
        const [key, own] = typeof file === "string" ? [file, file] : file;
        if (!blobs.has(key)) { await load(`media/${key}.js`).catch(() => {}); }
        if (blobs.has(key)) { media.set(own, blobs.get(key)); } else { missing.push(own); }
      }
      return media;
    },
  };
})();
