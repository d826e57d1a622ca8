"""A runner of workflows: their triggers, jobs, conditions and steps, with the shell and git as they are.

Actions of others are played: what they would do on GitHub's machines is done to the hub's state. Expressions
are evaluated by GitHub's own library.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from tests.conftest import REPOSITORY, from_npm
from tests.github.api import HOST, NAME

if TYPE_CHECKING:
    from tests.github.hub import Hub

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_STATUS = re.compile(r"\b(?:success|failure|always|cancelled)\(\)")
_OURS = re.compile(r"OWNER/deckgen@.*|\./")


@dataclass
class Step:
    """A step that was run or skipped."""

    name: str
    outcome: str
    outputs: dict[str, str] = field(default_factory=dict)
    log: str = ""


@dataclass
class Job:
    """A job that was run or skipped."""

    name: str
    result: str = "success"
    outputs: dict[str, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    summary: str = ""

    @property
    def log(self) -> str:
        """All that its steps printed."""
        return "".join(f"## {each.name}: {each.outcome}\n{each.log}" for each in self.steps)


@dataclass
class Run:
    """A run of a workflow."""

    workflow: str
    name: str = ""
    event: dict[str, Any] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether no job failed."""
        return all(job.result != "failure" for job in self.jobs.values())

    @property
    def log(self) -> str:
        """All that its jobs printed."""
        return "".join(f"# {name}: {job.result}\n{job.log}" for name, job in self.jobs.items())


@dataclass
class _Place:
    """Where steps run, and what they know."""

    job: Job
    contexts: dict[str, Any]
    environment: dict[str, str]
    workspace: Path
    scratch: Path
    token: str
    permissions: dict[str, str]
    status: str = "success"
    path: list[str] = field(default_factory=list)


