"""Standard streams that can be closed or full without a traceback or lost work."""

from __future__ import annotations

import errno
import io
import os
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

STARTED = time.monotonic()
"""When the program began: its first module is this one."""
BROKEN_PIPE = 141
"""The exit code if the reader of stdout has closed it: 128 plus the number of SIGPIPE, as in shells."""


def prepare() -> None:
    """Replace the standard streams by ones that handle their own errors.

    The number of a closed stream is given to the null device, opened for reading. Otherwise the next file
    that is opened would get that number, and all that is printed would be written into it.
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
    """Stdout cannot be written; `strerror` is a sentence about it."""


class _Output(io.FileIO):
    """Stdout: errors name the stream, and the program ends when the reader has closed it."""

    def write(self, data: bytes, /) -> int:  # type: ignore[override] # the type that BufferedWriter passes
        try:
            return super().write(data)
        except BrokenPipeError:
            raise SystemExit(BROKEN_PIPE) from None
        except OSError as error:
            why = "it is closed" if error.errno == errno.EBADF else error.strerror
            raise OutputError(error.errno, f"standard output cannot be written: {why}") from None


class _Messages(io.FileIO):
    """Stderr: errors are ignored; the exit code still tells the result."""

    def write(self, data: bytes, /) -> int:  # type: ignore[override] # the type that BufferedWriter passes
        try:
            return super().write(data)
        except OSError:
            return len(data)
