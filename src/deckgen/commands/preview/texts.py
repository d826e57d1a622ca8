"""The texts that the preview's search looks through: what the cards of a note show, without markup."""

from __future__ import annotations

import html
import re

from deckgen.anki import cloze

LONGEST_TEXT = 20_000
"""The search looks through this many characters of a note."""
_SOUND = re.compile(r"\[sound:[^\[\]]*\]|\[/?anki:[^\[\]]*\]")
_TAG = re.compile(r"(<[^<>]*>)")
_NAME = re.compile(r"</?([a-z][a-z0-9]*)", re.IGNORECASE)
_IN_LINE = frozenset(  # a word goes on behind them
    "a abbr b bdi bdo cite code data del dfn em font i ins kbd mark q rb rp rt ruby s samp small span strong "
    "sub sup tt u var wbr".split()
)
_UNSEEN = frozenset(["rp", "script", "style"])
_IN_BRACKETS = re.compile(  # as Anki's filter `furigana` has it, where the reading is in kana or bopomofo
    r" ?([\u3005\u3400-\u9fff\uf900-\ufaff]{1,12})\[([\u3040-\u30ff\u3100-\u312f]{1,40})\]"
)


def words_of(fields: str) -> str:
    """The text of a note's fields, with whole words across clozes and emphasis. Hints of clozes come last.

    Where words have readings above them, the text is there twice: with the words, and with the readings.
    """
    text = _without_clozes(_SOUND.sub(" ", fields[: 4 * LONGEST_TEXT]))
    words, readings = _forms(text)
    if "[" in text:
        words, readings = _IN_BRACKETS.sub(r"\1", words), _IN_BRACKETS.sub(r"\2", readings)
    shown = dict.fromkeys(" ".join(html.unescape(form).split()) for form in (words, readings))
    return " ".join(shown)[:LONGEST_TEXT]


def _forms(text: str) -> tuple[str, str]:
    """The text of HTML with the words that have readings above them, and with the readings in their place."""
    words: list[str] = []
    readings: list[str] = []
    inside: dict[str, bool] = {}
    for place, piece in enumerate(_TAG.split(text)):
        if place % 2:
            match = _NAME.match(piece)
            name = match[1].lower() if match else ""
            inside[name] = not piece.startswith("</")
            piece = "" if name in _IN_LINE else " "  # noqa: PLW2901 (what stands in place of the tag)
        elif any(inside.get(name) for name in _UNSEEN):
            continue
        if not inside.get("rt"):
            words.append(piece)
        if inside.get("rt") or not inside.get("ruby"):
            readings.append(piece)
    return "".join(words), "".join(readings)


def _without_clozes(text: str) -> str:
    """The text with the answer of each cloze in its place, and all hints at the end."""
    cuts: list[tuple[int, int]] = []
    hints: list[str] = []
    for each in cloze.in_field(text) if "{{c" in text else []:
        cuts.append((each.start, each.inner))
        if each.end >= 0:
            cuts.append((each.answer_end, each.end + 2))
        if each.end >= 0 and each.hint >= 0:
            hints.append(text[each.hint : each.end])
    pieces, done = [], 0
    for start, end in sorted(cuts):
        pieces.append(text[done:start])
        done = max(done, end)
    return " ".join(["".join([*pieces, text[done:]]), *hints])
