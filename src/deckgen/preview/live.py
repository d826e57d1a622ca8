"""The preview that follows the source: built again whenever a file of it changes."""

from __future__ import annotations

import os
import threading
import traceback
from typing import TYPE_CHECKING

from watchfiles import watch

from deckgen.build import build, shipped_templates
from deckgen.diagnostics import CallError
from deckgen.preview.cards import gallery, with_vanished
from deckgen.preview.folder import write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from deckgen.build import Build
    from deckgen.preview.cards import Gallery
    from deckgen.preview.server import Server

_STEP = 20  # milliseconds of silence after which changes are told: an editor may write a file in steps
_LONGEST = 200  # milliseconds after which they are told in any case
_LOOK = 500  # milliseconds between looks at whether the folders are still the same


def serve(
    project: Path,
    server: Server,
    tell: Callable[[Build | None, str], None],
    first: Build,
) -> None:
    """Serve a deck's preview until it is interrupted.

    Args:
        project: The folder that holds source/.
        server: The server, whose folder the preview goes to.
        tell: Called after each build, with it; or with None and what kept it from being made.
        first: The build that is shown at first.
    """
    following = _Following(project, server, tell)
    following.show(first)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        for _ in changes(project):
            following.again()
    finally:
        server.shutdown()
        server.server_close()


def changes(project: Path) -> Iterator[None]:
    """Yield whenever something in a deck's source or templates has changed; folders may come and go.

    Once it watches them it yields as well: what changed before that has not been seen.
    """
    top = project.resolve()
    while True:
        folders = [top / "source", top / "templates", shipped_templates().resolve()]
        # a folder may come while the watch begins, so what is there is asked for before
        before = [_identity(folder) for folder in folders]
        there = [folder for folder, identity in zip(folders, before, strict=True) if identity]
        begins = True
        try:
            for changed in watch(
                *there,
                step=_STEP,
                debounce=_LONGEST,
                rust_timeout=_LOOK,
                yield_on_timeout=True,
                raise_interrupt=True,
            ):
                if changed or begins:
                    yield
                begins = False
                if [_identity(folder) for folder in folders] != before:
                    break
        except FileNotFoundError:
            pass  # gone while the watch began


def _identity(folder: Path) -> tuple[int, int] | None:
    """What tells a folder from another of its name; None where there is none."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


class _Following:
    """A preview that is brought up to date with the source."""

    def __init__(self, project: Path, server: Server, tell: Callable[[Build | None, str], None]) -> None:
        self._project = project
        self._server = server
        self._tell = tell
        self._before: Gallery | None = None
        self._version = ""

    def again(self) -> None:
        """Build, and show what comes of it. Whatever goes wrong is told, and the preview stays as it was."""
        try:
            self.show(build(self._project))
        except CallError as error:
            self._fail(f"{error}{error.hint and f' ({error.hint})'}")
        except OSError as error:
            self._fail(f"{error.strerror or error}: {os.fsdecode(error.filename or '')}".rstrip(": "))
        except Exception:  # noqa: BLE001 (a fault of deckgen's is told, and the next build may do)
            self._fail(traceback.format_exc())

    def show(self, made: Build) -> None:
        """Write a build's cards, and tell the pages that show them."""
        shown = gallery(made)
        if self._before and shown.errors:
            shown = with_vanished(shown, self._before)
        self._version = write(shown, self._server.folder)
        self._before = shown
        self._server.news.tell(self._version)
        self._tell(made, "")

    def _fail(self, fault: str) -> None:
        """Tell what kept a build from being made."""
        self._server.news.tell(self._version, fault)
        self._tell(None, fault)
