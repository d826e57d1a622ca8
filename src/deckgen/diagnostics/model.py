"""Diagnostics for authors: their places, and lists of them with a limit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from deckgen.diagnostics.codes import CATALOGUE, Level
from deckgen.diagnostics.wording import did_you_mean, natural, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence


_LONGEST = 1000  # characters of a message or hint


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a file, on one line.

    Attributes:
        path: The path of the file, relative to the project's folder, with `/`.
        line: The line, from 1; 0 for the file as a whole.
        column: The column, from 1, in characters; None if only the line is known.
        end_column: The column after the last character; None if `column` is None.
    """

    path: str
    line: int = 0
    column: int | None = None
    end_column: int | None = None

    def as_row(self) -> list[str | int | None]:
        """The place as a row for JSON; `Span(*row)` is the place again."""
        return [self.path, self.line, self.column, self.end_column]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A fault of the source, for its author.

    Attributes:
        code: A key of the catalogue.
        message: A sentence about the fault, without a full stop.
        span: The place of the fault.
        hint: A hint on what to do; empty if the message is enough.
        stands_for: The number of faults that it counts; more than one for the last of many.
        fixable: Whether `deckgen check --fix` removes it; False if that has not been tried.
    """

    code: str
    message: str
    span: Span
    hint: str = ""
    stands_for: int = 1
    fixable: bool = False

    def __post_init__(self) -> None:
        """Shorten long texts and replace invisible characters, which a quoted key may contain."""
        for name in ("message", "hint"):
            text: str = getattr(self, name)
            if len(text) > _LONGEST or not text.isprintable():
                object.__setattr__(self, name, _presentable(text))

    @property
    def level(self) -> Level:
        """The level of the code."""
        return CATALOGUE[self.code][0]

    @property
    def position(self) -> tuple[list[tuple[int, int, str]], str, int, int, str]:
        """A key to sort by: the file, 2 before 10, the line, the column, the code."""
        path = self.span.path
        return (natural(path), path, self.span.line, self.span.column or 0, self.code)

    def as_json(self) -> dict[str, str | int | bool | None]:
        """The diagnostic as `--format json` prints it."""
        return {
            "code": self.code,
            "level": self.level,
            "message": self.message,
            "hint": self.hint or None,
            "fixable": self.fixable,
            "path": self.span.path,
            "line": self.span.line or None,
            "column": self.span.column,
            "end_column": self.span.end_column,
        }

    def as_row(self) -> list[str | int | None]:
        """The diagnostic as a row for JSON that keeps it; `of_row` makes it of the row again."""
        return [self.code, self.message, self.hint, self.stands_for, self.fixable, *self.span.as_row()]

    @classmethod
    def of_row(cls, row: list[Any]) -> Diagnostic:
        """The diagnostic of a row.

        Raises:
            TypeError, ValueError: The row has another shape.
        """
        code, message, hint, stands_for, fixable, *place = row
        return cls(code, message, Span(*place), hint, stands_for, fixable)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong, by who does not know where it stands.

    Attributes:
        code: A key of the catalogue.
        message: What is wrong, in a sentence without a full stop.
        hint: What to do; empty where the message says it all.
    """

    code: str
    message: str
    hint: str = ""

    def at(self, span: Span) -> Diagnostic:
        """The diagnostic of the problem at a place."""
        return Diagnostic(self.code, self.message, span, self.hint)


def not_a_warning(code: str) -> Problem | None:
    """The problem with a word that is not the code of a warning; None where it is one."""
    if code not in CATALOGUE:
        hint = did_you_mean(code, CATALOGUE) or "`deckgen explain` lists them"
        return Problem("wrong-type", f"`{code}` is not a code", hint)
    if CATALOGUE[code][0] == "error":
        message = f"`{code}` is an error, which cannot be turned off"
        return Problem("wrong-type", message, f"`deckgen explain {code}` shows how to fix it")
    return None


MOST_TOLD = 100
"""The most diagnostics of one code for one file; the others are only counted."""
MOST_OF_ALL = 1000
"""The most diagnostics of one code for all files; the others are only counted."""


