"""What faces say themselves: the deck's own words, and deckgen's where the deck has none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from deckgen.diagnostics import Diagnostic, Span, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PATH = "base/words.html.j2"
"""The template that holds them."""
KINDS = "kinds"
"""The one among them that is no text: what the kinds are called."""

_IN_A_HINT = 5  # missing words whose lines a hint gives
_PLACE = re.compile(r"\{\w+\}")


def filled(own: Mapping[str, object], shipped: Mapping[str, object]) -> tuple[dict[str, object], list[str]]:
    """The words of a deck.

    Args:
        own: What the deck's own file says, by name.
        shipped: What deckgen's says.

    Returns:
        The deck's words, deckgen's in the place of those that it lacks; the names of these.
    """
    lacking = [name for name, word in shipped.items() if not _is_word(own.get(name), word)]
    words = {**own, **{name: shipped[name] for name in lacking}}
    kinds, known = words.get(KINDS), shipped.get(KINDS)
    if KINDS not in lacking and isinstance(kinds, Mapping) and isinstance(known, Mapping):
        names = [name for name in known if name not in kinds]
        words[KINDS] = {**known, **kinds}
        lacking += [f'{KINDS}["{name}"]' for name in names]
    return words, lacking


def _is_word(own: object, shipped: object) -> bool:
    """Whether a deck's word can stand for deckgen's: a text with the same places in braces, or a mapping."""
    if isinstance(shipped, Mapping):
        return isinstance(own, Mapping)
    if isinstance(own, bool) or not isinstance(own, (str, int, float)):
        return False
    return bool(str(own).strip()) and set(_PLACE.findall(str(own))) == set(_PLACE.findall(str(shipped)))


def texts(words: Mapping[str, object]) -> dict[str, str]:
    """Those among words that are texts."""
    return {name: str(word) for name, word in words.items() if isinstance(word, (str, int, float))}


def about_lacking(
    lacking: Sequence[str], own: Mapping[str, object], shipped: Mapping[str, object], path: str, text: str
) -> Iterator[Diagnostic]:
    """The diagnostics for words that a deck's own file lacks, or that name something else than deckgen's.

    Args:
        lacking: Their names.
        own: What the deck's file says, by name.
        shipped: What deckgen's says.
        path: The deck's file as diagnostics show it.
        text: What is in it.
    """
    missing = []
    for name in lacking:
        odd, wanted = (_PLACE.findall(str(words.get(name, ""))) for words in (own, shipped))
        line = re.search(rf"\bset\s+{re.escape(name)}\b", text)
        unknown = [place for place in odd if place not in wanted]
        if line is None or not unknown:
            missing.append(name)
            continue
        left = [place for place in wanted if place not in odd]
        meant = shipped[name]
        if len(unknown) == len(left) == 1:
            meant = str(own[name]).replace(unknown[0], left[0])
        stay = " and ".join(f"`{place}`" for place in wanted)
        message = f"`{unknown[0]}` is no name here: {stay} stay{'s' * (len(wanted) == 1)} in every language"
        place = Span(path, text.count("\n", 0, line.start()) + 1)
        yield Diagnostic("missing-words", message, place, f'write `[% set {name} = "{meant}" %]`')
    if missing:
        yield _about_missing(missing, shipped, Span(path))


def _about_missing(lacking: Sequence[str], shipped: Mapping[str, object], place: Span) -> Diagnostic:
    """The diagnostic for words that are not in a deck's own file."""
    message = f"this file lacks words of the cards, which are deckgen's own now: {listed(lacking)}"
    lines = [
        f'[% set {name} = "{shipped[name]}" %]' for name in lacking if isinstance(shipped.get(name), str)
    ]
    hint = "write into it, in the deck's language: " + " ".join(f"`{line}`" for line in lines[:_IN_A_HINT])
    if not lines:
        hint = "name these kinds too in its line `[% set kinds = {…} %]`"
    return Diagnostic("missing-words", message, place, hint)


def about_language(language: str, file: str, place: Span) -> Diagnostic:
    """The diagnostic for a deck in another language whose cards speak English by themselves."""
    message = (
        f"the deck is in `{language}`, and what its cards say by themselves is English, as “Best answer”"
    )
    hint = f"copy {file} to templates/{PATH}, and translate what stands between its quotation marks"
    return Diagnostic("missing-words", message, place, hint)


def about_untranslated(language: str, left: Sequence[str], place: Span) -> Diagnostic:
    """The diagnostic for words of a deck's own file that are still English."""
    message = f"the deck is in `{language}`, and words of its cards are still English: {listed(left)}"
    return Diagnostic("missing-words", message, place, "translate what stands between their quotation marks")


def untranslated(own: Mapping[str, object], shipped: Mapping[str, object]) -> list[str]:
    """The names of the words that a deck's own file has, and that are still deckgen's."""
    said = texts(own)
    return [name for name, word in texts(shipped).items() if said.get(name) == word and name != "letters"]


def english(words: Mapping[str, object], shipped: Mapping[str, object]) -> bool:
    """Whether most of a deck's words are still deckgen's own: some are the same in two languages."""
    ours = texts(shipped)
    return 2 * sum(texts(words).get(name) == word for name, word in ours.items()) > len(ours)
