"""An editor: speaks to the real yaml-language-server as VS Code and others do, over its standard streams."""

from __future__ import annotations

import itertools
import json
import os
import queue
import subprocess
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Message = dict[str, Any]

PATIENCE = 60  # seconds
SETTINGS: Message = {
    "yaml": {"validate": True, "completion": True, "hover": True, "schemaStore": {"enable": False}},
    "redhat": {"telemetry": {"enabled": False}},
}
CAPABILITIES = {
    "workspace": {"configuration": True},
    "textDocument": {
        "completion": {
            "completionItem": {"snippetSupport": True, "documentationFormat": ["markdown", "plaintext"]}
        },
        "hover": {"contentFormat": ["markdown", "plaintext"]},
        "publishDiagnostics": {},
    },
}
# what stands in for the network: a note that it was asked for
NO_NETWORK = """\
require("net").Socket.prototype.connect = function () {
  require("fs").appendFileSync(process.env.ASKED_NETWORK, new Error().stack + "\\n");
  throw new Error("there is no network here");
};
"""


class Editor:
    """An editor with files open in it."""

    def __init__(self, server: Path, scratch: Path, schemas: Message | None = None) -> None:
        """Start the server.

        Args:
            server: Its program.
            scratch: An empty folder for what it leaves behind.
            schemas: Patterns of files by the addresses of their schemas, as in the editor's settings.
        """
        self._settings = {**SETTINGS, "yaml": {**SETTINGS["yaml"], "schemas": schemas or {}}}
        self._asked_network = scratch / "asked-network"
        preload = scratch / "no-network.cjs"
        preload.write_text(NO_NETWORK, encoding="utf-8")
        self._process = subprocess.Popen(
            ["node", "--require", str(preload), str(server), "--stdio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "ASKED_NETWORK": str(self._asked_network)},
        )
        self._numbers = itertools.count(1)
        self._heard: queue.Queue[Message | None] = queue.Queue()
        self._ear = threading.Thread(target=self._listen, daemon=True)
        self._ear.start()
        self._ask("initialize", {"processId": os.getpid(), "rootUri": None, "capabilities": CAPABILITIES})
        self._tell("initialized", {})
        self._tell("workspace/didChangeConfiguration", {"settings": self._settings})

    def close(self) -> None:
        """End the server."""
        assert self._process.stdin
        assert self._process.stdout
        with suppress(queue.Empty, OSError):
            self._ask("shutdown", None)
            self._tell("exit", None)
            self._process.stdin.close()
            self._process.wait(PATIENCE)
        self._process.kill()
        self._process.wait()
        self._ear.join()
        self._process.stdout.close()

    @property
    def asked_network(self) -> str:
        """Where the server tried to speak to the network; empty where it did not."""
        return self._asked_network.read_text(encoding="utf-8") if self._asked_network.exists() else ""

    def problems(self, path: Path, text: str) -> list[tuple[int, str]]:
        """What the editor underlines in a file: the lines, from 1, and what it says there."""
        uri = self._open(path, text)

        def about_it(message: Message) -> bool:
            return (
                message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri
            )

        told = self._wait(about_it)["params"]["diagnostics"]
        self._close(uri)
        return sorted((each["range"]["start"]["line"] + 1, each["message"]) for each in told)

    def offers(self, path: Path, text: str) -> dict[str, str]:
        """What the editor offers at the sign ¦ in a text, with what it would put down for it."""
        uri, place = self._open_at(path, text)
        answer = self._ask("textDocument/completion", place)
        self._close(uri)
        return {
            each["label"]: each.get("textEdit", {}).get("newText") or each["insertText"]
            for each in answer["items"]
        }

    def hover(self, path: Path, text: str) -> str:
        """What the editor shows when the pointer rests at the sign ¦ in a text, as Markdown."""
        uri, place = self._open_at(path, text)
        answer = self._ask("textDocument/hover", place)
        self._close(uri)
        return str(answer["contents"]["value"]) if answer else ""

    def _open_at(self, path: Path, text: str) -> tuple[str, Message]:
        before = text.partition("¦")[0]
        uri = self._open(path, text.replace("¦", ""))
        place = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
        return uri, {"textDocument": {"uri": uri}, "position": place}

    def _open(self, path: Path, text: str) -> str:
        # a name of its own each time, because the server remembers what it has read under one
        uri = path.with_name(f"{path.stem}-{next(self._numbers)}.yaml").as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", {"textDocument": document})
        return uri

    def _close(self, uri: str) -> None:
        self._tell("textDocument/didClose", {"textDocument": {"uri": uri}})

    def _tell(self, method: str, params: object) -> None:
        self._write({"method": method, "params": params})

    def _ask(self, method: str, params: object) -> Any:  # noqa: ANN401 (whatever the server answers)
        number = next(self._numbers)
        self._write({"id": number, "method": method, "params": params})
        answer = self._wait(lambda message: message.get("id") == number and "method" not in message)
        assert "error" not in answer, answer
        return answer["result"]

    def _wait(self, wanted: Callable[[Message], bool]) -> Message:
        """The next message that is wanted; what the server asks meanwhile is answered."""
        while True:
            message = self._heard.get(timeout=PATIENCE)
            assert message is not None, "the server has ended"
            if "method" in message and "id" in message:
                settings: list[object] = [
                    self._settings.get(item["section"])
                    for item in (message.get("params") or {}).get("items", ())
                ]
                self._write({"id": message["id"], "result": settings or None})
            elif wanted(message):
                return message

    def _write(self, message: Message) -> None:
        assert self._process.stdin
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._process.stdin.flush()

    def _listen(self) -> None:
        stream = self._process.stdout
        assert stream
        while True:
            length = 0
            while line := stream.readline().strip():
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            if not length:
                self._heard.put(None)
                return
            self._heard.put(json.loads(stream.read(length)))
