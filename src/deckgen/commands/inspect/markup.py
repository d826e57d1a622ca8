"""The markup in the fields of notes: HTML, formulas, sounds, clozes, and what deckgen does not allow."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING

from deckgen.anki.cloze import in_field
from deckgen.cards import html
from deckgen.commands.inspect.references import of_css, of_html, of_sounds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Mapping as ReadOnly

    from deckgen.commands.inspect.references import Reference
    from deckgen.package import Contents, PackedNote, PackedNoteType

_EVERY = 500  # notes between two reports of progress


@dataclass(frozen=True, slots=True)
class Use:
    """How often something is used.

    Attributes:
        name: What it is.
        times: How often it occurs.
        notes: In how many notes.
    """

    name: str
    times: int
    notes: int


@dataclass(frozen=True)
class Markup:
    """The markup in the fields of all notes.

    Attributes:
        elements: HTML elements by name, also `<span style>` and the like, the most frequent first.
        marks: Anki's own marks: sounds, formulas, clozes, speech, comments.
        barred: The elements that deckgen does not allow on cards.
        attributes: The attributes that it does not allow there, of elements that it does allow.
        used: The names of media files that fields may mean.
        wanted: The names that fields give to Anki as media files, each with all that it can mean and the ids
            of the first note.
        remote: The addresses on the internet that fields load, each with the id of its first note.
    """

    elements: tuple[Use, ...]
    marks: tuple[Use, ...]
    barred: tuple[Use, ...]
    attributes: tuple[Use, ...]
    used: frozenset[str]
    wanted: ReadOnly[tuple[str, ...], int]
    remote: ReadOnly[Reference, int]


class _Counts:
    """Counts by name: how often, and in how many notes."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._times = Counter[str]()
        self._notes = Counter[str]()

    def add(self, counts: Counter[str]) -> None:
        """Count what a note has."""
        self._times.update(counts)
        self._notes.update(counts.keys())

    def uses(self) -> tuple[Use, ...]:
        """The result, the most frequent first."""
        found = [Use(name, times, self._notes[name]) for name, times in self._times.items()]
        return tuple(sorted(found, key=lambda use: (-use.times, use.name)))


class _Reading:
    """What is gathered while the notes are read."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.elements, self.marks, self.barred, self.attributes = (_Counts() for _ in range(4))
        self.used: set[str] = set()
        self.wanted: dict[tuple[str, ...], int] = {}
        self.remote: dict[Reference, int] = {}

    def read(self, note: PackedNote, *, cloze: bool) -> None:
        """Read a note."""
        marks = Counter[str]()
        tags: list[html.Tag] = []
        for field in note.fields:
            marks.update(_marks(field, cloze=cloze))
            plain = field.strip()
            if "." in plain and "<" not in plain and len(plain) < 256:  # noqa: PLR2004 (a template may show it)
                self.used.add(unicodedata.normalize("NFC", unescape(plain)))
            of_field = html.tags(field) if "<" in field else []
            tags += of_field
            for reference in of_html(field, of_field):
                self._refer(reference, note.id)
        self.marks.add(marks)
        self._count(tags)

    def _count(self, tags: Iterable[html.Tag]) -> None:
        """Count the elements of a note, and the attributes that deckgen does not allow."""
        elements, barred, attributes = Counter[str](), Counter[str](), Counter[str]()
        for tag in tags:
            if tag.closing:
                continue
            elements[tag.name] += 1
            if "style" in tag.attributes:
                elements[f"{tag.name} with style"] += 1
            if tag.name not in html.TAGS:
                barred[tag.name if html.is_known(tag.name) else f"{tag.name} (unknown in HTML)"] += 1
            else:
                attributes.update(html.barred(tag))
        self.elements.add(elements)
        self.barred.add(barred)
        self.attributes.add(attributes)

    def _refer(self, reference: Reference, note: int) -> None:
        """Keep a reference to a file."""
        if reference.remote:
            self.remote.setdefault(reference, note)
            return
        names = reference.names
        self.used.update(names)
        if reference.media and names:
            self.wanted.setdefault(names, note)


def _marks(field: str, *, cloze: bool) -> Counter[str]:
    """The marks of a field that are not HTML elements."""
    found = Counter[str]()
    if "[" in field:
        small = field.lower()
        found["sounds [sound:…]"] = len(of_sounds(field))
        found["LaTeX [latex], [$], [$$]"] = sum(
            min(small.count(f"[{mark}]"), small.count(f"[/{mark}]")) for mark in ("latex", "$", "$$")
        )
        found["text to speech [anki:tts]"] = small.count("[anki:tts")
    if "\\" in field:
        found[r"formulas \(…\), \[…\]"] = min(field.count(r"\("), field.count(r"\)")) + min(
            field.count(r"\["), field.count(r"\]")
        )
    if "<!--" in field:
        found["comments <!-- -->"] = field.count("<!--")
    if cloze and "{{c" in field:
        found["clozes {{c1::…}}"] = sum(each.end >= 0 for each in in_field(field))
    return +found


def markup(contents: Contents, tick: Callable[[str, int, int], None]) -> Markup:
    """The markup in the fields of a package.

    Args:
        contents: The package.
        tick: Is told how far the work is.
    """
    clozes = {each.id for each in contents.note_types.values() if each.cloze}
    reading = _Reading()
    for number, note in enumerate(contents.notes):
        if number % _EVERY == 0:
            tick("reading notes", number, len(contents.notes))
        reading.read(note, cloze=note.note_type in clozes)
    return Markup(
        reading.elements.uses(),
        reading.marks.uses(),
        reading.barred.uses(),
        reading.attributes.uses(),
        frozenset(reading.used),
        reading.wanted,
        reading.remote,
    )


def of_templates(note_types: Iterable[PackedNoteType]) -> dict[Reference, str]:
    """The references in card templates and style sheets, each with the place where it first occurs."""
    found: dict[Reference, str] = {}
    for note_type in note_types:
        for template in note_type.templates:
            for side, text in (("front", template.question), ("back", template.answer)):
                _keep(found, of_html(text), f"{note_type.name}, {template.name}, {side}")
        _keep(found, of_css(note_type.css), f"{note_type.name}, style")
    return found


def _keep(found: dict[Reference, str], references: Iterable[Reference], where: str) -> None:
    for reference in references:
        found.setdefault(reference, where)
