"""Hints for values that deckgen cannot take: what the author probably meant."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING

from deckgen.anki import unescaped
from deckgen.anki.verbatim import pieces
from deckgen.deck import letters
from deckgen.diagnostics import listing
from deckgen.source import (
    BLOCK_HINT,
    CURLY,
    HYPHENS,
    ITEM_HINT,
    Document,
    Mapping,
    Node,
    Scalar,
    Sequence,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from deckgen.diagnostics import Span

ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""The form of an id: small letters and digits, with single hyphens between them."""
SHORT = 60  # characters of a text that a hint repeats
CELL = "an item of `cells`"
FEW = 4  # keys that fit into braces
BEFORE = 200  # characters before a node, among which the hyphen of its item is
COMMAS = "\u3001\uff0c\uff64\u060c\uff1b\u061b"
"""Commas and semicolons of other scripts; YAML does not split at them."""
TAG_HINT = "a tag has no spaces; `::` makes levels, as in `exam::domain-1`"
_BARS = frozenset("l I | || \\ / ! \u00a6 \uff5c \u2223 \u2502".split())
_RUN_ON = re.compile(rf"[\r\n]([ \t]*)([-*+{HYPHENS}\u2022\u2023\u25aa\u25cf]|\d{{1,2}}[.)]|\|)[ \t]")


def halves(items: list[Node], required: Collection[str]) -> Iterator[tuple[Mapping, Mapping]]:
    """Pairs of items that are one item, split by an extra hyphen.

    Args:
        items: The items.
        required: The keys that each item must have.
    """
    for one, other in pairwise(items):
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            if not all(any(key not in half.entries for key in required) for half in (one, other)):
                continue
            both = {*one.entries, *other.entries}
            if len(both) == len(one.entries) + len(other.entries) and both.issuperset(required):
                yield one, other


_SIDES = re.compile(r"^[ \t]*(<{7} \S.*)\n(?:.*\n)*?[ \t]*={7}$(?:\n.*)*?\n[ \t]*>{7} \S", re.MULTILINE)


def conflict(text: str) -> tuple[int, int] | None:
    """The offset and length of git's first conflict mark in a text; None if there is none outside code."""
    match = _SIDES.search(text)
    if not match or any(
        each.start <= match.start(1) < each.end for each in pieces(text) if each.kind == "fence"
    ):
        return None
    return match.start(1), len("<<<<<<<")


def seen(name: str) -> str:
    """A key without invisible characters and outer spaces."""
    return "".join(char for char in name if char.isprintable()).strip()


def plain(name: str) -> str:
    """A key in the form of deckgen's own: without quotes, in small letters, with `_` between words."""
    return re.sub(r"[\s-]+", "_", seen(name).strip(f"\"'{CURLY}")).lower()


def is_control(char: str) -> bool:
    """Whether a character is a control character of ASCII, which Anki drops."""
    return char < " " or char == "\x7f"


def tag_fault(tag: str) -> tuple[str, str] | None:
    """The fault of a tag that Anki would change, and a hint; None if Anki keeps and shows it as it is."""
    fault = ""
    if any(char.isspace() or is_control(char) for char in tag):
        if hint := comma_hint(tag, f";{COMMAS}"):
            return "is several in one", hint
        words = re.split(r"[\s\x00-\x1f\x7f]+", tag.strip())
        hint = f"{TAG_HINT}; as one tag write `{'-'.join(words)}`" if len(tag) <= SHORT else TAG_HINT
        return "holds a space, at which Anki splits it", hint
    if tag[0] in CURLY and tag[-1] in CURLY:
        return "holds curly quotes, which become part of it", "take them away"
    if any(not part for part in tag.split("::")):
        fault = "has an empty level, which Anki fills with `blank`"
    elif tag.startswith(":") or tag.endswith(":") or '"' in tag:
        fault = "holds a colon or a quotation mark that Anki's search cannot find"
    elif hint := comma_hint(tag):
        return "is several in one", hint
    elif tag.lower() in {"marked", "leech"}:
        hint = f"give it another name, as `{tag}-note`: Anki gives this one to single notes of a learner"
        return "is Anki's own, and an import takes it away", hint
    return (fault, TAG_HINT) if fault else unescaped.fault(tag)


