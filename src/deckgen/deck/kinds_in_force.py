"""The kinds of a deck: all that could be read, and what is wrong with the others."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from deckgen.deck.kind_file import CHAPTER_KEYS, read_kind, section_of
from deckgen.diagnostics import Diagnostic, Diagnostics, Span
from deckgen.project import Folder, shipped_templates
from deckgen.source import Document, Mapping

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping as ReadOnly

    from deckgen.deck.kinds import Kind


@dataclass(frozen=True)
class Kinds:
    """The kinds of a deck, the shipped ones and its own.

    Attributes:
        in_force: Those that could be read, by the names of their folders.
        unread: The sections of those that could not; None for one unknown.
        documents: Each kind.yaml.
        diagnostics: What is wrong with them.
    """

    in_force: list[Kind]
    unread: frozenset[str | None] = frozenset()
    documents: list[Document] = field(default_factory=list)
    diagnostics: Diagnostics = field(default_factory=Diagnostics)

    @property
    def complete(self) -> bool:
        """Whether all could be read."""
        return not self.unread


def read_kinds(owners: Iterable[Folder], texts: ReadOnly[str, str] = MappingProxyType({})) -> Kinds:
    """Read the kinds whose folders are given; `texts` as for `read_kind`."""
    kinds = Kinds([])
    unread: set[str | None] = set()
    shipped = {path.name: path for path in shipped_templates().iterdir() if path.is_dir()}
    for owner in owners:
        kind, document, faults = read_kind(owner.path, owner.shown, owner.top, texts, shipped)
        kinds.documents.append(document)
        kinds.diagnostics.extend(faults)
        if kind:
            kinds.in_force.append(kind)
        else:
            unread.add(section_of(document))
    kinds.diagnostics.extend(section_clashes(kinds.in_force))
    sections = Counter(kind.section for kind in kinds.in_force)
    unread |= {name for name, count in sections.items() if count > 1 or name in CHAPTER_KEYS}
    return replace(kinds, unread=frozenset(unread))


def section_clashes(kinds: list[Kind]) -> list[Diagnostic]:
    """Diagnostics for kinds that share a section, take one of a chapter's own keys, or share a title."""
    found = []
    seen: dict[str, str] = dict.fromkeys(CHAPTER_KEYS, "every chapter")
    # the shipped ones first, so that a deck's own kind is the one that is told
    for kind in sorted(kinds, key=lambda kind: kind.document.path):
        for key, value in (("section", kind.section), ("title", f"\0{kind.title}")):
            if value in seen:
                root = kind.document.root
                span = Span(kind.document.path)
                if isinstance(root, Mapping):
                    span = kind.document.span(root.entries[key])
                shown = value.removeprefix("\0")
                message = f"the {key} `{shown}` is taken by {seen[value]}"
                found.append(Diagnostic("bad-kind", message, span))
            seen.setdefault(value, f"the kind {kind.name}")
    return found
