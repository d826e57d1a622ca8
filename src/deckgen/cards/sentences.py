"""What deckgen says to learners, in the deck's language: sentences of its own file, or else deckgen's."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from deckgen import source
from deckgen.cards.locales import locale_of, more_general
from deckgen.diagnostics import Diagnostic, Diagnostics, Span, listed, nearest, proposal
from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from babel import Locale

    from deckgen.deck.notes import Deck
    from deckgen.project import Folder, Project
    from deckgen.source import Document

_PLACE = pattern(r"\{\w+\}")
_OTHER = "other"
_CATEGORIES = ("zero", "one", "two", "few", "many", _OTHER)
"""The forms of a sentence for numbers, as in the CLDR of Unicode."""

Forms = dict[str, str]
"""A sentence in its forms; one without a number has only `other`."""


@dataclass(frozen=True)
class Sentences:
    """Sentences in a language.

    Attributes:
        language: Their language, as a BCP 47 tag.
        texts: The sentences by name, each in its forms.
        diagnostics: The faults of the deck's own file.
    """

    language: str
    texts: Mapping[str, Forms]
    diagnostics: Diagnostics = field(default_factory=Diagnostics)

    def say(self, name: str, count: int | None = None, **words: str) -> str:
        """A sentence.

        Args:
            name: Its name in the file.
            count: The number that decides its form, and stands for `{count}`.
            words: What stands for the other words in braces.
        """
        forms, locale = self.texts[name], _locale(self.language)
        form = forms[_OTHER]
        if count is not None:
            from babel.numbers import format_decimal  # noqa: PLC0415 (few commands speak to learners)

            form = forms.get(locale.plural_form(count), form)
            words["count"] = format_decimal(count, locale=locale)
        return _PLACE.sub(lambda place: words.get(place[0][1:-1], place[0]), form)

    def day(self, time: int) -> str:
        """The day of a time in seconds since 1970, in UTC, as the language writes it."""
        from babel.dates import format_date  # noqa: PLC0415 (few commands speak to learners)

        return format_date(datetime.fromtimestamp(time, UTC).date(), "long", locale=_locale(self.language))


def read_sentences(deck: Deck, project: Project) -> Sentences:
    """The sentences in the language of a deck; those that its own file lacks are deckgen's.

    Args:
        deck: The deck.
        project: Its folder.
    """
    folders = [each / "base" for each in project.template_folders()]
    tags = list(more_general(deck.language))
    english, _, _ = _read(_file(folders[0], "en"))
    tag, shipped = next(_shipped(folders[0], tags), ("en", english))
    texts = english | shipped
    own = next(
        (file for each in folders[1:] for word in tags if (file := _file(each, word)).path.exists()), None
    )
    if own is None:
        return Sentences(tag, texts)
    ours, document, diagnostics = _read(own)
    if diagnostics.has_errors:
        return Sentences(tag, texts, diagnostics)
    diagnostics = Diagnostics(_faults(ours, texts, document, deck.language))
    sound = {name: forms for name, forms in ours.items() if name in texts and _is_like(forms, texts[name])}
    return Sentences(deck.language, texts | sound, diagnostics)


def foreign_sentences(deck: Deck, sentences: Sentences, project: Project, where: str) -> list[Diagnostic]:
    """A warning where deckgen speaks English to learners, and the deck is not English.

    Args:
        deck: The deck.
        sentences: The sentences that it gets.
        project: Its folder.
        where: What says them, with its verb, as in `its release notes say by themselves`.
    """
    if sentences.language != "en" or deck.language.split("-")[0].lower() == "en":
        return []
    theirs = project.template_folders()[0].path / "base" / file_name("en")
    message = f"the deck is in `{deck.language}`, but {where} is in English"
    hint = f"copy {theirs} to templates/base/{file_name(deck.language)}, and translate it"
    return [Diagnostic("missing-words", message, deck.document.place_of("language"), hint)]


def sentence_files(deck: Deck, project: Project) -> set[Path]:
    """The files of sentences in the deck's own templates that are read."""
    base = project.templates / "base"
    if project.is_shipped:
        return set(base.glob(file_name("*")))
    return {path for tag in more_general(deck.language) if (path := base / file_name(tag)).exists()}