def comma_hint(text: str, signs: str = COMMAS) -> str:
    """A hint for several texts that commas of another script join into one; empty if there are none.

    Args:
        text: The text.
        signs: The commas, and other signs that cannot be part of such a text.
    """
    sign = next((char for char in text if char in signs), "")
    parts = [part.strip() for part in re.split(f"[{signs}]", text)]
    if not sign or not all(parts):
        return ""
    form = f"`{', '.join(parts)}`" if len(text) <= SHORT else "a comma and a space"
    return f"`{sign}` separates nothing in YAML: within brackets write {form}, else each after its own hyphen"


def node_name(node: Node) -> str:
    """The sort of a node in words, as in "a list"."""
    if isinstance(node, Mapping):
        return "keys with values" if len(node.entries) > 1 else "a key with a value"
    if isinstance(node, Sequence):
        return "a list"
    return "a text" if node.value.strip() else "nothing"


def item_in_item(node: Node) -> str:
    """A hint for an item with a minus or a dash, which YAML reads as a list; empty for other nodes."""
    if not isinstance(node, Sequence) or len(node.items) != 1 or not isinstance(node.items[0], Scalar):
        return ""
    text = node.items[0].value.strip()
    if not text:
        return "a dash alone is written `- –`"
    if not re.match(r"[0-9.,]*[0-9]", text) or len(text) > SHORT or re.search(r"[`\"\\]", text):
        return ""
    return f'a number with a minus is written `- "-{text}"`; or is there a hyphen too many?'


def list_hint(document: Document, node: Node, key: str, first: str) -> str:
    """A hint for a text or keys in place of a list: how to write the list."""
    if isinstance(node, Scalar) and not node.style and not first:
        lines = document.text[node.start : node.end].split("\n")
        if len(lines) > 1 and (len(lines[0]) > SHORT or any(" " in line.strip() for line in lines)):
            return f"put a hyphen and a space before each line: `- {lines[0].strip()[:SHORT]}`"
    item = f"{first}: …" if first else "…"
    hint = f"write `{key}:`, and under it each item on a line of its own after a hyphen: `- {item}`"
    if isinstance(node, Mapping):
        return item_hint(node, first) or hint
    lines = [line.strip() for line in (node.value.splitlines() if isinstance(node, Scalar) else ())]
    word = lines[0] if len(lines) == 1 else ""
    if re.match(rf"[-{HYPHENS}•*][^\s-]", word) and not first:
        return f"a space must follow each hyphen: `- {word[1:].split()[0]}`"
    if re.match(rf"(?:[{HYPHENS}•*]|\d+[.)])\s", word):
        return (
            "an item begins with a hyphen and a space: `- …`; word processors turn hyphens into other dashes"
        )
    between = rf"[\s,;{COMMAS}]+" if key in {"tags", "builds_on"} else rf"[,;{COMMAS}]"
    words = [part.strip() for part in re.split(between, word.strip("[]()\uff3b\uff3d\uff08\uff09"))]
    if (
        not first
        and word
        and len(word) <= SHORT
        and all(re.fullmatch(r"[\w' .()/-]+", part) for part in words)
    ):
        return f"write `{key}: [{', '.join(words)}]`"
    return hint


def item_hint(node: Mapping, first: str) -> str:
    """A hint for keys in place of items: how to write the items; empty if that is not clear."""
    name, value = next(iter(node.entries.items()))
    if not first:
        return ""
    if first in node.entries:
        return (
            f"a hyphen is missing two columns left of `{name}`: an item begins with `- {first}: …`, "
            f"its other keys under `{first}`"
        )
    if isinstance(value, Scalar) and len(value.value) <= SHORT:
        name = " ".join(value.value.split())
    return f"write each as an item: `- {first}: {name}`, and its other keys under that"


