"""A comment at a pull request that says what learners would notice.

The text comes from a check that may have run what a stranger wrote, so nothing of it is trusted: it is
shown as it is, in a block of code, where GitHub makes no link, no picture and no mention of it.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from deckgen.diagnostics import CallError, visible

if TYPE_CHECKING:
    from deckgen.commands.github.gh import GitHub

_MARK = "<!-- deckgen -->"
_MOST = 60_000  # characters; GitHub takes 65,536 in a comment
_NAME = re.compile(r"changes-([a-z0-9][a-z0-9-]*)")
_BOT = "github-actions[bot]"


def comment(github: GitHub) -> str:
    """Comment what the check of a pull request has found, or bring that comment up to date.

    Called in a workflow that another one's end has begun (`workflow_run`), whose event GitHub describes in a
    file.

    Returns:
        What was done, as a sentence.

    Raises:
        CallError: There is no such event, or GitHub refuses.
    """
    run = _event()
    number = _number(run, github)
    if not number:
        return "no open pull request contains this commit, so there is nothing to comment on"
    attached = github.get(f"actions/runs/{int(run['id'])}/artifacts?per_page=100")["artifacts"]
    if not any(_NAME.fullmatch(each["name"]) for each in attached):
        return "the check attached no changes, so there is no comment to write"
    with tempfile.TemporaryDirectory(prefix="deckgen-") as name:
        github.artifacts(int(run["id"]), "changes-*", Path(name))
        found = {
            match[1]: text
            for path in sorted(Path(name).iterdir())
            if (match := _NAME.fullmatch(path.name)) and (text := _read(path / "changes.txt"))
        }
    body = _body(found, f"{github.page}/actions/runs/{int(run['id'])}")
    for each in github.list(f"issues/{number}/comments"):
        if each["user"]["login"] == _BOT and str(each["body"]).startswith(_MARK):
            github.send("PATCH", f"issues/comments/{each['id']}", {"body": body})
            return f"the comment on pull request #{number} is up to date"
    github.send("POST", f"issues/{number}/comments", {"body": body})
    return f"commented on pull request #{number}"


def _event() -> Any:  # noqa: ANN401 (JSON)
    """What GitHub says of the run whose end has begun this one.

    Raises:
        CallError: This is no such workflow.
    """
    try:
        text = Path(os.environ["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8")
        return json.loads(text)["workflow_run"]
    except (KeyError, OSError, ValueError) as error:
        hint = "docs/github.md shows the workflow"
        raise CallError("this only works in a workflow that begins with `on: workflow_run`", hint) from error


def _number(run: Any, github: GitHub) -> int:  # noqa: ANN401 (JSON)
    """The number of the pull request that a run has checked; 0 if there is none.

    GitHub's event does not tell it for forks. So it is the open one of the branch that the event names, if
    that is still at the commit that was checked.
    """
    head = f"{run['head_repository']['owner']['login']}:{run['head_branch']}"
    for pull in github.list(f"pulls?state=open&head={quote(head)}"):
        if pull["head"]["sha"] == run["head_sha"]:
            return int(pull["number"])
    return 0


def _read(path: Path) -> str:
    """The text of a file that a stranger may have made; empty if there is none."""
    if path.is_symlink() or not path.is_file():
        return ""
    with path.open("rb") as file:
        text = file.read(4 * _MOST).decode(errors="replace")
    return "\n".join(visible(line) for line in text.splitlines()).strip()


def _body(found: dict[str, str], page: str) -> str:
    """The text of the comment."""
    room = _MOST // len(found)
    parts = [f"{_MARK}\n[What learners would notice]({page})\n"]
    for name, text in found.items():
        kept = text if len(text) <= room else text[:room].rpartition("\n")[0] + "\n…"
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", kept)), default=0))
        parts.append(f"\n**{name}**\n{fence}text\n{kept}\n{fence}\n")
    return "".join(parts)
