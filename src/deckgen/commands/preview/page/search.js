/* Search: which notes hold some words, and where a card shows them. It compares letters without case, accents,
   widths and the like, so that a word is found in whatever form it was typed. */
"use strict";

{
  const MOST_MARKS = 500; // a frame
  const ASCII = /^[\x00-\x7f]*$/;
  /* Combining marks, but not those that are letters' parts: vowels of Indic scripts, voiced kana. */
  const SILENT = /\p{Cf}|\u0640|(?=\p{M})(?![\u3099\u309A])[\p{sc=Zinh}\p{sc=Arab}\p{sc=Hebr}\p{sc=Syrc}\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}]/gu;
  /* A letter with what belongs to it, so that letter after letter comes out as the text at once does. */
  const LETTER = /[^][\p{M}\uFF9E\uFF9F\u1160-\u11FF]*/gu;
  const VARIANTS = [[/ς/g, "σ"], [/[‘’ʼ′]/g, "'"], [/[“”„«»″]/g, '"'], [/[‐‒–—−]/g, "-"], [/\s+/g, " "]];
  const hiragana = (sign) => String.fromCharCode(sign.charCodeAt(0) - 0x60);

  /** A text in the form in which it is compared. */
  deckgen.fold = (text) => {
    if (ASCII.test(text)) { return text.toLowerCase(); }
    // from small letters to capitals and back: all forms of ß become ss
    let folded = text.normalize("NFKD").replace(SILENT, "").toLowerCase().toUpperCase().toLowerCase();
    for (const [forms, one] of VARIANTS) { folded = folded.replace(forms, one); }
    return folded.replace(/[\u30A1-\u30F6\u30FD\u30FE]/g, hiragana).normalize("NFC");
  };

  /** The words of a search, each once, in the form in which they are compared. */
  deckgen.wordsOf = (query) => [...new Set(deckgen.fold(query).split(/\s+/))].filter(Boolean);

  let texts = []; // of the notes, in their order
  let folded = null;

  /* Called by a script of the deck. */
  deckgen.texts = (content) => {
    texts = content;
    folded = null;
  };

  /** Read the texts, which takes a moment the first time. */
  deckgen.readTexts = async (index) => {
    await deckgen.load("deck/texts.js", index.texts);
    folded ??= texts.map(deckgen.fold);
  };

  /** Which cards are of notes that hold all of some words, in their text or id. */
  deckgen.holding = async (index, words) => {
    await deckgen.readTexts(index);
    return (card) => words.every((word) => folded[card.number]?.includes(word) || card.id.includes(word));
  };

  /** Pieces of text one after another, folded, with the piece and the offsets that each sign is from. */
  function stream(pieces) {
    let text = "";
    const from = [];
    for (const [number, [piece, , breaks]] of pieces) {
      if (breaks) {
        text += " ";
        from.push(null);
      }
      for (const { 0: letter, index: start } of piece.matchAll(LETTER)) {
        const signs = deckgen.fold(letter);
        text += signs;
        for (let sign = 0; sign < signs.length; sign += 1) { from.push([number, start, start + letter.length]); }
      }
    }
    return { text, from };
  }

  /**
   * Where words are in the texts of a card.
   *
   * @param {Array} pieces Its texts in order: [text, sort, breaks]. The sort is 0; 1 below a reading; 2 a reading.
   *   A word does not go on from the piece before where it breaks.
   * @param {string[]} words What to look for, folded.
   * @returns {number[][]} The first piece of each, the offset in it, the last piece and the offset of the end in it.
   */
  deckgen.marksIn = (pieces, words) => {
    const numbered = [...pieces.entries()];
    const read = [numbered.filter(([, [, sort]]) => sort !== 2)];
    if (read[0].length < numbered.length) { read.push(numbered.filter(([, [, sort]]) => sort !== 1)); }
    const marks = new Map();
    for (const { text, from } of read.map(stream)) {
      for (const word of words) {
        for (let at = text.indexOf(word); at >= 0 && marks.size < MOST_MARKS; at = text.indexOf(word, at + word.length)) {
          const [first, start] = from[at];
          const [last, , end] = from[at + word.length - 1];
          marks.set(`${first} ${start}`, [first, start, last, end]);
        }
      }
    }
    return [...marks.values()].sort((one, two) => one[0] - two[0] || one[1] - two[1]);
  };
}
