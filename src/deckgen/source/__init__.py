"""YAML text to nodes with positions: the only wing that knows YAML. Others import from here what they need.

The nodes come from a loop over libyaml's events: every scalar stays the text that was written (`no`,
`1.10` and `2026-01-01` are not converted), every node knows its place, and what a deck has no use for
(anchors, tags, several documents) is a diagnostic instead of a surprise.
"""

from deckgen.source.files import MAX_BYTES, MAX_SMALL, load, opened, unreadable
from deckgen.source.nodes import ODD, Document, Mapping, Node, Scalar, Sequence, end_of
from deckgen.source.parser import MAX_DEPTH, control_characters, parse, read
from deckgen.source.syntax_errors import BLOCK_HINT, CONFLICT, CURLY, HYPHENS, ITEM_HINT

__all__ = [
    "BLOCK_HINT",
    "CONFLICT",
    "CURLY",
    "HYPHENS",
    "ITEM_HINT",
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_SMALL",
    "ODD",
    "Document",
    "Mapping",
    "Node",
    "Scalar",
    "Sequence",
    "control_characters",
    "end_of",
    "load",
    "opened",
    "parse",
    "read",
    "unreadable",
]
