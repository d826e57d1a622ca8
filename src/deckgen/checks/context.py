"""The data for the rules about cards: the deck's notes, their texts, and the words in them."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias, TypeVar

from deckgen.anki.cloze import clozes, uncovered
from deckgen.checks.prose import plain, words
from deckgen.deck.key_types.options import options_in
from deckgen.deck.notes import place, values_of
from deckgen.deck.values import scalars
from deckgen.diagnostics import Diagnostic
from deckgen.source import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container, Iterable, Iterator
    from collections.abc import Mapping as ReadOnly

    from deckgen.anki.cloze import Cloze
    from deckgen.deck.key_types.options import Option, Options
    from deckgen.deck.kinds import Kind
    from deckgen.deck.notes import Deck, Note
    from deckgen.deck.values import Value
    from deckgen.diagnostics import Span
    from deckgen.source import Document


Rule: TypeAlias = "Callable[[RuleContext], Iterator[Diagnostic]]"
"""A rule about cards."""
_S = TypeVar("_S")
_T = TypeVar("_T")
_START = attrgetter("scalar.start")
_NO_CARD = 10_000
"""A value with this many characters is too long for a card; rules for sentences would be slow on it."""


class Text(NamedTuple):
    """A text of a note, with its key and its place."""

    note: Note
    key: str
    scalar: Scalar


class Chapter(NamedTuple):
    """A file of the source, and its texts in the order of their places."""

    document: Document
    texts: list[Text]


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


_PARTICLES = "of|the|and|in|for|on|to|at|by|a|an|de|la|du|van|von|der"
NAME = re.compile(rf"(?!(?:In|At|On|By|From|To|With|For) )[^\W\d_a-z]\S*(?: (?:[^\W_a-z]\S*|{_PARTICLES}))+")
"""Some words that all begin with capitals: a name, or a title."""


class Vignette(NamedTuple):
    """A note with options.

    Attributes:
        note: The note.
        stem: All its texts before the options, including the question.
        question: The last of them.
        options: Its options.
        right: The index of the right option, from 0.
        texts: The texts of the options, without Markdown.
        words: All words of the options, in small letters. A rule looks here first, which is fast.
    """

    note: Note
    stem: str
    question: Scalar | None
    options: list[Option]
    right: int
    texts: list[str]
    words: set[str]

    @property
    def of_names(self) -> bool:
        """Whether its options, except for one at most, are names. Their form is fixed."""
        names = sum(1 for text in self.texts if NAME.fullmatch(text))
        return names > 1 and names >= len(self.texts) - 1


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
    _of_fronts: dict[tuple[str, frozenset[str]], frozenset[str]] = field(default_factory=dict, repr=False)

    def of_parts(self, find: Callable[[RuleContext], Iterable[_T]]) -> Iterator[list[_T]]:
        """What a function finds in each chapter, which is remembered; or in the whole deck, without parts.

        What it finds must not depend on other chapters, on `complete` or on how often it is called.
        """
        for part in self.parts or (self,):
            found = part._found.get(find)  # noqa: SLF001 (one's own)
            if found is None:
                found = part._found[find] = list(find(part))  # noqa: SLF001
            yield found

    def found_by(self, rules: Collection[Rule]) -> dict[Rule, list[Diagnostic]]:
        """What some rules have found in a part so far."""
        return {rule: self._found[rule] for rule in rules if rule in self._found}

    def knows(self, found: ReadOnly[Rule, list[Diagnostic]]) -> None:
        """Take what rules found in a part of an earlier build."""
        self._found.update(found)

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
        return [
            note for note in self.deck.notes if note.valid and not note.retired and _longest(note) < _NO_CARD
        ]

    @cached_property
    def english(self) -> bool:
        """Whether the deck is in English. Some rules know only English words."""
        return self.deck.language.partition("-")[0].lower() == "en"

    def is_released(self, note: Note) -> bool:
        """Whether learners may have a note already."""
        return note.id in self.released or (bool(note.was) and note.was in self.released)

    @_by_chapter
    def texts(self) -> list[Text]:
        """All texts of the notes; the texts of a table itself come once."""
        texts: list[Text] = []
        tables = set()
        for note in self.with_texts:
            if note.table and note.table not in tables:
                tables.add(note.table)
                texts += _texts(note, note.table.values)
            texts += _texts(note, note.values)
        return texts

    @_by_chapter
    def chapters(self) -> list[Chapter]:
        """The chapters, each with its texts in the order of their places."""
        chapters: dict[str, Chapter] = {}
        for text in self.texts:
            document = text.note.chapter.document
            chapters.setdefault(document.path, Chapter(document, [])).texts.append(text)
        for chapter in chapters.values():
            chapter.texts.sort(key=_START)
        return list(chapters.values())

    def texts_with(self, pattern: re.Pattern[str], *needles: str) -> Iterator[Text]:
        """The texts whose source matches a pattern, each once.

        The pattern runs over whole chapters. That is much faster than one text after the other.

        Args:
            pattern: The pattern to search for.
            needles: If there are any, only chapters that contain one of them are searched.
        """
        for document, texts in self.chapters:
            if needles and not any(needle in document.text for needle in needles):
                continue
            starts: list[int] = []
            end = -1  # of the last text that was yielded
            for match in pattern.finditer(document.text):
                if match.start() < end:
                    continue
                starts = starts or list(map(_START, texts))
                number = bisect_right(starts, match.start()) - 1
                if number >= 0 and match.start() < texts[number].scalar.end:
                    end = texts[number].scalar.end
                    yield texts[number]

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
        """The texts under keys of plain text, which are not Markdown."""
        return [text for text in self.texts if (text.note.kind.name, text.key) in self.plain_keys]

    @_by_chapter
    def with_capitals(self) -> list[Text]:
        """The texts that contain two capitals side by side."""
        return list(self.texts_with(re.compile("[A-Z]{2}")))

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
            for key, options in options_in(note.values):
                if options.items:
                    vignettes += _vignette(note, key, options, self.shown(note))
        return vignettes

    def fronts(self, note: Note) -> list[frozenset[str]]:
        """For each card of a note, the keys whose values its front shows."""
        faces = self.faces.get(note.kind.name)
        return faces.fronts(values_of(note).keys(), note.left_out) if faces else []

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
        faces = self.faces.get(note.kind.name)
        return faces.on_front(values_of(note).keys(), note.left_out) if faces else frozenset()

    def on_no_card(self, text: Text) -> bool:
        """Whether no card shows a text; it may be a code for another program."""
        faces = self.faces.get(text.note.kind.name)
        return faces is not None and text.key not in faces.shown

    def prompt(self, note: Note) -> str:
        """The question of a note: all texts on its fronts, without its options and its label."""
        values = values_of(note)
        keys = self.shown(note)
        label = "" if note.kind.cloze else note.kind.label
        # the label of a note is the answer of the card that matters here
        texts = (_text_of(value, 1 if key == label else 0) for key, value in values.items() if key in keys)
        return " ".join(texts)

    def questions(self, note: Note) -> Iterator[CardQuestion]:
        """The question of each card of a note, except for cards whose front is only a name.

        (Another rule reports two notes of the same name.)
        """
        values = values_of(note)
        for front in self.fronts(note):
            asking = self._asking(note.kind, front)
            texts = [_text_of(value) for name, value in values.items() if name in asking]
            text = " ".join(each for each in texts if each)
            if text.strip():
                yield CardQuestion(note, text, front)

    def _asking(self, kind: Kind, front: frozenset[str]) -> frozenset[str]:
        """The keys on a front whose values are the question; none if the front is only a name."""
        found = self._of_fronts.get((kind.name, front))
        if found is None:
            label = kind.keys.get(kind.label)
            is_name = not kind.cloze and front == {kind.label} and (label is None or label.type.is_name)
            found = self._of_fronts[kind.name, front] = frozenset() if is_name else front & kind.keys.keys()
        return found

    def asked(self, note: Note) -> Iterator[tuple[Scalar, Scalar | None]]:
        """The plain questions of a note, each with its answer; None if another question is the answer."""
        if not {"question", "answer"} <= note.kind.keys.keys() or "question" not in note.values:
            return
        for key, answered_by in _ANSWERED_BY.items():
            question, answer = note.values.get(key), note.values.get(answered_by)
            if isinstance(question, Scalar):
                yield question, answer if isinstance(answer, Scalar) else None

    def answered_otherwise(self, note: Note) -> set[str]:
        """The keys of plain questions whose answers are not the label of the note."""
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
_ANSWER = re.compile(r".*?(?:\{\{c[0-9,]+::(.*?)(?:::.*?)?\}\}|$)", re.DOTALL)


def _answered(match: re.Match[str]) -> str:
    return f" {match[1] or ''}"


def _longest(note: Note) -> int:
    """The number of characters of a note's longest value; the values of its table count too."""
    return max((_length(value) for value in values_of(note).values()), default=0)


def _length(value: Value) -> int:
    if type(value) is Scalar:
        return len(value.value)
    return sum(len(scalar.value) for scalar in scalars(value))


def _texts(note: Note, values: ReadOnly[str, Value]) -> Iterator[Text]:
    for key, value in values.items():
        for scalar in scalars(value):
            yield Text(note, key, scalar)


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
        text = " ".join(scalar.value for scalar in stem)
        texts = [plain(option.text.value).strip() for option in options.items]
        option_words = set(words(" ".join(texts)))
        yield Vignette(note, text, stem[-1] if stem else None, options.items, right[0], texts, option_words)


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
