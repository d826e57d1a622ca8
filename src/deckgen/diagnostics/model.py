"""What an author is told: spans, diagnostics and the catalogue of their codes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from deckgen.diagnostics.codes import CATALOGUE, Level
from deckgen.diagnostics.wording import did_you_mean, natural, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence


_LONGEST = 1000  # characters of a message or hint


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a file, on one line.

    Attributes:
        path: The file, relative to the project's folder, with `/`.
        line: From 1; 0 for the file as a whole.
        column: From 1, in characters; None where only the line is known.
        end_column: The column after the last character; None as `column`.
    """

    path: str
    line: int = 0
    column: int | None = None
    end_column: int | None = None


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing that an author should know.

    Attributes:
        code: A key of the catalogue.
        message: What is wrong, in a sentence without a full stop.
        span: Where.
        hint: What to do; empty where the message says it all.
        stands_for: How many faults it tells of; more than one where it is the last of many.
        fixable: Whether it is gone after `deckgen check --fix`; False where nobody has tried.
    """

    code: str
    message: str
    span: Span
    hint: str = ""
    stands_for: int = 1
    fixable: bool = False

    def __post_init__(self) -> None:
        """Keep what it quotes short and visible: a key may have a megabyte, or hold a terminal's commands."""
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
        message = f"`{code}` is an error, which cannot be switched off"
        return Problem("wrong-type", message, f"`deckgen explain {code}` says how to mend it")
    return None


MOST_TOLD = 100
"""The most diagnostics of one code that are told one by one of a file."""
MOST_OF_ALL = 1000
"""The most of one code that are told of all files."""


class Found:
    """Diagnostics as they are found; of errors of one code in one file the first, and how many more.

    Errors come in thousands where they come from a program, or from a file that is no source at all. Their
    author is helped by the first ones, and nobody by a gigabyte of the same. (Warnings are kept whole: what
    an author silences is known at the end.)

    Its length is the number of all faults; what it gives one by one are the diagnostics to tell.
    """

    def __init__(self, diagnostics: Iterable[Diagnostic] = ()) -> None:
        """Begin with some diagnostics."""
        self._kept: dict[tuple[str, str], dict[Diagnostic, None]] = {}
        self._others: dict[tuple[str, str], int] = {}
        self._count = 0
        self.extend(diagnostics)

    def full(self, code: str, path: str) -> bool:
        """Whether no more errors of a code are kept of a file; instead of them `count` may be called."""
        return len(self._kept.get((code, path), ())) > MOST_TOLD

    def append(self, diagnostic: Diagnostic) -> None:
        """Add a diagnostic."""
        key = diagnostic.code, diagnostic.span.path
        kept = self._kept.setdefault(key, {})
        if diagnostic in kept:  # as of a text that two fields show
            return
        if len(kept) > MOST_TOLD and diagnostic.level == "error":
            self.count(*key, diagnostic.stands_for)
            return
        self._count += diagnostic.stands_for
        kept[diagnostic] = None

    def count(self, code: str, path: str, faults: int = 1) -> None:
        """Add errors that are not told, because the file is full of them."""
        self._count += faults
        self._others[code, path] = self._others.get((code, path), 0) + faults

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Add diagnostics."""
        for diagnostic in diagnostics:
            self.append(diagnostic)

    def __iadd__(self, diagnostics: Iterable[Diagnostic]) -> Found:  # noqa: PYI034 (nothing inherits from it)
        """Add diagnostics."""
        self.extend(diagnostics)
        return self

    @property
    def has_errors(self) -> bool:
        """Whether one of them is an error."""
        return self.has_error_but("")

    def has_error_but(self, harmless: str) -> bool:
        """Whether one of them is an error of another code than one that does no harm to what comes next."""
        return any(CATALOGUE[code][0] == "error" and code != harmless for code, _ in self._kept)

    def __len__(self) -> int:
        """How many faults there are."""
        return self._count

    def __iter__(self) -> Iterator[Diagnostic]:
        """The diagnostics; where there are more than are kept, the last of them stands for the others."""
        for key, kept in self._kept.items():
            others = self._others.get(key, 0)
            if others:
                *first, last = kept
                yield from first
                yield _and_more([replace(last, stands_for=last.stands_for + others)])
            else:
                yield from kept


def told(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The diagnostics by position, each once; of one code the first, and one that counts the others."""
    listed = sorted(dict.fromkeys(diagnostics), key=lambda diagnostic: diagnostic.position)
    of_files = _cut(listed, lambda each: (each.span.path, each.code), MOST_TOLD, "in this file")
    return _cut(of_files, lambda each: each.code, MOST_OF_ALL, "in this file and others")


def _cut(
    diagnostics: Iterable[Diagnostic], sort: Callable[[Diagnostic], object], most: int, where: str
) -> list[Diagnostic]:
    """The diagnostics by position; of each sort so many, and one more that counts the others."""
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
    """What stands in for diagnostics, at the place of the first."""
    faults = sum(each.stands_for for each in diagnostics)
    message = f"and {faults:,} more of these {where}, this one among them"
    return replace(diagnostics[0], message=message, hint="", stands_for=faults)


class CallError(Exception):
    """The call was wrong, or failed for a reason outside the deck's source.

    Attributes:
        hint: What to do; empty where the message says it all.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep the message and the hint."""
        super().__init__(message)
        self.hint = hint


def _presentable(text: str) -> str:
    """A text short enough to print, in which nothing is invisible or does something to a terminal."""
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST // 2]} … {text[-_LONGEST // 3 :]}"
    return visible(" ".join(text.splitlines()))
