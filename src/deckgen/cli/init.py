"""The command `deckgen init`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deckgen.cli.answers import (
    AuthorOption,
    IdOption,
    LanguageOption,
    LicenseOption,
    RepositoryOption,
    TitleOption,
    answered,
)
from deckgen.cli.paths import in_shell
from deckgen.cli.report import Format, reporting, say, say_as_it_is
from deckgen.diagnostics import terminal

if TYPE_CHECKING:
    from deckgen.commands.init.create import Created

FolderArgument = Annotated[
    Path,
    typer.Argument(metavar="[DIR]", show_default=False, help="The deck's folder. Default: the current one."),
]


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
        from deckgen.commands.init.answers import Answers  # noqa: PLC0415 (--help stays quick)
        from deckgen.commands.init.create import check_folder, create  # noqa: PLC0415

        check_folder(folder)
        given = {
            "title": title,
            "language": language,
            "id": id_,
            "author": author,
            "license": license_,
            "repository": repository,
        }
        place = "" if folder == Path() else f" {in_shell(folder)}"
        _tell(create(folder, Answers(**answered(given, folder, f"deckgen init{place}"))), folder)


def _tell(created: Created, folder: Path) -> None:
    """Print what was written, and what to do next."""
    where = "" if folder.resolve() == Path.cwd() else f" into {terminal.kept(str(folder))}"
    say(f"wrote {len(created.files)} files{where}:")
    for path in created.files:
        say(f"  {path}")
    for remark in created.remarks:
        say(f"note: {remark}")
    commands = [f"cd {in_shell(folder)}"] if where else []
    commands += ["deckgen preview --serve --open", "deckgen build"]
    commands += [] if created.in_git else ["git init -b main"]
    commands += ["git add .", 'git commit -m "Begin the deck"']
    say("Next: write your cards in source/, watch them in the preview (Ctrl-C ends it), build, and commit:")
    for command in commands:
        say_as_it_is(f"  {command}")
