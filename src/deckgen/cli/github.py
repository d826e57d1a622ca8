"""The commands of `deckgen github`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deckgen.cli.calls import ProjectOption, find_deck
from deckgen.cli.help import Command, Group
from deckgen.cli.paths import short_path
from deckgen.cli.report import reporting, say
from deckgen.diagnostics import CallError, did_you_mean

if TYPE_CHECKING:
    from deckgen.commands.github.decks import PublicDeck
    from deckgen.commands.github.gh import GitHub
    from deckgen.commands.github.prepare import Prepared

app = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    help="Release decks on GitHub. The workflows from `deckgen init` call these commands.",
)

DecksArgument = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[DIR]...",
        show_default=False,
        help="The folders of the repository's decks; the first one gets GitHub's \"latest\" release. "
        "Default: those in DECKGEN_DECKS, or this folder.",
    ),
]
TagsOption = Annotated[
    str,
    typer.Option(
        "--tags",
        metavar="FORM",
        envvar="DECKGEN_TAGS",
        show_default=False,
        show_envvar=False,
        help="How tags are named. Default: the form in DECKGEN_TAGS, or v{version}; with several decks, "
        "{id}-v{version}.",
    ),
]
VersionOption = Annotated[
    str | None,
    typer.Option(
        "--as", metavar="VERSION", show_default=False, help="For example 1.2.0. Default: the next version."
    ),
]
OnlyOption = Annotated[
    str | None,
    typer.Option(metavar="ID", show_default=False, help="Prepare only the deck with this id."),
]
BaseOption = Annotated[
    str, typer.Option(metavar="BRANCH", help="The branch that the release will be merged into.")
]
ChecksOption = Annotated[
    str,
    typer.Option(
        metavar="FILE",
        envvar="DECKGEN_CHECKS",
        show_envvar=False,
        help="The file in .github/workflows/ that checks the branch.",
    ),
]
RefreshOption = Annotated[
    bool,
    typer.Option("--refresh", help="Only update prepared releases whose source has changed since."),
]


@app.command(cls=Command)
def prepare(
    decks: DecksArgument = None,
    version: VersionOption = None,
    only: OnlyOption = None,
    base: BaseOption = "main",
    checks: ChecksOption = "check.yml",
    refresh: RefreshOption = False,  # noqa: FBT002 (typer's way)
    tags: TagsOption = "",
) -> None:
    """Put the next release on a branch, for a pull request that you open."""
    with reporting("github prepare", None) as report:
        from deckgen.build import Build  # noqa: PLC0415 (--help stays quick)
        from deckgen.commands.github import prepare as preparing  # noqa: PLC0415

        found, github = _called(decks, tags)
        wanted = _only(found, only)
        if version and refresh:
            raise CallError("--refresh keeps the version that was prepared", "leave out --as")
        if version and len(wanted) > 1:
            hint = "name one: --only ID, or its id in the field below that of the version"
            raise CallError(f"{version} cannot be the version of several decks at once", hint)
        target = preparing.Target(base, checks)
        code = 0
        for deck in wanted:
            try:
                if refresh:
                    made = preparing.refresh(deck, github, target)
                else:
                    made = preparing.prepare(deck, version, github, target)
            except CallError as error:
                report.failed(str(error), error.hint)
                code = 2
                continue
            if isinstance(made, str):
                say(made)
                if not refresh:
                    _summary(f"> {made}.")
            elif isinstance(made, Build):
                report.end(made, "no release was prepared")
                code = code or 1
            else:
                _tell_prepared(made, deck)
        if code:
            raise typer.Exit(code)


def _only(decks: list[PublicDeck], name: str | None) -> list[PublicDeck]:
    """The deck of an id, or all."""
    if not name:
        return decks
    if found := [deck for deck in decks if deck.id == name]:
        return found
    ids = [deck.id for deck in decks]
    raise CallError(
        f"there is no deck `{name}` here", did_you_mean(name, ids) or f"there are {', '.join(ids)}"
    )


@app.command(cls=Command)
def prepared(project: ProjectOption = None, tags: TagsOption = "") -> None:
    """On the branch of a prepared release: check that the source has not changed since."""
    with reporting("github prepared", None):
        from deckgen.commands.github.decks import read_decks  # noqa: PLC0415
        from deckgen.commands.github.prepare import check_prepared  # noqa: PLC0415

        (deck,) = read_decks([find_deck(project)], tags)
        say(check_prepared(deck))


@app.command(cls=Command)
def draft(decks: DecksArgument = None, tags: TagsOption = "") -> None:
    """Draft each release that GitHub lacks, after testing it in Anki. Only authors see drafts."""
    with reporting("github draft", None) as report:
        from deckgen.commands.github.draft import draft as draft_releases  # noqa: PLC0415

        found, github = _called(decks, tags)
        made = draft_releases(found, github, say)
        _output("packages", "\n".join(str(path) for path in made.paths))
        _output("attest", "true" if made.attested and made.paths else "false")
        for fault in made.faults:
            report.failed(str(fault), fault.hint)
        if made.faults:
            raise typer.Exit(1)


@app.command(cls=Command)
def publish(decks: DecksArgument = None, tags: TagsOption = "") -> None:
    """Publish the drafts from `deckgen github draft`: the tags, then the releases."""
    with reporting("github publish", None):
        from deckgen.commands.github.publish import publish as publish_drafts  # noqa: PLC0415

        found, github = _called(decks, tags)
        done = publish_drafts(found, github, say)
        for deck, address in done:
            _summary(f"## {deck.deck.title}\n\n{address}\n")
        _output("published", "true" if done else "false")


@app.command(cls=Command)
def fetch(project: ProjectOption = None, tags: TagsOption = "") -> None:
    """Download the last released package from GitHub into build/github/last/."""
    with reporting("github fetch", None):
        from deckgen.commands.github.published import fetch_last  # noqa: PLC0415

        (deck,), github = _called([find_deck(project)], tags)
        fetched = fetch_last(deck, github, deck.output / "last")
        if fetched is None:
            say("GitHub has no release of this deck yet")
        else:
            say(f"learners have {fetched.version}: {short_path(fetched.path)}")
            if fetched.remark:
                say(f"note: {fetched.remark}")
        _output("package", short_path(fetched.path) if fetched else "")
        _output("version", fetched.version if fetched else "")


@app.command(cls=Command)
def site(
    decks: DecksArgument = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="The folder for the site.")
    ] = Path("_site"),
    tags: TagsOption = "",
) -> None:
    """Write the public page of each deck as last released, for GitHub Pages."""
    with reporting("github site", None):
        from deckgen.commands.github.sites import sites  # noqa: PLC0415

        found, github = _called(decks, tags)
        made = sites(found, github, output, say)
        if made.missing:
            say(made.missing)
            _summary(f"> {made.missing}.")
        _output("ready", "false" if made.missing else "true")
        _output("address", made.address)


@app.command(cls=Command)
def comment() -> None:
    """Comment on a pull request with the results of its check. For a workflow only."""
    with reporting("github comment", None):
        from deckgen.commands.github.comment import comment as comment_on  # noqa: PLC0415
        from deckgen.commands.github.decks import repository  # noqa: PLC0415
        from deckgen.commands.github.gh import GitHub  # noqa: PLC0415

        say(comment_on(GitHub(repository(Path()))))


def _called(folders: list[Path] | None, tags: str) -> tuple[list[PublicDeck], GitHub]:
    """The decks and the repository of a call."""
    from deckgen.commands.github.decks import read_decks, repository  # noqa: PLC0415
    from deckgen.commands.github.gh import GitHub  # noqa: PLC0415

    named = [Path(each) for each in os.environ.get("DECKGEN_DECKS", "").split()]
    decks = read_decks(folders or named or [find_deck(None)], tags)
    return decks, GitHub(repository(decks[0].project.folder))


def _tell_prepared(made: Prepared, deck: PublicDeck) -> None:
    """Print what was prepared, and what a person does next."""
    because = f" ({made.reason})" if made.reason else ""
    say(f"{deck.name}{made.version}{because} is ready on the branch {made.branch}")
    for remark in made.remarks:
        say(f"note: {remark}")
    if made.pull:
        next_step = f"[Pull request #{made.pull}]({made.address}) is up to date"
        say(f"pull request #{made.pull} is up to date: {made.address}")
    else:
        next_step = f"**[Open the pull request]({made.address})**, read it, and merge it: that releases it"
        say(f"Next: open the pull request and merge it: {made.address}")
    text = f"## {deck.deck.title}: {made.version}{because}\n\n{next_step}.\n\n"
    _summary(text + "".join(f"> {remark}\n" for remark in made.remarks) + made.text)


def _summary(text: str) -> None:
    """Add to the summary of a workflow's run; nothing elsewhere."""
    _append("GITHUB_STEP_SUMMARY", text + "\n")


def _output(name: str, value: str) -> None:
    """Set an output of a workflow's step; nothing elsewhere."""
    mark = f"end-{os.urandom(8).hex()}"
    _append("GITHUB_OUTPUT", f"{name}<<{mark}\n{value}\n{mark}\n")


def _append(variable: str, text: str) -> None:
    if path := os.environ.get(variable):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text)
