"""`python -m deckgen`, and the command `deckgen`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line."""
    from deckgen.cli import app  # noqa: PLC0415 (what takes time to import is imported where it is used)

    app()


if __name__ == "__main__":
    sys.exit(main())
