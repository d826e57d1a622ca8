"""The reading of deck.yaml."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from deckgen.anki import unescaped
from deckgen.deck import blueprint, languages
from deckgen.deck.key_types.options import MAX_OPTIONS, MIN_OPTIONS
from deckgen.deck.notes import Accept, Deck
from deckgen.deck.order import ORDERS, STUDY
from deckgen.deck.reader import NodeReader
from deckgen.diagnostics import Diagnostics, not_a_warning
from deckgen.patterns import pattern
from deckgen.source import Mapping, Node, Scalar

if TYPE_CHECKING:
    from deckgen.source import Document

MAX_ACCEPTS = 1000
_DECK_KEYS = (
    *("id", "title", "language", "description", "tags", "authors", "license", "feedback"),
    *("exam_options", "blueprint", "order", "checks", "accept"),
)
ACCEPTABLE = ("changed-deck", "changed-note-type", "moved-cloze", "same-media", "shared-look")
"""The codes that an author may accept: refused changes, and media files with the same picture."""


def read_deck(document: Document, faults: Diagnostics) -> tuple[Deck, Diagnostics]:
    """The deck in a deck.yaml.

    Args:
        document: The file.
        faults: The YAML diagnostics of the file.

    Returns:
        The deck, without notes; all diagnostics of the file.
    """
    reader = NodeReader(document, faults)
    deck = _deck(reader)
    return deck, Diagnostics([*reader.diagnostics, *reader.warnings])


def _deck(reader: NodeReader) -> Deck:  # noqa: C901, PLR0912 (one key after the other)
    """The deck that deck.yaml describes."""
    deck = Deck(reader.document)
    if reader.document.incomplete:
        return deck
    root = reader.mapping(reader.document.root, "a deck", _DECK_KEYS, _DECK_KEYS)
    if root is None:
        return deck
    reader.require(root, "a deck", ("id", "title"), _DECK_KEYS)
    values = {key: value for key, value in root.entries.items() if key in _DECK_KEYS}
    if "id" in values:
        deck.id = reader.identifier(values["id"]) or ""
    if "title" in values:
        deck.title = _title(reader, values["title"])
    if "language" in values:
        deck.language = _language(reader, values["language"])
    if "description" in values and (text := reader.prose(values["description"], "description")):
        deck.description = text.value.strip()
    if "tags" in values:
        deck.tags = reader.tags(values["tags"])
    if "authors" in values:
        names = (reader.prose(item, "authors") for item in reader.items(values["authors"], "authors"))
        deck.authors = tuple(name.value.strip() for name in names if name)
    if "license" in values and (text := reader.prose(values["license"], "license")):
        deck.license = text.value.strip()
    if "feedback" in values:
        deck.feedback = _feedback(reader, values["feedback"])
    if "accept" in values:
        accepts = (
            _accept(reader, item) for item in reader.items(values["accept"], "accept", "code", MAX_ACCEPTS)
        )
        deck.accept = [accept for accept in accepts if accept]
    if "exam_options" in values:
        deck.exam_options = _exam_options(reader, values["exam_options"])
    if "blueprint" in values:
        deck.blueprint = blueprint.read(reader, values["blueprint"])
    if "order" in values:
        deck.order = reader.one_of(values["order"], "order", ORDERS) or STUDY
    if "checks" in values:
        deck.off = _switched_off(reader, values["checks"])
    return deck


def _exam_options(reader: NodeReader, node: Node) -> int:
    """The number of options of a question in the exam; 0 if it is no number. Faults are reported."""
    between = f"from {MIN_OPTIONS} to {MAX_OPTIONS}: this is how many options a vignette can have"
    number = reader.number(node, "exam_options", between) or 0
    if number and not MIN_OPTIONS <= number <= MAX_OPTIONS:
        message = f"`exam_options` is {number}, but a vignette has {MIN_OPTIONS} to {MAX_OPTIONS} options"
        reader.report("wrong-type", node, message)
    return number


def _switched_off(reader: NodeReader, node: Node) -> frozenset[str]:
    """The codes of warnings that `checks` switches off."""
    hint = "write `checks:`, and under it each code, as in `same-term: off`, and `because: |` with the reason"
    if not isinstance(node, Mapping):
        reader.report("wrong-type", node, "`checks` lists the warnings that are off", hint)
        return frozenset()
    codes = set()
    for code, value in node.entries.items():
        if code == "because":
            reader.prose(value, "because")
        elif fault := not_a_warning(code):
            reader.report(fault.code, reader.document.key_span(node, code), fault.message, fault.hint)
        elif not isinstance(value, Scalar) or value.value.lower() not in {"off", "false"}:
            reader.report("wrong-type", value, f"`{code}` can only be `off` here", f"write `{code}: off`")
        else:
            codes.add(code)
    if "because" not in node.entries:
        hint = "write the reason, for people who read the deck's source after you"
        place = reader.document.place_of("checks")
        reader.report("missing-key", place, "`checks` lacks the key `because`", hint)
    return frozenset(codes)


def _accept(reader: NodeReader, item: Node) -> Accept | None:
    """An accepted change; None, with a report, if it has faults."""
    names = ("code", "id", "because")
    mapping = reader.mapping(item, "an acceptance", names, names)
    if mapping is None or not reader.require(mapping, "an acceptance", names, names):
        return None
    code = reader.one_of(mapping.entries["code"], "code", ACCEPTABLE)
    name = reader.scalar(mapping.entries["id"], "id")
    because = reader.prose(mapping.entries["because"], "because")
    return Accept(code, name.value, because.value.strip(), item) if code and name and because else None


_BRACES = pattern(r"\{+\s*\w[\w .-]*\}+")
FEEDBACK = pattern(r"""(?:https?://|mailto:)[^\s"'<>]+""")


def _title(reader: NodeReader, node: Node) -> str:
    """The title of the deck; empty if it cannot be read. Faults are reported."""
    title = reader.deck_name(node, "title") or ""
    if "::" in title:
        hint = "`::` makes subdecks; name them in the chapters (`deck:`)"
        reader.report("bad-deck-name", node, f"the title `{title}` contains a subdeck", hint)
    return title


def _language(reader: NodeReader, node: Node) -> str:
    """The tag of the deck's language; `en`, with a report, if it is not a tag."""
    scalar = reader.scalar(node, "language")
    if scalar is None or languages.TAG.fullmatch(scalar.value):
        return scalar.value if scalar else "en"
    hint = languages.hint_for(scalar.value)
    reader.report("wrong-type", scalar, f"`{scalar.value}` is not a language tag", hint)
    return "en"


def _feedback(reader: NodeReader, node: Node) -> str:
    """The address for suggestions; empty, with a report, if it is not an address."""
    scalar = reader.scalar(node, "feedback")
    if scalar is None:
        return ""
    # it goes into the card templates, and Anki reads its own marks in attributes, too
    if mark := unescaped.bracket(scalar.value):
        message = f"`feedback` contains `{mark}`, which Anki reads as its own syntax"
        reader.report("bad-link", scalar, message, "write `[` as `%5B`")
        return ""
    if odd := [each for each in _BRACES.findall(scalar.value) if each != "{id}"]:
        address = scalar.value.replace(odd[0], "{id}") if len(odd) == 1 and "id" in odd[0].lower() else ""
        message = f"`feedback` contains `{odd[0]}`, which deckgen does not replace"
        hint = "only `{id}` is replaced, with the note's id" + f": write `{address}`" * bool(address)
        reader.report("bad-link", scalar, message, hint)
        return ""
    if FEEDBACK.fullmatch(scalar.value):
        return scalar.value
    message = "`feedback` is not an address that begins with `https://`, `http://` or `mailto:`"
    reader.report("bad-link", scalar, message, _feedback_hint(scalar.value))
    return ""


def _feedback_hint(written: str) -> str:
    """A hint with the address that the author probably meant, or with examples."""
    plain = "".join(char for char in written if char.isprintable()).strip().strip("<>\"'")
    mail = re.fullmatch(
        r"(?:e?-?mail(?:to)?:)?\s*([^\s@:/]+@[^\s@/]+\.[^\s@/.?]+)(\?.*)?", plain, re.IGNORECASE
    )
    if mail:
        address = f"mailto:{mail[1]}{mail[2] or '?subject={id}'}"
    else:
        address = re.sub(r"^(https?):?/+", lambda start: f"{start[1].lower()}://", plain, flags=re.IGNORECASE)
        address = address if "://" in address else f"https://{address}"
        address = address if re.match(r"https?://[^/\s]+\.[^/\s]+", address) else ""
    address = re.sub(r"[\s\"'<>]", lambda sign: quote(sign.group()), address)
    if FEEDBACK.fullmatch(address) and address != written:
        return f"did you mean `{address}`?"
    return (
        "write an address such as `https://github.com/OWNER/REPO/issues/new?title={id}` or "
        "`mailto:me@example.org?subject={id}`"
    )