def file_name(language: str) -> str:
    """The name of the file with the sentences of a language, in templates/base/."""
    return f"sentences.{language}.yaml"


def _file(base: Folder, language: str) -> Folder:
    return base / file_name(language)


def _shipped(base: Folder, tags: Collection[str]) -> Iterator[tuple[str, dict[str, Forms]]]:
    """The shipped sentences in those of some languages that are shipped."""
    for tag in tags:
        if _file(base, tag).path.exists():
            texts, _, _ = _read(_file(base, tag))
            yield tag, texts


def _read(file: Folder) -> tuple[dict[str, Forms], Document, Diagnostics]:
    """The sentences of a file, the file, and its faults."""
    document, diagnostics = source.read(file.path, file.shown, file.top, source.MAX_SMALL)
    root = document.root
    if not isinstance(root, source.Mapping):
        if not diagnostics.has_errors:
            message = "this file is not a list of sentences"
            diagnostics += [
                Diagnostic("wrong-type", message, Span(file.shown), "copy deckgen's file, and translate it")
            ]
        return {}, document, diagnostics
    texts = {}
    for name, node in root.entries.items():
        if isinstance(node, source.Scalar):
            texts[name] = {_OTHER: node.value.strip()}
        elif isinstance(node, source.Mapping):
            texts[name] = {
                form: text.value.strip()
                for form, text in node.entries.items()
                if isinstance(text, source.Scalar)
            }
    return texts, document, diagnostics


def _faults(
    own: Mapping[str, Forms], shipped: Mapping[str, Forms], document: Document, language: str
) -> Iterator[Diagnostic]:
    """Warnings about sentences of a deck's own file that cannot be used, and about missing ones."""
    for name, forms in own.items():
        span = document.place_of(name)
        if name not in shipped:
            near = nearest(name, shipped)
            hint = proposal(name, near) if near else f"use the names in deckgen's {file_name('en')}"
            yield Diagnostic("missing-words", f"`{name}` is not one of deckgen's sentences", span, hint)
        elif missing := _missing_forms(forms, shipped[name], language):
            message = f"`{name}` lacks number forms of this language: {listed(missing)}"
            yield Diagnostic("missing-words", message, span, f"add them below `{name}:`, next to the others")
        elif odd := _odd_places(forms, shipped[name]):
            message = f"`{name}` must have the same words in braces as deckgen's sentence: {odd}"
            yield Diagnostic("missing-words", message, span, f'deckgen\'s is "{shipped[name][_OTHER]}"')
    if absent := [name for name in shipped if name not in own]:
        message = f"this file lacks sentences, so deckgen uses its own: {listed(absent)}"
        hint = f"copy them from deckgen's {file_name('en')}, and translate"
        yield Diagnostic("missing-words", message, Span(document.path), hint)


def _odd_places(forms: Forms, shipped: Forms) -> str:
    """The words in braces that are missing or unknown in a sentence, as a text."""
    wanted = set(_PLACE.findall(shipped[_OTHER]))
    for form, text in forms.items():
        there = set(_PLACE.findall(text))
        needed = wanted - {"{count}"} if form in {"zero", "one", "two"} else wanted
        if not needed <= there <= wanted:
            return " and ".join(sorted(needed ^ there))
    return ""


def _missing_forms(forms: Forms, shipped: Forms, language: str) -> list[str]:
    """The forms for numbers that a sentence lacks in its language."""
    needed = {_OTHER} if len(shipped) == 1 else {*_locale(language).plural_form.tags, _OTHER}
    return [form for form in _CATEGORIES if form in needed and form not in forms]


def _is_like(forms: Forms, shipped: Forms) -> bool:
    """Whether a deck's sentence can replace deckgen's."""
    return _OTHER in forms and not _odd_places(forms, shipped)


def _locale(language: str) -> Locale:
    """How a language forms sentences with numbers, and writes these; as English where that is unknown."""
    locale = locale_of(language) or locale_of("en")
    assert locale  # noqa: S101 (babel knows English)
    return locale
