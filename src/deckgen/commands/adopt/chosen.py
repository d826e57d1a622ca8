"""Which notes of a package are adopted, and into which chapters of the deck they go."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deckgen.deck.hints import OF_ANKI, is_control, tag_fault
from deckgen.deck.ids import slug
from deckgen.diagnostics import CallError, counted, did_you_mean, listing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Mapping as ReadOnly

    from deckgen.package import Contents, PackedCard, PackedNote


@dataclass(frozen=True, slots=True)
class ChosenChapter:
    """The notes of a deck or subdeck.

    Attributes:
        path: Its file, from the deck's folder.
        deck: The name of the subdeck, without the title; empty for the deck itself.
        notes: The notes, in the order in which new learners study them.
    """

    path: str
    deck: str
    notes: tuple[PackedNote, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The adopted notes of a package.

    Attributes:
        title: The title of the deck.
        chapters: The chapters, in the order of their names.
        studied: Whether some card has been studied, so that the order is that in which notes were made.
        apart: The guids of notes with cards in several decks.
        cardless: The number of notes that are left out because they have no card.
        others: The number of notes of other decks.
        twice: The number of notes that are left out because they have no guid, or that of another one.
        described: The names of subdecks with a description, which is left out.
    """

    title: str
    chapters: tuple[ChosenChapter, ...]
    studied: bool
    apart: tuple[str, ...]
    cardless: int
    others: int
    twice: int
    described: tuple[str, ...]

    @property
    def notes(self) -> Iterator[PackedNote]:
        """All notes."""
        return (note for chapter in self.chapters for note in chapter.notes)


def choose(contents: Contents, decks: Sequence[str], language: str) -> Chosen:
    """The notes of some decks of a package, by chapters.

    Args:
        contents: What the package holds.
        decks: The names of the decks, each with its subdecks; all if there are none.
        language: The BCP 47 tag of the deck's language, by which names become plain letters.

    Raises:
        CallError: A deck is not in the package, no note is chosen, or the decks are several.
    """
    homes = home_decks(contents, decks)
    every = home_decks(contents, ()) if decks else homes
    first: dict[str, PackedNote] = {}
    for note in contents.notes:
        if homes.get(note.id) and note.guid:
            first.setdefault(note.guid, note)
    if not first:
        raise _no_notes()
    by_deck: dict[str, list[PackedNote]] = {}
    for note in first.values():
        by_deck.setdefault(homes[note.id][0], []).append(note)
    title = _title(list(by_deck))
    cards = contents.cards_of
    studied = any(card.studied for note in first.values() for card in cards.get(note.id, ()))
    paths = _paths(sorted(by_deck), title, language)
    chapters = (
        ChosenChapter(
            paths[name],
            name.removeprefix(title).removeprefix("::"),
            tuple(
                sorted(by_deck[name], key=lambda note: _place(note, cards.get(note.id, ()), studied=studied))
            ),
        )
        for name in sorted(by_deck)
    )
    with_cards = sum(bool(cards.get(note.id)) for note in contents.notes)
    inside = sum(bool(homes.get(note.id)) for note in contents.notes)
    return Chosen(
        title,
        tuple(chapters),
        studied,
        tuple(note.guid for note in first.values() if len(set(every[note.id])) > 1),
        len(contents.notes) - with_cards,
        with_cards - inside,
        inside - len(first),
        _described(contents, by_deck, title),
    )


def _described(contents: Contents, used: Iterable[str], title: str) -> tuple[str, ...]:
    """The names of subdecks with a description, without the title; `used` are the decks that have notes."""
    above = {f"{name}::"[: sign.start()] for name in used for sign in re.finditer("::", f"{name}::")}
    names = {_in_anki(deck.name) for deck in contents.decks.values() if deck.description.strip()}
    return tuple(name.removeprefix(f"{title}::") for name in sorted(names & above - {title}))


def title_in(contents: Contents, decks: Sequence[str]) -> str:
    """The title that a deck made of a package has: the first part of the names of its decks.

    Raises:
        CallError: As for `choose`.
    """
    names = {each for homes in home_decks(contents, decks).values() for each in homes[:1]}
    if not names:
        raise _no_notes()
    return _title(sorted(names))


def tags_of(note: PackedNote) -> list[str]:
    """The tags of a note, as far as deckgen can keep them; not those that Anki gives for one person."""
    tags = (usable_tag(tag) for tag in note.tags if tag.lower() not in OF_ANKI)
    return list(dict.fromkeys(filter(None, tags)))


