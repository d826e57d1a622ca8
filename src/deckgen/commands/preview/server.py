"""A small server for the preview, for this machine alone."""

from __future__ import annotations

import json
import os
import socket
import socketserver
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from deckgen.diagnostics import CallError
from deckgen.source import opened

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ADDRESS = "127.0.0.1"
PORT = 8642
"""The default port."""
_HEARTBEAT = 5  # seconds; the page takes three times as long as a sign that nobody is there
_BEAT = b"event: beat\ndata: -\n\n"
_TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css"}
_CARDS = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; "
_CARDS += "media-src data: blob:; font-src data: blob:; frame-ancestors 'self'; sandbox allow-scripts"
_PAGE = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data: blob:; "
_PAGE += "frame-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class EventStream:
    """The events for open pages: the version of the preview, and failures."""

    def __init__(self) -> None:
        """Begin without events."""
        self._changed = threading.Condition()
        self._number = 0
        self._text = ""

    def tell(self, version: str, fault: str = "") -> None:
        """Send an event to all open pages, and to those that open later.

        Args:
            version: The digest of the preview's content.
            fault: Why there is no newer version; empty if there is one.
        """
        with self._changed:
            self._number += 1
            self._text = json.dumps({"version": version, "fault": fault})
            self._changed.notify_all()

    def after(self, number: int) -> tuple[int, str]:
        """The latest event after a number, with its own number; an empty text if none comes for a while."""
        with self._changed:
            newer = self._changed.wait_for(lambda: self._number > number, _HEARTBEAT)
            return (self._number, self._text) if newer else (number, "")


class Server(ThreadingHTTPServer):
    """Serves a preview's folder to browsers on this machine.

    Attributes:
        folder: The folder to serve.
        news: The events for open pages.
        restore: Called with the name of a missing file. It writes the file again if the preview has it, and
            returns whether it does.
    """

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = os.name != "nt"  # on Windows it would share a port with another program

    def __init__(self, folder: Path, port: int) -> None:
        """Take a port.

        Args:
            folder: The folder to serve.
            port: From 1 to 65535, or 0 for any free port.

        Raises:
            CallError: The port is taken, or may not be used.
        """
        self.folder = folder
        self.news = EventStream()
        self.restore: Callable[[str], bool] = lambda name: False  # noqa: ARG005 (there is nothing to write)
        try:
            super().__init__((ADDRESS, port), _Handler)
        except OSError as error:
            hint = f"choose another port, for example --port {_free_port()}"
            raise CallError(f"port {port} cannot be used: {error.strerror}", hint) from error

    @property
    def address(self) -> str:
        """The address for a browser."""
        return f"http://{ADDRESS}:{self.server_port}/"

    def server_bind(self) -> None:
        """Take the port, without a request to the network for this machine's name."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = ADDRESS, self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore a browser that closes the connection during an answer."""


def _free_port() -> int:
    """A port that is free just now."""
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        port: int = probe.getsockname()[1]
        return port


class _Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: Server
    timeout = 60
    server_version, sys_version = "deckgen", ""

    def do_GET(self) -> None:
        """Answer with a file, or with the stream of events."""
        # a foreign site can point its own name to this machine's address, and could then read the deck
        port = self.server.server_port
        if self.headers.get("Host") not in {f"{ADDRESS}:{port}", f"localhost:{port}"}:
            self._refuse(HTTPStatus.FORBIDDEN)
            return
        path = unquote(urlsplit(self.path).path)
        if path == "/events":
            self._tell_news()
            return
        self._send_file(path)

    do_HEAD = do_GET  # noqa: N815 (http.server's name)

    def _send_file(self, path: str) -> None:
        """Send a file of the folder."""
        name = path.removeprefix("/") or "index.html"
        try:
            content = self._content(name)
            if content is None and self.server.restore(name):
                content = self._content(name)
        except (OSError, ValueError):  # for example a null character in the name
            content = None
        if content is None:
            self._refuse(HTTPStatus.NOT_FOUND)
            return
        frame = name == "frame.html"
        self._head(HTTPStatus.OK, _TYPES[PurePosixPath(name).suffix], _CARDS if frame else _PAGE)
        if frame:
            # it also stops WebRTC and preconnections, which no policy stops
            self.send_header("Connection-Allowlist", "()")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _content(self, name: str) -> bytes | None:
        """The content of a file of the folder; None if the server does not serve it.

        Raises:
            OSError: It cannot be read.
            ValueError: This cannot be the name of a file.
        """
        folder = self.server.folder.resolve()
        file = (folder / name).resolve()
        if not file.is_relative_to(folder) or PurePosixPath(name).suffix not in _TYPES or not file.is_file():
            return None
        with opened(file) as content:
            return content.read()

    def _tell_news(self) -> None:
        """Send server-sent events until the page is closed."""
        self._head(HTTPStatus.OK, "text/event-stream", _PAGE)
        self.end_headers()
        number, text = -1, ""
        while self.command != "HEAD":
            number, text = self.server.news.after(number)
            self.wfile.write(f"data: {text}\n\n".encode() if text else _BEAT)
            self.wfile.flush()

    def _head(self, status: HTTPStatus, sort: str, policy: str) -> None:
        """The first lines of an answer."""
        self.send_response(status)
        self.send_header("Content-Type", sort)
        self.send_header("Content-Security-Policy", policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        # the deck is in scripts, and otherwise any page could run them
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer that there is no such page."""
        self._head(status, "text/plain; charset=utf-8", _PAGE)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(f"{status.phrase}\n".encode())

    def log_message(self, *_: object) -> None:
        """Do not log requests."""
