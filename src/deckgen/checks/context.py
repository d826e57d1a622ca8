"""What the rules about cards look at: the deck's notes, their texts, and the words in them."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Protocol

from deckgen.anki.cloze import clozes, uncovered
from deckgen.checks.prose import plain, words
from deckgen.deck.key_types.options import options_in
from deckgen.deck.notes import place, values_of
from deckgen.deck.values import scalars
from deckgen.diagnostics import Diagnostic
from deckgen.source import Scalar

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterator
    from collections.abc import Mapping as ReadOnly

    from deckgen.anki.cloze import Cloze
    from deckgen.deck.key_types.options import Option, Options
    from deckgen.deck.notes import Deck, Note
    from deckgen.deck.values import Value
    from deckgen.diagnostics import Span
    from deckgen.source import Document


_NO_CARD = 10_000
"""A value of so many characters is no card's, and rules made for sentences would take long over it."""


class Text(NamedTuple):
    """A text of a note: the key that it stands under, and where."""

    note: Note
    key: str
    scalar: Scalar


class Chapter(NamedTuple):
    """A file of the source, and the texts in it by their places."""

    document: Document
    texts: list[Text]


class Hidden(NamedTuple):
    """A text with clozes: by number, what each hides and how it is hinted at."""

    note: Note
    scalar: Scalar
    clozes: list[Cloze]


class Asked(NamedTuple):
    """What a card of a note asks: the texts of its front, and what answers them."""

    note: Note
    text: str
    answer: str


_PARTICLES = "of|the|and|in|for|on|to|at|by|a|an|de|la|du|van|von|der"
NAME = re.compile(rf"(?!(?:In|At|On|By|From|To|With|For) )[^\W\d_a-z]\S*(?: (?:[^\W_a-z]\S*|{_PARTICLES}))+")
"""Some words that all begin with capitals: a name, or a title."""


class Vignette(NamedTuple):
    """A note with options.

    Attributes:
        note: The note.
        stem: All its texts that stand before the options, the question included.
        question: The last of them.
        options: Its options.
        right: The place of the right one, from 0.
        texts: What the options say, without marks.
        said: All words of the options, in small letters: what a rule looks for first.
    """

    note: Note
    stem: str
    question: Scalar | None
    options: list[Option]
    right: int
    texts: list[str]
    said: set[str]

    @property
    def of_names(self) -> bool:
        """Whether its options, but for one, are names, each of which is as long and as built as it is."""
        names = sum(1 for text in self.texts if NAME.fullmatch(text))
        return names > 1 and names >= len(self.texts) - 1


class Faces(Protocol):
    """What the cards of a kind show."""

    @property
    def shown(self) -> frozenset[str]:
        """The keys whose values some card shows, on its front or its back."""

    @property
    def mentioned(self) -> frozenset[str]:
        """The names of the fields that some card names at all, on one of its sides or as a condition."""

    def fronts(self, filled: Collection[str]) -> list[frozenset[str]]:
        """For each card of a note with values for some keys, the keys whose values its front shows."""