def usable_tag(tag: str) -> str:
    """A tag without what Anki would change or could not search for; empty if nothing is left."""
    if tag_fault(tag) is None:
        return tag
    levels = (re.sub(r'["\u201c\u201d\u201e<>&]', "", level).strip(":") for level in tag.split("::"))
    plain = "::".join(filter(None, levels))
    return plain if plain and tag_fault(plain) is None else ""


def home_decks(contents: Contents, decks: Sequence[str]) -> dict[int, list[str]]:
    """The names of the chosen decks of each note's cards, in the order of the cards, by the note's id."""
    names = {number: _in_anki(deck.name) for number, deck in contents.decks.items()}
    homes: dict[int, list[str]] = {}
    for card in sorted(contents.cards, key=lambda card: card.ord):
        name = names.get(card.own_deck, "Default")
        if not decks or any(name == deck or name.startswith(f"{deck}::") for deck in decks):
            homes.setdefault(card.note, []).append(name)
    used = {names.get(card.own_deck, "Default") for card in contents.cards}
    used |= {name[: sign.start()] for name in used for sign in re.finditer("::", name)}
    for deck in decks:
        if not any(name == deck or name.startswith(f"{deck}::") for name in used):
            hint = did_you_mean(deck, sorted(used, key=len)) or f"it contains {listing(sorted(used))}"
            raise CallError(f"no card of the package is in a deck `{deck}`", hint)
    return homes


def _in_anki(name: str) -> str:
    """The name of a deck as an import makes it (rslib/src/decks/name.rs)."""
    plain = "".join(char for char in unicodedata.normalize("NFC", name) if not is_control(char))
    return "::".join(part.strip() or "blank" for part in plain.split("::"))


def _no_notes() -> CallError:
    return CallError("the package contains no notes with cards", "export the deck from Anki again")


def _title(names: Sequence[str]) -> str:
    """The part of the names of decks that they share.

    Raises:
        CallError: They are of several decks.
    """
    roots = {name.split("::")[0] for name in names}
    if len(roots) > 1:
        message = f"the package contains {counted(len(roots), 'deck')}: {listing(sorted(roots))}"
        raise CallError(message, f'adopt one at a time: --deck "{min(roots)}"')
    return next(iter(roots))


def _paths(names: Sequence[str], title: str, language: str) -> dict[str, str]:
    """The files of chapters, numbered in the order of their decks, by the names of these."""
    width = len(str(len(names)))
    words = [
        slug((name.removeprefix(title).removeprefix("::") or title).replace("::", " "), language) or "notes"
        for name in names
    ]
    # beside subdecks that are numbered themselves, the deck's own chapter comes before the first
    first = 0 if names[0] == title and "".join(words[1:2]).startswith("1-") else 1
    paths = {}
    for number, (name, given) in enumerate(zip(names, words, strict=True), first):
        word = re.sub(r"^([0-9]{1,2}-)+", "", given)
        paths[name] = f"source/{number:0{width}}-{word}.yaml"
    return paths


def _place(note: PackedNote, cards: Sequence[PackedCard], *, studied: bool) -> tuple[int, int]:
    """The place of a note: that of its new cards, or the time when it was made."""
    due = min((card.due for card in cards), default=0)
    return (0 if studied else due), note.id


def changed_tags(notes: Iterable[PackedNote]) -> list[str]:
    """The tags that deckgen cannot keep as they are."""
    tags = dict.fromkeys(tag for note in notes for tag in note.tags if tag.lower() not in OF_ANKI)
    return [tag for tag in tags if usable_tag(tag) != tag]


def count_by_type(contents: Contents, chosen: Chosen) -> ReadOnly[int, int]:
    """The numbers of chosen notes of each note type, by its id.

    Raises:
        CallError: A note has no note type in the package, or not as many fields as that.
    """
    counts: Counter[int] = Counter()
    for note in chosen.notes:
        note_type = contents.note_types.get(note.note_type)
        if note_type is None or len(note.fields) != len(note_type.fields):
            hint = "repair the deck in Anki, with *Tools > Check Database*, and export it again"
            raise CallError(
                f"the package is damaged: the note `{note.guid}` does not fit its note type", hint
            )
        counts[note.note_type] += 1
    return counts
