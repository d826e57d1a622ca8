"""HTML as fingerprints and rules compare it: with its blanks as a browser shows them."""

from __future__ import annotations

import re

from deckgen.cards.markdown import rendered
from deckgen.patterns import pattern

# text in which a browser keeps blanks, or which it does not show
_AS_WRITTEN = pattern(
    r"((?s:<pre\b[^<>]*+>.*?</pre>)|(?s:<code\b[^<>]*+>.*?</code>)|\\\((?s:.*?)\\\)|\\\[(?s:.*?)\\\]|<[^<>]*+>"
    r"|\[sound:[^\[\]]*+\])"
)
_WITH_BLANKS = pattern(r"((?s:<pre\b[^<>]*+>.*?</pre>)|(?s:<code\b[^<>]*+>.*?</code>)|\[sound:[^\[\]]*+\])")
_BREAK = pattern(r"<br\s*/?>\n?", re.IGNORECASE)


def drawn(text: str) -> str:
    """The HTML of Markdown, with one space for each run of blanks, for comparing two texts."""
    return _one_blank(rendered(text), _AS_WRITTEN)


def settled(output: str) -> str:
    """HTML with one space for each run of blanks, also within formulas and tags, for comparing two cards."""
    return _one_blank(_BREAK.sub("<br>", output), _WITH_BLANKS).strip(" \t\n")


def _one_blank(output: str, kept: re.Pattern[str]) -> str:
    """HTML with one space for each run of blanks, except in the parts that a pattern matches."""
    return "".join(
        part if number % 2 else re.sub(r"[ \t\n]+", " ", part)
        for number, part in enumerate(kept.split(output))
    )
