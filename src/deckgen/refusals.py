"""Changes that Anki would not follow, or that would put learners' reviews on the wrong text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deckgen.fingerprints import answers, source_of
from deckgen.ledger import answers_in
from deckgen.source import Mapping, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.anki.cloze import Cloze
    from deckgen.diagnostics import Span
    from deckgen.faces import NoteType
    from deckgen.kinds import Kind
    from deckgen.ledger import Line
    from deckgen.notes import Note
    from deckgen.source import Scalar


@dataclass(frozen=True, slots=True)
class Refusal:
    """A change that is refused.

    Attributes:
        span: Where it was made.
        message: What it is.
        hint: What to do instead.
        final: Whether Anki would not even import what an author accepts.
    """

    span: Span
    message: str
    hint: str
    final: bool = False


def of_kind(note_type: NoteType, old: Line, new: Line) -> Iterator[Refusal]:
    """Changes of a released kind, told by the lines of its note type before and now.

    Anki compares fields and card templates by position and id, and takes a note type that differs in them for
    another (rslib/src/import_export/package/apkg/import/notes.rs).
    """
    kind = note_type.kind
    if old["cloze"] != new["cloze"]:
        was = "cloze" if old["cloze"] else "normal"
        message = f"the kind was released with `type: {was}`"
        yield Refusal(kind.document.place_of("type"), message, f"write `type: {was}` again", final=True)
        return
    faults = [*_of_ids(kind, "fields", old, new), *_of_ids(kind, "cards", old, new)]
    yield from faults
    if not faults:
        yield from _of_sources(kind, old)
        yield from _of_waking(note_type, old)


def _of_ids(kind: Kind, under: str, old: Line, new: Line) -> Iterator[Refusal]:
    """Fields or cards that were added, removed or moved, or have other ids."""
    before, after = ([entry[0] for entry in line[under]] for line in (old, new))
    if before == after:
        return
    what = under.removesuffix("s")
    entries = kind.fields if under == "fields" else kind.cards
    at = next((index for index, number in enumerate(after) if before[index : index + 1] != [number]), -1)
    name = entries[at].name
    if set(before) == set(after):
        message, hint = f"the {under} of the kind have changed places", "put them back in their order"
    elif set(before) < set(after):
        name = next(entry.name for entry in entries if entry.id not in before)
        message = f"the {what} `{name}` has been added to a released kind"
        hint = "let a dormant one become it instead: give a reserve its name, and keep the reserve's id"
    elif set(after) < set(before):
        message = f"the kind was released with {len(before)} {under}, and has {len(after)}"
        hint = f"put the missing {what} back: learners' notes have it"
    else:
        message = f"the {what} `{name}` has another id than the one released"
        hint = f"put its id back: `{before[at]}`" if at < len(before) else "put the ids back"
    yield Refusal(_entry_of(kind, under, at) if at >= 0 else kind.document.place_of(under), message, hint)


def _of_sources(kind: Kind, old: Line) -> Iterator[Refusal]:
    """Fields that are filled from something else, which the notes that learners have would not follow."""
    if kind.revision > old["revision"]:
        return
    # every note has an id, and may build on others, whether a field showed that or not
    known = {"id", "builds_on", *(source.partition(".")[0] for _, source in old["fields"] if source)}
    for index, (entry, (_, before)) in enumerate(zip(kind.fields, old["fields"], strict=True)):
        if source_of(entry.key, entry.part) == before or (not before and entry.key not in known):
            continue
        message = f"the field `{entry.name}` was released as filled from `{before or 'nothing'}`"
        hint = f"raise `revision` to {old['revision'] + 1}: every {kind.name} is sent to learners again"
        yield Refusal(_entry_of(kind, "fields", index), message, hint)


def _of_waking(note_type: NoteType, old: Line) -> Iterator[Refusal]:
    """Dormant cards that wake for notes that learners have studied already, and cards that fall asleep."""
    kind = note_type.kind
    numbers = [entry.id for entry in kind.fields]
    for index, (card, (_, reserve)) in enumerate(zip(kind.cards, old["cards"], strict=True)):
        now = next((entry.id for entry in kind.fields if entry.name == card.reserve), 0)
        span = _entry_of(kind, "cards", index)
        if now == reserve:
            continue
        if now:
            state = "with another reserve" if reserve else "awake"
            yield Refusal(span, f"the card `{card.name}` was released {state}", "put it back as it was")
            continue
        at = numbers.index(reserve)
        name = kind.fields[at].name
        if old["fields"][at][1] or not kind.fields[at].key:
            message = f"the card `{card.name}` wakes without its reserve field `{name}`"
            hint = f"fill `{name}` for the first time in the same release: give it a name and a `from`"
            yield Refusal(span, message, hint)
        elif any(name not in way.filled for way in note_type.rules.ways[index]):
            message = f"the card `{card.name}` wakes for notes whose `{name}` is empty"
            hint = f"put all of its front between `{{{{#{name}}}}}` and `{{{{/{name}}}}}`"
            yield Refusal(span, message, hint)


def of_clozes(note: Note, line: Line) -> Iterator[Refusal]:
    """Answers that stand under another number than the one by which learners' reviews know them."""
    before = answers_in(line.get("clozes", ""))
    now: dict[str, set[str]] = {}
    spots: dict[tuple[str, str], tuple[Scalar, Cloze]] = {}
    for number, digest, scalar, cloze in answers(note):
        now.setdefault(number, set()).add(digest)
        spots[number, digest] = scalar, cloze
    for (number, digest), (scalar, cloze) in spots.items():
        if digest in before.get(number, ()):
            continue
        for old, digests in before.items():
            if old != number and digest in digests and digest not in now.get(old, ()):
                message = f"this answer was released as c{old}, and now stands under c{number}"
                hint = f"write c{old} again, since reviews hang on the number; new clozes take new numbers"
                length = cloze.inner - cloze.start
                yield Refusal(note.chapter.document.span_in(scalar, cloze.start, length), message, hint)
                break


def _entry_of(kind: Kind, under: str, index: int) -> Span:
    """Where a field or card of a kind.yaml stands."""
    root = kind.document.root
    entries = root.entries.get(under) if isinstance(root, Mapping) else None
    if isinstance(entries, Sequence):
        return kind.document.span(entries.items[index])
    return kind.document.place_of(under)
