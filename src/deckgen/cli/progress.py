"""A progress bar on stderr."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from deckgen.cli.report import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Progress, TaskID

    from deckgen.cli.report import Report


@contextmanager
def bar(report: Report, *, lines: bool = False) -> Iterator[Callable[[str, int, int], None]]:
    """The function that shows the progress, if the work takes long.

    Args:
        report: The output of the command.
        lines: Whether to print a line now and then where there is no terminal.
    """
    if lines and report.for_people and not sys.stderr.isatty():
        yield Lines().tick
        return
    bar = _Bar(shown=report.for_people and not report.quiet and sys.stderr.isatty())
    try:
        yield bar.tick
    finally:
        bar.stop()


class _Bar:
    """A progress bar in a terminal, for work that takes longer than a moment."""

    PATIENCE = 0.7  # seconds

    def __init__(self, *, shown: bool) -> None:
        self._due = time.monotonic() + self.PATIENCE if shown else float("inf")
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def tick(self, what: str, done: int, total: int) -> None:
        """Show how far the work is."""
        if self._progress is None:
            if time.monotonic() < self._due:
                return
            from rich.console import Console  # noqa: PLC0415
            from rich.progress import Progress  # noqa: PLC0415

            self._progress = Progress(console=Console(stderr=True), transient=True)
            self._task = self._progress.add_task(what, total=total)
            self._progress.start()
        if self._task is not None:
            self._progress.update(self._task, description=what, completed=done, total=total)

    def stop(self) -> None:
        """Take the bar away."""
        if self._progress is not None:
            self._progress.stop()


class Lines:
    """Lines of progress, for the log of work that takes long."""

    EVERY = 5  # seconds

    def __init__(self) -> None:
        """Begin to wait."""
        self._due = time.monotonic() + self.EVERY

    def tick(self, what: str, done: int, total: int) -> None:
        """Print how far the work is, if the last line is a while ago."""
        if time.monotonic() >= self._due:
            say(f"{what} ({done:,} of {total:,} done)")
            self._due = time.monotonic() + self.EVERY
