"""Reading and writing of the ledger, source/ledger.jsonl, with one JSON object in each line.

`deckgen build` reads it. Only `deckgen release` writes it, and `deckgen check --fix` resolves conflicts after
a merge of two branches. Its lines are sorted, so that git shows and merges them: the deck, note types, notes,
releases. No other module knows how a line is written.
"""

from __future__ import annotations

import json
import re
import zlib
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from deckgen.diagnostics import Diagnostic, Diagnostics, Span
from deckgen.history.ledger import (
    AdoptedLine,
    DeckLine,
    Ledger,
    Line,
    NoteLine,
    NoteTypeLine,
    ReleaseLine,
)
from deckgen.history.ledger_faults import HINT, faults_of
from deckgen.history.ledger_line import (
    FORMAT,
    Members,
    has_lone_surrogate,
    is_sound,
    is_well_formed,
    members_of,
    read,
)
from deckgen.project import LEDGER
from deckgen.source import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


MAX_BYTES = 128 * 1024 * 1024
"""The largest ledger: some 400,000 notes."""
MARK = re.compile(r"(?m)^(?:<{7}|\|{7}|={7}|>{7})(?: .*)?$")
"""The marks of git around the two sides of a conflict."""

_SUM = b',"sum":"%08x"}'
_SUM_LENGTH = len(_SUM % 0)
_FEW = 100_000  # the most commas and brackets in a ledger of a few lines
_HEAD = 65_536  # the first bytes of a ledger, which contain the line of its deck
_RELEASE = re.compile(r'(?m)^\{"release":"([^"]+)"')


@dataclass(frozen=True)
class Released:
    """The content of a ledger's file.

    Attributes:
        ledger: The ledger; an empty one if there is no file.
        diagnostics: The diagnostics of the file.
        text: The file's text.
    """

    ledger: Ledger
    diagnostics: Diagnostics
    text: str = ""


def read_ledger(project: Path, instead: str | None = None) -> Released:
    """Read the ledger of a project.

    Args:
        project: The folder that holds source/.
        instead: A text to read instead of the file.
    """
    text, fault = read_text(project) if instead is None else (instead, None)
    if fault:
        return Released(Ledger(), Diagnostics([fault]))
    return Released(*parse(text), text) if text is not None else Released(Ledger(), Diagnostics())


def read_text(project: Path) -> tuple[str | None, Diagnostic | None]:
    """The text of a project's ledger, None if there is no file; and the diagnostic if it cannot be read."""
    path = project / LEDGER
    if not path.exists() and not path.is_symlink():
        return None, None
    text, fault = load(path, LEDGER, project, MAX_BYTES)
    return text.replace("\r\n", "\n"), fault  # git may write CR LF on Windows


def parse(text: str) -> tuple[Ledger, Diagnostics]:
    """The ledger in a text, and the diagnostics of the text."""
    if "<<<<<<<" in text and (mark := MARK.search(text)):
        message = "the ledger contains conflict markers from git"
        span = Span(LEDGER, text.count("\n", 0, mark.start()) + 1)
        return Ledger(), Diagnostics([Diagnostic("ledger-conflict", message, span)])
    members, faults = _lines(text.removesuffix("\n"))
    if faults:
        return Ledger(), faults
    lines = [read(each) for each in members]
    odd = [
        line
        for line, each in zip(lines, members, strict=True)
        # most lines are of notes, and contain only texts and numbers
        if ("note" not in each or "was" in each) and not is_sound(each)
    ]
    if "\\ud" in text or "\\uD" in text:
        odd += [line for line, each in zip(lines, members, strict=True) if has_lone_surrogate(each)]
    ledger = _sorted(lines)
    return ledger, faults_of(ledger, odd)


def line_of(row: str) -> Line | None:
    """The line in a row of text; None if it is damaged."""
    line = _value(row)
    if not isinstance(line, dict) or not is_well_formed(line) or not row.endswith(sum_of(row[:-_SUM_LENGTH])):
        return None
    return read(line) if is_sound(line) else None


def deck_in(text: str) -> str:
    """The id of the deck of a ledger's text; empty if the text is no ledger."""
    for line in text[:_HEAD].splitlines():
        if line.startswith('{"ledger"'):
            try:
                return str(json.loads(line)["deck"])
            except (ValueError, KeyError, RecursionError):
                return ""
    return ""


def versions_in(text: str) -> set[str]:
    """The released versions in the text of a ledger, even of an invalid one."""
    return set(_RELEASE.findall(text))


