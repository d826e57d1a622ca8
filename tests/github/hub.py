"""A repository on a GitHub of one's own: what people click there, and the workflows that this begins."""

from __future__ import annotations

import os
import stat
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from tests.github.api import HOST, NAME, Pull, Server, State
from tests.github.runner import Run, Runner

if TYPE_CHECKING:
    from pathlib import Path

_HOOK = """#!/bin/sh
# refuses as GitHub does: a token without the right, and branches that a rule protects
if [ -n "$GH_TOKEN" ] && ! grep -q "^$GH_TOKEN write$" "{tokens}"; then
  echo "remote: Permission to {name}.git denied to github-actions[bot]." >&2; exit 1
fi
if [ -n "$GH_TOKEN" ] && grep -qx "$1" "{protected}"; then
  echo "error: GH013: Repository rule violations found for $1." >&2
  echo "- Changes must be made through a pull request." >&2; exit 1
fi
"""


class Hub:
    """A repository with its API, its people and its workflows."""

    def __init__(self, folder: Path, deck: Path | None = None) -> None:
        """Begin with the main branch of a folder in git, without running a workflow; or with nothing."""
        self.folder = folder
        bare = folder / "moon.git"
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(bare)], check=True)
        self.state = State(bare)
        self._hook(bare)
        self.server = Server(self.state)
        self.author = folder / "author"
        if deck:
            self.git(deck, "push", "-q", str(bare), "HEAD:refs/heads/main")
        self.git(folder, "clone", "-q", str(bare), str(self.author))
        self.runner = Runner(self)
        self.runs: list[Run] = []

    def _hook(self, bare: Path) -> None:
        self.tokens, self.protected = self.folder / "tokens", self.folder / "protected"
        self.tokens.touch()
        self.protected.touch()
        hook = bare / "hooks/update"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(_HOOK.format(tokens=self.tokens, protected=self.protected, name=NAME))
        hook.chmod(hook.stat().st_mode | stat.S_IXUSR)

    def close(self) -> None:
        """Stop what runs."""
        self.server.stop()
        self.runner.close()

    def token(self, **permissions: str) -> str:
        """A token with some permissions, as in `contents="write"`."""
        name = f"token-{self.state.number()}"
        self.state.tokens[name] = {scope.replace("_", "-"): level for scope, level in permissions.items()}
        with self.tokens.open("a") as file:
            file.write(f"{name} {permissions.get('contents', 'none')}\n")
        return name

    def environment(self, token: str) -> dict[str, str]:
        """The variables by which `gh` and deckgen speak with this GitHub."""
        return {
            "PATH": f"{self.runner.bin}{os.pathsep}{os.environ['PATH']}",
            "GH_TOKEN": token,
            "GH_HOST": HOST,
            "GH_CONFIG_DIR": str(self.folder / "gh"),
            "GITHUB_REPOSITORY": NAME,
            "GITHUB_SERVER_URL": f"http://{HOST}",
        }

    @staticmethod
    def git(folder: Path, *arguments: str) -> str:
        """What git says in a folder, called by a person."""
        environment = {
            **{name: text for name, text in os.environ.items() if not name.startswith("GIT_")},
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            "GIT_EDITOR": "true",
        }
        environment.pop("GH_TOKEN", None)
        call = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", *arguments]
        done = subprocess.run(call, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def pull(self) -> None:
        """Bring the author's clone up to date."""
        self.git(self.author, "fetch", "-q", "--prune", "origin")
        self.git(self.author, "checkout", "-q", "main")
        self.git(self.author, "reset", "-q", "--hard", "origin/main")

    def push(self, message: str, branch: str = "main") -> list[Run]:
        """Commit all that the author has changed and push it; what the workflows did."""
        self.git(self.author, "add", "-A")
        self.git(self.author, "commit", "-q", "--allow-empty", "-m", message)
        self.git(self.author, "push", "-q", "origin", f"HEAD:refs/heads/{branch}")
        return self.event("push") if branch == "main" else []

    def push_as_is(self) -> list[Run]:
        """Push what the author has committed; what the workflows did."""
        self.git(self.author, "push", "-q", "origin", "HEAD:refs/heads/main")
        return self.event("push")

    def push_quietly(self, message: str = "") -> None:
        """Commit what the author has changed, if it has a message, and push without any workflow."""
        if message:
            self.git(self.author, "add", "-A")
            self.git(self.author, "commit", "-q", "-m", message)
        self.git(self.author, "push", "-q", "origin", "HEAD:refs/heads/main")

    def click_run(self, workflow: str, **inputs: str) -> Run:
        """Run a workflow by hand on main."""
        run = self.runner.run(workflow, "workflow_dispatch", "main", inputs=inputs)
        assert run is not None
        self._kept([run])
        return run

    def event(self, event: str, branch: str = "main", number: int = 0) -> list[Run]:
        """Let something happen on a branch; what the workflows did."""
        names = self.runner.workflows(branch)
        runs = [self.runner.run(name, event, branch, number=number) for name in names]
        begun = [run for run in runs if run]
        after = [
            self.runner.run(name, "workflow_run", branch, after=run)
            for run in begun
            for name in self.runner.workflows("main")
        ]
        begun += [run for run in after if run]
        self._kept(begun)
        return begun

    def _kept(self, runs: list[Run]) -> None:
        self.runs += runs
        while self.state.dispatched:
            workflow, _, branch = self.state.dispatched.pop(0).partition(" ")
            if run := self.runner.run(workflow, "workflow_dispatch", branch):
                self.runs.append(run)

    def open_pull(self, address: str) -> tuple[int, list[Run]]:
        """Follow a link that opens a pull request, and confirm; its number, and what the workflows did."""
        parts = urlsplit(address)
        assert len(address) < 8_000, "GitHub refuses longer addresses"
        assert parts.path.startswith(f"/{NAME}/compare/")
        base, _, head = unquote(parts.path.removeprefix(f"/{NAME}/compare/")).partition("...")
        fields = {name: values[0] for name, values in parse_qs(parts.query).items()}
        return self.new_pull(head, base, fields.get("title", ""), fields.get("body", ""))

    def new_pull(self, head: str, base: str, title: str, body: str = "") -> tuple[int, list[Run]]:
        """Open a pull request of a branch; its number, and what the workflows did."""
        sha = self.state.ask_git("rev-parse", "--verify", f"refs/heads/{head}")
        assert sha, f"there is no branch {head}"
        pull = Pull(self.state.number(), head, base, title, body, sha)
        self.state.pulls[pull.number] = pull
        self.state.ask_git("update-ref", f"refs/pull/{pull.number}/head", sha)
        return pull.number, self.event("pull_request", head, pull.number)

    def merge(self, number: int, how: str = "merge") -> list[Run]:
        """Merge a pull request by `merge`, `squash` or `rebase`; what the workflows did."""
        pull = self.state.pulls[number]
        pull.sha = self.state.ask_git("rev-parse", f"refs/heads/{pull.head}")
        self.state.ask_git("update-ref", f"refs/pull/{number}/head", pull.sha)
        self.pull()
        title = f"{pull.title} (#{number})"
        if how == "rebase":
            self.git(self.author, "checkout", "-q", "-B", "rebased", pull.sha)
            self.git(self.author, "rebase", "-q", "--force-rebase", "origin/main")
        elif how == "squash":
            self.git(self.author, "merge", "-q", "--squash", pull.sha)
            self.git(self.author, "commit", "-q", "-m", title)
        else:
            self.git(self.author, "merge", "-q", "--no-ff", "-m", title, pull.sha)
        self.git(self.author, "push", "-q", "origin", "HEAD:refs/heads/main")
        pull.merged, pull.state = self.git(self.author, "rev-parse", "HEAD"), "closed"
        self.pull()
        return self.event("push")
