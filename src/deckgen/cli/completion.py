"""What a shell offers for the values of options and arguments, when the user presses Tab."""

from __future__ import annotations

from pathlib import Path

from deckgen.diagnostics import CATALOGUE, CallError


def codes(incomplete: str) -> list[tuple[str, str]]:
    """The codes that begin with a text, and what they mean."""
    return [(code, what) for code, (_, what) in sorted(CATALOGUE.items()) if code.startswith(incomplete)]


def warnings(incomplete: str) -> list[tuple[str, str]]:
    """The codes of warnings that begin with a text, and what they mean."""
    return [(code, what) for code, what in codes(incomplete) if CATALOGUE[code][0] == "warning"]


def releases(incomplete: str) -> list[str]:
    """The released versions of the deck at hand that begin with a text, the last one first."""
    from deckgen.commands.release.again import released_versions  # noqa: PLC0415 (--help stays quick)
    from deckgen.project import find_project  # noqa: PLC0415

    try:
        versions = released_versions(find_project(Path.cwd()))
    except (CallError, OSError):
        return []
    return [version for version in versions if version.startswith(incomplete)]
