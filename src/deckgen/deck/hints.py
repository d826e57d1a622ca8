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
from deckgen.patterns import pattern
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

ID = pattern(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""The form of an id: small letters and digits, with single hyphens between them."""
SHORT = 60  # characters of a text that a hint repeats
CELL = "an item of `cells`"
FEW = 4  # keys that fit into braces
BEFORE = 200  # characters before a node, among which the hyphen of its item is
COMMAS = "\u3001\uff0c\uff64\u060c\uff1b\u061b"
"""Commas and semicolons of other scripts; YAML does not split at them."""
OF_ANKI = ("marked", "leech")
"""Tags that Anki gives to a learner's own notes."""
TAG_HINT = "write a tag without spaces; `::` makes levels, as in `exam::domain-1`"
_BARS = frozenset("l I | || \\ / ! \u00a6 \uff5c \u2223 \u2502".split())
_RUN_ON = pattern(rf"[\r\n]([ \t]*)([-*+{HYPHENS}\u2022\u2023\u25aa\u25cf]|\d{{1,2}}[.)]|\|)[ \t]")


def halves(items: list[Node], required: Collection[str]) -> Iterator[tuple[Mapping, Mapping]]:
    """Pairs of items that are one item, split by an extra hyphen.

    Args:
        items: The items.
        required: The keys that each item must have.
    """
    needed = frozenset(required)
    halves = [isinstance(item, Mapping) and not item.entries.keys() >= needed for item in items]
    if not any(halves):
        return
    for (one, is_half), (other, is_other) in pairwise(zip(items, halves, strict=True)):
        if is_half and is_other and isinstance(one, Mapping) and isinstance(other, Mapping):
            both = {*one.entries, *other.entries}
            if len(both) == len(one.entries) + len(other.entries) and both.issuperset(needed):
                yield one, other


_SIDES = pattern(r"^[ \t]*(<{7} \S.*)\n(?:.*\n)*?[ \t]*={7}$(?:\n.*)*?\n[ \t]*>{7} \S", re.MULTILINE)


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
            return "is several tags in one", hint
        words = re.split(r"[\s\x00-\x1f\x7f]+", tag.strip())
        hint = f"{TAG_HINT}; as one tag, write `{'-'.join(words)}`" if len(tag) <= SHORT else TAG_HINT
        return "contains a space, where Anki would split it", hint
    if tag[0] in CURLY and tag[-1] in CURLY:
        return "contains curly quotes, which would become part of it", "remove them"
    if any(not part for part in tag.split("::")):
        fault = "has an empty level, which Anki would rename to `blank`"
    elif tag.startswith(":") or tag.endswith(":") or '"' in tag:
        fault = "contains a colon or quotation mark, so Anki's search cannot find it"
    elif hint := comma_hint(tag):
        return "is several tags in one", hint
    elif tag.lower() in OF_ANKI:
        hint = f"rename it, for example to `{tag}-note`: Anki uses this tag itself, for a learner's notes"
        return "is reserved by Anki, and an import would remove it", hint
    return (fault, _plain_tag(tag)) if fault else unescaped.fault(tag)


def _plain_tag(tag: str) -> str:
    """A hint for a tag with odd colons or quotation marks: the tag without them."""
    plain = "::".join(filter(None, (level.strip(":") for level in tag.replace('"', "").split("::"))))
    return f"write `{plain}`" if plain else TAG_HINT


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
    return (
        f"`{sign}` is not a separator in YAML: in brackets, write {form}; or put each item after "
        "its own hyphen"
    )


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
        return "write a single dash as `- –`"
    if not re.match(r"[0-9.,]*[0-9]", text) or len(text) > SHORT or re.search(r"[`\"\\]", text):
        return ""
    return f'write a negative number as `- "-{text}"`, or remove the extra hyphen'


def list_hint(document: Document, node: Node, key: str, first: str) -> str:
    """A hint for a text or keys in place of a list: how to write the list."""
    if isinstance(node, Scalar) and not node.style and not first:
        lines = document.text[node.start : node.end].split("\n")
        if len(lines) > 1 and (len(lines[0]) > SHORT or any(" " in line.strip() for line in lines)):
            return f"put a hyphen and a space before each line: `- {lines[0].strip()[:SHORT]}`"
    item = f"{first}: …" if first else "…"
    hint = f"write `{key}:`, and under it each item on a separate line after a hyphen: `- {item}`"
    if isinstance(node, Mapping):
        return item_hint(node, first) or hint
    lines = [line.strip() for line in (node.value.splitlines() if isinstance(node, Scalar) else ())]
    word = lines[0] if len(lines) == 1 else ""
    if re.match(rf"[-{HYPHENS}•*][^\s-]", word) and not first:
        return f"put a space after each hyphen: `- {word[1:].split()[0]}`"
    if re.match(rf"(?:[{HYPHENS}•*]|\d+[.)])\s", word):
        return (
            "begin an item with a hyphen and a space: `- …`; word processors turn hyphens into other dashes"
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
            f"add a hyphen two columns left of `{name}`: an item begins with `- {first}: …`, "
            f"with its other keys under `{first}`"
        )
    if isinstance(value, Scalar) and len(value.value) <= SHORT:
        name = " ".join(value.value.split())
    return f"write each as an item: `- {first}: {name}`, with its other keys under that"


def about_id(text: str, language: str) -> tuple[str, str]:
    """The message and the hint for a text that is not an id."""
    seen = "".join(char for char in text if char.isprintable()).strip()
    if seen != text and ID.fullmatch(seen):
        return f"`{seen}` contains an invisible character", "delete it, and retype it"
    message, hint = (
        f"`{text}` is not a valid id",
        "use lowercase letters and digits, with hyphens between them",
    )
    if strange := letters.strange(seen):
        name = unicodedata.name(strange, "a sign without a name").lower()
        hint += f"; `{strange}` is not one of the letters a to z, but {name}"
    elif not letters.is_readable(seen, language):
        hint += "; use only the letters a to z"
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
        return f"`{bar}` does not start a block; `|` does", BLOCK_HINT.format(key=key)
    if is_item(document, scalar):
        message = "this is indented further than the item above, so it is part of that item's text"
        return (
            message,
            f"align it with the hyphen of that item; or, if it is part of the text, {ITEM_HINT}",
        )
    message = "without `|`, the lines of a text run together, so this does not start a new line"
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
        return (
            "if it is the rest of a text, put the whole text in quotes, because a comma ends a "
            "text between brackets"
        )
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
