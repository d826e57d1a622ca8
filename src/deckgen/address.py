"""The address of deckgen's own repository, which others' workflows use as an action."""

from __future__ import annotations

REPOSITORY = "OWNER/deckgen"
"""The repository on GitHub, as OWNER/REPO. OWNER is a placeholder, until there is a public one."""
COMMIT = ""
"""The commit that a released deckgen was built from; the release writes it here. Empty in a checkout."""
