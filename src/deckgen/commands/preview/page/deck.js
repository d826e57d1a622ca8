/* The deck: its index, and its cards. */
"use strict";

{
  let latest = null; // the changes that have come last

  /* Called by a script of the deck. */
  deckgen.changes = (content) => { latest = content; };

  /** One object a card, from short rows of the index; `first` is the number of the first note. */
  function cardsOf(index, rows, first = 0) {
    return rows.flatMap(([id, kind, deck, tags, where, [file, place], cards, found, before, since], nth) => {
      const number = first + nth;
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

  /** The index, with its cards; `stamp` asks for one that is newer than the one before. */
  deckgen.open = async (stamp = "") => {
    const index = await deckgen.read("index.js", stamp);
    return { ...index, cards: cardsOf(index, index.notes) };
  };

  /**
   * An index with the changes up to a version; null if they begin at another version than the index has.
   * What has not changed is not made again: cards of the same notes stay the same objects.
   */
  deckgen.follow = async (index, to) => {
    await deckgen.load("deck/changes.js", to).catch(() => {});
    if (latest?.from !== index.version || latest.to !== to) { return null; }
    const { start, count, head, notes: rows } = latest;
    const end = start + count;
    const known = new Map(index.files.map((file) => [file[0], file]));
    const files = head.files.map(([name, stamp]) => {
      const file = known.get(name) ?? [name, stamp];
      file[1] = stamp; // which the cards in it see, too
      return file;
    });
    const notes = [...index.notes.slice(0, start), ...rows, ...index.notes.slice(end)];
    const now = { ...index, ...head, files, notes, version: to };
    const before = index.cards.filter((card) => card.number < start);
    const after = index.cards.filter((card) => card.number >= end);
    for (const card of after) { card.number += rows.length - count; }
    return { ...now, cards: [...before, ...cardsOf(now, rows, start), ...after] };
  };

  /** Both sides of a card, its media, and the names of the files that are missing. */
  deckgen.sides = async (card) => {
    const [name, stamp] = card.file;
    const note = (await deckgen.read(name, stamp))[card.place];
    // while a preview is being written its files may be newer than the index that this page has
    if (note?.[2] !== card.key) { throw new Error(`${name} is not of this index`); }
    const missing = [];
    const media = await deckgen.files(note[1], missing);
    const [front, back] = note[0][card.which];
    return { front, back, media, missing };
  };
}
