"""Calls of GitHub's REST API by `gh`, which has the user's or the workflow's token. No other module calls it.

The API is described at https://docs.github.com/rest.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from typing import IO, TYPE_CHECKING, Any

from deckgen.diagnostics import CallError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_PATIENCE = 600  # seconds; an upload of 2 GB takes a while
PAUSES = (1, 4)
"""Seconds before each further try, where GitHub itself fails."""
_STATUS = re.compile(r"\(HTTP (\d{3})\)")
_PAGE = 100
_NO_GH = (
    "install it from https://cli.github.com, then run `gh auth login`; it is already installed on "
    "GitHub's own machines"
)
_LEAST = 500  # the least status by which a server says that the fault is its own
NOT_FOUND = 404
FORBIDDEN = 403
INVALID = 422


class Refused(CallError):  # noqa: N818 (it is an error only for some callers)
    """GitHub has refused a request.

    Attributes:
        status: The HTTP status; 0 if there was no answer.
        reason: What GitHub says.
    """

    def __init__(self, status: int, reason: str, request: str) -> None:
        """Keep the status and the reason of a request, as `GET repos/…`."""
        self.status = status
        self.reason = reason
        super().__init__(f"GitHub refuses `{request}`: {reason}", _hint(status))

    @property
    def passing(self) -> bool:
        """Whether the fault is GitHub's own, or the network's, so that the next try may succeed."""
        return not self.status or self.status >= _LEAST


def _hint(status: int) -> str:
    """What to do where a request is refused with a status, and nobody knows more."""
    if status in {401, FORBIDDEN}:
        return (
            "the token does not have permission: a workflow's job needs the right "
            "`permissions`, as in the release.yml that `deckgen init` writes; on your "
            "computer, `gh auth status` shows your permissions"
        )
    if status == NOT_FOUND:
        return "the repository does not exist, or the token has no access to it"
    if not status or status >= _LEAST:
        return "run it again later; finished steps are not repeated"
    return ""


class GitHub:
    """A repository on GitHub.

    Attributes:
        repository: Its name, as OWNER/REPO.
        page: The address of its page.
    """

    def __init__(self, repository: str) -> None:
        """Prepare requests about a repository, given as OWNER/REPO."""
        self.repository = repository
        self.page = f"{os.environ.get('GITHUB_SERVER_URL', 'https://github.com')}/{repository}"

    def get(self, path: str) -> Any:  # noqa: ANN401 (JSON)
        """What GitHub has at a path of the repository, as `releases/tags/v1.0.0`.

        Raises:
            Refused: There is nothing, or the token may not see it.
        """
        return json.loads(self._ask("GET", self._path(path)))

    def list(self, path: str) -> Iterator[Any]:
        """All items of a list at a path, which may hold a question such as `pulls?state=open`.

        Raises:
            Refused: There is no such list.
        """
        mark = "&" if "?" in path else "?"
        page = 1
        while True:
            items = self.get(f"{path}{mark}per_page={_PAGE}&page={page}")
            yield from items
            if len(items) < _PAGE:
                return
            page += 1

    def send(self, method: str, path: str, fields: Mapping[str, object] | None = None) -> Any:  # noqa: ANN401
        """The answer to a request that changes something; None if it is empty.

        Args:
            method: `POST`, `PATCH` or `DELETE`.
            path: The path, as for `get`.
            fields: The body.

        Raises:
            Refused: GitHub refuses.
        """
        body = json.dumps(fields).encode() if fields is not None else b""
        options = ["--input", "-"] if fields is not None else []
        answer = self._ask(method, self._path(path), *options, told=body)
        return json.loads(answer) if answer.strip() else None

    def upload(self, address: str, file: Path) -> Any:  # noqa: ANN401
        """The asset that a file becomes at an address, which a release gives.

        Raises:
            Refused: GitHub refuses.
        """
        header = "Content-Type: application/octet-stream"
        return json.loads(self._ask("POST", address, "-H", header, "--input", str(file), tries=1))

    def download(self, asset: int, file: Path) -> None:
        """Write an asset of a release, given by its id, into a file.

        Raises:
            Refused: GitHub refuses.
        """
        path = self._path(f"releases/assets/{asset}")
        with file.open("wb") as target:
            self._ask("GET", path, "-H", "Accept: application/octet-stream", into=target)

    def artifacts(self, run: int, names: str, folder: Path) -> None:
        """Unpack those artifacts of a workflow's run whose names fit a pattern, each into a folder.

        Raises:
            Refused: GitHub refuses.
        """
        command = ["run", "download", str(run), "--pattern", names, "--dir", str(folder)]
        self._called([*command, "--repo", self.repository], f"artifacts of run {run}")

    def _path(self, path: str) -> str:
        return f"repos/{self.repository}" + (f"/{path}" if path else "")

    def _ask(
        self,
        method: str,
        address: str,
        *options: str,
        told: bytes = b"",
        into: IO[bytes] | None = None,
        tries: int = 1 + len(PAUSES),
    ) -> bytes:
        """The answer to a request to the API."""
        command = ["api", "--method", method, address, *options]
        return self._called(command, f"{method} {address}", told=told, into=into, tries=tries)

    @staticmethod
    def _called(
        arguments: Sequence[str],
        request: str,
        *,
        told: bytes = b"",
        into: IO[bytes] | None = None,
        tries: int = 1 + len(PAUSES),
    ) -> bytes:
        """What `gh` answers; it is asked again while GitHub itself fails."""
        for pause in (*PAUSES[: tries - 1], None):
            try:
                if into:
                    into.seek(0)
                    into.truncate()
                done = subprocess.run(  # noqa: S603 (no shell)
                    ["gh", *arguments],  # noqa: S607 (the user's gh)
                    input=told,
                    stdout=into or subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    check=False,
                    timeout=_PATIENCE,
                )
            except FileNotFoundError as error:
                raise CallError("`gh`, GitHub's command line tool, is not installed", _NO_GH) from error
            except subprocess.TimeoutExpired as error:
                raise Refused(0, f"no answer for {_PATIENCE} seconds", request) from error
            if not done.returncode:
                return done.stdout or b""
            said = done.stderr.decode(errors="replace").strip()
            status = int(found[1]) if (found := _STATUS.search(said)) else 0
            if pause is None or (status and status < _LEAST):
                break
            time.sleep(pause)
        if not status and "gh auth login" in said:
            raise CallError("`gh` has no token for GitHub", "run `gh auth login`; a workflow sets GH_TOKEN")
        raise Refused(status, _reason(done.stdout or b"", said), request)


def _reason(body: bytes, said: str) -> str:
    """What GitHub says against a request: its message, and those of its errors."""
    try:
        answer = json.loads(body)
        errors = answer.get("errors") or ()
        parts = [
            each.get("message") or each.get("code", "") if isinstance(each, dict) else each for each in errors
        ]
        message = ". ".join(filter(None, [str(answer["message"]), *map(str, parts)]))
        return " ".join(message.split())
    except (ValueError, KeyError, AttributeError, TypeError):
        return " ".join(said.removeprefix("gh: ").split()) or "no reason given"
