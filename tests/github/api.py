"""GitHub's REST API for one repository, as far as releases need it: it keeps state, and refuses like GitHub.

Answers and errors are those of https://docs.github.com/rest. The real `gh` speaks with it.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import threading
import zipfile
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAME = "ada/moon"
HOST = "github.localhost"
_INTEGRATION = "Resource not accessible by integration"


class Answer(Exception):  # noqa: N818 (an answer, which ends the handling of a request)
    """An answer with its status and body."""

    def __init__(self, status: int, body: object = None) -> None:
        """Keep the status, and the body as what JSON can hold, or as bytes."""
        self.status = status
        self.body = body
        super().__init__(status)


@dataclass
class Asset:
    """A file of a release."""

    id: int
    name: str
    content: bytes
    state: str = "uploaded"


@dataclass
class Release:
    """A release."""

    id: int
    tag: str
    target: str
    name: str
    body: str
    draft: bool
    prerelease: bool
    assets: list[Asset] = field(default_factory=list)
    immutable: bool = False


@dataclass
class Pull:
    """A pull request."""

    number: int
    head: str
    base: str
    title: str
    body: str
    sha: str
    state: str = "open"
    owner: str = "ada"
    merged: str = ""


@dataclass
class Comment:
    """A comment at a pull request."""

    id: int
    pull: int
    body: str
    login: str = "github-actions[bot]"


@dataclass
class State:
    """What GitHub knows of the repository, besides what is in git."""

    git: Path
    private: bool = False
    fork: bool = False
    immutable: bool = False
    pages: str = ""
    releases: dict[int, Release] = field(default_factory=dict)
    pulls: dict[int, Pull] = field(default_factory=dict)
    burned: set[str] = field(default_factory=set)
    latest: int = 0
    comments: dict[int, Comment] = field(default_factory=dict)
    artifacts: dict[str, dict[str, bytes]] = field(default_factory=dict)
    tokens: dict[str, dict[str, str]] = field(default_factory=dict)
    rules: list[str] = field(default_factory=list)
    dispatched: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    faults: list[tuple[str, int, int]] = field(default_factory=list)
    numbers: int = 100

    def number(self) -> int:
        """A number that nothing else has."""
        self.numbers += 1
        return self.numbers

    def ask_git(self, *arguments: str) -> str:
        """What git says in the repository; empty if it fails."""
        done = subprocess.run(["git", *arguments], cwd=self.git, capture_output=True, text=True, check=False)
        return done.stdout.strip() if not done.returncode else ""

    def published(self) -> list[str]:
        """The tags of the published releases, in order."""
        return [each.tag for each in self.releases.values() if not each.draft]

    def release(self, tag: str) -> Release:
        """The published release of a tag."""
        return next(each for each in self.releases.values() if each.tag == tag and not each.draft)


class Api:
    """The API of a repository."""

    def __init__(self, state: State) -> None:
        """Answer from a state."""
        self.state = state
        repository = re.escape(f"/repos/{NAME}")
        self._routes: list[tuple[str, re.Pattern[str], str, Callable[..., object]]] = [
            (method, re.compile(repository + path), needs, handler)
            for method, path, needs, handler in (
                ("GET", "", "metadata read", self._repository),
                ("GET", "/releases", "contents read", self._list),
                ("POST", "/releases", "contents write", self._create),
                ("GET", "/releases/tags/(.+)", "contents read", self._by_tag),
                ("GET", r"/releases/(\d+)", "contents read", self._get),
                ("PATCH", r"/releases/(\d+)", "contents write", self._edit),
                ("DELETE", r"/releases/(\d+)", "contents write", self._delete),
                ("POST", r"/releases/(\d+)/assets", "contents write", self._upload),
                ("GET", r"/releases/assets/(\d+)", "contents read", self._download),
                ("DELETE", r"/releases/assets/(\d+)", "contents write", self._remove),
                ("GET", "/git/ref/tags/(.+)", "contents read", self._ref),
                ("GET", "/git/tags/(.+)", "contents read", self._tag),
                ("POST", "/git/refs", "contents write", self._tag_commit),
                ("GET", "/commits/([^/]+)/pulls", "pull-requests read", self._pulls_of),
                ("GET", "/pulls", "pull-requests read", self._pulls),
                ("PATCH", r"/pulls/(\d+)", "pull-requests write", self._edit_pull),
                ("POST", "/actions/workflows/([^/]+)/dispatches", "actions write", self._dispatch),
                ("GET", r"/actions/runs/\d+/artifacts", "actions read", self._artifacts),
                ("GET", "/actions/artifacts/([^/]+)/zip", "actions read", self._zip),
                ("GET", r"/issues/(\d+)/comments", "pull-requests read", self._comments),
                ("POST", r"/issues/(\d+)/comments", "pull-requests write", self._comment),
                ("PATCH", r"/issues/comments/(\d+)", "pull-requests write", self._edit_comment),
                ("GET", "/pages", "pages read", self._pages),
            )
        ]

    def answer(self, method: str, address: str, token: str, body: bytes, accept: str) -> Answer:
        """The answer to a request."""
        parts = urlsplit(address)
        path = unquote(parts.path)
        self.state.asked.append(f"{method} {path}")
        for place, (pattern, status, times) in enumerate(self.state.faults):
            if re.search(pattern, f"{method} {path}"):
                left = [(pattern, status, times - 1)] if times > 1 else []
                self.state.faults[place : place + 1] = left
                if method == "POST" and path.endswith("/assets"):
                    self._leave_a_part(path, parts.query)
                return Answer(status, {"message": "Server Error"})
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        try:
            for verb, form, needs, handler in self._routes:
                if verb == method and (match := form.fullmatch(path)):
                    self._check(token, needs)
                    self._query, self._body, self._accept, self._token = query, body, accept, token
                    return Answer(200, handler(*match.groups()))
        except Answer as answer:
            return answer
        return Answer(404, {"message": "Not Found"})

    def _may(self, token: str, needs: str) -> bool:
        scope, level = needs.split()
        has = self.state.tokens[token].get(scope, "read" if scope == "metadata" else "none")
        return has in {"write", level}

    def _check(self, token: str, needs: str) -> None:
        """Refuse a token that is none, or may not do what is asked."""
        if token not in self.state.tokens:
            raise Answer(401, {"message": "Bad credentials"})
        if not self._may(token, needs):
            public = needs == "contents read" and not self.state.private
            if not public:
                raise Answer(403, {"message": _INTEGRATION})

    def _fields(self) -> dict[str, Any]:
        return dict(json.loads(self._body or b"{}"))

    def _repository(self) -> object:
        visibility = "private" if self.state.private else "public"
        return {"full_name": NAME, "private": self.state.private, "visibility": visibility}

    def _shown(self, release: Release) -> dict[str, Any]:
        return {
            "id": release.id,
            "tag_name": release.tag,
            "target_commitish": release.target,
            "name": release.name,
            "body": release.body,
            "draft": release.draft,
            "prerelease": release.prerelease,
            "html_url": f"http://{HOST}/{NAME}/releases/tag/{release.tag}",
            "upload_url": f"http://uploads.{HOST}/repos/{NAME}/releases/{release.id}/assets{{?name,label}}",
            "assets": [self._asset(each) for each in release.assets],
        }

    @staticmethod
    def _asset(asset: Asset) -> dict[str, Any]:
        digest = hashlib.sha256(asset.content).hexdigest()
        return {
            "id": asset.id,
            "name": asset.name,
            "size": len(asset.content),
            "state": asset.state,
            "digest": f"sha256:{digest}",
        }

    def _list(self) -> object:
        writes = self._may(self._token, "contents write")
        found = [each for each in reversed(self.state.releases.values()) if writes or not each.draft]
        return [self._shown(each) for each in self._page(found)]

    def _page(self, items: list[Any]) -> list[Any]:
        size, page = int(self._query.get("per_page", "30")), int(self._query.get("page", "1"))
        return items[(page - 1) * size : page * size]

    def _found(self, number: str) -> Release:
        release = self.state.releases.get(int(number))
        if release is None or (release.draft and not self._may(self._token, "contents write")):
            raise Answer(404, {"message": "Not Found"})
        return release

    def _get(self, number: str) -> object:
        return self._shown(self._found(number))

    def _by_tag(self, tag: str) -> object:
        for each in self.state.releases.values():
            if each.tag == tag and not each.draft:
                return self._shown(each)
        raise Answer(404, {"message": "Not Found"})

    def _create(self) -> object:
        fields = self._fields()
        if not fields["draft"]:
            self._check_publishable(fields["tag_name"], fields.get("target_commitish", ""))
        release = Release(
            self.state.number(),
            fields["tag_name"],
            fields.get("target_commitish", ""),
            fields["name"],
            fields["body"],
            fields["draft"],
            fields["prerelease"],
        )
        if len(release.body) > 125_000:
            raise _invalid("Release", "body", "body is too long (maximum is 125000 characters)")
        self.state.releases[release.id] = release
        raise Answer(201, self._shown(release))

    def _check_publishable(self, tag: str, target: str) -> None:
        """Refuse to publish under a tag that is taken, was burned, or cannot be made."""
        if tag in self.state.published():
            raise _invalid("Release", "tag_name", "", code="already_exists")
        if tag in self.state.burned:
            raise _invalid("Release", "tag_name", "tag_name was used by an immutable release")
        if not self.state.ask_git("rev-parse", "--verify", "--quiet", f"refs/tags/{tag}"):
            self._make_tag(tag, target)

    def _make_tag(self, tag: str, commit: str) -> None:
        commit = self.state.ask_git("rev-parse", "--verify", "--quiet", f"{commit}^{{commit}}")
        if not commit:
            raise Answer(422, {"message": "Object does not exist"})
        if tag in self.state.burned or any(
            re.fullmatch(rule, f"refs/tags/{tag}") for rule in self.state.rules
        ):
            message = (
                "Repository rule violations found\n\nCannot create ref due to creations being restricted.\n\n"
            )
            raise Answer(422, {"message": message})
        differs = self.state.ask_git("diff", "--name-only", "main", commit, "--", ".github/workflows")
        if differs:
            raise Answer(403, {"message": _INTEGRATION})
        self.state.ask_git("update-ref", f"refs/tags/{tag}", commit)

    def _edit(self, number: str) -> object:
        release, fields = self._found(number), self._fields()
        if release.immutable:
            raise Answer(422, {"message": "Cannot edit an immutable release"})
        if release.draft and fields.get("draft") is False:
            self._check_publishable(release.tag, release.target)
            release.draft = False
            release.immutable = self.state.immutable
            if fields.get("make_latest", "true") == "true" and not release.prerelease:
                self.state.latest = release.id
        return self._shown(release)

    def _delete(self, number: str) -> object:
        release = self._found(number)
        del self.state.releases[release.id]
        if release.immutable:
            self.state.burned.add(release.tag)
        raise Answer(204)

    def _upload(self, number: str) -> object:
        release, name = self._found(number), self._query["name"]
        if release.immutable:
            raise Answer(422, {"message": "Cannot upload assets to an immutable release."})
        if any(each.name == name for each in release.assets):
            raise _invalid("ReleaseAsset", "name", "", code="already_exists")
        asset = Asset(self.state.number(), name, self._body)
        release.assets.append(asset)
        raise Answer(201, self._asset(asset))

    def _leave_a_part(self, path: str, query: str) -> None:
        """Keep what an interrupted upload leaves behind."""
        release = self.state.releases[int(path.split("/")[-2])]
        name = parse_qs(query)["name"][0]
        if not any(each.name == name for each in release.assets):
            release.assets.append(Asset(self.state.number(), name, b"", "starter"))

    def _download(self, number: str) -> object:
        for release in self.state.releases.values():
            for asset in release.assets:
                if asset.id == int(number):
                    raise Answer(200, asset.content if "octet-stream" in self._accept else self._asset(asset))
        raise Answer(404, {"message": "Not Found"})

    def _remove(self, number: str) -> object:
        for release in self.state.releases.values():
            release.assets = [each for each in release.assets if each.id != int(number)]
        raise Answer(204)

    def _ref(self, tag: str) -> object:
        sha = self.state.ask_git("rev-parse", "--verify", "--quiet", f"refs/tags/{tag}")
        if not sha:
            raise Answer(404, {"message": "Not Found"})
        return {"object": {"type": self.state.ask_git("cat-file", "-t", sha), "sha": sha}}

    def _tag(self, sha: str) -> object:
        commit = self.state.ask_git("rev-parse", f"{sha}^{{}}")
        return {"object": {"type": "commit", "sha": commit}}

    def _tag_commit(self) -> object:
        fields = self._fields()
        tag = str(fields["ref"]).removeprefix("refs/tags/")
        if self.state.ask_git("rev-parse", "--verify", "--quiet", f"refs/tags/{tag}"):
            raise Answer(422, {"message": "Reference already exists"})
        self._make_tag(tag, fields["sha"])
        raise Answer(201, {"object": {"type": "commit", "sha": fields["sha"]}})

    def _shown_pull(self, pull: Pull) -> dict[str, Any]:
        return {
            "number": pull.number,
            "title": pull.title,
            "body": pull.body,
            "state": pull.state,
            "html_url": f"http://{HOST}/{NAME}/pull/{pull.number}",
            "head": {"ref": pull.head, "sha": pull.sha},
            "merge_commit_sha": pull.merged,
        }

    def _pulls_of(self, commit: str) -> object:
        if not self.state.ask_git("cat-file", "-t", commit):
            raise Answer(422, {"message": f"No commit found for SHA: {commit}"})
        held = [each for each in self.state.pulls.values() if commit in {each.merged, each.sha}]
        return [self._shown_pull(each) for each in self._page(held)]

    def _pulls(self) -> object:
        found = [
            each
            for each in self.state.pulls.values()
            if each.state == self._query.get("state", "open")
            and self._query.get("head", f"{each.owner}:{each.head}") == f"{each.owner}:{each.head}"
        ]
        return [self._shown_pull(each) for each in self._page(found)]

    def _edit_pull(self, number: str) -> object:
        pull, fields = self.state.pulls[int(number)], self._fields()
        pull.title, pull.body = fields.get("title", pull.title), fields.get("body", pull.body)
        return self._shown_pull(pull)

    def _dispatch(self, workflow: str) -> object:
        ref = str(self._fields()["ref"])
        if not self.state.ask_git("cat-file", "-t", f"{ref}:.github/workflows/{workflow}"):
            raise Answer(404, {"message": "Not Found"})
        self.state.dispatched.append(f"{workflow} {ref}")
        raise Answer(204)

    def _artifacts(self) -> object:
        address = f"http://api.{HOST}/repos/{NAME}/actions/artifacts"
        found = [
            {"name": name, "expired": False, "archive_download_url": f"{address}/{name}/zip"}
            for name in self.state.artifacts
        ]
        return {"total_count": len(found), "artifacts": found}

    def _zip(self, name: str) -> object:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as file:
            for path, content in self.state.artifacts[name].items():
                file.writestr(path, content)
        raise Answer(200, packed.getvalue())

    @staticmethod
    def _shown_comment(comment: Comment) -> dict[str, Any]:
        return {"id": comment.id, "body": comment.body, "user": {"login": comment.login}}

    def _comments(self, number: str) -> object:
        found = [each for each in self.state.comments.values() if each.pull == int(number)]
        return [self._shown_comment(each) for each in self._page(found)]

    def _comment(self, number: str) -> object:
        comment = Comment(self.state.number(), int(number), self._fields()["body"])
        self.state.comments[comment.id] = comment
        raise Answer(201, self._shown_comment(comment))

    def _edit_comment(self, number: str) -> object:
        self.state.comments[int(number)].body = self._fields()["body"]
        return self._shown_comment(self.state.comments[int(number)])

    def _pages(self) -> object:
        if not self.state.pages:
            raise Answer(404, {"message": "Not Found"})
        return {"build_type": self.state.pages, "html_url": "http://ada.github.localhost/moon/"}


def _invalid(resource: str, name: str, message: str, code: str = "custom") -> Answer:
    error = {"resource": resource, "field": name, "code": code} | ({"message": message} if message else {})
    return Answer(422, {"message": "Validation Failed", "errors": [error]})


class Server:
    """The API on a port of this machine."""

    def __init__(self, state: State) -> None:
        """Begin to serve a state."""
        api = Api(state)

        class Handler(BaseHTTPRequestHandler):
            def handle_all(self) -> None:
                body = self._body()
                token = (self.headers.get("Authorization") or "").partition(" ")[2]
                with lock:
                    answer = api.answer(
                        self.command, self.path, token, body, self.headers.get("Accept") or ""
                    )
                raw = isinstance(answer.body, bytes)
                content = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
                content = b"" if answer.body is None else content
                self.send_response(answer.status)
                kind = "application/octet-stream" if raw else "application/json; charset=utf-8"
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def _body(self) -> bytes:
                if self.headers.get("Transfer-Encoding") != "chunked":
                    return self.rfile.read(int(self.headers.get("Content-Length") or 0))
                body = b""
                while size := int(self.rfile.readline(), 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return body

            do_GET = do_POST = do_PATCH = do_DELETE = handle_all  # noqa: N815 (the library's names)

            def log_message(self, *_: object) -> None:
                """Be quiet."""

        lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
