"""The reader of nodes: it checks keys and types, turns nodes into values, and reports with positions."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deckgen.anki import unescaped
from deckgen.anki.tags import distinct, one_colon
from deckgen.deck.hints import (
    CELL,
    FEW,
    ID,
    OF_ANKI,
    SHORT,
    about_id,
    about_running_together,
    as_text,
    conflict,
    halves,
    is_control,
    is_item,
    item_in_item,
    list_hint,
    node_name,
    plain,
    run_together,
    seen,
    tag_fault,
)
from deckgen.diagnostics import Diagnostic, Diagnostics, Span, listing, nearest, proposal
from deckgen.patterns import pattern
from deckgen.source import (
    BLOCK_HINT,
    CONFLICT,
    ITEM_HINT,
    ODD,
    Document,
    Mapping,
    Node,
    Scalar,
    Sequence,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Container


MAX_TEXT = 100_000
"""The longest text, in characters: some forty pages."""
MAX_ITEMS = 100
"""The most items of a list within a note, of a chapter's tags and the like."""
MAX_NAME = 200
"""The longest name of a deck, in characters."""

_IN_ONE_MAPPING = 20  # unknown keys of one mapping that are reported one by one
_WORDS = 1000  # the words of one file for which it searches near ones; each takes 0.1 ms
_NO = frozenset(["no", "n", "off", "0", "wrong", "incorrect", "f", "nein", "non"])
_NO_SPACE = pattern(r"([a-z_]+):\S")
_PLAIN_TAG = pattern(rf"(?!(?:{'|'.join(OF_ANKI)})$)[a-z0-9_-]+")


_CALLED = {"title": ("deck",), "name": ("deck", "title"), "subdeck": ("deck",), "lang": ("language",)}
"""Other names that authors use for a file's own keys."""


