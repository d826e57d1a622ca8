r"""The characters that a name must not contain because Anki shows names without escaping them.

Anki puts these into a card without escaping them:

- `{{Deck}}`, `{{Subdeck}}` and `{{Tags}}`: the names of decks, and tags, with spaces between them;
- `{{Type}}`: the note type's name, which is the deck's title, a hyphen and the kind's title;
- `{{Card}}`: the card template's name;
- `{{hint:Field}}`: the name of a field, on the link that shows it.

A face can also write the titles of the deck and of a kind into a card template, where `{{` would begin a
field. The result is HTML, in which Anki plays sounds, speaks, asks for typed answers, makes pictures of
LaTeX, and lets MathJax show formulas.

So a name must not contain anything that begins one of these; an end alone is harmless. A beginning is an
error even if the rest of the mark is missing, since the rest can come from another name: Anki joins tags with
spaces, and decks with `::`. So `[sound` at the end of a name is a beginning too: a subdeck adds `::` to it.
"""

from __future__ import annotations

import html
import re
import unicodedata
from html.entities import html5, name2codepoint

from deckgen.patterns import pattern


def _any_case(word: str) -> str:
    """A pattern for a word of plain letters in any capitals, which works in JavaScript too."""
    return "".join(f"[{char.upper()}{char}]" for char in word)


_TAG = r"<[A-Za-z/!?]"  # begins a tag or a comment in a browser; any other `<` is text
_FORMULA = r"\\[(\[]"
_BRACKET = (
    # Anki reads the first three in small letters only; AnkiDroid reads sounds in any
    rf"\[(?:(?:{_any_case('sound')}|{_any_case('anki')}|\[{_any_case('type')})(?::|$)"
    rf"|{_any_case('latex')}\]|\$\$?\])"
)
_BRACES = r"\{\{"

_TAG_SHOWN = pattern(r"</?[A-Za-z][A-Za-z0-9-]{0,20}|<!(?:--)?|<[/?]")
_BRACKET_SHOWN = pattern(_BRACKET)
_ENTITY_LIKE = pattern(r"&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)")

# Entities that need no semicolon, and those of HTML 4 with one; all 2,125 would make a long pattern. Anki
# normalizes names (NFC), which turns a Kelvin sign into a K, and a Greek question mark into a semicolon.
_SHORT = sorted(name for name in html5 if not name.endswith(";"))
_LONG = sorted(name for name in name2codepoint if not name.startswith(tuple(_SHORT)))
_ENTITY = rf"&(?:#(?:[0-9]|[xX][0-9A-Fa-f])|{'|'.join(_SHORT)}|(?:{'|'.join(_LONG)})[;\u037e])"

PATTERN = rf"^(?![\s\S]*(?:{_TAG}|<\u212a|{_FORMULA}|{_BRACKET}|{_BRACES}|{_ENTITY}))"
"""The pattern of such a name for a JSON Schema. It matches every name that `fault` accepts."""


def fault(name: str) -> tuple[str, str] | None:
    """The fault of a name that Anki would not show as typed.

    Args:
        name: The name.

    Returns:
        The end of a sentence that begins with the name, and a hint; None if the name has no fault.
    """
    for written in (name, unicodedata.normalize("NFC", name)):
        if match := _TAG_SHOWN.search(written):
            return _of_mark(match[0], "reads as HTML", "the `<`")
        if match := re.search(_FORMULA, written):
            return _of_mark(match[0], "reads as a formula", "the backslash")
        if match := re.search(_BRACES, written):
            return _of_mark(match[0], "reads as a field of the card", "the braces")
        if mark := bracket(written):
            return _of_mark(mark, "reads as its own syntax", "the brackets")
        if entity := _entity(written):
            return _about_entity(entity)
    return None


def bracket(text: str) -> str:
    """The first mark in brackets that Anki acts on, such as `[sound:`; empty if there is none."""
    match = _BRACKET_SHOWN.search(text)
    return match[0] if match else ""


def _of_mark(piece: str, takes: str, what: str) -> tuple[str, str]:
    return f"contains `{piece}`, which Anki {takes}", f"remove {what}: Anki does not escape names and tags"


def _entity(name: str) -> str:
    """The first entity of a name, as a browser finds it; empty if there is none."""
    for match in _ENTITY_LIKE.finditer(name):
        piece = match[0]
        if html.unescape(piece) == piece:
            continue
        if piece[1] == "#":
            return piece
        return next(piece[:end] for end in range(len(piece), 1, -1) if piece[1:end] in html5)
    return ""


def _about_entity(entity: str) -> tuple[str, str]:
    """The fault of a name with an entity: the end of a sentence, and a hint."""
    character = html.unescape(entity)
    hint = "remove the `&`"
    if character.isprintable() and not character.isspace() and character not in "<&`":
        hint = f"write the character `{character}`, or {hint}"
    seen = f" as `{character}`" if character.isprintable() and character.strip(" `") else " otherwise"
    return (
        f"contains `{entity}`, which learners would see{seen}",
        f"{hint}: Anki does not escape names and tags",
    )
