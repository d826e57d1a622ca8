"""The output of a command: text, JSON or annotations, and the exit code."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, TextIO

import typer
import typer.core

from deckgen import __version__
from deckgen.cli.paths import in_shell
from deckgen.cli.summary import about, duration, summary
from deckgen.diagnostics import CallError, counted, terminal
from deckgen.streams import STARTED, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from types import FrameType

    from deckgen.build import Build
    from deckgen.commands.release.changes import Changes
    from deckgen.diagnostics import Diagnostic
    from deckgen.outcome import Outcome

    Result = Build | Outcome
    """What a command prints: a build, or what a build came to."""

# characters in a file that could control a terminal
UNSEEN = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(127, 160)], "\N{REPLACEMENT CHARACTER}")


_SAY_MORE = {"export", "preview", "site"}  # commands that print the time after the result of the build
_IN_LOGS = 100  # columns of a quoted line where there is no terminal


class Format(StrEnum):
    """The format of results."""

    text = "text"
    json = "json"


class CheckFormat(StrEnum):
    """The format of diagnostics."""

    text = "text"
    json = "json"
    github = "github"
    sarif = "sarif"


class Report:
    """The output of a command: text on stderr, or data for other programs on stdout."""

    def __init__(
        self,
        command: str,
        output_format: Format | CheckFormat | None,
        *,
        quiet: bool = False,
        project: Path | None = None,
    ) -> None:
        """Prepare for a command.

        Args:
            command: Its name.
            output_format: The format of its output.
            quiet: Whether to print errors only.
            project: The value of `--project`, which a next command needs as well.
        """
        self.command = command
        self._project = project
        self._in_actions = os.environ.get("GITHUB_ACTIONS") == "true"
        self.format = str(output_format or (CheckFormat.github if self._in_actions else CheckFormat.text))
        self.quiet = quiet
        self.failed_strictly = False
        self.ignored = 0
        self.wrote = True  # otherwise the package was there already

    @property
    def for_people(self) -> bool:
        """Whether text is printed; GitHub shows it in its log, beside the annotations."""
        return self.format in {Format.text, CheckFormat.github}

    @property
    def took(self) -> str:
        """The time since the program began, as in "in 0.2 s"."""
        return duration(time.monotonic() - STARTED)

    def call(self, command: str) -> str:
        """A command to be copied, for the same deck."""
        return f"deckgen {command}" + (f" --project {in_shell(self._project)}" if self._project else "")

    def next(self, step: str) -> None:
        """Print the next step; not in a workflow of GitHub, where nobody takes it."""
        if step and self.for_people and not self.quiet and not self._in_actions:
            say(f"Next: {step}")

    def without(self, result: Result, codes: Sequence[str]) -> Result:
        """A build without the warnings of some codes; the report gives their number at the end."""
        ignored = [each for each in result.diagnostics if each.code in codes]
        self.ignored = sum(each.stands_for for each in ignored)
        return replace(result, diagnostics=[each for each in result.diagnostics if each.code not in codes])

    def fails(self, result: Result, *, strict: bool) -> bool:
        """Whether there are errors or, with `--strict`, warnings."""
        self.failed_strictly = strict and bool(result.diagnostics)
        return result.made is None or self.failed_strictly

    def end(
        self,
        result: Result,
        note: str = "",
        path: Path | None = None,
        files: Sequence[str] = (),
        changes: Changes | None = None,
        more: Mapping[str, object] | None = None,
    ) -> None:
        """Print the diagnostics and the result: a package, or the files of a release.

        Args:
            result: The build.
            note: A text after the number of errors.
            path: The path of the package.
            files: The files of a release.
            changes: What learners get in a release.
            more: Further members for JSON.
        """
        made = None if self.failed_strictly and path is None else result.made
        try:
            self._print(result, files, about(result.made, path, changes), more or {})
        except OutputError:
            if made and path:
                say(summary(made, path, files, changes, took=self.took, wrote=self.wrote))
            raise
        if not self.for_people:
            return
        took = "" if made and self.command in _SAY_MORE else self.took
        self.tell(self._wanted(result.diagnostics), result.lines, note, "" if made else took)
        if self.ignored and not self.quiet:
            say(f"{counted(self.ignored, 'warning')} ignored")
        if made and not self.quiet:
            say(summary(made, path, files, changes, took=took, wrote=self.wrote))

    def _wanted(self, diagnostics: list[Diagnostic]) -> list[Diagnostic]:
        """The diagnostics that people see: with `--quiet` those for which the command fails."""
        if not self.quiet or self.failed_strictly:
            return diagnostics
        return [each for each in diagnostics if each.level == "error"]

    def _print(
        self,
        result: Result,
        files: Sequence[str],
        about: Mapping[str, object] | None,
        more: Mapping[str, object],
    ) -> None:
        """Print data for other programs on stdout, and report a failure to write it."""
        if self.format == Format.json:
            errors = any(diagnostic.level == "error" for diagnostic in result.diagnostics)
            released: dict[str, object] = {}
            if files and result.made:
                released = {"files": list(files), "first": not result.made.after}
            self.object(
                ok=not errors and not self.failed_strictly,
                diagnostics=[diagnostic.as_json() for diagnostic in result.diagnostics],
                ignored=self.ignored,
                package=about,
                **released,
                **more,
            )
        elif self.format != Format.text:
            self._annotate(result)
        sys.stdout.flush()

    def tell(
        self, diagnostics: list[Diagnostic], lines: dict[str, list[str]], note: str, took: str = ""
    ) -> None:
        """Print diagnostics as text: each with its place and line, their number, and what to do about them.

        Args:
            diagnostics: The diagnostics.
            lines: The lines of each file, by its path.
            note: A text after the numbers; may be empty.
            took: The time that the work took; empty if it is not over.
        """
        width = width_of(sys.stderr)
        screen = terminal.Screen(width or _IN_LOGS, width > 0, *([paint] if in_color() else []))
        say_as_it_is(terminal.report(diagnostics, lines, (f", {took}" if took else "", note), screen))
        if diagnostics:
            say(self._advice(diagnostics))

    def _advice(self, diagnostics: list[Diagnostic]) -> str:
        """What to do about diagnostics: first what `--fix` fixes, then the rest by hand."""
        codes = {each.code for each in diagnostics}
        alone = next(iter(codes)) if len(codes) == 1 else ""
        explain = f"`deckgen explain {alone or 'CODE'}`"
        total = sum(each.stands_for for each in diagnostics)
        fixable = sum(each.stands_for for each in diagnostics if each.fixable)
        what = f"{fixable:,} of them" if fixable < total else "all of this"
        fix = f"`{self.call('check --fix')}` fixes {what}."
        says_more = f"{explain} says more{'' if alone else ' about each code'}."
        if not self.failed_strictly and all(each.level == "warning" for each in diagnostics):
            return f"{fix} {says_more}" if fixable else says_more
        if fixable == total:
            return f"Next: {fix} {says_more}"
        says_how = f"{explain} says how{'' if alone else ' for each code'}."
        if fixable:
            return f"Next: {fix} Then fix the rest: {says_how}"
        word = "problem" if self.failed_strictly else "error"
        errors = sum(each.stands_for for each in diagnostics if each.level == "error") or total
        return f"Next: fix the {word}{'s' * (errors > 1)} above. {says_how}"

    def _annotate(self, result: Result) -> None:
        """Print the diagnostics as annotations, or as a SARIF log."""
        from deckgen.diagnostics import formats  # noqa: PLC0415
        from deckgen.git import path_in_repository  # noqa: PLC0415

        prefix = path_in_repository(result.project)
        if self.format == CheckFormat.sarif:
            sys.stdout.write(formats.sarif(result.diagnostics, __version__, prefix))
        else:
            sys.stdout.write(formats.github(self._wanted(result.diagnostics), prefix))

    def object(self, **members: object) -> None:
        """Print the one JSON object."""
        from deckgen.diagnostics import formats  # noqa: PLC0415

        sys.stdout.write(formats.as_json({"command": self.command, "deckgen": __version__, **members}))

    def failed(self, message: str, hint: str = "") -> None:
        """Report that the call was wrong, or failed; under GitHub Actions as an annotation, too."""
        if self._in_actions and self.for_people:
            from deckgen.diagnostics import formats  # noqa: PLC0415

            sys.stdout.write(formats.github_failure(message, hint))
            sys.stdout.flush()
        if self.format == Format.json:
            self.object(ok=False, error={"message": message, "hint": hint or None})
        else:
            say(_labeled("error", message, hint))

    @staticmethod
    def warned(message: str, hint: str) -> None:
        """Report, in text, what is no failure and yet matters."""
        say(_labeled("warning", message, hint))


COLOURS = {
    "error": "red",
    "warning": "yellow",
    "hint": "cyan",
    "bar": "cyan",
    "place": None,
    "heading": None,
}


def in_color(stream: TextIO | None = None) -> bool:
    """Whether stderr, or another stream, gets colors: if it is a terminal with colors, or if they are forced.

    After no-color.org and force-color.org; if both variables are set, there are no colors.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return (stream or sys.stderr).isatty() and os.environ.get("TERM") != "dumb"