class Diagnostics:
    """A collection of diagnostics: the first errors of a code in a file, and the number of the others.

    If a program wrote the source, or a file is no source at all, there can be thousands of errors. The first
    ones are enough for the author. (Warnings have no limit here, because an author can silence some of them,
    and which ones is known only at the end.)

    Its length is the number of all faults; iteration gives the diagnostics to show.
    """

    def __init__(self, diagnostics: Iterable[Diagnostic] = ()) -> None:
        """Begin with some diagnostics."""
        self._kept: dict[tuple[str, str], dict[Diagnostic, None]] = {}
        self._others: dict[tuple[str, str], int] = {}
        self._count = 0
        self.extend(diagnostics)

    def full(self, code: str, path: str) -> bool:
        """Whether the limit for errors of a code in a file is reached; then `count` can be called instead."""
        return len(self._kept.get((code, path), ())) > MOST_TOLD

    def append(self, diagnostic: Diagnostic) -> None:
        """Add a diagnostic."""
        key = diagnostic.code, diagnostic.span.path
        kept = self._kept.setdefault(key, {})
        if diagnostic in kept:  # (two fields may show the same text)
            return
        if len(kept) > MOST_TOLD and diagnostic.level == "error":
            self.count(*key, diagnostic.stands_for)
            return
        self._count += diagnostic.stands_for
        kept[diagnostic] = None

    def count(self, code: str, path: str, faults: int = 1) -> None:
        """Count errors beyond the limit."""
        self._count += faults
        self._others[code, path] = self._others.get((code, path), 0) + faults

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Add diagnostics."""
        for diagnostic in diagnostics:
            self.append(diagnostic)

    def __iadd__(self, diagnostics: Iterable[Diagnostic]) -> Diagnostics:  # noqa: PYI034 (nothing inherits from it)
        """Add diagnostics."""
        self.extend(diagnostics)
        return self

    @property
    def has_errors(self) -> bool:
        """Whether one of them is an error."""
        return self.has_error_but("")

    def has_error_but(self, harmless: str) -> bool:
        """Whether one of them is an error with another code than `harmless`."""
        return any(CATALOGUE[code][0] == "error" and code != harmless for code, _ in self._kept)

    def __len__(self) -> int:
        """The number of faults."""
        return self._count

    def __iter__(self) -> Iterator[Diagnostic]:
        """The diagnostics; if some were only counted, the last one states their number."""
        for key, kept in self._kept.items():
            others = self._others.get(key, 0)
            if others:
                *first, last = kept
                yield from first
                yield _and_more([replace(last, stands_for=last.stands_for + others)])
            else:
                yield from kept


def sorted_diagnostics(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The diagnostics by position, each once, within the limits; the last of a code counts the others."""
    listed = sorted(dict.fromkeys(diagnostics), key=lambda diagnostic: diagnostic.position)
    of_files = _cut(listed, lambda each: (each.span.path, each.code), MOST_TOLD, "in this file")
    return _cut(of_files, lambda each: each.code, MOST_OF_ALL, "in this file and others")


def _cut(
    diagnostics: Iterable[Diagnostic], sort: Callable[[Diagnostic], object], most: int, where: str
) -> list[Diagnostic]:
    """The diagnostics by position; at most `most` of each sort, and one more that counts the others."""
    sorts: dict[object, list[Diagnostic]] = {}
    for each in diagnostics:
        sorts.setdefault(sort(each), []).append(each)
    kept: list[Diagnostic] = []
    for entries in sorts.values():
        rest = entries[most:]
        few = len(rest) <= 1
        kept += entries if few else [*entries[:most], _and_more(rest, where)]
    return sorted(kept, key=lambda diagnostic: diagnostic.position)


def _and_more(diagnostics: Sequence[Diagnostic], where: str = "in this file") -> Diagnostic:
    """A diagnostic that counts others, at the place of the first one."""
    faults = sum(each.stands_for for each in diagnostics)
    message = f"and {faults:,} more of these {where}, including this one"
    return replace(diagnostics[0], message=message, hint="", stands_for=faults)


class CallError(Exception):
    """A command cannot be carried out, for a reason outside the deck's source.

    Attributes:
        hint: A hint on what to do; empty if the message is enough.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep the message and the hint."""
        super().__init__(message)
        self.hint = hint


def _presentable(text: str) -> str:
    """A text that is short enough to print, on one line, and without invisible characters."""
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST // 2]} … {text[-_LONGEST // 3 :]}"
    return visible(" ".join(text.splitlines()))
