"""The reading of text files, with diagnostics for files of any content."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING, BinaryIO

from deckgen.diagnostics import Diagnostic, Span
from deckgen.source.nodes import Document

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 32 * 1024 * 1024
"""The largest size of a chapter, in bytes."""
MAX_SMALL = 1024 * 1024
"""The largest size of other files, in bytes: deck.yaml, a kind.yaml, a template."""


def load(path: Path, shown: str, within: Path, most: int = MAX_BYTES) -> tuple[str, Diagnostic | None]:
    """The text of a file, without a byte order mark, and a diagnostic if it has faults.

    The arguments are as for `parser.read`.
    """
    try:
        real = path.resolve()
        if not real.is_relative_to(within):
            return "", Diagnostic(
                "unreadable-file", "this is a link to a place outside the project", Span(shown)
            )
        raw = _content(real, most)
    except OSError as error:
        return "", unreadable(shown, error)
    except RuntimeError:  # Python up to 3.12 raises it for links in circles
        return "", Diagnostic("unreadable-file", "this is a link to itself", Span(shown))
    except ValueError as error:
        return "", Diagnostic("unreadable-file", str(error), Span(shown))
    if len(raw) > most:
        message = (
            f"the file is larger than {most >> 20} MiB, the most that deckgen allows for this kind of file"
        )
        hint = "split it into several files" if most == MAX_BYTES else "check that it is the right file"
        return "", Diagnostic("too-large", message, Span(shown), hint)
    return _decoded(raw, shown)


def _content(path: Path, most: int) -> bytes:
    """The bytes of a file, up to one more than `most`, even if the file grows meanwhile.

    Raises:
        OSError: The system does not let us read it.
        ValueError: It is no file; the message is for the author.
    """
    if path.is_dir():
        raise ValueError("this is a folder, but a file belongs here")
    if not path.is_file():
        raise ValueError("this is not an ordinary file" if path.exists() else "this file does not exist")
    with opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        raw = file.read(min(size, most) + 1)
        if size < len(raw) <= most:
            raw += file.read(most + 1 - len(raw))
    return raw


def opened(path: Path) -> BinaryIO:
    """An ordinary file, open for reading. Pipes and devices are refused, so nothing waits for them.

    Raises:
        OSError: The system does not let us read it, or it is no ordinary file.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return os.fdopen(descriptor, "rb")
    os.close(descriptor)
    raise OSError(errno.EINVAL, "it is not an ordinary file", os.fspath(path))


_WIDE = {
    "UTF-32": (b"\xff\xfe\0\0", b"\0\0\xfe\xff", "utf-32-le", "utf-32-be"),
    "UTF-16": (b"\xff\xfe", b"\xfe\xff", "utf-16-le", "utf-16-be"),
}


def _decoded(raw: bytes, shown: str) -> tuple[str, Diagnostic | None]:
    """The text of a file's bytes, and a diagnostic if they are not UTF-8."""
    wide = _wide(raw)
    if wide:
        hint = _AS_UTF8 + ("; some programs call UTF-16 just “Unicode”" if wide == "UTF-16" else "")
        return "", Diagnostic(
            "not-utf8", f"this file is {wide} text, but it must be UTF-8", Span(shown), hint
        )
    try:
        return raw.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        start = error.start
    before = raw[:start].decode("utf-8-sig")
    message, hint = f"this byte (0x{raw[start]:02x}) is not UTF-8", _AS_UTF8
    in_cp1252 = raw[start : start + 1].decode("cp1252", "replace")
    if raw[start] == 0xED and raw[start + 1 : start + 2] >= b"\xa0":  # noqa: PLR2004 (how UTF-8 writes surrogates)
        message, hint = "this is half a character (a surrogate)", "delete it, and retype the character"
    elif in_cp1252.isprintable() and in_cp1252 != "\N{REPLACEMENT CHARACTER}":
        hint = f"{_AS_UTF8}; was it `{in_cp1252}`, saved in the old Windows encoding?"
    span = Document(shown, before).span_from(len(before))
    return raw.decode("utf-8-sig", "replace"), Diagnostic("not-utf8", message, span, hint)


_AS_UTF8 = "save the file as UTF-8 (in most editors: Save with Encoding)"


def _wide(raw: bytes) -> str:
    """UTF-16 or UTF-32 if a text seems to be in that encoding; else empty."""
    sample = raw[:400]
    if sample[:2] not in {b"\xff\xfe", b"\xfe\xff"} and b"\0" not in sample:
        return ""
    for name, (little, big, *ways) in _WIDE.items():
        if sample.startswith((little, big)):
            return name
        for way in ways:
            text = sample.decode(way, "ignore")
            usual = sum(" " <= char <= "~" or char in "\t\r\n" for char in text)
            if (
                usual * 2 * int(name[-2:]) > len(sample) * 8
            ):  # more than half of the characters are usual ones
                return name
    return ""


def unreadable(shown: str, error: OSError) -> Diagnostic:
    """The diagnostic for a file or folder that the system does not let us read."""
    return Diagnostic("unreadable-file", f"this cannot be read: {error.strerror or error}", Span(shown))