def _labeled(level: str, message: str, hint: str) -> str:
    """A message with its level, and its hint if it has one."""
    label = paint(level, level) if in_color() else level
    return f"{label}: {message}" + (f"\n  hint: {hint}" if hint else "")


def paint(text: str, what: str) -> str:
    """A text in the color of its sort."""
    return typer.style(text, fg=COLOURS[what], bold=what not in {"hint", "bar"})


@contextmanager
def reporting(
    command: str,
    output_format: Format | CheckFormat | None,
    *,
    quiet: bool = False,
    project: Path | None = None,
) -> Iterator[Report]:
    """Turn a failed call into a message and its exit code, and leave nothing behind when stopped."""
    report = Report(command, output_format, quiet=quiet, project=project)
    stopped: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        del frame
        stopped.append(number)
        raise KeyboardInterrupt

    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in (getattr(signal, name) for name in names)}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, stop)
    try:
        yield report
    except BaseException as error:
        # the work that the signal interrupted may have raised another exception
        if stopped:
            report.failed("stopped")
            raise typer.Exit(128 + stopped[0]) from error
        if isinstance(error, CallError):
            report.failed(str(error), error.hint)
            raise typer.Exit(2) from error
        if isinstance(error, OSError) and not isinstance(error, (BrokenPipeError, OutputError)):
            where = f": {os.fsdecode(error.filename)}" if error.filename else ""
            report.failed(f"{error.strerror or error}{where}")
            raise typer.Exit(2) from error
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def width_of(stream: TextIO) -> int:
    """The columns of a stream's terminal, 80 where it does not say; 0 where there is none."""
    if not stream.isatty():
        return 0
    with suppress(ValueError):
        if given := int(os.environ.get("COLUMNS", "0")):
            return given
    with suppress(OSError, ValueError):
        return os.get_terminal_size(stream.fileno()).columns or 80
    return 80


def fitted(text: str, stream: TextIO, indent: int = 2) -> str:
    """A text for a stream: broken between words in a terminal, and as it is elsewhere.

    Args:
        text: The text.
        stream: The stream.
        indent: By how many columns the further parts of a line are indented.
    """
    return terminal.wrapped(text, width_of(stream), indent)


def fitted_markdown(text: str, stream: TextIO) -> str:
    """Markdown for a stream, so that broken lines are still Markdown: only list items are indented."""
    return "\n".join(fitted(line, stream, 2 if line.startswith("- ") else 0) for line in text.split("\n"))


def say(text: str) -> None:
    """Print a text for people on stderr."""
    if text:
        typer.echo(fitted(text.rstrip("\n"), sys.stderr), err=True, color=in_color())


def say_as_it_is(text: str) -> None:
    """Print text on stderr whose lines are not to be broken, such as those of a source."""
    if text:
        typer.echo(text.rstrip("\n"), err=True, color=in_color())