@dataclass
class RuleContext:
    """A deck as the rules about cards see it.

    Attributes:
        deck: The deck.
        faces: By kind, what its cards show.
        released: The ids of notes that have been released.
        complete: Whether every chapter could be read, so that what is missing is not there.
    """

    deck: Deck
    faces: ReadOnly[str, Faces]
    released: Container[str]
    complete: bool = True

    @cached_property
    def notes(self) -> list[Note]:
        """The notes that can be judged: without faults, not retired, and of texts that can be a card's."""
        return [
            note for note in self.deck.notes if note.valid and not note.retired and _longest(note) < _NO_CARD
        ]

    @cached_property
    def english(self) -> bool:
        """Whether the deck is in English, which some rules know the words of."""
        return self.deck.language.partition("-")[0].lower() == "en"

    def is_released(self, note: Note) -> bool:
        """Whether learners may have a note already."""
        return note.id in self.released or (bool(note.was) and note.was in self.released)

    @cached_property
    def texts(self) -> list[Text]:
        """All texts of the notes, a table's own once."""
        found: list[Text] = []
        tables = set()
        for note in self.notes:
            if note.table and note.table not in tables:
                tables.add(note.table)
                found += _texts(note, note.table.values)
            found += _texts(note, note.values)
        return found

    @cached_property
    def chapters(self) -> list[Chapter]:
        """The chapters, each with the texts in it by their places."""
        found: dict[str, Chapter] = {}
        for text in self.texts:
            document = text.note.chapter.document
            found.setdefault(document.path, Chapter(document, [])).texts.append(text)
        for chapter in found.values():
            chapter.texts.sort(key=lambda text: text.scalar.start)
        return list(found.values())

    def texts_with(self, pattern: re.Pattern[str], *needles: str) -> Iterator[Text]:
        """The texts in whose source a pattern is found, each once.

        The pattern runs over whole chapters, which is much faster than over one text after the other.

        Args:
            pattern: What to find.
            needles: Where it is given, only chapters that hold one of these are searched.
        """
        for document, texts in self.chapters:
            if needles and not any(needle in document.text for needle in needles):
                continue
            starts: list[int] = []
            end = -1  # of the text that was given last
            for match in pattern.finditer(document.text):
                if match.start() < end:
                    continue
                starts = starts or [text.scalar.start for text in texts]
                number = bisect_right(starts, match.start()) - 1
                if number >= 0 and match.start() < texts[number].scalar.end:
                    end = texts[number].scalar.end
                    yield texts[number]

    @cached_property
    def plain_keys(self) -> set[tuple[str, str]]:
        """The keys, each with its kind, whose texts are no Markdown."""
        kinds = {note.kind.name: note.kind for note in self.notes}
        return {
            (name, key.name)
            for name, kind in kinds.items()
            for key in (*kind.table_keys.values(), *kind.keys.values())
            if key.type.plain
        }

    @cached_property
    def plain_texts(self) -> list[Text]:
        """The texts that are no Markdown."""
        return [text for text in self.texts if (text.note.kind.name, text.key) in self.plain_keys]

    @cached_property
    def with_capitals(self) -> list[Text]:
        """The texts that hold capitals side by side."""
        return list(self.texts_with(re.compile("[A-Z]{2}")))

    @cached_property
    def hidden(self) -> list[Hidden]:
        """The texts whose clozes are sound."""
        keys = {
            name: [key.name for key in note.kind.keys.values() if key.type.clozes]
            for name, note in {note.kind.name: note for note in self.notes}.items()
        }
        found = []
        for note in self.notes:
            for key in keys[note.kind.name]:
                value = note.values.get(key)
                inside = clozes(value.value) if isinstance(value, Scalar) else []
                # broken ones are told as such
                if isinstance(value, Scalar) and all(each.end >= 0 and each.numbers[0] for each in inside):
                    found.append(Hidden(note, value, inside))
        return found

    @cached_property
    def vignettes(self) -> list[Vignette]:
        """The notes with options, one of which is right."""
        found: list[Vignette] = []
        for note in self.notes:
            for key, options in options_in(note.values):
                if options.items:
                    found += _vignette(note, key, options, self.shown(note))
        return found

    def fronts(self, note: Note) -> list[frozenset[str]]:
        """For each card of a note the keys whose values its front shows."""
        faces = self.faces.get(note.kind.name)
        return faces.fronts(values_of(note).keys()) if faces else []

    def shown(self, note: Note) -> frozenset[str]:
        """The keys whose values stand on a front of a note's cards."""
        return frozenset().union(*self.fronts(note))

    def on_no_card(self, text: Text) -> bool:
        """Whether no card shows a text, as a code that is there for another program."""
        faces = self.faces.get(text.note.kind.name)
        return faces is not None and text.key not in faces.shown

    def prompt(self, note: Note) -> str:
        """What a note asks: all that its fronts show, but for its options and what it is called."""
        values = values_of(note)
        keys = self.shown(note)
        label = "" if note.kind.cloze else note.kind.label
        # what a note is called is the answer of the card that matters here
        texts = (_said(value, 1 if key == label else 0) for key, value in values.items() if key in keys)
        return " ".join(texts)

    def asked(self, note: Note) -> Iterator[Asked]:
        """What each card of a note asks, but for cards that show only what it is called, in plain text.

        (Two notes that are called the same are told by another rule.)
        """
        values, kind = values_of(note), note.kind
        for front in self.fronts(note):
            key = kind.keys.get(kind.label)
            if kind.cloze or front != {kind.label} or (key and not key.type.is_name):
                asked = [_said(values[name]) for name in values if name in front and name in kind.keys]
                text = " ".join(each for each in asked if each)
                if text.strip():
                    yield Asked(note, text, self._answer(note, front))

    def _answer(self, note: Note, front: frozenset[str]) -> str:
        """What a learner has to come up with: the clozes' answers, the right option, what is not in front."""
        kind = note.kind
        if kind.cloze:
            texts = (note.values.get(key.name) for key in kind.keys.values() if key.type.clozes)
            return " ".join(_ANSWER.sub(_answered, text.value) for text in texts if isinstance(text, Scalar))
        for _, options in options_in(note.values):
            return " ".join(option.text.value for option in options.items if option.correct)
        label = note.values.get(kind.label)
        if kind.label not in front and label is not None:
            if isinstance(label, Scalar):
                return _said(label)
            return "".join(text.value for text in label.statements[:1])
        return " ".join(
            _said(value)
            for name, value in note.values.items()
            if name in kind.keys and kind.keys[name].required and name not in front
        )


_ANSWER = re.compile(r".*?(?:\{\{c[0-9,]+::(.*?)(?:::.*?)?\}\}|$)", re.DOTALL)


def _answered(match: re.Match[str]) -> str:
    return f" {match[1] or ''}"


def _longest(note: Note) -> int:
    """How many characters the longest value of a note has, with those of its table."""
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
    """A note as a vignette, where one of its options is right."""
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
        said = set(words(" ".join(texts)))
        yield Vignette(note, text, stem[-1] if stem else None, options.items, right[0], texts, said)


def _said(value: Value, first: int = 0) -> str:
    """What a value says, without the marks of clozes; of several texts those from a number on."""
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
    """A diagnostic on a note as a whole."""
    return Diagnostic(code, message, place(note), hint)


def lacks(code: str, note: Note, key: str, message: str, hint: str) -> Iterator[Diagnostic]:
    """A diagnostic on a note that lacks a key: where a text may have swallowed it, else on the note.

    None where a text has surely swallowed it: that is told as `swallowed-key`.
    """
    line = next((each for each in note.swallowed if each.key == key), None)
    if line is None:
        yield of_note(code, note, message, hint)
    elif not line.certain:
        yield Diagnostic(code, f"{message}: {line.message}", line.at, line.hint)


def on_option(code: str, vignette: Vignette, number: int, message: str, hint: str) -> Diagnostic:
    """A diagnostic on an option of a vignette, by its number from 0."""
    return Diagnostic(code, message, of_text(vignette.note, vignette.options[number].text), hint)
