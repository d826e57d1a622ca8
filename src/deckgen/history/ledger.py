"""What has been released, as values: one for each line of the ledger.

How they are written in source/ledger.jsonl, only `ledger_file` knows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from deckgen.diagnostics import Span
from deckgen.project import LEDGER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Mapping as ReadOnly

_PARTS = 5  # of a fingerprint


class Print(NamedTuple):
    """Digests of what the author of a note wrote, and of what learners get of that.

    Attributes:
        revision: The revision of its kind.
        written: A digest of the texts as they are written.
        label: A digest of what names the note, as learners see it.
        rest: A digest of all else that learners see of what the author wrote, without tags.
        tags: A digest of the tags.
        media: Digests of the images and sounds that it shows, by what they hold, in order.
    """

    revision: str
    written: str
    label: str
    rest: str
    tags: str
    media: tuple[str, ...]

    @property
    def said(self) -> tuple[object, ...]:
        """Digests of all that learners see of a note, without tags."""
        return self.label, self.rest, self.media

    @property
    def fingerprint(self) -> str:
        """All but the media, as the ledger has it."""
        return f"{self.revision}.{self.written}.{self.label}.{self.rest}.{self.tags}"


class Acceptance(NamedTuple):
    """An acceptance of deck.yaml that a release has used up."""

    code: str
    id: str
    because: str


@dataclass(frozen=True, slots=True)
class DeckLine:
    """The deck that has been released.

    Attributes:
        id: Its id.
        title: Its title.
        types: How many lines of note types there were when the ledger was written.
        notes: How many lines of notes.
        releases: How many lines of releases.
    """

    id: str
    title: str
    types: int = 0
    notes: int = 0
    releases: int = 0


@dataclass(frozen=True, slots=True)
class NoteTypeLine:
    """A note type that has been released.

    Attributes:
        kind: The name of its kind.
        id: The id by which Anki knows it.
        fingerprint: A digest of its fields, card templates and css.
        modified: When it last changed, in seconds since 1970.
        cloze: Whether it is one of clozes.
        revision: The revision of the kind.
        fields: The ids of its fields, each with what it is filled from, as kind.yaml says it. Those of a
            note type that was adopted may have no ids.
        cards: The ids of its card templates, each with the id of the field that is its reserve, or 0.
        was: Former names of the kind.
    """

    kind: str
    id: int
    fingerprint: str
    modified: int
    cloze: bool
    revision: int
    fields: tuple[tuple[int | None, str], ...]
    cards: tuple[tuple[int | None, int], ...]
    was: tuple[str, ...] = ()

    def ids(self, under: str) -> list[int | None]:
        """The ids of its `fields`, or of its `cards`, in their order."""
        return [number for number, _ in (self.fields if under == "fields" else self.cards)]


class NoteLine(NamedTuple):
    """A note that has been released.

    There are thousands of them, and a tuple is made six times as fast as a frozen dataclass.

    Attributes:
        id: Its id.
        kind: The name of its kind.
        guid: The guid by which Anki knows it.
        fingerprint: Digests of what its author wrote; `print` gives them one by one.
        modified: When it last changed, in seconds since 1970.
        due: Its place in the queue of new cards.
        deck: Its deck, without the title of the whole.
        cards: The ordinals of its cards, as in `0,1`.
        released: The version that it was first released in.
        media: Digests of the images and sounds that it shows, with blanks between.
        clozes: Digests of the answers of its clozes by number, as in `1:a,b 2:c`; None where it has none.
        retired: The version that it was retired in; None where it is not.
        was: Its former ids, the one of its first release first.
    """

    id: str
    kind: str
    guid: str
    fingerprint: str
    modified: int
    due: int
    deck: str
    cards: str
    released: str
    media: str = ""
    clozes: str | None = None
    retired: str | None = None
    was: tuple[str, ...] = ()

    @property
    def print(self) -> Print:
        """What its author wrote and learners saw, as digests; a fingerprint that is none equals no other."""
        parts = self.fingerprint.split(".")
        if len(parts) != _PARTS:
            parts = [""] * _PARTS
        revision, written, label, rest, tags = parts
        return Print(revision, written, label, rest, tags, tuple(self.media.split()))

    @property
    def ordinals(self) -> tuple[int, ...]:
        """The ordinals of its cards."""
        return tuple(map(int, self.cards.split(",")))

    @property
    def first_id(self) -> str:
        """The id of its first release."""
        return self.was[0] if self.was else self.id

    def former(self, name: str) -> tuple[str, ...]:
        """The ids that the note had before another one, the first release's first."""
        names = tuple(dict.fromkeys([*self.was, self.id]))
        others = tuple(each for each in names if each != name)
        # a note that has its first id again says so, since its field for the id is that of the first release
        return names if others and names[0] == name else others

    @property
    def answers(self) -> dict[str, dict[str, None]]:
        """The digests of the answers of its clozes, by number."""
        pairs = (part.partition(":") for part in (self.clozes or "").split())
        return {number: dict.fromkeys(digests.split(",")) for number, _, digests in pairs}


