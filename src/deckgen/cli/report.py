"""The output of a command: text, JSON or annotations, and the exit code."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager, suppress
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import typer
import typer.core

from deckgen import __version__
from deckgen.diagnostics import CallError, counted, terminal
from deckgen.streams import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from types import FrameType

    from deckgen.build import Build
    from deckgen.commands.release.changes import Changes
    from deckgen.commands.verify.verification import Verification
    from deckgen.diagnostics import Diagnostic
    from deckgen.package import Package, Packages

# characters in a file that could control a terminal
_UNSEEN = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(127, 160)], "\N{REPLACEMENT CHARACTER}")


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


def verified(verification: Verification) -> str:
    """The text about the result of `verify`."""
    notes, cards = (counted(verification.new_learner[what], what[:-1]) for what in ("notes", "cards"))
    lines = [f"in Anki {verification.anki}:", f"  a new learner gets {notes} and {cards}"]
    for update in verification.updates:
        words = [f"{update[what]:,} {what}" for what in ("new", "updated", "untouched")]
        words += [f"{len(update['held_back']):,} held back", f"{update['conflicting']:,} conflicting"]
        lost = f"{len(update['lost']):,} lost" if update["lost"] else "nothing lost"
        options = ", merging note types" if update["options"] == "merge" else ""
        lines.append(f"  from {update['previous']}{options}: {', '.join(words)}; {lost}")
        if update["cleanup"]:
            lines.append(
                f"    the cleanup package tags {counted(update['cleanup']['tagged'], 'retired note')}"
            )
        if update["empty_cards"]:
            lines.append(f"    Empty Cards would remove cards of {counted(update['empty_cards'], 'note')}")
    if any(update["held_back"] for update in verification.updates):
        lines.append(
            "held back: edited by the learner after this was built, so Anki keeps the learner's text"
        )
    if not verification.updates:
        lines.append(
            "  no package in build/release/ is older than this, so no update was rehearsed (--previous FILE)"
        )
    lines += [f"note: {remark}" for remark in verification.remarks]
    return "\n".join(lines)


class Report:
    """The output of a command: text on stderr, or data for other programs on stdout."""

    def __init__(
        self, command: str, output_format: Format | CheckFormat | None, *, quiet: bool = False
    ) -> None:
        """Prepare for a command's name, the format, and whether to print errors only."""
        self.command = command
        self._in_actions = os.environ.get("GITHUB_ACTIONS") == "true"
        self.format = str(output_format or (CheckFormat.github if self._in_actions else CheckFormat.text))
        self.quiet = quiet
        self.failed_strictly = False
        self.ignored = 0

    @property
    def for_people(self) -> bool:
        """Whether text is printed; GitHub shows it in its log, beside the annotations."""
        return self.format in {Format.text, CheckFormat.github}

    def without(self, result: Build, codes: Sequence[str]) -> Build:
        """A build without the warnings of some codes; the report gives their number at the end."""
        ignored = [each for each in result.diagnostics if each.code in codes]
        self.ignored = sum(each.stands_for for each in ignored)
        return replace(result, diagnostics=[each for each in result.diagnostics if each.code not in codes])

    def fails(self, result: Build, *, strict: bool) -> bool:
        """Whether there are errors or, with `--strict`, warnings."""
        self.failed_strictly = strict and bool(result.diagnostics)
        return result.package is None or self.failed_strictly

    def end(
        self,
        result: Build,
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
        packages = None if self.failed_strictly and path is None else result.packages
        try:
            self._print(result, files, _about(result.packages, path, changes), more or {})
        except OutputError:
            if packages and path:
                say(summary(packages, path, files, changes))
            raise
        if not self.for_people:
            return
        self.tell(self._wanted(result.diagnostics), result.lines, note)
        if self.ignored and not self.quiet:
            say(f"{counted(self.ignored, 'warning')} ignored")
        if packages and not self.quiet:
            say(summary(packages, path, files, changes))

    def _wanted(self, diagnostics: list[Diagnostic]) -> list[Diagnostic]:
        """The diagnostics that people see: with `--quiet` those for which the command fails."""
        if not self.quiet or self.failed_strictly:
            return diagnostics
        return [each for each in diagnostics if each.level == "error"]

    def _print(
        self,
        result: Build,
        files: Sequence[str],
        about: Mapping[str, object] | None,
        more: Mapping[str, object],
    ) -> None:
        """Print data for other programs on stdout, and report a failure to write it."""
        if self.format == Format.json:
            errors = any(diagnostic.level == "error" for diagnostic in result.diagnostics)
            released: dict[str, object] = {}
            if files and result.package:
                released = {"files": list(files), "first": not result.package.after}
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

    def tell(self, diagnostics: list[Diagnostic], lines: dict[str, list[str]], note: str) -> None:
        """Print diagnostics as text: each with its place and line, and their number."""
        wrap = sys.stderr.isatty()
        width = columns_of(sys.stderr) if wrap else _IN_LOGS
        screen = terminal.Screen(width, wrap, *([paint] if in_color() else []))
        say_as_it_is(terminal.report(diagnostics, lines, note, screen))

    def _annotate(self, result: Build) -> None:
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
            label = paint("error", "error") if in_color() else "error"
            say(f"{label}: {message}" + (f"\n  hint: {hint}" if hint else ""))


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


def paint(text: str, what: str) -> str:
    """A text in the color of its sort."""
    return typer.style(text, fg=COLOURS[what], bold=what not in {"hint", "bar"})


@contextmanager
def reporting(
    command: str, output_format: Format | CheckFormat | None, *, quiet: bool = False
) -> Iterator[Report]:
    """Turn a failed call into a message and its exit code, and leave nothing behind when stopped."""
    report = Report(command, output_format, quiet=quiet)
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


def _about(packages: Packages | None, path: Path | None, changes: Changes | None) -> dict[str, Any] | None:
    """The content of a package, for JSON; None after errors."""
    if packages is None:
        return None
    package, matching, sending = packages.main, packages.plan.matching, packages.plan.sending
    last = matching.ledger.latest
    since = last.version if last else None
    return {
        "version": package.version or None,
        "since": since,
        "new": [note.id for note in packages.plan.added] if since else None,
        "changed": [note.id for note in sending.changed] if since else None,
        "retired": [note.id for note in sending.retired] if since else None,
        "path": str(path) if path else None,
        "bytes": path.stat().st_size if path else None,
        "id": package.deck.id,
        "title": package.deck.title,
        "time": package.time,
        "notes": _by_kind(package),
        "cards": sum(len(each.cards) for each in package.notes),
        "media": len(package.media),
        **(changes.as_json() if changes else {}),
    }


def _by_kind(package: Package) -> dict[str, int]:
    """The number of notes of each kind, in the order of first occurrence."""
    counts: dict[str, int] = {}
    for each in package.notes:
        counts[each.note.kind.name] = counts.get(each.note.kind.name, 0) + 1
    return counts


def summary(
    packages: Packages, path: Path | None, files: Sequence[str], changes: Changes | None = None
) -> str:
    """A summary of the written files, and how to import the package."""
    package, plan = packages.main, packages.plan
    kinds = {note_type.kind.name: note_type.kind for note_type in package.note_types}
    counts = []
    for name, count in _by_kind(package).items():
        kind = kinds[name]
        if kind.rows_key:
            counts.append(counted(count, f"{name} row"))
        else:
            counts.append(f"{count} {name if count == 1 else kind.section}")
    cards = sum(len(each.cards) for each in package.notes)
    held = f"{counted(len(package.notes), 'note')} ({', '.join(counts)}), {counted(cards, 'card')}"
    if package.media:
        held += f", {counted(len(package.media), 'media file')}"
    if package.after and (files or not package.version):
        held += f"\n  since {package.after}: {(changes or plan).summary()}"
    if plan.sending.spared:
        spared = counted(plan.sending.spared, "note")
        held += f"\n  as `same-media` says, {spared} with other files not sent again"
    if path is None:
        return f"no errors: {held}"
    which = f", version {package.version}, as released" if package.version else ""
    if files:
        if not package.after:
            held += f"\n  this is the first release of `{package.deck.id}`"
        rest = "".join(f"\n  {short_path(path.with_name(name))}" for name in files[1:])
        return (
            f"released {package.version}: {short_path(path)} ({size(path.stat().st_size)})\n  {held}\n"
            f"beside it:{rest}"
        )
    return (
        f"wrote {short_path(path)} ({size(path.stat().st_size)}){which}\n"
        f"  {held}\n"
        "to study it: in Anki choose File > Import and this file; "
        "on a phone or tablet, send the file there and open it with Anki"
    )


def short_path(path: Path) -> str:
    """A path in its shortest form: from the working directory, or absolute."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def size(count: int) -> str:
    """A number of bytes for people."""
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{max(count / 1e3, 0.1):.1f} kB"  # noqa: PLR2004


def columns_of(stream: TextIO) -> int:
    """The columns of a terminal; 80 where it does not say."""
    with suppress(ValueError):
        if given := int(os.environ.get("COLUMNS", "0")):
            return given
    with suppress(OSError, ValueError):
        return os.get_terminal_size(stream.fileno()).columns or 80
    return 80


def fitted(text: str, stream: TextIO) -> str:
    """A text for a stream: broken between words in a terminal, and as it is elsewhere."""
    return terminal.wrapped(text, columns_of(stream) if stream.isatty() else 0)


def say(text: str) -> None:
    """Print a text for people on stderr."""
    if text:
        typer.echo(fitted(text.rstrip("\n"), sys.stderr), err=True, color=in_color())


def say_as_it_is(text: str) -> None:
    """Print text on stderr whose lines are not to be broken, such as those of a source."""
    if text:
        typer.echo(text.rstrip("\n"), err=True, color=in_color())
