"""The data for the rules about cards: the deck's notes, their texts, and the words in them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar, cast

from deckgen.anki.cloze import clozes, uncovered
from deckgen.checks.chapters import Chapter, Text
from deckgen.checks.forms import Form
from deckgen.checks.vignettes import Vignette
from deckgen.deck.key_types.options import options_in
from deckgen.deck.notes import place, values_of
from deckgen.deck.values import scalars
from deckgen.diagnostics import Diagnostic
from deckgen.source import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Iterable, Iterator
    from collections.abc import Mapping as ReadOnly

    from deckgen.anki.cloze import Cloze
    from deckgen.deck.key_types.options import Options
    from deckgen.deck.notes import Deck, Note
    from deckgen.deck.values import Value
    from deckgen.diagnostics import Span


_S = TypeVar("_S")
_T = TypeVar("_T")
_NO_CARD = 10_000
"""A value with this many characters is too long for a card; rules for sentences would be slow on it."""


class Hidden(NamedTuple):
    """A text with its clozes."""

    note: Note
    scalar: Scalar
    clozes: list[Cloze]


class CardQuestion(NamedTuple):
    """The question of a card: the text of its front, and the keys whose values are there."""

    note: Note
    text: str
    front: frozenset[str]


class Faces(Protocol):
    """The keys and fields that the cards of a kind show."""

    @property
    def shown(self) -> frozenset[str]:
        """The keys whose values some card shows, on its front or its back."""

    @property
    def mentioned(self) -> frozenset[str]:
        """The names of the fields that a template of some card mentions, also as a condition."""

    def fronts(self, filled: Collection[str], left_out: frozenset[int]) -> list[frozenset[str]]:
        """For each card of a note with values for some keys, the keys whose values its front shows."""

    def on_front(self, filled: Collection[str], left_out: frozenset[int]) -> frozenset[str]:
        """The keys whose values the front of some card of a note with values for some keys shows."""

    def on_fronts(self, left_out: Collection[int]) -> set[str]:
        """The fields that the front of some card shows, apart from the cards that a note leaves out."""

    def shown_of(self, filled: Collection[str], left_out: frozenset[int]) -> frozenset[str]:
        """The keys whose values some card of a note with values for some keys shows, on either side."""


def _by_chapter(find: Callable[[RuleContext], list[_T]]) -> cached_property[list[_T]]:
    """A property with what a method finds in all chapters; see `RuleContext.of_parts`."""

    def found(context: RuleContext) -> list[_T]:
        first, *others = context.of_parts(find)
        return list(chain(first, *others)) if others else first

    found.__doc__ = find.__doc__
    return cached_property(found)


def _name(find: Callable[..., object]) -> str:
    """The name of a function that finds something, with its module."""
    return f"{find.__module__}.{find.__qualname__}"


@dataclass
class RuleContext:
    """A deck as the rules about cards see it.

    Attributes:
        deck: The deck.
        faces: The faces of each kind, by its name.
        released: The ids of notes that have been released.
        complete: Whether every chapter could be read. Otherwise a missing note may be in an unread part.
        parts: The same for each chapter, where earlier builds have looked at some of them; else none.
        last: What `made_of` made the last time, by its functions.
    """

    deck: Deck
    faces: ReadOnly[str, Faces]
    released: Container[str]
    complete: bool = True
    parts: list[RuleContext] = field(default_factory=list, repr=False)
    last: dict[object, tuple[object, Any]] = field(default_factory=dict, repr=False)
    _found: dict[Any, list[Any]] = field(default_factory=dict, init=False, repr=False)
    _kept: dict[str, list[Diagnostic]] = field(default_factory=dict, init=False, repr=False)
    _forms: dict[Note, Form] = field(default_factory=dict, init=False, repr=False)
    _by_keys: dict[tuple[str, tuple[str, ...], frozenset[int]], Form] = field(
        default_factory=dict, init=False, repr=False
    )

    def of_parts(self, find: Callable[[RuleContext], Iterable[_T]]) -> Iterator[list[_T]]:
        """What a function finds in each chapter, which is remembered; or in the whole deck, without parts.

        What it finds must not depend on other chapters, on `complete` or on how often it is called.
        """
        for part in self.parts or (self,):
            found = part._found.get(find)  # noqa: SLF001 (one's own)
            if found is None:
                kept: list[Any] | None = part._kept.get(_name(find))  # noqa: SLF001
                found = part._found[find] = list(find(part)) if kept is None else kept  # noqa: SLF001
            yield found

    @property
    def kept(self) -> dict[str, list[Diagnostic]]:
        """What functions found in a part, by their names, where it is nothing but diagnostics, or nothing."""
        found = {
            _name(find): rows
            for find, rows in self._found.items()
            if all(type(each) is Diagnostic for each in rows)
        }
        return self._kept | found

    @kept.setter
    def kept(self, found: dict[str, list[Diagnostic]]) -> None:
        self._kept = found

    def forget(self) -> None:
        """Forget what was found, but for diagnostics: some of it refers to this, so it is never freed."""
        self._kept = self.kept
        self._found.clear()

    def made_of(self, make: Callable[[_S], _T], given: _S) -> _T:
        """What a function makes of something; what it made the last time if it is the same."""
        before = self.last.get(make)
        if before is None or before[0] != given:
            before = self.last[make] = given, make(given)
        result: _T = before[1]
        return result

    @_by_chapter
    def notes(self) -> list[Note]:
        """The notes with cards that rules can judge: valid, not retired, no text too long for a card."""
        return [note for note in self.with_texts if not note.text_only]

    @_by_chapter
    def with_texts(self) -> list[Note]:
        """These notes, and those without cards, whose texts other notes show."""
        return [note for note in self.deck.notes if note.valid and not note.retired and _is_short(note)]

    @cached_property
    def english(self) -> bool:
        """Whether the deck is in English. Some rules know only English words."""
        return self.deck.language.partition("-")[0].lower() == "en"

    def is_released(self, note: Note) -> bool:
        """Whether learners may have a note already."""
        return note.id in self.released or (bool(note.was) and note.was in self.released)

    @_by_chapter
    def chapters(self) -> list[Chapter]:
        """The chapters, with the texts of the notes."""
        chapters: dict[str, Chapter] = {}
        for note in self.with_texts:
            document = note.chapter.document
            chapter = chapters.get(document.path)
            if chapter is None:
                chapter = chapters[document.path] = Chapter(document)
            chapter.add(note)
        return list(chapters.values())

    def texts_with(self, pattern: re.Pattern[str], *needles: str) -> Iterator[Text]:
        """The texts whose source matches a pattern, each once.

        The pattern runs over whole chapters. That is much faster than one text after the other.

        Args:
            pattern: The pattern to search for.
            needles: If there are any, only chapters that contain one of them are searched.
        """
        for chapter in self.chapters:
            if not needles or chapter.has_one_of(needles):
                yield from chapter.texts_with(pattern)

    @cached_property
    def plain_keys(self) -> set[tuple[str, str]]:
        """The keys of plain text, each as (name of its kind, name of the key)."""
        kinds = {note.kind.name: note.kind for note in self.with_texts}
        return {
            (name, key.name)
            for name, kind in kinds.items()
            for key in (*kind.table_keys.values(), *kind.keys.values())
            if key.type.plain
        }

    @_by_chapter
    def plain_texts(self) -> list[Text]:
        """The texts under keys of plain text, which are not Markdown; of a table itself they come once."""
        texts: list[Text] = []
        tables = set()
        names: dict[str, set[str]] = {}
        for kind, key in self.plain_keys:
            names.setdefault(kind, set()).add(key)
        for note in self.with_texts:
            plain_names = names.get(note.kind.name, ())
            parts = [note.values]
            if note.table and note.table not in tables:
                tables.add(note.table)
                parts = [note.table.values, note.values]
            for values in parts:
                for key, value in values.items():
                    if key in plain_names:
                        texts += [Text(note, key, scalar) for scalar in scalars(value)]
        return texts

    @_by_chapter
    def with_capitals(self) -> list[Text]:
        """The texts that contain two capitals side by side."""
        return [text for chapter in self.chapters for text in chapter.texts_at(chapter.capitals)]

    @_by_chapter
    def hidden(self) -> list[Hidden]:
        """The texts whose clozes are all valid."""
        keys = {
            name: [key.name for key in note.kind.keys.values() if key.type.clozes]
            for name, note in {note.kind.name: note for note in self.notes}.items()
        }
        hidden = []
        for note in self.notes:
            for key in keys[note.kind.name]:
                value = note.values.get(key)
                inside = clozes(value.value) if isinstance(value, Scalar) else []
                # invalid ones have a diagnostic of their own
                if isinstance(value, Scalar) and all(each.end >= 0 and each.numbers[0] for each in inside):
                    hidden.append(Hidden(note, value, inside))
        return hidden

    @_by_chapter
    def vignettes(self) -> list[Vignette]:
        """The notes with options of which exactly one is right."""
        vignettes: list[Vignette] = []
        for note in self.notes:
            for key in self.form(note).options:
                options = cast("Options", note.values[key])
                if options.items:
                    vignettes += _vignette(note, key, options, self.shown(note))
        return vignettes

    def form(self, note: Note) -> Form:
        """What a note has in common with others of its kind that have values for the same keys."""
        form = self._forms.get(note)
        if form is None:
            has = note.kind.name, tuple(values_of(note)), note.left_out
            form = self._by_keys.get(has)
            if form is None:
                form = self._by_keys[has] = Form(note.kind, has[1], has[2], self.faces.get(note.kind.name))
            self._forms[note] = form
        return form

    def options_of(self, note: Note) -> list[Options]:
        """The options among the values of a note."""
        keys = self.form(note).options
        return [cast("Options", note.values[key]) for key in keys] if keys else []

    def asks_by(self, note: Note, part: str) -> bool:
        """Whether a card of a row asks by a part of the row, `name` or `rest`; True if it has all cards."""
        faces = self.faces.get(note.kind.name)
        if not note.left_out or faces is None:
            return True
        shown, label = faces.on_fronts(note.left_out), note.kind.label
        parts = {field.part for field in note.kind.fields if field.key == label and field.name in shown}
        return part in parts

    def shown(self, note: Note) -> frozenset[str]:
        """The keys whose values the front of some card of a note shows."""
        return self.form(note).shown

    def on_no_card(self, text: Text) -> bool:
        """Whether no card shows a text; it may be a code for another program."""
        faces = self.faces.get(text.note.kind.name)
        return faces is not None and text.key not in faces.shown

    def prompt(self, note: Note) -> str:
        """The question of a note: all texts on its fronts, without its options and its label."""
        values = values_of(note)
        label = "" if note.kind.cloze else note.kind.label
        # the label of a note is the answer of the card that matters here
        return " ".join(_text_of(values[key], 1 if key == label else 0) for key in self.form(note).prompting)

    def questions(self, note: Note) -> Iterator[CardQuestion]:
        """The question of each card of a note, except for cards whose front is only a name.

        (Another rule reports two notes of the same name.)
        """
        values = values_of(note)
        for front, keys in self.form(note).asking:
            text = " ".join([each for key in keys if (each := _text_of(values[key]))])
            if text.strip():
                yield CardQuestion(note, text, front)

    def asked(self, note: Note) -> Iterator[tuple[Scalar, Scalar | None]]:
        """The plain questions of a note, each with its answer; None if another question is the answer."""
        if not self.form(note).has_plain_question:
            return
        for key, answered_by in _ANSWERED_BY.items():
            question, answer = note.values.get(key), note.values.get(answered_by)
            if isinstance(question, Scalar):
                yield question, answer if isinstance(answer, Scalar) else None

    def answered_otherwise(self, note: Note) -> set[str]:
        """The keys of plain questions whose answers are not the label of the note."""
        if _OTHER_ANSWERS.isdisjoint(note.values):
            return set()
        return {key for key, answered_by in _ANSWERED_BY.items() if answered_by in note.values}

    def answer(self, card: CardQuestion) -> str:
        """The answer to recall: of the clozes, the right option, or the texts not on the front."""
        note, front, kind = card.note, card.front, card.note.kind
        for key in front & self.answered_otherwise(note):
            return _text_of(note.values[_ANSWERED_BY[key]])
        if kind.cloze:
            texts = (note.values.get(key.name) for key in kind.keys.values() if key.type.clozes)
            return " ".join(_ANSWER.sub(_answered, text.value) for text in texts if isinstance(text, Scalar))
        for _, options in options_in(note.values):
            return " ".join(option.text.value for option in options.items if option.correct)
        label = note.values.get(kind.label)
        if kind.label not in front and label is not None:
            if isinstance(label, Scalar):
                return _text_of(label)
            return "".join(text.value for text in label.statements[:1])
        return " ".join(
            _text_of(value)
            for name, value in note.values.items()
            if name in kind.keys and kind.keys[name].required and name not in front
        )


_ANSWERED_BY = {"question": "answer", "reverse": "reverse_answer"}
"""The keys of plain questions, each with the key of its answer."""
_OTHER_ANSWERS = frozenset(_ANSWERED_BY.values())
_ANSWER = re.compile(r".*?(?:\{\{c[0-9,]+::(.*?)(?:::.*?)?\}\}|$)", re.DOTALL)


def _answered(match: re.Match[str]) -> str:
    return f" {match[1] or ''}"


def _is_short(note: Note) -> bool:
    """Whether no text of a note is too long for a card."""
    # what the reader makes of a text, as composed letters, can be a little longer than its source
    if note.table is None and note.end - note.start < _NO_CARD // 4:
        return True
    return _longest(note) < _NO_CARD


def _longest(note: Note) -> int:
    """The number of characters of a note's longest value; the values of its table count too."""
    return max((_length(value) for value in values_of(note).values()), default=0)


