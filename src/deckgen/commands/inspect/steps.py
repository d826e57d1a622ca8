"""What stays the same across packages as text for a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deckgen.commands.columns import Row, Sheet
from deckgen.diagnostics import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.commands.inspect.across import Across, Step, TypeStep

_FEW = 5
_IDS = {
    "same": "ids of fields and card templates: the same",
    "none": "fields and card templates have no ids in either",
    "new": "fields and card templates have ids only in the newer file",
    "gone": "fields and card templates have ids only in the older file",
    "different": "ids of fields or card templates: different",
}


@dataclass(frozen=True)
class Steps(Sheet):
    """The page of several packages."""

    def text(self, found: Across) -> str:
        """From each package to the next."""
        files = len(found.steps) + 1
        head = f"Across {files} files: {counted(len(found.always), 'note')} with the same guid in all"
        blocks = ["\n".join(self.paint(line, "heading") for line in self.wrapped(head))]
        blocks += ["\n".join(self._step(each)) for each in found.steps]
        return "\n\n".join(blocks) + "\n"

    def _step(self, step: Step) -> Iterator[str]:
        """From a package to the next."""
        rows = [
            ("in both, by guid", step.common, ""),
            ("added", step.added, ""),
            ("gone", step.gone, "An import leaves these with learners."),
            ("with a newer time", step.newer, "An import replaces their text and tags."),
            ("with an older time", step.older, "An import skips these."),
            ("with other text or tags", step.changed, ""),
            (
                "… of these without a newer time",
                step.silent,
                "An import skips these: learners keep the old text.",
            ),
            (
                "with another note type",
                step.retyped,
                "An import skips these, unless learners merge note types.",
            ),
        ]
        yield from (self.paint(line, "heading") for line in self.wrapped(f"{step.old} → {step.new}"))
        shown = [
            Row(name, (f"{len(guids):,}",), below=means if guids else "")
            for name, guids, means in rows
            if guids or name in {"in both, by guid", "added", "gone"}
        ]
        yield from self.table("Notes", ("notes",), shown)
        yield from (self.paint(line, "heading") for line in self.wrapped("Note types"))
        for each in step.types:
            yield from self.wrapped(f"{each.name}: {_about(each)}", 2)
            for line in _details(each):
                yield from self.wrapped(line, 4)
        for name in step.types_added:
            yield from self.wrapped(f"{name}: only in the newer file", 2)
        for name in step.types_gone:
            yield from self.wrapped(f"{name}: only in the older file", 2)


def _about(step: TypeStep) -> str:
    """Whether Anki takes two note types as one."""
    if step.same_id:
        return f"the same id, now called {step.renamed}" if step.renamed else "the same id and name"
    return "the same name, but another id: an import adds a second note type"


def _details(step: TypeStep) -> Iterator[str]:
    """What else there is to say about a note type."""
    for what, changes in (("fields", step.fields), ("card templates", step.templates)):
        more = f" and {len(changes) - _FEW} more" if len(changes) > _FEW else ""
        yield f"{what}: {', '.join(changes[:_FEW])}{more}" if changes else f"{what}: the same names and order"
    yield _IDS[step.ids]
    if not step.sort_field:
        yield "another sort field: an import gives existing notes no new text"
