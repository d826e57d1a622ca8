"""What a release changes, in words for learners: the text of its section in the changelog."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deckgen.anki.cloze import uncovered
from deckgen.commands.diff.markdown import escaped, marked
from deckgen.commands.diff.words import BREAK, difference, plain
from deckgen.history.consequences import MERGING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from deckgen.cards.sentences import Sentences
    from deckgen.commands.diff.compare import NoteChange
    from deckgen.commands.release.changes import Changes
    from deckgen.deck.notes import Deck, Note
    from deckgen.history.consequences import Consequence
    from deckgen.history.plan import StampedNote

_LABEL = 90  # characters of a note's first field
_TEXTS = 36  # notes whose texts are shown before and after
_NAMED = 100  # notes that a list names
_FOLDED = 12  # longer lists are folded
_FEW = 3  # entries that are not worth folding
_LONGEST = 1_500  # characters of a field's difference
_ALL_TEXTS = 50_000  # characters of all differences; a release on GitHub may have 125,000
_AROUND = 12  # words around a change
_MEDIUM = re.compile(r"\[(image|sound|video): [^\]]*\]|\[sound:[^\]]*\]")


class Entry:
    """Puts the changes of a release into words."""

    def __init__(self, changes: Changes, sentences: Sentences, deck: Deck) -> None:
        """Keep what learners get, the sentences of their language, and the deck."""
        self._changes = changes
        self._say = sentences.say
        self._deck = deck

    def text(self, lead: str, *, prerelease: bool, cleanup: str) -> str:
        """The text, as Markdown, with headings of the third level.

        Args:
            lead: What the author has written by hand; may be empty.
            prerelease: Whether the version only leads to another one.
            cleanup: The name of the cleanup package; empty where no notes leave the deck.
        """
        parts = [lead] if lead else []
        if prerelease:
            parts.append(self._say("prerelease"))
        if self._changes.first:
            return "\n\n".join([*parts, self._say("first")]) + "\n"
        parts += [
            " ".join(self._summary()),
            *self._to_do(cleanup),
            *self._changed(),
            *self._new(),
            *self._retired(),
        ]
        return "\n\n".join(parts) + "\n"

    def _summary(self) -> Iterator[str]:
        """How much has changed, in sentences."""
        changes = self._changes
        groups = {"new": len(changes.new), "more_cards": changes.more_cards, "changed": len(changes.changed)}
        groups["retired"] = len(changes.retired)
        for name, count in groups.items():
            if count:
                yield self._say(name, count)
        if changes.looks:
            yield self._say("look", kinds=", ".join(map(escaped, changes.looks)))
        if not any(groups.values()) and not changes.looks:
            yield self._say("nothing_new")

    def _to_do(self, cleanup: str) -> Iterator[str]:
        """What learners have to do, and what they can do."""
        changes, at_import = self._changes, MERGING | {"merge_over"}
        first = [self._consequence(each) for each in changes.consequences if each.name in at_import]
        then = [self._consequence(each) for each in changes.to_do if each.name not in at_import]
        if changes.merging:
            then.append(self._say("merge_back"))
        may = [
            self._consequence(each)
            for each in changes.consequences
            if each not in changes.to_do and each.name not in at_import
        ]
        if cleanup and self._changes.retired:
            search = f"`tag:{self._deck.id}::retired`"
            may.append(self._say("cleanup", file=f"`{cleanup}`", search=search))
        if self._changes.replaced_media:
            may.append(self._say("replaced_media"))
        yield f"### {self._say('to_do_head')}"
        steps = [*(first or [self._say("import_first" if then else "nothing_to_do")]), *then]
        yield "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1)) if then else steps[0]
        if may:
            yield f"### {self._say('can_do_head')}"
            yield "\n".join(f"- {item}" for item in may)

    def _consequence(self, consequence: Consequence) -> str:
        """The sentence of a consequence."""
        decks = {"before": f"*{escaped(consequence.before)}*", "after": f"*{escaped(consequence.after)}*"}
        return self._say(consequence.name, consequence.number, **decks, version=consequence.version)

    def _changed(self) -> Iterator[str]:
        """The changed notes, the first ones with their texts before and after."""
        notes = self._changes.changed
        if not notes:
            return
        items, length = [], 0
        for place, each in enumerate(notes[:_NAMED]):
            texts = self._differences(each) if place < _TEXTS and length < _ALL_TEXTS else []
            length += sum(map(len, texts))
            items.append(self._item(each) + "".join(f"\n  - {text}" for text in texts))
        yield f"### {self._say('changed_head')}"
        if length:
            old, new = (
                f"<{tag}>{self._say(f'legend_{name}')}</{tag}>"
                for tag, name in (("del", "old"), ("ins", "new"))
            )
            yield self._say("legend", old=old, new=new)
        yield self._list(items, len(notes))

    def _differences(self, note: StampedNote) -> list[str]:
        """What differs in a note, a text for each field; the same text only once."""
        change = self._changes.texts.get(note.guid)
        if change is None:
            return []
        texts: list[str] = []
        seen: set[tuple[str, str]] = set()
        for field in change.fields:
            pieces = difference(uncovered(field.before), uncovered(field.after), _AROUND, marks=False)
            words = {(sort, text.strip(f" {BREAK}")) for sort, text in pieces if sort != "="}
            # an option stands in two fields, and a row also in the table of its neighbours
            if not words <= seen:
                texts.append(self._shown(pieces))
            seen |= words
        return [text for text in (*texts, *self._tags(change)) if text and len(text) <= _LONGEST]

    def _shown(self, pieces: Iterable[tuple[str, str]]) -> str:
        """The difference of a field, with the names of files as words."""
        return "".join(marked((sort, self._named(text))) for sort, text in pieces).strip(" /")

    def _named(self, text: str) -> str:
        """A text in which images and sounds are called so, and not by the names of their files."""
        text = text.replace(f" {BREAK} ", " / ").replace(BREAK, "/")
        return _MEDIUM.sub(
            lambda file: f"[{self._say('sound' if file[1] in {None, 'sound'} else 'picture')}]", text
        )

    def _tags(self, change: NoteChange) -> list[str]:
        """The tags that a note has gained and lost."""
        words = [*(f"<del>{escaped(tag)}</del>" for tag in change.tags_lost)]
        words += [f"<ins>{escaped(tag)}</ins>" for tag in change.tags_gained]
        return [f"{self._say('tags')}: {' '.join(words)}"] if words else []

    def _new(self) -> Iterator[str]:
        """The new notes."""
        if notes := self._changes.new:
            yield f"### {self._say('new_head')}"
            yield self._list([self._item(each) for each in notes[:_NAMED]], len(notes))

    def _retired(self) -> Iterator[str]:
        """The notes that leave the deck, with the reasons."""
        if notes := self._changes.retired:
            by_id = {each.note.id: each for each in self._changes.all}
            yield f"### {self._say('retired_head')}"
            yield self._list([self._left(each, by_id) for each in notes[:_NAMED]], len(notes))

    def _left(self, each: StampedNote, by_id: dict[str, StampedNote]) -> str:
        """The line of a note that leaves the deck."""
        note: Note = each.note
        reason = " ".join(note.retired.value.split()) if note.retired else ""
        line = f"{self._item(each)}: {escaped(reason)}" if reason else self._item(each)
        if note.replaced_by:
            other = by_id.get(note.replaced_by.value)
            label = self._label(other) if other else f"`{note.replaced_by.value}`"
            line += f" {self._say('instead', label=label)}"
        return line

    def _item(self, each: StampedNote) -> str:
        """A note as an entry of a list, with its subdeck."""
        deck = each.note.chapter.deck.removeprefix(self._deck.title).removeprefix("::")
        return f"- **{self._label(each)}**" + (f" ({escaped(deck)})" if deck else "")

    def _label(self, each: StampedNote) -> str:
        """What a note is called: its first field that is not its id, which learners have not seen.

        A note of an adopted kind is called by the label of its kind, or else by the field that Anki sorts by.
        """
        kind = each.note.kind
        texts = [self._short(field) for field in each.fields]
        keys = [field.key for field in kind.fields]
        seen = [text for text, key in zip(texts, keys, strict=True) if key != "id" and text]
        label = next((text for text in seen if _MEDIUM.sub("", text)), seen[0] if seen else each.note.id)
        if kind.adopted:
            place = keys.index(kind.label) if kind.label in keys else kind.adopted.sort_field
            label = texts[place] or label
        if kind.rows_key:  # its rows have a title in common
            own = texts[keys.index(kind.label)] if kind.label in keys else ""
            label = f"{label}: {own}" if own and own != label else label
        return escaped(label)

    def _short(self, field: str) -> str:
        """A field as a line of text of a few words."""
        text = self._named(plain(uncovered(field[: _LABEL * 50]), marks=False)).strip(" /")
        return f"{text[: _LABEL - 1].rstrip()}…" if len(text) > _LABEL else text

    def _list(self, items: Sequence[str], count: int) -> str:
        """A list of entries, with the number of those that it lacks; a long one is folded."""
        lines = list(items)
        if count > len(items):
            lines.append(f"- {self._say('more', count - len(items))}")
        if len(lines) <= _FOLDED + _FEW:
            return "\n".join(lines)
        shown, folded = lines[:_FOLDED], lines[_FOLDED:]
        more = self._say("more", count - _FOLDED)
        return "\n".join([*shown, "", f"<details><summary>{more}</summary>", "", *folded, "", "</details>"])