def _length(value: Value) -> int:
    if type(value) is Scalar:
        return len(value.value)
    return sum(len(scalar.value) for scalar in scalars(value))


def _vignette(note: Note, key: str, options: Options, shown: Container[str]) -> Iterator[Vignette]:
    """A note as a vignette; nothing unless exactly one of its options is right."""
    right = [number for number, option in enumerate(options.items) if option.correct]
    stem: list[Scalar] = []
    for name in note.kind.keys:
        if name == key:
            break
        value = note.values.get(name) if name in shown else None
        if isinstance(value, Scalar):
            stem.append(value)
    if len(right) == 1:
        yield Vignette(note, stem, options.items, right[0])


def _text_of(value: Value, first: int = 0) -> str:
    """The text of a value, without the marks of clozes; of a list, only its texts from an index on."""
    if isinstance(value, Scalar):
        return "" if first else uncovered(value.value) if "{{c" in value.value else value.value
    return " ".join(text.value for text in value.statements[first:])


def at(note: Note, scalar: Scalar, offset: int, length: int) -> Span:
    """The place of a part of a note's text; `offset` in characters of its value."""
    return note.chapter.document.span_in(scalar, offset, length)


def of_text(note: Note, scalar: Scalar) -> Span:
    """The place of a text of a note."""
    return note.chapter.document.span(scalar)


def of_note(code: str, note: Note, message: str, hint: str = "") -> Diagnostic:
    """A diagnostic at a note as a whole."""
    return Diagnostic(code, message, place(note), hint)


def lacks(code: str, note: Note, key: str, message: str, hint: str) -> Iterator[Diagnostic]:
    """A diagnostic for a note that lacks a key.

    It is at the line of a text that may be this key, or else at the note. There is none if a line is
    certainly this key, because the rule `swallowed-key` reports that line.
    """
    line = next((each for each in note.swallowed if each.key == key), None)
    if line is None:
        yield of_note(code, note, message, hint)
    elif not line.certain:
        yield Diagnostic(code, f"{message}: {line.message}", line.at, line.hint)


def on_option(code: str, vignette: Vignette, number: int, message: str, hint: str) -> Diagnostic:
    """A diagnostic at an option of a vignette; `number` is its index, from 0."""
    return Diagnostic(code, message, of_text(vignette.note, vignette.options[number].text), hint)
