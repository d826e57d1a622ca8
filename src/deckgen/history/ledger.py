"""The released state as values, one for each line of the ledger.

Only `ledger_file` knows the format of source/ledger.jsonl.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from deckgen.diagnostics import Span
from deckgen.history.versions import by_order, is_prerelease
from deckgen.project import LEDGER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Mapping as ReadOnly

_PARTS = 5  # of a fingerprint


class Print(NamedTuple):
    """Digests of the author's input for a note, and of what learners see of it.

    Attributes:
        revision: The revision of its kind.
        written: A digest of the texts as they are written.
        label: A digest of the note's label, as learners see it.
        rest: A digest of all else that learners see of the author's input, without tags.
        tags: A digest of the tags.
        media: Digests of the content of the images and sounds that it shows, in order.
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
        """All digests except the media, in the form of the ledger."""
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
        types: The number of lines of note types when the ledger was written.
        notes: The number of lines of notes.
        releases: The number of lines of releases.
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
        cloze: Whether it is a cloze type.
        revision: The revision of the kind.
        fields: The ids of its fields, each with its source as in kind.yaml. The fields of an adopted note
            type may have no ids.
        cards: The ids of its card templates, each with the id of the field that is its reserve, or 0.
        was: Former names of the kind.
        names: The names of the fields and of the cards of an adopted note type, some of which have no ids.
        sort: The place of the field that an adopted note type sorts by.
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
    names: tuple[str, ...] = ()
    sort: int = 0

    def ids(self, under: str) -> list[int | None]:
        """The ids of its `fields`, or of its `cards`, in their order."""
        return [number for number, _ in (self.fields if under == "fields" else self.cards)]


class NoteLine(NamedTuple):
    """A note that has been released.

    It is a tuple, because there are thousands: to make a tuple is six times as fast as a frozen dataclass.

    Attributes:
        id: Its id.
        kind: The name of its kind.
        guid: The guid by which Anki knows it.
        fingerprint: Digests of what its author wrote; `print` gives them one by one.
        modified: When it last changed, in seconds since 1970.
        due: Its place in the queue of new cards.
        deck: Its subdeck, without the title of the deck.
        cards: The ordinals of its cards, as in `0,1`.
        released: The version that it was first released in.
        media: Digests of the images and sounds that it shows, with blanks between.
        clozes: Digests of the answers of its clozes by number, as in `1:a,b 2:c`; None if it has none.
        retired: The version in which it was retired; None if it is not.
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
        """The digests of its author's input; an invalid fingerprint is equal to no other."""
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
        """The ids of the note before its present one `name`; the id of the first release comes first."""
        names = tuple(dict.fromkeys([*self.was, self.id]))
        others = tuple(each for each in names if each != name)
        # a note with its first id again keeps it here, because its field for the id has the first one
        return names if others and names[0] == name else others

    @property
    def answers(self) -> dict[str, dict[str, None]]:
        """The digests of the answers of its clozes, by number."""
        pairs = (part.partition(":") for part in (self.clozes or "").split())
        return {number: dict.fromkeys(digests.split(",")) for number, _, digests in pairs}


@dataclass(frozen=True, slots=True)
class AdoptedLine:
    """A package that learners had before deckgen knew the deck.

    Attributes:
        version: The version that stands for it; each release is higher.
        time: When it was adopted, in seconds since 1970.
        notes: The number of its notes that the deck has.
        digest: A digest of its members.
        file: The name of the file.
        merge: Whether learners have to merge note types at the first release, because each collection has
            made its own.
    """

    version: str
    time: int
    notes: int
    digest: str
    file: str
    merge: bool = False


@dataclass(frozen=True, slots=True)
class ReleaseLine:
    """A release.

    Attributes:
        version: Its version.
        time: When it was built, in seconds since 1970.
        deckgen: The version of deckgen that made it.
        made_with: The versions of the other libraries that made it, by name.
        notes: The number of its notes, including retired ones.
        digest: A digest of the members of its package.
        release_notes: The SHA-256 of its release notes.
        cleanup: The digest of its cleanup package; None if there was none.
        accepted: The acceptances that it used up.
        changelog: A digest of its entry in a changelog; None if there was none.
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
    """The ledger: the released state of a deck.

    Attributes:
        deck: The line of the deck; None if nothing has been released.
        types: The lines of the note types, by kind.
        notes: The lines of the notes, by guid.
        ids: The lines of the notes by id, including former ids.
        releases: The lines of the releases, by time.
        adopted: The lines of adopted files.
        lines: All lines, in the order of the file.
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
        """The time of the last release, in seconds since 1970; 0 if there is none."""
        return self.releases[-1].time if self.releases else 0

    @property
    def adopted_version(self) -> str:
        """The highest version that an adopted file stands for; empty if there is none."""
        return max((line.version for line in self.adopted), key=by_order, default="")

    @property
    def adopted_versions(self) -> set[str]:
        """The versions that adopted files stand for."""
        return {line.version for line in self.adopted}

    @property
    def adopted_time(self) -> int:
        """The time of the last adoption, in seconds since 1970; -1, before all others, if there is none."""
        return max((line.time for line in self.adopted), default=-1)

    @cached_property
    def latest(self) -> ReleaseLine | None:
        """The highest release, which is a prerelease only if there are no others; None if there is none."""
        if len(self.releases) < 2:  # noqa: PLR2004 (then there is nothing to compare)
            return self.releases[0] if self.releases else None
        return max(self.releases, key=lambda each: (not is_prerelease(each.version), by_order(each.version)))

    @property
    def is_merging(self) -> bool:
        """Whether learners of an adopted deck have to merge note types at the next release, the first one."""
        return not self.releases and any(line.merge for line in self.adopted)

    def merged(self, release: ReleaseLine) -> bool:
        """Whether a release asked learners to merge note types."""
        is_first = self.releases[:1] == [release]
        return any(each.code == "changed-note-type" for each in release.accepted) or (
            is_first and any(line.merge for line in self.adopted)
        )

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
    """A note's deck and the ordinals of its cards, in the form of its line.

    Args:
        title: The title of the whole deck.
        deck: The note's deck, with that title.
        cards: The ordinals.
    """
    return deck.removeprefix(title).removeprefix("::"), ",".join(map(str, cards))


def answers_as_text(answers: ReadOnly[str, Iterable[str]]) -> str:
    """The digests of the answers of clozes by number, in the form of a note's line."""
    return " ".join(f"{number}:{','.join(answers[number])}" for number in sorted(answers, key=_by_size))


def _by_size(number: str) -> tuple[int, str]:
    return len(number), number
