"""How far the work is: a bar in a terminal, a line now and then elsewhere; both on stderr."""

from __future__ import annotations

import math
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from deckgen.cli.report import say
from deckgen.streams import STARTED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Progress

    from deckgen.cli.report import Report

PATIENCE = 1
"""A terminal shows a bar for a command that takes longer than so many seconds."""
FIRST, EVERY = 5, 10
"""The seconds until the first line where there is no terminal, and between two lines."""


@contextmanager
def bar(report: Report) -> Iterator[Callable[[str, int, int], None]]:
    """A function that shows how far the work is, if the command takes long.

    Its arguments are the present step, how much of it is done, and how much there is: 0 if that is not known.
    A step that does not call it is shown all the same, until the next one.

    Args:
        report: The output of the command. Only text for people has progress, and `--quiet` has none.
    """
    if not report.for_people or report.quiet:
        yield lambda *_: None
        return
    shown = (_Bar if sys.stderr.isatty() else _Lines)()
    try:
        yield shown.tick
    finally:
        shown.stop()


class _Shown:
    """Progress that a thread shows, so that a long step without news is shown as well."""

    def __init__(self) -> None:
        import threading  # noqa: PLC0415 (--help stays quick)

        self.now: tuple[str, int, int] | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._show, daemon=True)
        self._thread.start()

    def tick(self, what: str, done: int, total: int) -> None:
        """Keep in mind how far the work is."""
        self.now = (what, done, total)

    def stop(self) -> None:
        """End the thread."""
        self._over.set()
        self._thread.join()

    def due(self, after: float) -> bool:
        """Wait until so many seconds after the program began; whether the work goes on then."""
        return not self._over.wait(max(STARTED + after - time.monotonic(), 0))

    def _show(self) -> None:
        raise NotImplementedError


class _Bar(_Shown):
    """A bar in a terminal, which vanishes at the end."""

    def _show(self) -> None:
        after: float = PATIENCE
        progress: Progress | None = None
        while self.due(after):
            after = time.monotonic() - STARTED + 0.1
            if self.now is None:
                continue
            what, done, total = self.now
            if progress is None:
                progress = _begun()
                task = progress.add_task(what, total=None)
            progress.update(task, description=what, completed=done, total=total or None)
        if progress:
            progress.stop()


def _begun() -> Progress:
    """A bar of Rich."""
    from rich.console import Console  # noqa: PLC0415 (it takes long to import, and is rarely needed)
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    progress = Progress(*columns, console=Console(stderr=True), transient=True)
    progress.start()
    return progress


class _Lines(_Shown):
    """A line now and then, for logs."""

    def _show(self) -> None:
        passed = time.monotonic() - STARTED
        after = FIRST + max(math.ceil((passed - FIRST) / EVERY), 0) * EVERY
        while self.due(after):
            if self.now is not None:
                what, done, total = self.now
                say(f"{what}: {done:,} of {total:,}" if total else f"{what} …")
            after += EVERY
