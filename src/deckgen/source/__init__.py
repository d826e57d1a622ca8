"""YAML text to nodes with positions. Only this wing knows YAML; other wings import from this package.

A loop over libyaml's events builds the nodes. Every scalar keeps the text as written (`no`, `1.10` and
`2026-01-01` are not converted), and every node has a position. YAML features that a deck does not need
(anchors, tags, several documents) are reported.
"""

from deckgen.source.files import MAX_BYTES, MAX_SMALL, load, opened, unreadable
from deckgen.source.nodes import ODD, Document, Mapping, Node, Scalar, Sequence, end_of
from deckgen.source.parser import MAX_DEPTH, control_characters, parse, read
from deckgen.source.wording import BLOCK_HINT, CONFLICT, CURLY, HYPHENS, ITEM_HINT
from deckgen.source.writing import NO_TEXT, Writable, value_of, values_of, write, write_in_braces

__all__ = [
    "BLOCK_HINT",
    "CONFLICT",
    "CURLY",
    "HYPHENS",
    "ITEM_HINT",
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_SMALL",
    "NO_TEXT",
    "ODD",
    "Document",
    "Mapping",
    "Node",
    "Scalar",
    "Sequence",
    "Writable",
    "control_characters",
    "end_of",
    "load",
    "opened",
    "parse",
    "read",
    "unreadable",
    "value_of",
    "values_of",
    "write",
    "write_in_braces",
]
