"""What a build came to, as it can be printed and kept: its diagnostics, and figures of its package."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from deckgen.diagnostics import Diagnostic

if TYPE_CHECKING:
    from pathlib import Path


_MOST = 1_000_000  # characters of quoted lines; an outcome with more is not kept


@dataclass(frozen=True)
class Made:
    """Figures of the packages of a build.

    Attributes:
        about: The members for JSON.
        held: What the package holds, as in "2 notes (1 definition, 1 takeaway), 3 cards".
        since: What differs from the last release, in words.
        spared: The number of notes that are not sent again, as `same-media` says.
        after: The version of the release before; empty if there is none.
    """

    about: dict[str, Any]
    held: str
    since: str
    spared: int
    after: str

    @property
    def version(self) -> str:
        """The version of the release that the package is; empty if it is none."""
        return self.about["version"] or ""

    def at(self, time: int) -> Made:
        """The figures of a package built at a time, in seconds since 1970; a release keeps its own time."""
        return self if self.version else replace(self, about={**self.about, "time": time})


@dataclass(frozen=True)
class Outcome:
    """What a build came to.

    Attributes:
        project: The deck's folder.
        diagnostics: All diagnostics, sorted by position.
        lines: The lines of the files in which diagnostics are.
        made: Figures of its packages; None if there are errors.
    """

    project: Path
    diagnostics: list[Diagnostic]
    lines: dict[str, list[str]]
    made: Made | None

    def as_json(self) -> dict[str, object] | None:
        """The outcome as JSON can hold it, with those lines only that are quoted; None if it is too large."""
        quoted: dict[str, dict[int, str]] = {}
        for span in (each.span for each in self.diagnostics):
            lines = self.lines.get(span.path, ())
            if 0 < span.line <= len(lines):
                quoted.setdefault(span.path, {})[span.line] = lines[span.line - 1]
        if sum(len(line) for lines in quoted.values() for line in lines.values()) > _MOST:
            return None
        made = self.made
        figures = made and [made.about, made.held, made.since, made.spared, made.after]
        return {
            "diagnostics": [each.as_row() for each in self.diagnostics],
            "lines": {path: [*of.items()] for path, of in quoted.items()},
            "made": figures,
        }

    @classmethod
    def of_json(cls, project: Path, value: object) -> Outcome | None:
        """An outcome from JSON; None if the value has another shape."""
        match value:
            case {"diagnostics": list(rows), "lines": dict(quoted), "made": list() | None as figures}:
                try:
                    lines = {path: _lines(pairs) for path, pairs in quoted.items()}
                    made = figures and Made(*figures)
                    return cls(project, list(map(Diagnostic.of_row, rows)), lines, made or None)
                except (TypeError, ValueError):
                    return None
        return None


def _lines(pairs: list[tuple[int, str]]) -> list[str]:
    """Lines of a file up to the last quoted one; those that are not quoted are empty."""
    of = dict(pairs)
    return [of.get(number, "") for number in range(1, max(of) + 1)]
