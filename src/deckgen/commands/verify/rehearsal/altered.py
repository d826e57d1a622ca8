"""Learners who have altered the note types of an earlier release, and import the package."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from deckgen.commands.verify.rehearsal.learner import MINE, Learner, a_copy
from deckgen.commands.verify.rehearsal.update import State

if TYPE_CHECKING:
    from pathlib import Path

    from deckgen.commands.verify.rehearsal.update import NewLearner, Notes

_CLOZE = 1  # the `type` of a note type


class Alteration(NamedTuple):
    """What a learner does to the note types.

    Attributes:
        what: `added-field`, `moved-note` or `deleted-card-type`.
        type: The note type, by its id.
        other: The id of the note type that the note gets; the place of the card type; or 0.
        note: The guid of the note that is moved; else empty.
    """

    what: str
    type: int
    other: int = 0
    note: str = ""


def alterations(learner: Learner, after: Notes) -> dict[str, Alteration]:
    """The alterations to rehearse, by what they are, each where the package changes the most notes.

    Args:
        learner: A learner with the earlier release.
        after: The notes as a new learner gets them.
    """
    before, types = learner.notes(), learner.note_types()
    sent = _sent(before, after)
    counts = Counter(before[guid]["type"] for guid in sent)
    used = sorted({note["type"] for note in before.values()}, key=lambda each: (-counts[each], each))
    if not sent and after.keys() <= before.keys():
        return {}  # there is nothing to import it for
    found = [Alteration("added-field", used[0])]
    for number in used:
        others = sorted(
            (each for each in used if each != number), key=lambda each: _harm(types, number, each)
        )
        if others:
            its = [guid for guid, note in before.items() if note["type"] == number]
            note = min([guid for guid in its if guid in sent] or its)
            found.append(Alteration("moved-note", number, others[0], note))
            break
    with_cards: dict[int, list[int]] = {}
    for number, ord_ in learner.db(
        "SELECT DISTINCT n.mid, c.ord FROM cards c JOIN notes n ON n.id = c.nid ORDER BY c.ord"
    ):
        if types[number]["type"] != _CLOZE:
            with_cards.setdefault(number, []).append(ord_)
    several = [number for number in used if len(with_cards.get(number, [])) > 1]
    found += [Alteration("deleted-card-type", number, with_cards[number][0]) for number in several[:1]]
    return {each.what: each for each in found}


def _harm(types: dict[int, dict[str, Any]], number: int, other: int) -> tuple[bool, ...]:
    """The less, the more merging two note types changes: Anki does not merge a cloze type with another."""
    one, two = types[number], types[other]
    alike = (len(one[parts]) == len(two[parts]) for parts in ("flds", "tmpls"))
    return (one["type"] != two["type"], *alike)


def _sent(before: Notes, after: Notes) -> set[str]:
    """The guids of the notes that the package sends again."""
    return {guid for guid in before if guid in after and after[guid]["mod"] > before[guid]["mod"]}


def rehearse_altered(
    job: dict[str, Any], new: NewLearner, alteration: Alteration, folders: tuple[Path, Path], *, merge: bool
) -> dict[str, Any]:
    """Import the package of a job over the last of the earlier ones, after a learner has altered a note type.

    Args:
        job: As for `rehearse`.
        new: What a new learner gets.
        alteration: What the learner has done.
        folders: That of the closed collection with the earlier release, and that for a copy of it.
        merge: Whether the learner has ticked *merge note types*.

    Returns:
        The earlier release and the alteration; `refused`, Anki's words if it does not import the package;
        `missed`, the number of updated notes that have not arrived; `lost`, that of the texts, cards and
        reviews of the learner that have changed; and what became of the cards.
    """
    with a_copy(*folders) as learner:
        before = learner.notes()
        had = Counter(place.guid for place in _places(learner).values())
        names = _alter(learner, alteration)
        learner.study([card for (card,) in learner.db("SELECT id FROM cards")])
        mine, my_places = State.of(learner), _places(learner)
        refused = _take(learner, job["package"], merge=merge)
        now, places_now = State.of(learner), _places(learner)
        twice = _doubled(places_now)
        again = conflicting = 0
        if merge and not refused:  # what the next release finds
            learner.take(job["package"], merge=True)
            again = _doubled(_places(learner)) - twice
            conflicting = learner.take(job["package"])["conflicting"]
    # the cards that everybody gets, such as that of a further cloze
    more = sum(max(0, cards - had[guid]) for guid, cards in new.cards.items() if guid in before)
    after, sent = new.notes, _sent(before, new.notes)
    of_it = {guid for guid, note in before.items() if note["type"] == alteration.type}
    kept = {guid for guid, note in mine.notes.items() if now.notes.get(guid, {}).get("text") == note["text"]}
    arrived = {guid for guid in after if now.notes.get(guid, {}).get("text") == after[guid]["text"]}
    # a note that gets back its note type, and keeps its texts in the places of the other's fields
    typed = {guid for guid in kept if now.notes[guid]["type"] == mine.notes[guid]["type"]}
    other = set(before) - typed - arrived
    reviews = len(mine.reviews - now.reviews) + sum(
        _work(now.cards.get(card)) != _work(was) for card, was in mine.cards.items()
    )
    return {
        "previous": job["previous"][-1]["name"],
        "learner": alteration.what,
        "options": "merge" if merge else "default",
        **names,
        "refused": refused,
        "missed": len(of_it & kept & sent - arrived),
        "lost": len(other) + reviews,
        "wrong_texts": len(other),
        "cut_texts": sum(not _parts(mine.notes[guid]) <= _parts(now.notes.get(guid)) for guid in other),
        "reviews_lost": reviews,
        "cards_gone": sum(card not in now.cards for card in mine.cards),
        "cards_added": sum(
            card not in my_places and place.guid in before for card, place in places_now.items()
        )
        - more,
        "cards_twice": twice,
        "twice_next_time": again,
        "conflicting_next_time": conflicting,
        "cards_elsewhere": sum(
            places_now[card] != place and places_now[card].type == place.type
            for card, place in my_places.items()
            if card in places_now
        ),
    }


class _Place(NamedTuple):
    """What a card is of: a note, a note type, and a card template (its id, or its name) or a cloze."""

    guid: str
    type: int
    template: Any


def _places(learner: Learner) -> dict[int, _Place]:
    """What each card is of, by its id."""
    templates = {
        number: [each.get("id") or each["name"] for each in note_type["tmpls"]]
        for number, note_type in learner.note_types().items()
        if note_type["type"] != _CLOZE
    }
    rows = learner.db("SELECT c.id, n.guid, n.mid, c.ord FROM cards c JOIN notes n ON n.id = c.nid")
    return {
        card: _Place(guid, number, templates[number][ord_] if number in templates else ord_)
        for card, guid, number, ord_ in rows
    }


def _parts(note: dict[str, Any] | None) -> set[str]:
    """The texts in the fields of a note, wherever they are."""
    return set(note["text"][0].split("\x1f")) - {""} if note else set()


def _doubled(places: dict[int, _Place]) -> int:
    """How many cards are there besides another one of the same place."""
    return len(places) - len({*places.values()})


def _work(card: tuple[Any, ...] | None) -> tuple[Any, ...]:
    """A card without its number, which changes with the order of the card types."""
    return (card[0], *card[2:]) if card else ()


def _take(learner: Learner, path: str, *, merge: bool) -> str:
    """Import a package; Anki's words if it refuses."""
    from anki.errors import BackendError  # noqa: PLC0415 (main reports that it is missing)

    try:
        learner.take(path, merge=merge)
    except BackendError as error:
        return str(error).partition("\n")[0] or "no reason given"
    return ""


def _alter(learner: Learner, alteration: Alteration) -> dict[str, str]:
    """Alter a note type; the names of what was altered."""
    models = learner.col.models
    note_type = models.get(alteration.type)
    names = {"type": note_type["name"]}
    if alteration.what == "added-field":
        models.add_field(note_type, models.new_field(MINE))
        models.update_dict(note_type)
    elif alteration.what == "moved-note":
        ids = {"old_notetype_id": alteration.type, "new_notetype_id": alteration.other}
        request = models.change_notetype_info(**ids).input
        request.note_ids.append(learner.notes()[alteration.note]["id"])
        models.change_notetype_of_notes(request)
        names["other_type"] = models.get(alteration.other)["name"]
    else:
        template = note_type["tmpls"][alteration.other]
        names["card_type"] = template["name"]
        models.remove_template(note_type, template)
        models.update_dict(note_type)
    models._clear_cache()  # noqa: SLF001 (not all of them do)
    return names
