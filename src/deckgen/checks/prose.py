r"""The prose of a text and its length, in any script.

Rules about wording look at prose only, and not at code, formulas, tags and the addresses of links and images.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from deckgen.anki.cloze import uncovered
from deckgen.anki.verbatim import Piece, pieces
from deckgen.patterns import pattern

UNSPACED = (
    r"[\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ec0-\u0ec6\u0edc-\u0edf\u0f40-\u0f6c"
    r"\u1000-\u102a\u1780-\u17b3\u3005-\u3007\u3041-\u3096\u30a1-\u30fa\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003ffff]"
)
"""A letter of a script without blanks: Chinese, Japanese, Thai, Lao, Tibetan, Burmese, Khmer."""

# signs that belong to the letter before them, which Python does not count as part of a word
_MARKS = (
    r"\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0903"
    r"\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc-\u09cd\u0a01-\u0a03\u0a3c-\u0a4d\u0b82"
    r"\u0bbe-\u0bcd\u0c00-\u0c04\u0c3e-\u0c4d\u0d3e-\u0d4d\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc"
    r"\u0ec8-\u0ece\u0f71-\u0f84\u102b-\u103e\u17b4-\u17d3\u3099\u309a"
)
_ASCII_WORD = pattern(r"[A-Za-z0-9]+(?:'[A-Za-z0-9]+)*")
WORD = pattern(
    rf"{UNSPACED}[{_MARKS}]*|(?:(?!{UNSPACED})[^\W_]|[{_MARKS}])+(?:['’](?:(?!{UNSPACED})[^\W_]|[{_MARKS}])+)*"
)
"""A word: letters and digits, with apostrophes inside; in a script without blanks, a letter."""

_LETTER = pattern(UNSPACED)
_LETTERS_A_WORD = 2.5  # in Japanese; other scripts without blanks are near it
_NOTHING = "\ufffc"
_MARKED = pattern(r"[*_`=~<\[{$\\]")
_MORE_THAN_EMPHASIS = pattern(r"[`~<\[{$\\]")
_SIGN = pattern(r"[^\n]")
_BREAKS = pattern(r"</?(?:br|p|div|li|ul|ol|h[1-6]|tr|td|th|table|blockquote|hr)\b", re.IGNORECASE)
_IMAGE = pattern(r"!\[[^\[\]]*+\]\x00")
_LINK = pattern(r"\[([^\[\]]*+)\]\x00")
# each way begins with its sign, so that a search skips all other characters at once
_EMPHASIS = pattern(
    r"\\([!-/:-@\[-`{-~])|\*(?:\*{0,2}(?=\S)|(?<=\S\*)\*{0,2})|=(?:=+(?=\S)|(?<=\S=)=+)"
    r"|~~(?:(?=\S)|(?<=\S~~))|`|_(?:(?<!\w_)_{0,2}(?=[^\W_])|(?<=[^\W_]_)_{0,2}(?!\w))"
)


def words(text: str) -> list[str]:
    """The words of a text, in small letters."""
    return (_ASCII_WORD if text.isascii() else WORD).findall(text.lower())


def size(text: str) -> int:
    """The number of words of a text; an estimate for a script without blanks between words."""
    if text.isascii():
        return len(text.split())
    letters = len(_LETTER.findall(text))
    if not letters:
        return len(text.split())
    others = sum(1 for word in _LETTER.sub(" ", text).split() if WORD.search(word))
    return others + round(letters / _LETTERS_A_WORD)


def width(text: str) -> int:
    """The width of a text on the screen, in letters of the Latin alphabet."""
    return len(text) if text.isascii() else len(text) + len(_LETTER.findall(text))


def is_unspaced(text: str) -> bool:
    """Whether a text is mostly in a script without blanks between words."""
    return not text.isascii() and len(_LETTER.findall(text)) * 2 > len(WORD.findall(text))


def length(text: str) -> int:
    """The number of letters in a script without blanks; each word of another script counts as one letter."""
    return len(WORD.findall(text))


def counted(text: str) -> str:
    """The length of a text for a message: "12 words", or "30 characters" in a script without blanks."""
    if is_unspaced(text):
        return f"{length(text)} characters"
    count = size(text)
    return f"{count} word{'s' * (count != 1)}"


def tokens(text: str) -> list[str]:
    """The units by which texts are compared: words, or pairs of letters in a script without blanks."""
    parts = text.lower().split()
    if text.isascii() or not _LETTER.search(text):
        return parts
    pairs: list[str] = []
    for each in parts:
        letters = WORD.findall(each)
        pairs += map("".join, pairwise(letters)) if len(letters) > 1 else letters
    return pairs


@lru_cache(maxsize=4096)
def prose(text: str) -> str:
    """A text with everything blotted out that is not prose: code, formulas, tags, addresses.

    Signs behind a backslash are blotted out too. The length stays the same.
    """
    parts: list[str] = []
    done = 0
    for piece in pieces(text):
        parts += (_unescaped(text[done : piece.start]), _SIGN.sub(_NOTHING, text[piece.start : piece.end]))
        done = piece.end
    return "".join(parts) + _unescaped(text[done:])


_ESCAPE = pattern(r"\\[!-/:-@\[-`{-~]")


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_NOTHING * 2, text) if "\\" in text else text


def plain(text: str, *, code: bool = True) -> str:
    """A text as a learner reads it, without the marks of Markdown and clozes, images and sounds.

    Args:
        text: The text.
        code: Whether to keep blocks of code.
    """
    if not _MARKED.search(text):
        return text
    if not _MORE_THAN_EMPHASIS.search(text):
        return _EMPHASIS.sub("", text)
    source = uncovered(text)
    parts: list[str] = []
    protected: list[str] = []
    done = 0
    for piece in pieces(source):
        parts.append(source[done : piece.start])
        done = piece.end
        if piece.kind == "address":
            parts.append("\0")
        elif piece.kind in {"code", "fence", "formula", "display", "latex"}:
            protected.append(_as_read(source, piece, code=code))
            parts.append("\1")
        elif piece.kind == "tag" and _BREAKS.match(source, piece.start):
            parts.append(" ")
    result = _LINK.sub(r"\1", _IMAGE.sub("", "".join((*parts, source[done:]))))
    result = _EMPHASIS.sub(lambda match: match[1] or "", result)
    again = iter(protected)
    return re.sub("\1", lambda _: next(again, ""), result) if protected else result


def _as_read(text: str, piece: Piece, *, code: bool) -> str:
    """The readable text of code or a formula."""
    if piece.kind == "fence":
        return text[piece.inner : piece.inner_end] if code else ""
    return text[piece.inner : piece.inner_end] if piece.kind == "code" else text[piece.start : piece.end]


_VERBATIM = frozenset(["code", "fence", "formula", "display", "latex", "address", "sound"])


def verbatim(text: str) -> set[str]:
    """The parts that must be equal for two equal texts: code, formulas, addresses of links and images."""
    if not _MORE_THAN_EMPHASIS.search(text):
        return set()
    tags = re.findall(r"\bsrc\s*=\s*[\"']?([^\s\"'>]+)", text) if "<" in text else []
    return {
        *tags,
        *(text[each.inner : each.inner_end].strip() for each in pieces(text) if each.kind in _VERBATIM),
    }