def about_id(text: str, language: str) -> tuple[str, str]:
    """The message and the hint for a text that is not an id."""
    seen = "".join(char for char in text if char.isprintable()).strip()
    if seen != text and ID.fullmatch(seen):
        return f"`{seen}` holds an invisible character", "delete it, and type it anew"
    message, hint = f"`{text}` is not an id", "an id has small letters, digits and hyphens between them"
    if strange := letters.strange(seen):
        name = unicodedata.name(strange, "a sign without a name").lower()
        hint += f"; `{strange}` is none of these letters (a to z), but {name}"
    elif not letters.is_readable(seen, language):
        hint += "; its letters are a to z"
    proposed = plain_id(text, language)
    return message, f"{hint}: `{proposed}`" if proposed else f"{hint}, as in `split-alliance`"


def plain_id(text: str, language: str) -> str:
    """The id that the author probably meant by a text that is not one; empty if that is not clear."""
    if not letters.is_readable(text, language):
        return ""
    plain = letters.plain(text, language).replace("'", "").replace("\u2019", "")
    return "-".join(re.findall(r"[a-z0-9]+", plain))


def about_running_together(document: Document, scalar: Scalar, key: str) -> tuple[str, str]:
    """The message and the hint for a text that YAML joins into one line, against its author's intention."""
    first = re.match(r"[^\r\n]*", document.text[scalar.start : scalar.end])
    if first and (bar := first[0].strip()) in _BARS:
        return f"`{bar}` opens no block, as `|` does", BLOCK_HINT.format(key=key)
    if is_item(document, scalar):
        message = "this begins further right than the item above, so it belongs to the text of that"
        return (
            message,
            f"put it under the hyphen of that item; or, if it is part of the text, {ITEM_HINT}",
        )
    message = "without a `|` the lines of a text run together, so this begins no line of its own"
    return message, BLOCK_HINT.format(key=key)


def run_together(document: Document, scalar: Scalar) -> Span | None:
    """The place of a list item, or of a sign meant as `|`, in a text whose lines YAML joins; else None."""
    raw = document.text[scalar.start : scalar.end]
    first = re.match(r"[^\r\n]*", raw)
    if first and first[0].strip() in _BARS:
        return document.span_from(scalar.start)
    margin = re.search(r"[\r\n]([ \t]*)\S", raw)
    for match in _RUN_ON.finditer(raw):
        # in a `>`, a line indented further than the others keeps its line break
        if not scalar.style or (margin and match[1] == margin[1]):
            return document.span_from(scalar.start + match.start(2))
    return None


def as_text(document: Document, name: str, node: Mapping, names: Collection[str]) -> str:
    """A hint for a text that YAML reads as a key; empty if that is not clear."""
    value = node.entries[name]
    if not isinstance(value, Scalar):
        return ""
    if value.start == value.end and _in_brackets(document, value.start):
        return "is it the rest of a text? between brackets a comma ends it, so put the text in quotes"
    if len(node.entries) == 1 and len(value.value) <= SHORT and is_item(document, node):
        text = " ".join(value.value.split())
        return f"write `- {next(iter(names))}: {text}`; its keys are {listing(names)}"
    return ""


def _in_brackets(document: Document, offset: int) -> bool:
    """Whether a key without a value, which ends at an offset, is between brackets."""
    after = document.text[offset : offset + 200].lstrip()
    return after[:1] in {",", "}"}


def is_item(document: Document, node: Node) -> bool:
    """Whether a node is an item of a list."""
    before = document.text[max(node.start - BEFORE, 0) : node.start].rstrip()
    return before.endswith(("-", "[", ","))