class Runner:
    """Runs the workflows of a hub's repository.

    Attributes:
        bin: A folder for the path, with the `gh` that speaks with the hub.
        tool: The folder with deckgen's action.yml.
        only: The workflows that run; all, if it is empty.
        installs: Whether the action installs deckgen by itself; otherwise the tests' own is there already.
    """

    def __init__(self, hub: Hub) -> None:
        """Prepare for a hub."""
        self._hub = hub
        self.tool = REPOSITORY
        self.only: set[str] = set()
        self.installs = False
        self.artifacts: dict[str, list[str]] = {}
        self.attested: list[str] = []
        self.site: Path | None = None
        self.variables: dict[str, str] = {}
        self._count = itertools.count(1)
        self.bin = hub.folder / "bin"
        self.bin.mkdir()
        gh = shutil.which("gh")
        script = self.bin / "gh"
        script.write_text(f'#!/bin/sh\nhttp_proxy={hub.server.address} exec {gh} "$@"\n')
        script.chmod(0o755)
        library = from_npm("@actions/expressions/dist/index.js")
        here = Path(__file__).parent / "expressions.mjs"
        self._node = subprocess.Popen(
            ["node", str(here), str(library)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def close(self) -> None:
        """Stop what runs."""
        self._node.communicate()

    def workflows(self, branch: str) -> list[str]:
        """The names of the workflows on a branch."""
        names = self._hub.state.ask_git("ls-tree", "--name-only", f"{branch}:.github/workflows")
        return [name for name in names.split() if name in (self.only or {name})]

    def run(
        self,
        workflow: str,
        event: str,
        branch: str,
        *,
        inputs: dict[str, str] | None = None,
        number: int = 0,
        after: Run | None = None,
    ) -> Run | None:
        """Run a workflow for an event on a branch, or after another run; None if it is not begun by that."""
        text = self._hub.state.ask_git("show", f"{branch}:.github/workflows/{workflow}")
        loaded = yaml.safe_load(text)
        triggers = loaded[True]  # YAML 1.1 reads `on` so
        if event not in triggers or workflow not in (self.only or {workflow}):
            return None
        wanted = (triggers[event] or {}).get("branches") if event == "push" else None
        if wanted and branch not in wanted:
            return None
        declared = ((triggers[event] or {}).get("inputs") or {}) if event == "workflow_dispatch" else {}
        given = {name: each.get("default", "") for name, each in declared.items()} | (inputs or {})
        if after and after.name not in triggers[event]["workflows"]:
            return None
        github = self._github(event, "main" if after else branch, 0 if after else number)
        if after:
            github["event"]["workflow_run"] = after.event
        run = Run(workflow, loaded["name"], self._as_event(event, branch, number))
        for name in _in_order(loaded["jobs"]):
            run.jobs[name] = self._job(name, loaded, github, given, run)
        return run

    def _as_event(self, event: str, branch: str, number: int) -> dict[str, Any]:
        """A run as the event of its end describes it."""
        pull = self._hub.state.pulls.get(number)
        return {
            "id": self._hub.state.number(),
            "event": event,
            "head_branch": branch,
            "head_sha": self._hub.state.ask_git("rev-parse", branch),
            "head_repository": {"owner": {"login": pull.owner if pull else "ada"}},
            "pull_requests": [],
        }

    def _github(self, event: str, branch: str, number: int) -> dict[str, Any]:
        sha = self._hub.state.ask_git("rev-parse", branch)
        ref = f"refs/pull/{number}/merge" if number else f"refs/heads/{branch}"
        return {
            "event_name": event,
            "ref": ref,
            "ref_name": f"{number}/merge" if number else branch,
            "head_ref": branch if number else "",
            "sha": sha,
            "repository": NAME,
            "server_url": f"http://{HOST}",
            "event": {"repository": {"fork": self._hub.state.fork, "private": self._hub.state.private}},
        }

    def _job(self, name: str, workflow: Any, github: dict[str, Any], inputs: dict[str, str], run: Run) -> Job:  # noqa: ANN401 (YAML)
        job = workflow["jobs"][name]
        needed = {each: run.jobs[each] for each in _needs(job)}
        contexts: dict[str, Any] = {
            "github": github,
            "inputs": inputs,
            "vars": self.variables,
            "needs": {
                each: {"result": done.result, "outputs": done.outputs} for each, done in needed.items()
            },
        }
        result = "success" if all(each.result == "success" for each in needed.values()) else "failure"
        made = Job(name)
        if not self._holds(job.get("if"), contexts, result):
            made.result = "skipped"
            return made
        for values in _matrix(job):
            self._steps_of(made, workflow, job, {**contexts, "matrix": values})
        return made

    def _steps_of(self, made: Job, workflow: Any, job: Any, contexts: dict[str, Any]) -> None:  # noqa: ANN401
        permissions = dict(job.get("permissions", workflow.get("permissions", {"contents": "read"})))
        folder = self._hub.folder / f"job-{next(self._count)}"
        place = _Place(made, contexts, {}, folder / "work", folder / "temp", "", permissions)
        for each in (place.workspace, place.scratch, folder / "home"):
            each.mkdir(parents=True)
        github = contexts["github"]
        place.token = self._hub.token(
            **{scope.replace("-", "_"): level for scope, level in permissions.items()}
        )
        github = {**github, "token": place.token, "workspace": str(place.workspace)}
        place.contexts = {**contexts, "github": github, "runner": {"temp": str(place.scratch), "os": "Linux"}}
        variables = {**(workflow.get("env") or {}), **(job.get("env") or {})}
        place.environment = {name: self._filled(str(text), place) for name, text in variables.items()}
        self._prepare(folder, place)
        self._steps(job["steps"], place)
        made.outputs = {
            name: self._filled(str(text), place) for name, text in (job.get("outputs") or {}).items()
        }
        if place.status == "failure":
            made.result = "failure"

    def _prepare(self, folder: Path, place: _Place) -> None:
        """Set what GitHub's machines set."""
        github = place.contexts["github"]
        shared = self._hub.environment("")
        del shared["GH_TOKEN"]
        place.environment |= {
            **shared,
            "HOME": str(folder / "home"),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": github["event_name"],
            "GITHUB_EVENT_PATH": str(folder / "event.json"),
            "GITHUB_REF_NAME": github["ref_name"],
            "GITHUB_HEAD_REF": github["head_ref"],
            "GITHUB_SHA": github["sha"],
            "GITHUB_WORKSPACE": str(place.workspace),
            "GITHUB_STEP_SUMMARY": str(folder / "summary"),
            "GITHUB_PATH": str(folder / "path"),
            "GITHUB_OUTPUT": str(folder / "output"),
            "RUNNER_TEMP": str(place.scratch),
            "GIT_CONFIG_SYSTEM": os.devnull,
        }
        (folder / "event.json").write_text(json.dumps(github["event"]))
        if not self.installs:
            ready = place.scratch / "deckgen/path/deckgen"
            ready.parent.mkdir(parents=True)
            ready.write_text(f'#!/bin/sh\nexec {sys.executable} -m deckgen "$@"\n')
            ready.chmod(0o755)
            place.environment["PYTHONPATH"] = str(REPOSITORY / "src")

    def _steps(self, steps: list[dict[str, Any]], place: _Place) -> None:
        known: dict[str, Any] = {}
        place.contexts["steps"] = known
        for number, step in enumerate(steps, 1):
            name = step.get("name") or step.get("uses") or step.get("id") or str(number)
            done = Step(name, "skipped")
            place.job.steps.append(done)
            if self._holds(step.get("if"), place.contexts, place.status):
                place.contexts["steps"] = known
                try:
                    self._step(step, done, place)
                    done.outcome = "success"
                except _FailedError as failure:
                    done.outcome = "failure"
                    done.log += f"{failure}\n"
                    if not step.get("continue-on-error"):
                        place.status = "failure"
                place.contexts["steps"] = known
            if "id" in step:
                known[step["id"]] = {"outcome": done.outcome, "outputs": done.outputs}

    def _step(self, step: dict[str, Any], done: Step, place: _Place) -> None:
        if "uses" in step:
            given = {
                name: self._filled(_text(value), place) for name, value in (step.get("with") or {}).items()
            }
            self._use(step["uses"], given, done, place)
        else:
            self._shell(step, done, place)

    def _shell(self, step: dict[str, Any], done: Step, place: _Place) -> None:
        assert "${{" not in step["run"], "what others have written is not to be part of a shell's lines"
        output = Path(place.environment["GITHUB_OUTPUT"])
        for each in (output, Path(place.environment["GITHUB_PATH"])):
            each.write_text("")
        before = Path(place.environment["GITHUB_STEP_SUMMARY"])
        before.touch()
        script = place.scratch / "step.sh"
        script.write_text(step["run"])
        own = {name: self._filled(str(text), place) for name, text in (step.get("env") or {}).items()}
        path = os.pathsep.join([*reversed(place.path), place.environment["PATH"]])
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        call = ["bash", "--noprofile", "--norc", "-eo", "pipefail"] if "shell" in step else ["bash", "-e"]
        finished = subprocess.run(
            [*call, str(script)],
            cwd=place.workspace,
            env={**kept, **place.environment, "PATH": path, **own},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        done.log = finished.stdout
        done.outputs.update(_outputs(output.read_text(encoding="utf-8")))
        place.path += Path(place.environment["GITHUB_PATH"]).read_text().split()
        place.job.summary = before.read_text(encoding="utf-8")
        if finished.returncode:
            raise _FailedError(f"it ended with {finished.returncode}")

    def _use(self, action: str, given: dict[str, str], done: Step, place: _Place) -> None:
        """Play an action."""
        if _OURS.fullmatch(action):
            self._compose(given, done, place)
            return
        name, _, commit = action.partition("@")
        assert re.fullmatch(r"[0-9a-f]{40}", commit), f"{action} is not pinned by a commit"
        _ACTIONS[name](self, given, done, place)

    def _compose(self, given: dict[str, str], done: Step, place: _Place) -> None:
        """Run deckgen's own action."""
        action = yaml.safe_load((self.tool / "action.yml").read_text(encoding="utf-8"))
        defaults = {
            name: self._filled(str(each.get("default", "")), place) for name, each in action["inputs"].items()
        }
        assert given.keys() <= defaults.keys()
        github = {**place.contexts["github"], "action_path": str(self.tool)}
        inner = {**place.contexts, "inputs": defaults | given, "github": github}
        nested = _Place(
            place.job,
            inner,
            place.environment,
            place.workspace,
            place.scratch,
            place.token,
            place.permissions,
            path=place.path,
        )
        self._steps(action["runs"]["steps"], nested)
        for name, each in action["outputs"].items():
            done.outputs[name] = self._filled(each["value"], nested)
        if nested.status == "failure":
            raise _FailedError("a step of the action failed")

    def _checkout(self, given: dict[str, str], done: Step, place: _Place) -> None:
        _need(place, "contents", "read")
        assert given.get("persist-credentials") == "false"
        depth = [] if given.get("fetch-depth") == "0" else ["--depth", "1"]
        address = self._hub.state.git.as_uri()
        github = place.contexts["github"]
        _called(["git", "clone", "-q", *depth, address, str(place.workspace)], done)
        _called(["git", "-C", str(place.workspace), "checkout", "-q", "--detach", github["sha"]], done)

    def _python(self, given: dict[str, str], done: Step, place: _Place) -> None:
        del place
        assert given["python-version"]
        done.outputs["python-path"] = sys.executable

    def _artifact(self, given: dict[str, str], done: Step, place: _Place) -> None:
        del done
        found = [
            os.path.relpath(path, place.workspace)
            for line in filter(None, map(str.strip, given["path"].splitlines()))
            for top in [place.workspace / line]
            for path in ([top] if top.is_file() else top.rglob("*"))
            if path.is_file()
        ]
        if not found and given.get("if-no-files-found") == "error":
            raise _FailedError("no files were found with the path")
        self.artifacts[given["name"]] = found
        self._hub.state.artifacts[given["name"]] = {
            Path(each).name: (place.workspace / each).read_bytes() for each in found
        }

    def _attest(self, given: dict[str, str], done: Step, place: _Place) -> None:
        del done
        _need(place, "id-token", "write")
        _need(place, "attestations", "write")
        if self._hub.state.private:
            raise _FailedError("Feature not available for the ada organization")
        for each in given["subject-path"].split("\n"):
            self.attested.append(hashlib.sha256(Path(each).read_bytes()).hexdigest())

    def _pages(self, given: dict[str, str], done: Step, place: _Place) -> None:
        del done
        target = self._hub.folder / f"pages-{next(self._count)}"
        shutil.copytree(place.workspace / given["path"], target)
        self._waiting = target

    def _deploy(self, given: dict[str, str], done: Step, place: _Place) -> None:
        del given
        _need(place, "pages", "write")
        _need(place, "id-token", "write")
        if self._hub.state.pages != "workflow":
            raise _FailedError("Get Pages site failed")
        self.site = self._waiting
        done.outputs["page_url"] = "http://ada.github.localhost/moon/"

    def _sarif(self, given: dict[str, str], done: Step, place: _Place) -> None:
        del done
        _need(place, "security-events", "write")
        json.loads(Path(given["sarif_file"]).read_text(encoding="utf-8"))

    def _filled(self, text: str, place: _Place) -> str:
        """A text with its expressions evaluated."""
        return _EXPRESSION.sub(lambda each: self._value(each[1], place.contexts, place.status)[0], text)

    def _holds(self, condition: str | None, contexts: dict[str, Any], status: str) -> bool:
        """Whether the condition of a job or a step holds."""
        text = str(condition if condition is not None else "success()").strip()
        if match := re.fullmatch(_EXPRESSION, text):
            text = match[1]
        if not _STATUS.search(text):
            text = f"success() && ({text})"
        return self._value(text, contexts, status)[1]

    def _value(self, text: str, contexts: dict[str, Any], status: str) -> tuple[str, bool]:
        """The value of an expression, as text and as a truth."""
        functions = {
            "success": status == "success",
            "failure": status == "failure",
            "always": True,
            "cancelled": False,
        }
        assert self._node.stdin
        assert self._node.stdout
        every = {name: contexts.get(name, {}) for name in _CONTEXTS}
        self._node.stdin.write(
            json.dumps({"text": text.strip(), "contexts": every, "status": functions}) + "\n"
        )
        self._node.stdin.flush()
        answer = json.loads(self._node.stdout.readline())
        assert "error" not in answer, f"{text}: {answer['error']}"
        return answer["value"], answer["truth"]


class _FailedError(Exception):
    """A step has failed."""


_KEPT = ("LANG", "LC_ALL", "TMPDIR", "SOURCE_DATE_EPOCH", "LD_PRELOAD", "FAKETIME")
_CONTEXTS = "github env vars inputs steps needs runner matrix secrets job".split()
_ACTIONS = {
    "actions/checkout": Runner._checkout,  # noqa: SLF001 (the table of what it plays)
    "actions/setup-python": Runner._python,  # noqa: SLF001
    "actions/upload-artifact": Runner._artifact,  # noqa: SLF001
    "actions/attest-build-provenance": Runner._attest,  # noqa: SLF001
    "actions/upload-pages-artifact": Runner._pages,  # noqa: SLF001
    "actions/deploy-pages": Runner._deploy,  # noqa: SLF001
    "github/codeql-action/upload-sarif": Runner._sarif,  # noqa: SLF001
}


def _text(value: object) -> str:
    """A value of YAML as GitHub passes it to an action."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _need(place: _Place, scope: str, level: str) -> None:
    if place.permissions.get(scope, "none") not in {level, "write"}:
        raise _FailedError(f"the job lacks `{scope}: {level}`")


def _called(call: list[str], done: Step) -> None:
    finished = subprocess.run(call, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    done.log += finished.stdout
    if finished.returncode:
        raise _FailedError(f"git ended with {finished.returncode}")


def _needs(job: dict[str, Any]) -> list[str]:
    needs = job.get("needs") or []
    return [needs] if isinstance(needs, str) else list(needs)


def _in_order(jobs: dict[str, Any]) -> list[str]:
    """The names of jobs, each after those that it needs."""
    done: list[str] = []
    while len(done) < len(jobs):
        done += [name for name, job in jobs.items() if name not in done and set(_needs(job)) <= set(done)]
    return done


def _matrix(job: dict[str, Any]) -> list[dict[str, str]]:
    matrix = (job.get("strategy") or {}).get("matrix") or {}
    names = list(matrix)
    return [dict(zip(names, values, strict=True)) for values in itertools.product(*matrix.values())]


def _outputs(text: str) -> dict[str, str]:
    """The outputs that a step has written, as GitHub reads them."""
    found, lines = {}, iter(text.splitlines())
    for line in lines:
        name, mark, value = line.partition("<<")
        if mark and "=" not in name:
            found[name] = "\n".join(itertools.takewhile(lambda each, end=value: each != end, lines))  # type: ignore[misc]
        else:
            name, _, value = line.partition("=")
            found[name] = value
    return found