def written(lines: Iterable[Line]) -> str:
    """The text of a ledger: its sorted lines, each with its digest; the line of the deck has their counts."""
    ordered = sorted(lines, key=_place)
    sorts = Counter(map(type, ordered))
    counted = (
        replace(line, types=sorts[NoteTypeLine], notes=sorts[NoteLine], releases=sorts[ReleaseLine])
        if isinstance(line, DeckLine)
        else line
        for line in ordered
    )
    rows = (json.dumps(members_of(line), ensure_ascii=False, separators=(",", ":")) for line in counted)
    return "".join(f"{row[:-1]}{sum_of(row[:-1])}\n" for row in rows)


def sum_of(row: str) -> str:
    """The end of a line: a short digest of the text before it."""
    return (_SUM % zlib.crc32(row.encode())).decode()


def _lines(text: str) -> tuple[list[Members], Diagnostics]:
    """The lines of a ledger, or their diagnostics."""
    values = _decoded(text)
    valid_shapes: set[tuple[object, ...]] = set()
    lines: list[Any] = []
    for number, line in enumerate(values if values is not None else map(_value, _rows(text)), 1):
        # most lines have the same members of the same types, and need no check of their own
        shape = (*line, *map(type, line.values())) if isinstance(line, dict) else ()
        if shape not in valid_shapes:
            if not isinstance(line, dict) or not is_well_formed(line):
                return [], Diagnostics([_no_line(line, number)])
            if values is not None:  # otherwise each line is checked, because it may contain anything
                valid_shapes.add(shape)
        lines.append(line)
    message = "this line has been changed since deckgen wrote it"
    return lines, Diagnostics(
        Diagnostic("bad-ledger", message, Span(LEDGER, at), HINT) for at in _edited(text)
    )


def _no_line(line: object, number: int) -> Diagnostic:
    """The diagnostic of an invalid line."""
    version = line.get("ledger", FORMAT) if isinstance(line, dict) else FORMAT
    span = Span(LEDGER, number)
    if type(version) is int and version != FORMAT:
        message = f"the ledger has format {version}, but this deckgen only knows {FORMAT}"
        hint = "update deckgen" if version > FORMAT else "make the release with the deckgen that wrote it"
        return Diagnostic("newer-ledger", message, span, hint)
    return Diagnostic("bad-ledger", "this is not a valid line of a ledger", span, HINT)


def _edited(text: str) -> Iterator[int]:
    """The numbers of the lines that do not end with the right digest."""
    for number, row in enumerate(text.encode().split(b"\n"), 1):
        if _SUM % zlib.crc32(row[:-_SUM_LENGTH]) != row[-_SUM_LENGTH:]:
            yield number


def _decoded(text: str) -> list[object] | None:
    """The values of all lines at once, four times as fast as one by one; None if that is not possible.

    It is not possible if some line is invalid JSON, or if there are more brackets and commas than in any
    ledger: their values would need many times the memory of the text.
    """
    ends = text.count("\n")
    if (
        text.count('}\n{"') != ends
        or text.count(",") + 10 * (text.count("[") + text.count("{")) > 60 * ends + _FEW
    ):
        return None
    with suppress(ValueError, RecursionError):
        lines: list[object] = json.loads("[" + text.replace("}\n{", "},\n{") + "]")
        if len(lines) == ends + 1:
            return lines
    return None


def _rows(text: str) -> Iterator[str]:
    """The lines of a text, one by one."""
    start = 0
    while (end := text.find("\n", start)) >= 0:
        yield text[start:end]
        start = end + 1
    yield text[start:]


def _value(row: str) -> object:
    """The value in a row of text; None if it is not JSON."""
    try:
        return json.loads(row)
    except (ValueError, RecursionError):
        return None


def _sorted(lines: list[Line]) -> Ledger:
    """The ledger of some lines."""
    notes = [line for line in lines if isinstance(line, NoteLine)]
    others = [line for line in lines if not isinstance(line, NoteLine)]
    releases = [line for line in others if isinstance(line, ReleaseLine)]
    ids = {line.id: line for line in notes}
    for line in notes:
        if line.was:
            ids |= dict.fromkeys(line.was, line)
    return Ledger(
        next((line for line in others if isinstance(line, DeckLine)), None),
        {line.kind: line for line in others if isinstance(line, NoteTypeLine)},
        {line.guid: line for line in notes},
        ids,
        sorted(releases, key=lambda line: (line.time, line.version)),
        [line for line in others if isinstance(line, AdoptedLine)],
        lines,
    )


def _place(line: Line) -> tuple[int, int, str]:
    """A key by which the lines of a ledger are sorted."""
    match line:
        case DeckLine():
            return 0, 0, ""
        case NoteTypeLine():
            return 1, 0, line.kind
        case NoteLine():
            return 2, 0, line.id
        case AdoptedLine():
            return 3, line.time, line.version
        case ReleaseLine():
            return 4, line.time, line.version