@dataclass(frozen=True, slots=True)
class AdoptedLine:
    """A file with notes that people had before deckgen knew the deck.

    Attributes:
        name: What the file is called where notes name a release.
        time: When it was adopted, in seconds since 1970.
        notes: How many notes it held.
        digest: A digest of it.
    """

    name: str
    time: int
    notes: int
    digest: str


@dataclass(frozen=True, slots=True)
class ReleaseLine:
    """A release.

    Attributes:
        version: Its version.
        time: When it was built, in seconds since 1970.
        deckgen: The version of deckgen that made it.
        made_with: The versions of what else it was made with, by name.
        notes: How many notes it had, retired ones too.
        digest: A digest of the members of its package.
        release_notes: The SHA-256 of its release notes.
        cleanup: The digest of its cleanup package; None where there was none.
        accepted: The acceptances that it used up.
        changelog: A digest of its entry in a changelog; None where there was none.
    """

    version: str
    time: int
    deckgen: str
    made_with: ReadOnly[str, str]
    notes: int
    digest: str
    release_notes: str
    cleanup: str | None = None
    accepted: tuple[Acceptance, ...] = ()
    changelog: str | None = None


Line = DeckLine | NoteTypeLine | NoteLine | AdoptedLine | ReleaseLine
"""A line of the ledger."""


@dataclass(frozen=True)
class Ledger:
    """What has been released.

    Attributes:
        deck: The line of the deck; None where nothing has been released.
        types: The lines of the note types, by kind.
        notes: Those of the notes, by guid.
        ids: The same by note id, former ids included.
        releases: Those of the releases, by time.
        adopted: Those of what people had before deckgen knew the deck.
        lines: All of them, as they stand.
    """

    deck: DeckLine | None = None
    types: dict[str, NoteTypeLine] = field(default_factory=dict)
    notes: dict[str, NoteLine] = field(default_factory=dict)
    ids: dict[str, NoteLine] = field(default_factory=dict)
    releases: list[ReleaseLine] = field(default_factory=list)
    adopted: list[AdoptedLine] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    @property
    def versions(self) -> set[str]:
        """The versions that have been released."""
        return {line.version for line in self.releases}

    @property
    def last_time(self) -> int:
        """When the last release was made, in seconds since 1970; 0 where there is none."""
        return self.latest.time if self.latest else 0

    @property
    def latest(self) -> ReleaseLine | None:
        """The last release; None where there is none."""
        return self.releases[-1] if self.releases else None

    def accepted(self) -> Iterator[tuple[int, Acceptance]]:
        """The acceptances that releases have used up, each with the time of the release."""
        return ((line.time, each) for line in self.releases for each in line.accepted)

    def span(self, line: Line) -> Span:
        """The place of a line."""
        return Span(LEDGER, self._numbers[id(line)])

    @cached_property
    def _numbers(self) -> dict[int, int]:
        """The numbers of the lines, by the lines' identities."""
        return {id(line): number for number, line in enumerate(self.lines, 1)}


@lru_cache(maxsize=1024)
def in_words(title: str, deck: str, cards: tuple[int, ...]) -> tuple[str, str]:
    """A note's deck and the ordinals of its cards, as its line has them.

    Args:
        title: The title of the whole deck.
        deck: The note's deck, with that.
        cards: The ordinals.
    """
    return deck.removeprefix(title).removeprefix("::"), ",".join(map(str, cards))


def answers_as_text(answers: ReadOnly[str, Iterable[str]]) -> str:
    """The digests of the answers of clozes as the line of a note has them, by number."""
    return " ".join(f"{number}:{','.join(answers[number])}" for number in sorted(answers, key=_by_size))


def _by_size(number: str) -> tuple[int, str]:
    return len(number), number
