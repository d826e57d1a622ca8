"""Standard streams that may be closed or full: no work is lost for them, and no traceback is shown."""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

BROKEN_PIPE = 141
"""The exit code where the reader of stdout went away: 128 and the number of SIGPIPE, as shells have it."""


def prepare() -> None:
    """Put in streams that take care of themselves.

    Where a stream is closed, its number is taken by something that cannot be written to: the next file that
    is opened would get it otherwise, and with it all that is printed.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDONLY)  # takes the lowest free number, which is this one
    if sys.stdout is None or sys.platform != "win32":
        sys.stdout = _text(_Output(1, "w", closefd=False), sys.stdout)
    if sys.stderr is None or sys.platform != "win32":
        sys.stderr = _text(_Messages(2, "w", closefd=False), sys.stderr)


def _text(raw: io.FileIO, before: TextIO | None) -> io.TextIOWrapper:
    encoding, errors = (before.encoding, before.errors) if before else ("utf-8", "replace")
    lines = raw.fileno() != 1 or raw.isatty()
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding, errors, line_buffering=lines)


class OutputError(OSError):
    """Stdout cannot be written; `strerror` says so in a sentence."""


class _Output(io.FileIO):
    """Stdout: an error says where it happened, and a reader that has gone away ends the program."""

    def write(self, data: bytes, /) -> int:  # type: ignore[override] # what BufferedWriter gives
        try:
            return super().write(data)
        except BrokenPipeError:
            raise SystemExit(BROKEN_PIPE) from None
        except OSError as error:
            why = "it is closed" if error.errno == errno.EBADF else error.strerror
            raise OutputError(error.errno, f"standard output cannot be written: {why}") from None


class _Messages(io.FileIO):
    """Stderr: what cannot be told is not; the exit code still says what happened."""

    def write(self, data: bytes, /) -> int:  # type: ignore[override] # what BufferedWriter gives
        try:
            return super().write(data)
        except OSError:
            return len(data)