@dataclass
class NodeReader:
    """A reader of the values in one document, which collects the diagnostics.

    Attributes:
        document: The document.
        diagnostics: The diagnostics so far.
        warnings: The diagnostics of values that can be read nevertheless.
        elsewhere: A function that gives the owners of a key, as in "a definition"; empty if it has none.
        is_taken: A function that says whether another note has an id.
        language: The BCP 47 tag of the language of its texts.
        missing: For each mapping, by its offset: its missing keys, by the unknown keys that may be meant for
            them.
        first_halves: The offsets of items whose other keys are in the next item because of an extra hyphen.
        second_halves: The offsets of those next items.
    """

    document: Document
    diagnostics: Diagnostics = field(default_factory=Diagnostics)
    warnings: list[Diagnostic] = field(default_factory=list)
    elsewhere: Callable[[str], str] = lambda _: ""
    is_taken: Callable[[str], bool] = lambda _: False
    language: str = "en"
    missing: dict[int, dict[str, str]] = field(default_factory=dict)
    first_halves: set[int] = field(default_factory=set)
    second_halves: set[int] = field(default_factory=set)
    _near: dict[tuple[str, tuple[str, ...]], str] = field(default_factory=dict)

    def report(self, code: str, place: Node | Span, message: str, hint: str = "") -> None:
        """Add a diagnostic at a node or span of the document."""
        if self.diagnostics.full(code, self.document.path):
            self.diagnostics.count(code, self.document.path)
            return
        span = place if isinstance(place, Span) else self.document.span(place)
        self.diagnostics.append(Diagnostic(code, message, span, hint))

    def near(self, word: str, known: Collection[str]) -> str:
        """A hint as from `did_you_mean`, for the first thousand words of a file; else empty."""
        near = self._nearest(word, known)
        return proposal(word, near) if near else ""

    def _nearest(self, word: str, known: Collection[str]) -> str:
        """The known word nearest to a word, for the first thousand words of a file; else empty."""
        key = word, tuple(known)
        near = self._near.get(key)
        if near is None:
            if len(self._near) >= _WORDS:
                return ""
            near = self._near[key] = nearest(word, known)
        return near

    def mapping(
        self, node: Node | None, what: str, known: Container[str], names: Collection[str]
    ) -> Mapping | None:
        """A node as a mapping; unknown keys are reported.

        Args:
            node: The node; None for an empty document.
            what: The mapping in words, as in "a definition".
            known: The keys that it may have.
            names: The same keys, in the order of hints.

        Returns:
            The mapping, even with unknown keys; None if the node is no mapping.
        """
        if not isinstance(node, Mapping):
            self._not_a_mapping(node, what, names)
            return None
        self._unknown(node, what, known, names)
        return node

    def _unknown(self, node: Mapping, what: str, known: Container[str], names: Collection[str]) -> None:
        """Report the unknown keys of a mapping: the first ones in full, then the number of the others."""
        keys = zip(node.entries, node.starts, strict=True)
        unknown = [(name, start) for name, start in keys if name not in known and name != ODD]
        if unknown and self.diagnostics.full("unknown-key", self.document.path):
            self.diagnostics.count("unknown-key", self.document.path, len(unknown))
            return
        in_full = unknown[:_IN_ONE_MAPPING] if len(unknown) > _IN_ONE_MAPPING + 1 else unknown
        for name, start in in_full:
            place = self.document.span_of_key(start, name)
            message, hint = self._about_unknown(name, node, what, names)
            self.report("unknown-key", place, message, hint)
        if len(unknown) > len(in_full):
            name, start = unknown[len(in_full)]
            more = len(unknown) - len(in_full)
            message = f"and {more:,} more keys are not allowed in {what}"
            place = self.document.span_of_key(start, name)
            self.diagnostics.append(Diagnostic("unknown-key", message, place, stands_for=more))

    def _about_unknown(self, name: str, node: Mapping, what: str, names: Collection[str]) -> tuple[str, str]:
        """The message and the hint for an unknown key."""
        near_key = self._near_key(name, node, names)
        if seen(name) != name and seen(name) in names:
            return f"`{near_key}` contains an invisible character", "delete it, and retype the key"
        if name.startswith("+"):
            hint = "if this comes from a patch, delete the `+` at the start of each line that has one"
        elif match := _NO_SPACE.match(name):
            hint = f"put a space after the colon: `{match[1]}: …`"
        elif near_key in node.entries:
            hint = f"did you mean `{near_key}`? it is already here: remove one of the two"
        elif near_key:
            hint = proposal(name, near_key)
        else:
            other = self.elsewhere(plain(name))
            hint = (
                self._in_another_place(node, other, names)
                if other
                else as_text(self.document, name, node, names)
            )
            hint = hint or f"the keys allowed here are {listing(names)}"
        return f"`{name}` is not allowed in {what}", hint

    def _near_key(self, name: str, node: Mapping, names: Collection[str]) -> str:
        """The known key that the author probably meant by an unknown one; empty if that is not clear."""
        for key in (seen(name), plain(name)):
            if key in names:
                return key
        if match := _NO_SPACE.match(name):
            return match[1] if match[1] in names else ""
        near = self._nearest(seen(name), names)
        if node is self.document.root and isinstance(node.entries[name], Scalar) and not near:
            near = next((key for key in _CALLED.get(plain(name), ()) if key in names), "")
            if near and near not in node.entries:
                return near
        missing = self.missing.get(node.start, {}).get(name)
        if missing and near in {"", missing}:
            return missing
        # a list is probably a section, or the cards of one
        section = isinstance(node.entries[name], Sequence)
        return near if section or not self.elsewhere(plain(name)) else ""

    def _in_another_place(self, node: Mapping, other: str, names: Collection[str]) -> str:
        """A hint for a key that belongs to something else."""
        if node is self.document.root:
            return f"it is a key of {other}: put each one in a section, after a hyphen"
        return f"it is a key of {other}; the keys allowed here are {listing(names)}"

    def _not_a_mapping(self, node: Node | None, what: str, names: Collection[str]) -> None:
        """Report a node that is not a mapping, with a hint that fits its sort."""
        if node is None:
            self.report("empty-value", Span(self.document.path), f"this is empty, but {what} belongs here")
            return
        first, item = next(iter(names)), is_item(self.document, node)
        hint = f"write each of its keys on its own line, as in `{first}: …`"
        if isinstance(node, Scalar):
            word = node.value.strip()
            if match := re.match(r"([a-z_]+):\S", word):
                hint = f"put a space after the colon: `{match[1]}: …`"
            elif item and word and len(word) <= SHORT and "\n" not in word:
                hint = f"write `- {first}: {word}`, with its other keys on separate lines under `{first}`"
            elif item:
                hint = f"write `- {first}: …`, with its other keys on separate lines under `{first}`"
            elif word and "\n" not in word and node is not self.document.root and len(names) < FEW:
                hint = f"write its keys in braces, as in `{{{first}: {word}}}`"
        elif item:
            hint = f"check for an extra hyphen or bracket; it begins with `- {first}: …`"
        elif node is self.document.root:
            hint = f"start its keys at the left margin, without hyphens, as in `{first}: …`"
        message = f"this is {node_name(node)}, but {what} with its keys belongs here"
        self.report("wrong-type", node, message, hint)

    def require(
        self, mapping: Mapping, what: str, required: Collection[str], names: Collection[str], hint: str = ""
    ) -> bool:
        """Whether all required keys are there. Missing ones are reported, except misspelled ones.

        Args:
            mapping: The mapping that must have them.
            what: The mapping in words, as in "a definition".
            required: The keys that it must have.
            names: All keys that it may have; none of them counts as misspelled.
            hint: The hint if one is missing.
        """
        missing = [name for name in required if name not in mapping.entries]
        if mapping.start in self.first_halves:
            return not missing
        if mapping.start in self.second_halves:
            hint = "if it continues the item above, remove its hyphen"
        # a misspelled key is already reported as unknown
        unknown = [name for name in mapping.entries if name not in names and name != ODD] if missing else []
        near_keys = {self._near_key(name, mapping, names) for name in unknown[:_IN_ONE_MAPPING]}
        absent = [name for name in missing if name not in near_keys]
        if absent and self.diagnostics.full("missing-key", self.document.path):
            self.diagnostics.count("missing-key", self.document.path)
        elif absent:
            plural = "keys" if len(absent) > 1 else "key"
            self.report("missing-key", mapping, f"{what} lacks the {plural} {listing(absent)}", hint)
        return not missing

    def scalar(self, node: Node, key: str, hint: str = "") -> Scalar | None:
        """A text that is not empty; None, with a report, if the node is no such text.

        Args:
            node: The node.
            key: Its key, or the key of the list if it is an item.
            hint: The hint for a node that is no text; if empty, to write it on one line.
        """
        if isinstance(node, Scalar) and node.value and not node.value.isspace():
            return node
        if isinstance(node, Mapping) and ODD in node.entries:
            return None
        item = is_item(self.document, node)
        what = f"an item of `{key}`" if item else f"`{key}`"
        if isinstance(node, Scalar):
            comment = self.document.comment_after(node.end) is not None
            hint = "write a dash for an empty cell: `- –`" if what == CELL else ""
            hint = "text after `#` is a comment; to use it as text, put it in quotes" if comment else hint
            self.report("empty-value", node, f"{what} is empty", hint)
            return None
        hint = hint or f"write it on the line of its key: `{key}: …`"
        if item and isinstance(node, Mapping):
            sign = "a colon and a space make a key"
            if self.document.text.startswith("? ", node.start):
                sign = "a text cannot begin with `? ` here"
            hint = f"{sign}; {ITEM_HINT}, or put it in quotes"
        elif item:
            hint = item_in_item(node) or "check for an extra hyphen or bracket"
        elif isinstance(node, Sequence) and len(node.items) == 1 and isinstance(node.items[0], Scalar):
            word = node.items[0].value.strip()
            if len(word) <= SHORT and "`" not in word and not self.document.comment_after(node.items[0].end):
                quoted = word.replace("\\", "\\\\").replace('"', '\\"')
                hint = f'write `{key}: {word}`; to keep the brackets, write `{key}: "[{quoted}]"`'
        self.report("wrong-type", node, f"{what} is {node_name(node)}, but a text belongs here", hint)
        return None

    def prose(self, node: Node, key: str) -> Scalar | None:
        """A text for people; None, with a report, as for `scalar`, or if a comment cuts it short."""
        if isinstance(node, Scalar) and self._is_sound(node):
            return node
        scalar = self._uncut(self.scalar(node, key, BLOCK_HINT.format(key=key)), key, "#")
        if scalar is not None and "<<<<<<<" in scalar.value and (mark := conflict(scalar.value)):
            self.report("yaml-syntax", self.document.span_in(scalar, *mark), *CONFLICT)
        return scalar

    def _is_sound(self, scalar: Scalar) -> bool:
        """Whether a text certainly has no fault that `prose` reports, as nearly all texts."""
        value, style = scalar.value, scalar.style
        if style == ">" or (not style and scalar.end - scalar.start != len(value)):
            return False
        if not style and self.document.has_comments:
            return False
        return 0 < len(value) <= MAX_TEXT and not value.isspace() and "<<<<<<<" not in value

    def _uncut(self, scalar: Scalar | None, key: str, sign: str) -> Scalar | None:
        """A text without losses; None, with a report, if YAML cuts it short or joins its lines.

        Args:
            scalar: The text.
            key: Its key.
            sign: A pattern for the beginning of comments that are probably part of the text.
        """
        if scalar is not None and len(scalar.value) > MAX_TEXT:
            message = f"this text has {len(scalar.value):,} characters, but deckgen allows up to {MAX_TEXT:,}"
            self.report(
                "too-large", self.document.span_from(scalar.start), message, "split it into several notes"
            )
            return None
        if scalar is None or scalar.style not in {"", ">"}:
            return scalar
        if scalar.end - scalar.start != len(scalar.value) and (place := run_together(self.document, scalar)):
            self.report("wrong-type", place, *about_running_together(self.document, scalar, key))
            return None
        span = self.document.cut_by_comment(scalar) if self.document.has_comments else None
        if span and re.match(sign, self.document.lines[span.line - 1][(span.column or 1) - 1 :]):
            message = "the text ends before this ` #`, because ` #` starts a comment"
            self.report("cut-by-comment", span, message, BLOCK_HINT.format(key=key))
            return None
        return scalar

    def items(self, node: Node, key: str, first: str = "", most: int = MAX_ITEMS) -> list[Node]:
        """The items of a list; none, with a report, if the node is no list.

        Args:
            node: The node.
            key: Its key.
            first: The key with which each item begins, if items have keys.
            most: The most items that it may have; further ones are reported and left out.
        """
        if isinstance(node, Sequence):
            if len(node.items) > most:
                message = f"`{key}` has {len(node.items):,} items, but deckgen allows up to {most:,}"
                self.report("too-large", node.items[most], message)
            return node.items[:most] if len(node.items) > most else node.items
        if isinstance(node, Scalar) and not node.value.strip():
            self.report("empty-value", node, f"`{key}` is empty", "write its items below it, or remove it")
            return []
        message = f"`{key}` is {node_name(node)}, but a list belongs here"
        self.report("wrong-type", node, message, list_hint(self.document, node, key, first))
        return []

    def halves(self, items: list[Node], required: Collection[str]) -> None:
        """Remember the items of a list that are one item, split by an extra hyphen.

        Args:
            items: The items.
            required: The keys that each item must have.
        """
        for one, other in halves(items, required):
            self.first_halves.add(one.start)
            self.second_halves.add(other.start)

    def flag(self, node: Node, key: str) -> bool:
        """A value that is `true` or `false`; False, with a report, for anything else."""
        if isinstance(node, Scalar) and node.value.lower() in {"true", "false"}:
            return node.value.lower() == "true"
        written = node.value.strip().lower() if isinstance(node, Scalar) else ""
        hint = f"remove `{key}` if it is not true" if written in _NO else f"write `{key}: true`"
        self.report("wrong-type", node, f"`{key}` is neither `true` nor `false`", hint)
        return False

    def number(self, node: Node, key: str, between: str = "between 1 and 2^53") -> int | None:
        """A whole number from 1; None, with a report, for anything else.

        Args:
            node: The node.
            key: Its key.
            between: The allowed numbers, in words.
        """
        if isinstance(node, Scalar) and re.fullmatch(r"[1-9][0-9]{0,15}", node.value):
            number = int(node.value)
            if number < 1 << 53:
                return number
        self.report("wrong-type", node, f"`{key}` is not a whole number {between}")
        return None

    def one_of(self, node: Node, key: str, choices: Collection[str]) -> str | None:
        """One of several words; None, with a report, for anything else."""
        scalar = self.scalar(node, key)
        word = scalar.value.strip() if scalar else ""
        if scalar is None or word in choices:
            return word or None
        hint = self.near(word, choices) or f"use one of {listing(choices)}"
        self.report("wrong-type", scalar, f"`{word}` is not allowed for `{key}`", hint)
        return None

    def identifier(self, node: Node, key: str = "id") -> str | None:
        """An id; None, with a report, if the text is not one."""
        if isinstance(node, Scalar) and ID.fullmatch(node.value):
            return node.value
        scalar = self.scalar(node, key)
        if scalar is None:
            return None
        message, hint = about_id(scalar.value, self.language)
        self.report("bad-id", scalar, message, hint)
        return None

    def tags(self, node: Node) -> tuple[str, ...]:
        """The tags of a list, each once; those that Anki would change are reported and left out."""
        tags = (self.tag(item, "tags") for item in self.items(node, "tags"))
        return distinct(tuple(tag for tag in tags if tag))

    def tag(self, node: Node, key: str) -> str | None:
        """A tag; None, with a report, if Anki would change it."""
        scalar = self.scalar(node, key)
        if scalar is None or _PLAIN_TAG.fullmatch(scalar.value) or not (fault := tag_fault(scalar.value)):
            self._check_colon(scalar, "a tag", "below")
            return unicodedata.normalize("NFC", scalar.value) if scalar else None
        self.report("bad-tag", scalar, f"the tag `{scalar.value}` {fault[0]}", fault[1])
        return None

    def deck_name(self, node: Node, key: str) -> str | None:
        """The name of a deck in Unicode's form NFC, as in Anki; None, with a report, if Anki would change it.

        A comment may follow it, but ` #1` is reported: it is probably part of the name.
        """
        scalar = self._uncut(self.scalar(node, key), key, r"#\S")
        if scalar is None:
            return None
        name = scalar.value.strip()
        fault, hint = "", ""
        if len(name) > MAX_NAME:
            fault = f"has more than {MAX_NAME} characters"
        elif any(is_control(char) or char == '"' for char in name):
            fault = "contains a quotation mark or a line break, which Anki removes"
        elif any(not part or part != part.strip().strip(":") for part in name.split("::")):
            fault = "has an empty part, or a part with spaces or a colon next to it"
        elif name_fault := unescaped.fault(name):
            fault, hint = name_fault
        if fault:
            self.report(
                "bad-deck-name", scalar, f"the {'deck name' if key == 'deck' else key} `{name}` {fault}", hint
            )
            return None
        if key == "deck":
            self._check_colon(scalar, "a subdeck", "within")
        return unicodedata.normalize("NFC", name)

    def _check_colon(self, scalar: Scalar | None, what: str, how: str) -> None:
        """Warn of a name with one colon, if two would make a level."""
        if scalar and (levels := one_colon(scalar.value.strip())):
            message = (
                f"one colon does not make a level, so Anki shows {what} with the name "
                f"`{scalar.value.strip()}`"
            )
            hint = f"to make a level {how} `{levels[0]}`, write `{levels[1]}`"
            self.warnings.append(Diagnostic("single-colon", message, self.document.span(scalar), hint))
