"""The preview that follows the source: built again whenever a file of it changes."""

from __future__ import annotations

import gc
import os
import threading
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING

from watchfiles import watch

from deckgen.build import build
from deckgen.commands.preview.cards import gallery, with_vanished
from deckgen.commands.preview.folder import write
from deckgen.diagnostics import CallError
from deckgen.project import shipped_templates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from deckgen.build import Build
    from deckgen.commands.preview.cards import Gallery
    from deckgen.commands.preview.server import Server

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
    gc.enable()  # a build does without it, and then the process ends; this one goes on
    following = _Following(project, server, tell)
    following.show(first)
    server.restore = following.restore
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        for _ in changes(project):
            following.again()
            gc.collect()
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


def _said(error: CallError | OSError) -> str:
    """What kept a preview from being written, in a line."""
    if isinstance(error, CallError):
        return f"{error}{error.hint and f' ({error.hint})'}"
    return f"{error.strerror or error}: {os.fsdecode(error.filename or '')}".rstrip(": ")


@contextmanager
def _no_collector() -> Iterator[None]:
    """Leave objects in circles where they are until the block ends: a build makes none worth looking for."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class _Following:
    """A preview that is brought up to date with the source."""

    def __init__(self, project: Path, server: Server, tell: Callable[[Build | None, str], None]) -> None:
        self._project = project
        self._server = server
        self._tell = tell
        self._before: Gallery | None = None
        self._version = ""
        self._names: set[str] = set()
        self._writing = threading.Lock()

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
        with self._writing:
            self._write(shown)
        self._server.news.tell(self._version)
        self._tell(made, "")

    def restore(self, name: str) -> bool:
        """Write the preview once more, where a file of it is missing; whether it was one.

        Args:
            name: The file's, from the preview's folder.
        """
        with self._writing:
            if self._before is None or name not in self._names:
                return False
            try:
                self._write(self._before)
            except (CallError, OSError) as error:
                self._names.clear()  # the next build tries again; a page asks for many files
                self._fail(_said(error))
                return False
            return True

    def _write(self, shown: Gallery) -> None:
        folder = self._server.folder
        self._version = write(shown, folder)
        self._before = shown
        self._names = {path.relative_to(folder).as_posix() for path in folder.rglob("*.*")}

    def _fail(self, fault: str) -> None:
        """Tell what kept a build from being made."""
        self._server.news.tell(self._version, fault)
        self._tell(None, fault)
