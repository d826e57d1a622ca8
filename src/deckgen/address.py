"""The address of deckgen's own repository, which others' workflows use as an action."""

from __future__ import annotations

from pathlib import Path

REPOSITORY = "OWNER/deckgen"
"""The repository on GitHub, as OWNER/REPO. OWNER is a placeholder, until there is a public one."""
COMMIT = ""
"""The commit that a released deckgen was built from; the release writes it here. Empty in a checkout."""


def docs(page: str) -> str:
    """Where a page of the docs is: on GitHub, or in a checkout; empty if that is not known.

    Args:
        page: The name of its file in docs/, with the part after `#` if it is about that.
    """
    if not REPOSITORY.startswith("OWNER/"):
        return f"https://github.com/{REPOSITORY}/blob/{COMMIT or 'main'}/docs/{page}"
    path = Path(__file__).resolve().parents[2] / "docs" / page.partition("#")[0]
    return str(path) if path.exists() else ""
