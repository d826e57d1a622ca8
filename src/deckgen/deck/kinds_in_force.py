"""The kinds of a deck: those that could be read, and the diagnostics of the others."""

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
        in_force: The kinds that could be read, in the order of their folders' names.
        unread: The sections of kinds that could not be read; None for an unknown section.
        documents: The kind.yaml of each kind.
        diagnostics: The diagnostics of these files.
    """

    in_force: list[Kind]
    unread: frozenset[str | None] = frozenset()
    documents: list[Document] = field(default_factory=list)
    diagnostics: Diagnostics = field(default_factory=Diagnostics)

    @property
    def complete(self) -> bool:
        """Whether all kinds could be read."""
        return not self.unread


def read_kinds(owners: Iterable[Folder], texts: ReadOnly[str, str] = MappingProxyType({})) -> Kinds:
    """The kinds in some folders; `texts` is as for `read_kind`."""
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
    """Diagnostics of kinds that share a section or a title, or use a chapter's own key as section."""
    diagnostics = []
    seen: dict[str, str] = dict.fromkeys(CHAPTER_KEYS, "every chapter")
    # the shipped kinds first, so that the report is about the deck's own kind
    for kind in sorted(kinds, key=lambda kind: kind.document.path):
        for key, value in (("section", kind.section), ("title", f"\0{kind.title}")):
            if value in seen:
                root = kind.document.root
                span = Span(kind.document.path)
                if isinstance(root, Mapping):
                    span = kind.document.span(root.entries[key])
                name = value.removeprefix("\0")
                message = f"the {key} `{name}` is already used by {seen[value]}"
                diagnostics.append(Diagnostic("bad-kind", message, span))
            seen.setdefault(value, f"the kind {kind.name}")
    return diagnostics
