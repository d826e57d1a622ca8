"""The preview that follows the source: a new build whenever a file changes."""

from __future__ import annotations

import gc
import os
import threading
import time
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING

from watchfiles import watch

from deckgen.build import build
from deckgen.commands.preview.cards import gallery, with_vanished, with_warnings
from deckgen.commands.preview.folder import write
from deckgen.commands.preview.scripts import Scripts
from deckgen.diagnostics import CallError
from deckgen.kept import of_user
from deckgen.project import Project, shipped_templates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from deckgen.build import Build
    from deckgen.commands.preview.cards import Gallery
    from deckgen.commands.preview.server import Server
    from deckgen.commands.preview.since import Since
    from deckgen.memory import Memory

_STEP = 20  # milliseconds without a change before a build begins: an editor may write a file in steps
_LONGEST = 200  # milliseconds after which a build begins in any case
_LONG = 0.3  # seconds; where a build takes longer, cards are shown before they are checked by rules
_TRIES = 3  # to write a preview while somebody deletes it
_PAUSE = 0.1  # seconds between them
_REST = 1.0  # seconds without a try after they failed: a page requests many files
_LOOK = 500  # milliseconds between looks at whether the folders are still the same


def serve(
    project: Path,
    server: Server,
    tell: Callable[[Build | None, str], None],
    first: tuple[Build, Memory],
    since: Since | None = None,
) -> None:
    """Serve a deck's preview until it is interrupted.

    Args:
        project: The folder that holds source/.
        server: The server; the preview goes into its folder.
        tell: Called after each build with the build and an empty text, or with None and an error message.
        first: The first build to show, and its memory.
        since: The earlier edition with which each build is compared; None if none is.
    """
    result, memory = first
    following = _Following(project, server, tell, memory, since)
    following.show(result)
    gc.freeze()  # the first build mostly stays, and is not looked through again and again
    gc.enable()  # a single build does not need it, but this process stays
    server.restore = following.restore
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        for changed in changes(project):
            if changed:
                with _no_collector():
                    following.again()
            else:
                gc.collect()  # while nobody waits for it
    finally:
        server.shutdown()
        server.server_close()


def changes(project: Path) -> Iterator[bool]:
    """Yield True whenever something in a deck's source or templates has changed; folders may come and go.

    It also yields True when the watch begins, because changes before that were not noticed. It yields False
    once when nothing has changed for a moment after that.
    """
    place = Project(project.resolve())
    while True:
        folders = [place.source, place.templates, shipped_templates().resolve()]
        # a folder may appear while the watch begins, so the present ones are read before
        before = [_identity(folder) for folder in folders]
        there = [folder for folder, identity in zip(folders, before, strict=True) if identity]
        begins, busy = True, False
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
                    yield True
                elif busy:
                    yield False
                busy = bool(changed or begins)
                begins = False
                if [_identity(folder) for folder in folders] != before:
                    break
        except FileNotFoundError:
            pass  # deleted while the watch began


def _identity(folder: Path) -> tuple[int, int] | None:
    """The identity of a folder, different from a later one of the same name; None if there is none."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _message(error: CallError | OSError) -> str:
    """The message of an error in writing the preview, in one line."""
    if isinstance(error, CallError):
        return f"{error}{error.hint and f' ({error.hint})'}"
    return f"{error.strerror or error}: {os.fsdecode(error.filename or '')}".rstrip(": ")


@contextmanager
def _no_collector() -> Iterator[None]:
    """Switch garbage collection off until the block ends, because a build makes hardly any circles."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class _Following:
    """A preview that is brought up to date with the source."""

    def __init__(
        self,
        project: Path,
        server: Server,
        tell: Callable[[Build | None, str], None],
        memory: Memory,
        since: Since | None,
    ) -> None:
        self._project = project
        self._since = since
        self._memory = memory
        self._scripts = Scripts()
        self._server = server
        self._tell = tell
        self._before: Gallery | None = None
        self._version = ""
        self._names: set[str] = set()
        self._writing = threading.Lock()
        self._fault = ""
        self._takes = 0.0  # seconds of the last build, until its result was told
        self._rest = 0.0  # the time until which nothing is restored

    def again(self) -> None:
        """Build, and show the result. After a failure, report it and leave the preview as it was."""
        try:
            started = time.monotonic()
            if self._takes > _LONG:
                self._show_cards()
            self.show(build(self._project, kept=of_user(), memory=self._memory))
            self._takes = time.monotonic() - started
        except (CallError, OSError) as error:
            self._fail(_message(error))
        except Exception:  # noqa: BLE001 (a fault of deckgen is reported, and the next build may succeed)
            self._fail(traceback.format_exc())

    def _show_cards(self) -> None:
        """Show changed cards before they are checked by rules, with the warnings of before."""
        if self._since or not self._before or self._before.errors:
            return
        result = build(self._project, kept=of_user(), memory=self._memory, by_rules=False)
        cards = gallery(result, self._memory)
        if cards.errors:
            return
        with self._writing:
            self._write(with_warnings(cards, self._before))
        self._server.news.tell(self._version)

    def show(self, result: Build) -> None:
        """Write the cards of a build, and notify the open pages."""
        cards = gallery(result, self._memory)
        if self._since:
            cards = self._since.compared(cards, result)
        if self._before and cards.errors:
            cards = with_vanished(cards, self._before)
        with self._writing:
            self._write(cards)
        self._fault = ""
        self._server.news.tell(self._version)
        self._tell(result, "")

    def restore(self, name: str) -> bool:
        """Write the preview once more if a missing file belongs to it.

        Args:
            name: The path of the missing file, from the preview's folder.

        Returns:
            Whether the file belongs to the preview.
        """
        with self._writing:
            if self._before is None or name not in self._names:
                return False
            if time.monotonic() < self._rest:
                return False
            fault = self._rewrite(self._before)
            if fault:
                self._rest = time.monotonic() + _REST
            if fault != self._fault:  # told once, and its end too
                if fault:
                    self._fail(fault)
                else:
                    self._fault = ""
                    self._server.news.tell(self._version)
            return not fault

    def _rewrite(self, cards: Gallery) -> str:
        """Write a preview while its folder may still be being deleted; return a message if that failed."""
        fault = ""
        for _ in range(_TRIES):
            try:
                self._write(cards)
            except (CallError, OSError) as error:
                fault = _message(error)
                time.sleep(_PAUSE)
            else:
                return ""
        return fault

    def _write(self, cards: Gallery) -> None:
        folder = self._server.folder
        self._version = write(cards, folder, self._scripts)
        self._before = cards
        self._names = {path.relative_to(folder).as_posix() for path in folder.rglob("*.*")}

    def _fail(self, fault: str) -> None:
        """Report a failed build."""
        self._fault = fault
        self._server.news.tell(self._version, fault)
        self._tell(None, fault)
