"""Nodes to values: which keys a mapping may have, what type a value must be, said with positions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from deckgen.diagnostics import Diagnostic, Span, did_you_mean, listing
from deckgen.source import BLOCK_HINT, ITEM_HINT, ODD, Document, Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Collection, Container

ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""What an id looks like: small letters and digits, with single hyphens between them."""

_PLAIN_TAG = re.compile(r"(?!marked$|leech$)[a-z0-9_-]+")
_TAG_HINT = "a tag has no spaces; `::` makes levels, as in `exam::domain-1`"

Schema: TypeAlias = dict[str, Any]
"""A JSON Schema, or a piece of one. Its `errorMessage` is what editors say instead of words of their own."""

_LETTER = r'[^\s"]'
_PART = rf'(?!::){_LETTER}(?:(?:(?!::)[^\u0000-\u001f"])*(?!::){_LETTER})?'


def any_case(*words: str) -> str:
    """A pattern for some words in whatever capitals."""
    return "|".join("".join(f"[{char.upper()}{char}]" for char in word) for word in words)


# What the readers below take, as far as a JSON Schema can say it. Editors read a plain `1.10` or `true` as a
# number or a switch, where deckgen reads what was written.
TEXT_SCHEMA: Schema = {
    "type": ["string", "number", "boolean"],
    "pattern": r"\S",
    "errorMessage": "a text belongs here",
}
ID_SCHEMA: Schema = {
    "type": ["string", "integer", "boolean"],
    "pattern": rf"^{ID.pattern}$",
    "minimum": 0,
    "errorMessage": "an id has small letters, digits and hyphens between them",
}
FLAG_SCHEMA: Schema = {
    "type": ["boolean", "string"],
    "pattern": rf"^(?:{any_case('true', 'false')})$",
    "errorMessage": "this is neither `true` nor `false`",
}
TAGS_SCHEMA: Schema = {
    "type": "array",
    "items": {
        "type": ["string", "number", "boolean"],
        "pattern": rf"^(?!:|.*::::|(?:{any_case('marked', 'leech')})$){_LETTER}*(?!:){_LETTER}$",
        "errorMessage": _TAG_HINT,
    },
    "errorMessage": "a list of tags belongs here",
}
DECK_NAME_SCHEMA: Schema = {
    "type": ["string", "number", "boolean"],
    "pattern": rf"^\s*{_PART}(?:::{_PART})*\s*$",
    "errorMessage": "a deck's name has no quotation mark, and no empty part between `::`",
}
TITLE_SCHEMA: Schema = {
    "type": ["string", "number", "boolean"],
    "pattern": rf"^\s*{_PART}\s*$",
    "errorMessage": "a title has no quotation mark and no `::`",
}


