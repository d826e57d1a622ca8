"""The text of a table's file: UTF-8, or UTF-16 with a byte order mark."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from deckgen.commands.tables.table import fault
from deckgen.diagnostics import CallError
from deckgen.source import MAX_BYTES, Document, control_characters, opened

if TYPE_CHECKING:
    from pathlib import Path

_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_WORKBOOK = {
    b"PK\x03\x04": "a zip file, such as a workbook of Excel or LibreOffice, or a package of Anki",
    b"\xd0\xcf\x11\xe0": "a workbook of an older Excel",
    b"SQLite f": "a database",
    b"%PDF": "a PDF",
}
_LINE_END = re.compile("\r\n|[\r\x85\u2028\u2029]")
_AS_CSV = "export the table as CSV in UTF-8, and import that file"
_AS_UTF8 = "save it as UTF-8; Excel calls that `CSV UTF-8`"


def read(path: Path) -> str:
    """The text of a table's file, with line feeds as line ends.

    Raises:
        CallError: It is no file, larger than a chapter can be, no text, or in another encoding.
        OSError: The system does not let us read it.
    """
    if not path.exists():
        raise CallError(
            f"{path} does not exist", "give the path of a table: CSV, TSV, text from Anki, or JSON"
        )
    if path.is_dir():
        raise CallError(f"{path} is a folder", "give the path of a table in it")
    with opened(path) as file:
        raw = file.read(min(os.fstat(file.fileno()).st_size, MAX_BYTES) + 1)
    if len(raw) > MAX_BYTES:
        raise CallError(
            f"{path} is larger than {MAX_BYTES >> 20} MiB, the most that a chapter can have",
            "split the table into several files",
        )
    for begin, what in _WORKBOOK.items():
        if raw.startswith(begin):
            raise CallError(f"{path} is not a text file: it is {what}", _AS_CSV)
    text = _decoded(raw, str(path)).replace("\r\n", "\n").replace("\r", "\n")
    if found := control(text):
        offset, message, hint = found
        raise fault(str(path), text.count("\n", 0, offset) + 1, message, hint)
    return text


def _decoded(raw: bytes, path: str) -> str:
    """The text of some bytes."""
    mark, encoding = next(
        ((mark, name) for mark, name in _MARKS.items() if raw.startswith(mark)), (b"", "utf-8")
    )
    if raw.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        raise CallError(f"{path} is in UTF-32, which deckgen does not read", _AS_UTF8)
    raw = raw[len(mark) :]
    if not mark and b"\0" in raw[:4000]:
        if raw[1::2].count(0) > len(raw) // 3 or raw[::2].count(0) > len(raw) // 3:
            raise CallError(f"{path} is in UTF-16 without a byte order mark", _AS_UTF8)
        raise CallError(f"{path} is not a text file", _AS_CSV)
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].decode(encoding, "replace").count("\n") + 1
        if encoding != "utf-8":
            raise fault(path, line, "this is not valid UTF-16", _AS_UTF8) from error
        byte = raw[error.start : error.start + 1]
        char = byte.decode("cp1252", "replace")
        was = (
            f"; was it `{char}`, in the old Windows encoding?"
            if char.isprintable() and char.isalpha()
            else ""
        )
        message = f"this byte (0x{byte[0]:02x}) is not UTF-8"
        raise fault(path, line, message, f"{_AS_UTF8}{was}") from error


def control(text: str) -> tuple[int, str, str] | None:
    """The offset of a text's first control character, which no card can show, with a message and a hint."""
    document = Document("", text)
    found = next(control_characters(document), None)
    if found is None:
        return None
    return document.offset(found.span.line, found.span.column), found.message, found.hint


def cell(text: str) -> str:
    """The text of a cell with line feeds as line ends, and without blanks at its ends."""
    return _LINE_END.sub("\n", text).strip(" \n\t")
