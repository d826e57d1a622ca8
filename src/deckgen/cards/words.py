"""The words that faces show, such as "Best answer": the deck's own, or else deckgen's in its language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from deckgen.cards.locales import readable
from deckgen.diagnostics import Diagnostic, Span, listed
from deckgen.patterns import pattern
from deckgen.project import shipped_templates

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ENGLISH = "words.html.j2"
"""The file of deckgen's English words, in templates/base/; a deck's own may have the same name."""
PATH = f"base/{ENGLISH}"
"""The template that defines them, whatever the language."""
KINDS = "kinds"
"""The one name that is not a text but a mapping: the titles of the kinds."""

_SIGNS = frozenset(["letters", "colon"])  # the same in many languages
_IN_A_HINT = 5  # so many missing words are in a hint
_PLACE = pattern(r"\{\w+\}")


def file_names(language: str) -> list[str]:
    """The names of the files that may have the words of a language, the best one first."""
    return [*(f"words.{tag}.html.j2" for tag in readable(language)), ENGLISH]


def has_words(language: str) -> bool:
    """Whether deckgen has words in a language."""
    names = file_names(language)[:-1]
    is_english = language.lower().split("-")[0] == "en"
    return is_english or any((shipped_templates() / "base" / name).exists() for name in names)


def filled(own: Mapping[str, object], shipped: Mapping[str, object]) -> tuple[dict[str, object], list[str]]:
    """The words of a deck.

    Args:
        own: The words of the deck's own file, by name.
        shipped: The words of deckgen's file, in the deck's language if there is one.

    Returns:
        The deck's words, with deckgen's in place of missing ones; and the names of the missing ones.
    """
    missing = [name for name, word in shipped.items() if not _is_word(own.get(name), word)]
    words = {**own, **{name: shipped[name] for name in missing}}
    kinds, shipped_kinds = words.get(KINDS), shipped.get(KINDS)
    if KINDS not in missing and isinstance(kinds, Mapping) and isinstance(shipped_kinds, Mapping):
        names = [name for name in shipped_kinds if name not in kinds]
        words[KINDS] = {**shipped_kinds, **kinds}
        missing += [f'{KINDS}["{name}"]' for name in names]
    return words, missing


def _is_word(own: object, shipped: object) -> bool:
    """Whether a deck's word can replace deckgen's: a text with the same names in braces, or a mapping."""
    if isinstance(shipped, Mapping):
        return isinstance(own, Mapping)
    if isinstance(own, bool) or not isinstance(own, (str, int, float)):
        return False
    return bool(str(own).strip()) and set(_PLACE.findall(str(own))) == set(_PLACE.findall(str(shipped)))


def texts(words: Mapping[str, object]) -> dict[str, str]:
    """The words that are texts."""
    return {name: str(word) for name, word in words.items() if isinstance(word, (str, int, float))}


def about_lacking(
    lacking: Sequence[str], own: Mapping[str, object], shipped: Mapping[str, object], path: str, text: str
) -> Iterator[Diagnostic]:
    """Diagnostics for words that a deck's own file lacks, or that have other names in braces than deckgen's.

    Args:
        lacking: The names of these words.
        own: The words of the deck's file, by name.
        shipped: The words of deckgen's file.
        path: The deck's file as diagnostics show it.
        text: The content of the deck's file.
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
        message = f"`{unknown[0]}` is not a name here: keep {stay} in every language"
        place = Span(path, text.count("\n", 0, line.start()) + 1)
        yield Diagnostic("missing-words", message, place, f'write `[% set {name} = "{meant}" %]`')
    if missing:
        yield _about_missing(missing, shipped, Span(path))


def _about_missing(lacking: Sequence[str], shipped: Mapping[str, object], place: Span) -> Diagnostic:
    """The diagnostic for words that are not in a deck's own file."""
    message = f"this file lacks words of the cards, so deckgen uses its own: {listed(lacking)}"
    lines = [
        f'[% set {name} = "{shipped[name]}" %]' for name in lacking if isinstance(shipped.get(name), str)
    ]
    hint = "add to it, in the deck's language: " + " ".join(f"`{line}`" for line in lines[:_IN_A_HINT])
    if not lines:
        hint = "add these kinds to its line `[% set kinds = {…} %]`"
    return Diagnostic("missing-words", message, place, hint)


def about_language(language: str, file: str, place: Span) -> Diagnostic:
    """The diagnostic for a deck in another language whose cards show deckgen's English words."""
    message = (
        f"the deck is in `{language}`, but the fixed words on its cards, such as “Best "
        "answer”, are in English"
    )
    hint = f"copy {file} to templates/{PATH}, and translate the text between its quotation marks"
    return Diagnostic("missing-words", message, place, hint)


def about_untranslated(language: str, left: Sequence[str], place: Span, *, has_words: bool) -> Diagnostic:
    """The diagnostic for words of a deck's own file that are still English.

    Args:
        language: The deck's language.
        left: The names of these words.
        place: The file.
        has_words: Whether deckgen has words in the language.
    """
    message = f"the deck is in `{language}`, but some words on its cards are still in English: {listed(left)}"
    hint = "translate the text between their quotation marks"
    if has_words:
        hint += f"; or delete this file: deckgen has words in `{language}`"
    return Diagnostic("missing-words", message, place, hint)


def untranslated(
    own: Mapping[str, object], english: Mapping[str, object], shipped: Mapping[str, object]
) -> list[str]:
    """The names of the words in a deck's own file that are still English.

    Args:
        own: The words of the deck's file.
        english: deckgen's English words.
        shipped: deckgen's words in the deck's language, some of which may be the same; or the English ones.
    """
    own_texts = texts(own)
    same = {name for name, word in english.items() if shipped[name] == word} if shipped != english else ()
    return [
        name
        for name, word in texts(english).items()
        if own_texts.get(name) == word and name not in _SIGNS and name not in same
    ]


def is_english(words: Mapping[str, object], english: Mapping[str, object]) -> bool:
    """Whether most of a deck's words are still English; some are the same in two languages."""
    ours = texts(english)
    return 2 * sum(texts(words).get(name) == word for name, word in ours.items()) > len(ours)