@dataclass
class Reader:
    """Reads values out of one document and gathers what is wrong with them.

    Attributes:
        document: What is read.
        found: The diagnostics so far.
    """

    document: Document
    found: list[Diagnostic] = field(default_factory=list)

    def report(self, code: str, place: Node | Span, message: str, hint: str = "") -> None:
        """Add a diagnostic at a node or span of the document."""
        span = place if isinstance(place, Span) else self.document.span(place)
        self.found.append(Diagnostic(code, message, span, hint))

    def mapping(
        self, node: Node | None, what: str, known: Container[str], names: Collection[str]
    ) -> Mapping | None:
        """A node as a mapping whose keys are all known.

        Args:
            node: The node; None for an empty document.
            what: What the mapping is, as in "a definition".
            known: The keys that it may have.
            names: The same keys, in the order in which a hint names them.

        Returns:
            The mapping, also where it has unknown keys; None where the node is none.
        """
        if not isinstance(node, Mapping):
            self._not_a_mapping(node, what, names)
            return None
        for name in node.entries:
            if name not in known and name != ODD:
                hint = did_you_mean(name.strip(), names) or f"its keys are {listing(names)}"
                self.report(
                    "unknown-key",
                    self.document.key_span(node, name),
                    f"`{name}` is not a key of {what}",
                    hint,
                )
        return node

    def _not_a_mapping(self, node: Node | None, what: str, names: Collection[str]) -> None:
        if node is None:
            self.report("empty-value", Span(self.document.path), f"this is empty, where {what} belongs")
            return
        hint = f"write its keys one a line, as `{next(iter(names))}: …`"
        if isinstance(node, Scalar) and re.match(r"[a-z_]+:\S", node.value):
            hint = "a space must follow the colon of a key"
        self.report("wrong-type", node, f"this is {_name(node)}, where {what} belongs, with keys", hint)

    def require(self, mapping: Mapping, what: str, required: Collection[str], hint: str = "") -> bool:
        """Report the required keys that are not there, misspelt ones aside; True where all are."""
        missing = [name for name in required if name not in mapping.entries]
        # a key that is only misspelt is told as unknown already
        meant = {did_you_mean(name, required) for name in mapping.entries if missing and name not in required}
        told = [name for name in missing if f"did you mean `{name}`?" not in meant]
        if told:
            plural = "keys" if len(told) > 1 else "key"
            self.report("missing-key", mapping, f"{what} lacks the {plural} {listing(told)}", hint)
        return not missing

    def scalar(self, node: Node, key: str) -> Scalar | None:
        """A text with something in it; None, reported, where the node is none."""
        if isinstance(node, Scalar) and node.value and not node.value.isspace():
            return node
        if isinstance(node, Mapping) and ODD in node.entries:
            return None
        item = self.document.text[max(node.start - 200, 0) : node.start].rstrip().endswith("-")
        what = f"an item of `{key}`" if item else f"`{key}`"
        if isinstance(node, Scalar):
            line, column = self.document.position(node.end)
            comment = self.document.lines[line][column:].lstrip().startswith("#")
            hint = "what follows `#` is a comment; as text it belongs in quotes" if comment else ""
            self.report("empty-value", node, f"{what} is empty", hint)
            return None
        hint = BLOCK_HINT.format(key=key)
        if item and isinstance(node, Mapping):
            hint = f"a colon with a space after it makes a key; {ITEM_HINT}"
        self.report("wrong-type", node, f"{what} is {_name(node)}, where a text belongs", hint)
        return None

    def prose(self, node: Node, key: str) -> Scalar | None:
        """A text for people; besides what `scalar` reports, one that a comment cuts short."""
        return self._uncut(self.scalar(node, key), key, "#")

    def _uncut(self, scalar: Scalar | None, key: str, sign: str) -> Scalar | None:
        """A text that no comment cuts short; None, reported, where one that begins with `sign` does."""
        if scalar is None or scalar.style or "#" not in self.document.text:
            return scalar
        span = self.document.cut_by_comment(scalar)
        if span and re.match(sign, self.document.lines[span.line - 1][(span.column or 1) - 1 :]):
            message = "the text ends before this ` #`, which begins a comment"
            self.report("cut-by-comment", span, message, BLOCK_HINT.format(key=key))
            return None
        return scalar

    def items(self, node: Node, key: str) -> list[Node]:
        """The items of a list; none, reported, where the node is no list."""
        if isinstance(node, Sequence):
            return node.items
        if isinstance(node, Scalar) and not node.value.strip():
            self.report("empty-value", node, f"`{key}` is empty")
            return []
        hint = f"write `{key}:`, and under it each item on a line of its own after a hyphen: `- …`"
        self.report("wrong-type", node, f"`{key}` is {_name(node)}, where a list belongs", hint)
        return []

    def flag(self, node: Node, key: str) -> bool:
        """`true` or `false`; False, reported, for anything else."""
        if isinstance(node, Scalar) and node.value.lower() in {"true", "false"}:
            return node.value.lower() == "true"
        self.report("wrong-type", node, f"`{key}` is neither `true` nor `false`", f"write `{key}: true`")
        return False

    def number(self, node: Node, key: str) -> int | None:
        """A whole number from 1; None, reported, for anything else."""
        if isinstance(node, Scalar) and re.fullmatch(r"[1-9][0-9]{0,15}", node.value):
            number = int(node.value)
            if number < 1 << 53:
                return number
        self.report("wrong-type", node, f"`{key}` is not a whole number between 1 and 2^53")
        return None

    def one_of(self, node: Node, key: str, choices: Collection[str]) -> str | None:
        """One of several words; None, reported, for anything else."""
        scalar = self.scalar(node, key)
        if scalar is None or scalar.value in choices:
            return scalar.value if scalar else None
        hint = did_you_mean(scalar.value, choices) or f"it is one of {listing(choices)}"
        self.report("wrong-type", scalar, f"`{scalar.value}` is no {key} that deckgen knows", hint)
        return None

    def identifier(self, node: Node, key: str = "id") -> str | None:
        """An id; None, reported, where the text is none."""
        scalar = self.scalar(node, key)
        if scalar is None:
            return None
        if ID.fullmatch(scalar.value):
            return scalar.value
        slug = "-".join(re.findall(r"[a-z0-9]+", scalar.value.lower()))
        if slug == "".join(char for char in scalar.value if char.isprintable()):
            self.report(
                "bad-id", scalar, f"`{slug}` holds an invisible character", "delete it, and type it anew"
            )
            return None
        hint = "an id has small letters, digits and hyphens between them" + (f": `{slug}`" if slug else "")
        self.report("bad-id", scalar, f"`{scalar.value}` is not an id", hint)
        return None

    def tags(self, node: Node) -> tuple[str, ...]:
        """The tags of a list; those that Anki would change are reported and left out."""
        tags = []
        for item in self.items(node, "tags"):
            scalar = self.scalar(item, "tags")
            if scalar is None:
                continue
            if not _PLAIN_TAG.fullmatch(scalar.value) and (fault := _tag_fault(scalar.value)):
                self.report("bad-tag", scalar, f"the tag `{scalar.value}` {fault}", _TAG_HINT)
            else:
                tags.append(scalar.value)
        return tuple(tags)

    def deck_name(self, node: Node, key: str) -> str | None:
        """The name of a deck; None, reported, where Anki would change it.

        A comment may follow it, but ` #1` was hardly meant as one.
        """
        scalar = self._uncut(self.scalar(node, key), key, r"#\S")
        if scalar is None:
            return None
        name = scalar.value.strip()
        fault = ""
        if any(ord(char) < 32 or char == '"' for char in name):  # noqa: PLR2004 (the control characters)
            fault = "holds a quotation mark or a line break, which Anki drops"
        elif any(not part or part != part.strip() for part in name.split("::")):
            fault = "has an empty part, or one with spaces around it"
        if fault:
            self.report("bad-deck-name", scalar, f"the deck name `{name}` {fault}")
            return None
        return name


def _tag_fault(tag: str) -> str:
    """What Anki would do to a tag; empty where it keeps it as it is."""
    if any(char.isspace() or ord(char) < 32 for char in tag):  # noqa: PLR2004 (the control characters)
        return "holds a space, at which Anki splits it"
    if any(not part for part in tag.split("::")):
        return "has an empty level, which Anki fills with `blank`"
    if tag.startswith(":") or tag.endswith(":") or '"' in tag:
        return "holds a colon or a quotation mark that Anki's search cannot find"
    if tag.lower() in {"marked", "leech"}:
        return "is one that Anki sets itself, and takes out on import"
    return ""


def _name(node: Node) -> str:
    """What a node is, in words."""
    if isinstance(node, Mapping):
        return "a mapping of keys"
    if isinstance(node, Sequence):
        return "a list"
    return "a text" if node.value.strip() else "empty"
