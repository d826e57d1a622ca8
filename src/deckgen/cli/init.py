"""The command `deckgen init`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from deckgen.cli.answers import (
    AuthorOption,
    FolderArgument,
    IdOption,
    LanguageOption,
    LicenseOption,
    RepositoryOption,
    TitleOption,
    answered,
    into,
    tell_next,
)
from deckgen.cli.report import Format, reporting, say

if TYPE_CHECKING:
    from deckgen.commands.init.create import Created


def init(
    folder: FolderArgument = Path(),
    title: TitleOption = None,
    id_: IdOption = None,
    author: AuthorOption = None,
    license_: LicenseOption = None,
    language: LanguageOption = None,
    repository: RepositoryOption = None,
) -> None:
    """Start a new deck: its settings, a sample chapter, and files for git and GitHub.

    In a terminal, it asks for what the options do not say.
    """
    with reporting("init", Format.text):
        from deckgen.commands.init.create import check_folder, create  # noqa: PLC0415 (--help stays quick)

        check_folder(folder)
        answers = answered(
            folder,
            "deckgen init",
            title=title,
            language=language,
            id=id_,
            author=author,
            license=license_,
            repository=repository,
        )
        _tell(create(folder, answers), folder)


def _tell(created: Created, folder: Path) -> None:
    """Print what was written, and what to do next."""
    say(f"wrote {len(created.files)} files{into(folder)}:")
    for path in created.files:
        say(f"  {path}")
    for remark in created.remarks:
        say(f"note: {remark}")
    what = "Next: write your cards in source/, watch them in the preview (Ctrl-C ends it), build, and commit:"
    first = ["deckgen preview --serve --open", "deckgen build"]
    tell_next(what, folder, first, "Begin the deck", in_git=created.in_git)
