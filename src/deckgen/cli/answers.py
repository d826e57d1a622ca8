"""What a new deck's author is asked, by `deckgen init` and `deckgen adopt`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deckgen.cli.paths import in_shell
from deckgen.cli.report import say, say_as_it_is
from deckgen.diagnostics import CallError, terminal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deckgen.commands.init.answers import Answers

PROPOSED = {"language": "en", "license": "CC-BY-4.0", "repository": "none"}
FolderArgument = Annotated[
    Path,
    typer.Argument(metavar="[DIR]", show_default=False, help="The deck's folder. Default: the current one."),
]
TitleOption = Annotated[str | None, typer.Option(metavar="TITLE", help="The deck's name in Anki.")]
IdOption = Annotated[
    str | None, typer.Option("--id", metavar="ID", help="For example my-exam. You cannot change it later.")
]
AuthorOption = Annotated[str | None, typer.Option(metavar="NAME", help="The author of the deck.")]
LicenseOption = Annotated[
    str | None,
    typer.Option(
        "--license", metavar="LICENSE", help="CC-BY-4.0, CC-BY-SA-4.0, CC0-1.0 or all-rights-reserved."
    ),
]
LanguageOption = Annotated[
    str | None, typer.Option(metavar="TAG", help="The language of the cards, for example en or pt-BR.")
]
RepositoryOption = Annotated[
    str | None, typer.Option(metavar="OWNER/REPO", help="The deck's repository on GitHub, if it has one.")
]

_QUESTIONS = {
    "title": "Title (the deck's name in Anki)",
    "language": "Language of the cards and of the release notes (for example en or pt-BR)",
    "id": "Id (lowercase letters, digits, hyphens; you cannot change it later)",
    "author": "Author",
    "license": "License (CC-BY-4.0, CC-BY-SA-4.0, CC0-1.0 or all-rights-reserved)",
    "repository": "Repository on GitHub (OWNER/REPO, or none)",
}
"""The questions, in their order."""


def answered(folder: Path, call: str, proposed: Mapping[str, str] = PROPOSED, **given: str | None) -> Answers:
    """The answers: those given by flags, then those asked for.

    Args:
        folder: The deck's folder.
        call: The beginning of the command, as in `deckgen init`.
        proposed: Answers that Enter takes, by their names.
        given: The answers given by flags; None for the others.

    Raises:
        CallError: A given answer has a fault, or answers are missing and nobody can be asked.
    """
    from deckgen.commands.init.answers import Answers, fault, tidied  # noqa: PLC0415

    if folder != Path():
        call = f"{call} {in_shell(folder)}"
    known = {name: tidied(name, text) for name, text in given.items() if text is not None}
    for name, text in known.items():
        if problem := fault(name, text):
            raise CallError(f"--{name}: {problem.message}", problem.hint)
    missing = [name for name in _QUESTIONS if name not in known and name != "repository"]
    if sys.stdin.isatty() and sys.stderr.isatty():
        for name in _QUESTIONS:
            if name not in known:
                known[name] = _asked(name, known, folder, proposed.get(name, ""))
    elif missing:
        _refuse_missing(missing, known, call)
    return Answers(**{"repository": "", **known})


def tell_next(what: str, folder: Path, first: list[str], message: str, *, in_git: bool) -> None:
    """Print what to do with a new deck: some commands, and those that commit it.

    Args:
        what: The sentence before the commands.
        folder: The deck's folder.
        first: The commands to begin with.
        message: That of the commit.
        in_git: Whether the folder is in a git repository.
    """
    commands = [] if folder.resolve() == Path.cwd() else [f"cd {in_shell(folder)}"]
    commands += [*first, *([] if in_git else ["git init -b main"]), "git add .", f'git commit -m "{message}"']
    say(what)
    for command in commands:
        say_as_it_is(f"  {command}")


def into(folder: Path) -> str:
    """Where a new deck was written, as the end of a sentence; empty for the current folder."""
    return "" if folder.resolve() == Path.cwd() else f" into {terminal.kept(str(folder))}"


def _refuse_missing(missing: list[str], known: dict[str, str], call: str) -> None:
    """Name the flags of missing answers.

    Raises:
        CallError: Always.
    """
    from deckgen.commands.init.answers import proposed_id  # noqa: PLC0415

    title = known.get("title", "")
    values = {
        "title": '"My Exam"',
        "language": "en",
        "id": (title and proposed_id(title, known.get("language", "en"))) or "my-exam",
        "author": '"My Name"',
        "license": "CC-BY-4.0",
    }
    flags = " ".join(f"--{name} {values[name]}" for name in missing)
    names = ", ".join(f"--{name}" for name in missing)
    message = f"there is no terminal to ask in, and answers are missing: {names}"
    raise CallError(message, f"as in: {call}{' …' * bool(known)} {flags}")


def _asked(name: str, known: dict[str, str], folder: Path, default: str) -> str:
    """The answer to a question, which is asked until the answer can be used."""
    from deckgen.commands.init.answers import fault, proposed_id, tidied  # noqa: PLC0415
    from deckgen.commands.repository import repository_of  # noqa: PLC0415

    if name == "id":
        default = proposed_id(known["title"], known["language"])
    elif name == "repository":
        default = repository_of(folder) or default
    while True:
        text = tidied(name, _prompted(_QUESTIONS[name], default))
        problem = fault(name, text)
        if problem is None:
            return text
        say(f"  {problem.message}" + (f"\n  hint: {problem.hint}" if problem.hint else ""))


def _prompted(question: str, default: str) -> str:
    """What somebody types; Enter alone gives the default, which may be empty."""
    return str(typer.prompt(question, default=default, show_default=bool(default), err=True))
