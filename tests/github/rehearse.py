"""A rehearsal of releases, on a GitHub of one's own: `make release-rehearsal`, or for any deck, by hand.

`python -m tests.github.rehearse` rehearses two releases of this repository's deck, with its own workflow.
`python -m tests.github.rehearse FOLDER` makes an empty repository in a folder, to which anyone can push, and
asks what to click.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from tests.conftest import REPOSITORY
from tests.github.api import NAME
from tests.github.hub import Hub
from tests.github.runner import Run

_HELP = """\
clicks:
  run [VERSION]      Actions > Release > Run workflow
  open LINK          the link of a summary, and Create pull request
  merge NUMBER [HOW] Merge pull request; HOW is merge, squash or rebase
  pages on|off       Settings > Pages > Source: GitHub Actions
  fork on|off, private on|off, immutable on|off
looks:
  releases           the page of releases
  notes TAG          the notes of a release
  get TAG FILE       download a file of a release into the current folder
  site               the folder of the site that is online
  log                all that the last runs printed
  quit
After a `git push` press Enter: the workflows run."""


def link(summary: str) -> str:
    """The address in a summary that opens a pull request."""
    (found,) = re.findall(r"\*\*\[Open the pull request\]\((\S+)\)\*\*", summary)
    return str(found)


def show(runs: list[Run]) -> None:
    """Print what runs did, as the page of Actions does: their jobs, annotations and summaries."""
    for run in runs:
        print(f"* {run.workflow}")
        for name, job in run.jobs.items():
            print(f"  {name}: {job.result}")
            for text in re.findall(r"(?m)^::(?:error|warning) (.*)$", job.log):
                print("    ! " + text.replace("%0A", "\n      ").partition("::")[2])
            if job.summary.strip():
                print("    | " + job.summary.strip().replace("\n", "\n    | "))


def rehearse(folder: Path) -> int:
    """Rehearse two releases of this repository's deck; 0 if all went well."""
    hub = Hub(folder, REPOSITORY)
    hub.state.pages = "workflow"
    hub.runner.only = {"deck.yml"}
    try:
        for version in ("1.0.0", "1.0.1"):
            hub.pull()
            prepared = hub.click_run("deck.yml", version=version)
            show([prepared])
            number, _ = hub.open_pull(link(prepared.jobs["prepare"].summary))
            runs = hub.merge(number, "squash")
            show([run for run in runs if run.workflow == "deck.yml"])
            if f"deck-v{version}" not in hub.state.published() or not all(run.ok for run in runs):
                print("".join(run.log for run in [prepared, *runs]))
                return 1
            path = next(hub.author.glob("source/*/*.yaml"))
            path.write_text(path.read_text(encoding="utf-8") + "\n# the next edition\n", encoding="utf-8")
            manifest = hub.author / "source/deck.yaml"
            text = manifest.read_text(encoding="utf-8")
            manifest.write_text(text.replace("description: |\n", "description: |\n  A rehearsal.\n\n", 1))
            hub.push_quietly("Rehearse a change")
        print(f"published: {', '.join(hub.state.published())}; the site has {len(list(_files(hub)))} files")
    finally:
        hub.close()
    return 0


def _files(hub: Hub) -> list[Path]:
    return [path for path in hub.runner.site.rglob("*") if path.is_file()] if hub.runner.site else []


def click(folder: Path) -> None:
    """Ask what to click, until the end."""
    folder.mkdir(parents=True)
    hub = Hub(folder.resolve())
    print(f"https://github.com/{NAME} is here: git remote add origin {hub.state.git}\n{_HELP}")
    main, runs = "", list[Run]()
    while True:
        print("> ", end="", flush=True)
        words = sys.stdin.readline()
        if not words or words.split() == ["quit"]:
            hub.close()
            return
        if (now := hub.state.ask_git("rev-parse", "--verify", "--quiet", "main")) != main:
            main, runs = now, hub.event("push")
            show(runs)
        try:
            runs = _clicked(hub, words.split()) or runs
        except (AssertionError, KeyError, ValueError, StopIteration, IndexError) as error:
            print(f"that cannot be clicked: {error}")
        if words.split() == ["log"]:
            print("".join(run.log for run in runs))
        main = hub.state.ask_git("rev-parse", "--verify", "--quiet", "main")


def _clicked(hub: Hub, words: list[str]) -> list[Run]:
    """Do what a person clicks; what the workflows did."""
    runs: list[Run] = []
    match words:
        case ["run", *version]:
            runs = [hub.click_run("release.yml", version="".join(version))]
        case ["open", address]:
            number, runs = hub.open_pull(address)
            print(f"#{number}: {hub.state.pulls[number].title}\n{hub.state.pulls[number].body}")
        case ["merge", number, *how]:
            runs = hub.merge(int(number), "".join(how) or "merge")
        case ["pages", answer]:
            hub.state.pages = "workflow" if answer == "on" else ""
        case ["fork" | "private" | "immutable" as what, answer]:
            setattr(hub.state, what, answer == "on")
        case [] | ["log"]:
            pass
        case _:
            _look(hub, words)
    show(runs)
    return runs


def _look(hub: Hub, words: list[str]) -> None:
    """Show what a person sees on a page, or what they can do."""
    match words:
        case ["releases"]:
            for each in reversed(hub.state.releases.values()):
                mark = "Draft" if each.draft else "Latest" if each.id == hub.state.latest else ""
                print(f"{each.tag} {each.name} {mark}")
                for asset in each.assets:
                    print(f"    {asset.name} ({len(asset.content)} bytes)")
        case ["notes", tag]:
            print(hub.state.release(tag).body)
        case ["get", tag, name]:
            Path(name).write_bytes(
                next(each.content for each in hub.state.release(tag).assets if each.name == name)
            )
        case ["site"]:
            print(hub.runner.site or "there is none")
        case _:
            print(_HELP)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        click(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory(prefix="rehearsal-") as name:
            sys.exit(rehearse(Path(name)))
