"""The type `options`: the options of a vignette. One is right, and each has an explanation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deckgen.deck import swallowed
from deckgen.deck.keys import ITEM, KeyType
from deckgen.deck.schemas import FLAG_SCHEMA, PROSE_SCHEMA, KeyDoc, Schema, any_case, object_schema
from deckgen.deck.values import Compound
from deckgen.source import Mapping, Node, Scalar

if TYPE_CHECKING:
    from collections.abc import Mapping as ReadOnly

    from deckgen.deck.keys import Key
    from deckgen.deck.reader import NodeReader
    from deckgen.deck.swallowed import Swallowed
    from deckgen.deck.values import Value

MIN_OPTIONS, MAX_OPTIONS = 2, 8
OPTION_KEYS = ("text", "correct", "why")
"""The keys of an option."""
_KEYS = frozenset(OPTION_KEYS)


@dataclass(slots=True)
class Option:
    """An option of a vignette.

    Attributes:
        text: Its text.
        why: The reason why it is right or wrong.
        mark: The node that marks it as correct; None for a wrong option.
    """

    text: Scalar
    why: Scalar
    mark: Node | None

    @property
    def correct(self) -> bool:
        """Whether it is the right one."""
        return self.mark is not None


@dataclass(slots=True)
class Options(Compound):
    """The options of a vignette, in the order of the source.

    Attributes:
        items: The options.
        swallowed: The lines of their texts that look like lacking keys or further options.
    """

    items: list[Option]
    swallowed: tuple[Swallowed, ...] = ()

    @property
    def texts(self) -> list[Scalar]:
        """The text and the explanation of each option."""
        return [scalar for option in self.items for scalar in (option.text, option.why)]

    @property
    def marks(self) -> tuple[str, ...]:
        """The numbers of the right options, from 0."""
        return (",".join(str(number) for number, option in enumerate(self.items) if option.correct),)


def is_options(value: Value | None) -> bool:
    """Whether a value is a list of options."""
    return isinstance(value, Options)


def options_in(values: ReadOnly[str, Value]) -> list[tuple[str, Options]]:
    """The options among the values of a note, each with its key."""
    return [(key, value) for key, value in values.items() if isinstance(value, Options)]


def _read(reader: NodeReader, node: Node, key: Key) -> Options | None:
    """A list of options, exactly one of them correct; None, with a report, if it cannot be read."""
    before = len(reader.diagnostics)
    items = reader.items(node, key.name, "text")
    reader.halves(items, ("text", "why"))
    options = [option for item in items if (option := _option(reader, item))]
    if len(reader.diagnostics) > before or len(options) < len(items):
        return None
    inside = [each for item in items if isinstance(item, Mapping) for each in _in_option(reader, item)]
    further = next((each for each in inside if each.key.startswith("-")), None)
    if not MIN_OPTIONS <= len(options) <= MAX_OPTIONS:
        message = f"a vignette has {MIN_OPTIONS} to {MAX_OPTIONS} options; here is {len(options) or 'none'}"
        _report_swallowed(reader, "option-count", node, further, message)
        return None
    return _marked(reader, node, items, Options(options, tuple(inside)))


def _marked(reader: NodeReader, node: Node, items: list[Node], options: Options) -> Options:
    """The options; reported unless exactly one is marked as correct."""
    right = [option.mark for option in options.items if option.mark]
    if not right:
        further = next((each for each in options.swallowed if each.key.startswith("-")), None)
        mark = next((each for each in options.swallowed if each.key == "correct"), further)
        hint = "write `correct: true` under the text of the best option"
        wrong = [
            item.entries["correct"]
            for item in items
            if isinstance(item, Mapping) and "correct" in item.entries
        ]
        if wrong:
            hint = (
                "write `true` here if this option is the best; if not, remove `correct` here, "
                "and add it to the best option"
            )
        at = wrong[0] if wrong else node
        _report_swallowed(reader, "correct-option", at, mark, "none of the options is correct", hint)
        return Options(options.items)
    if len(right) > 1:
        hint = "a vignette has one best answer; reword the others, or remove their `correct: true`"
        lines = ", ".join(str(reader.document.position(mark.start)[0] + 1) for mark in right)
        message = f"{len(right)} options are correct (lines {lines})"
        reader.report("correct-option", right[1], message, hint)
    return options


def _report_swallowed(
    reader: NodeReader, code: str, node: Node, line: Swallowed | None, message: str, hint: str = ""
) -> None:
    """Report a fault at the line that explains it, once for a line; without such a line at a node."""
    if line is None:
        reader.report(code, node, message, hint)
    elif all(each.span.line != line.at.line for each in reader.diagnostics):
        reader.report(code, line.at, f"{message}: {line.message}", line.hint)


def _in_option(reader: NodeReader, option: Mapping) -> tuple[Swallowed, ...]:
    """The lines of an option's texts that look like its mark, or like a further option."""
    return swallowed.find(reader.document, option, ("correct",))


def _option(reader: NodeReader, node: Node) -> Option | None:
    """An option; None, with a report, if it has faults."""
    if isinstance(node, Mapping) and not node.entries.keys() <= _KEYS:
        unknown = [name for name in node.entries if name not in OPTION_KEYS]
        lacking = [name for name in ("text", "why") if name not in node.entries]
        if len(unknown) == len(lacking) == 1:
            reader.missing[node.start] = {unknown[0]: lacking[0]}
    mapping: Mapping | None
    if isinstance(node, Mapping) and node.entries.keys() <= _KEYS:
        mapping = node
    else:
        mapping = reader.mapping(node, "an option", OPTION_KEYS, OPTION_KEYS)
    missing = [name for name in ("text", "why") if mapping and name not in mapping.entries]
    if mapping is None or missing:
        if mapping and (missing := swallowed.without_swallowed(reader, mapping, "an option", missing)):
            reader.require(mapping, "an option", missing, OPTION_KEYS)
        return None
    text = reader.prose(mapping.entries["text"], "text")
    why = reader.prose(mapping.entries["why"], "why")
    flag = mapping.entries.get("correct")
    mark = flag if flag is not None and reader.flag(flag, "correct") else None
    return Option(text, why, mark) if text and why else None


_MARKED: Schema = {
    "required": ["correct"],
    "properties": {
        "correct": {"anyOf": [{"const": True}, {"type": "string", "pattern": f"^{any_case('true')}$"}]}
    },
}
_OPTION = {
    "text": KeyDoc(PROSE_SCHEMA, "The text of the option.", "Ask him what would make coming worth his while"),
    "correct": KeyDoc(FLAG_SCHEMA, "Only the best option has it.", "true"),
    "why": KeyDoc(
        PROSE_SCHEMA,
        "Why the option is right or wrong; shown on the back.",
        "The weaker bond needs attention first.",
    ),
}

TYPE = KeyType(
    "options",
    _read,
    KeyDoc(
        {
            "type": "array",
            "items": object_schema("Option", _OPTION, ("text", "why")),
            "minItems": MIN_OPTIONS,
            "maxItems": MAX_OPTIONS,
            "allOf": [
                {
                    "contains": _MARKED,
                    "minContains": 1,
                    "maxContains": 1,
                    "errorMessage": "give exactly one option `correct: true`",
                }
            ],
            "errorMessage": "write a list of options here",
        },
        "Options, one of them correct, each with its reason.",
        """\
- text: |
    The best one
  correct: true
  why: |
    Why it is.
- text: |
    Another
  why: |
    Why it is not.""",
    ),
    parts=("list", "explanations"),
    prose={(ITEM, "text"): OPTION_KEYS, (ITEM, "why"): OPTION_KEYS},
    lists=True,
)
