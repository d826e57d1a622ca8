"""Help for the commands: examples, the address of their docs, and hints for calls that are wrong."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
import typer.core

from deckgen.address import docs
from deckgen.cli.report import Format, Report, width_of
from deckgen.diagnostics import CallError, did_you_mean, terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_NARROW = 60  # columns; in fewer, the boxes of Rich cut the names of options
_EXAMPLES = {
    "": (
        ("deckgen init my-deck", "begin a deck"),
        ("cd my-deck", ""),
        ("deckgen preview --serve --open", "see its cards while you write"),
        ("deckgen build", "write the package for Anki"),
    ),
    "init": (("deckgen init my-deck", ""),),
    "adopt": (("deckgen adopt old.apkg my-deck", ""),),
    "import": (
        ("deckgen import words.csv --kind definition --dry-run", ""),
        ("deckgen import words.csv --kind definition --map term=Word", ""),
    ),
    "build": (("deckgen build", ""), ("deckgen build -o ~/Desktop/deck.apkg", "")),
    "check": (("deckgen check", ""), ("deckgen check --fix --dry-run", "show what --fix would change")),
    "preview": (
        ("deckgen preview --serve --open", "see the cards while you write"),
        ("deckgen preview --since --open", "see what changed since the last release"),
    ),
    "release": (
        ("deckgen release --dry-run", "show what learners would get"),
        ("deckgen release 1.1.0 --commit", ""),
    ),
    "site": (("deckgen site --open", ""),),
    "diff": (
        ("deckgen diff", "the last release and the source"),
        ("deckgen diff 1.0.0 old.apkg", "a release and a package"),
    ),
    "export": (
        ("deckgen export --to csv tables", ""),
        ("deckgen export --to json ../moon-json", ""),
    ),
    "inspect": (
        ("deckgen inspect deck.apkg", ""),
        ("deckgen inspect old.apkg new.apkg", "also what stays the same"),
    ),
    "verify": (("deckgen verify", ""), ("deckgen verify --previous old.apkg", "")),
    "stats": (("deckgen stats", ""),),
    "explain": (("deckgen explain", "list all codes"), ("deckgen explain cut-by-comment", "")),
    "schema": (("deckgen schema", ""),),
    "github": (("deckgen github prepare --as 1.1.0", ""),),
    "github prepare": (("deckgen github prepare --as 1.1.0", ""),),
    "github prepared": (("deckgen github prepared", ""),),
    "github draft": (("deckgen github draft", ""),),
    "github publish": (("deckgen github publish", ""),),
    "github fetch": (("deckgen github fetch", ""),),
    "github site": (("deckgen github site -o _site", ""),),
    "github comment": (("deckgen github comment", ""),),
}
"""Calls of each command, and what they do where that is not plain. They fit into 80 columns."""
_OTHER_WORDS = {
    "compare": "diff",
    "create": "init",
    "fix": "check --fix",
    "help": "--help",
    "info": "inspect",
    "lint": "check",
    "make": "build",
    "new": "init",
    "publish": "release",
    "serve": "preview --serve",
    "show": "preview",
    "test": "check",
    "validate": "check",
    "version": "--version",
    "watch": "preview --serve",
}
"""Names that commands have in other programs, and what does that here."""
LEFT_OUT = "\0"
"""The value of an option that is given without one; no argument of a call can be this."""
_OPTIONAL = {"--since"}  # options whose value may be left out


class Command(typer.core.TyperCommand):
    """A command with examples in its help, and with hints for arguments that it does not take."""

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 (Typer brings its own Click)
        """Write the help."""
        _write_help(self, ctx, formatter, super().format_help)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401
        """Read the arguments of a call."""
        given = list(args)
        try:
            return super().parse_args(ctx, _with_values(args))
        except Exception as error:
            if call_error := _as_call_error(error, ctx, _of_call(self, given)):
                raise call_error from None
            raise


class Group(typer.core.TyperGroup):
    """A group of commands, with hints for names of commands that do not exist."""

    def main(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        """Run a command and end the process with its exit code."""
        # completion asks for `deckgen`, and hints name it, also where `python -m deckgen` was called
        kwargs |= {"prog_name": "deckgen", "standalone_mode": False}
        try:
            code = super().main(*args, **kwargs)
        except CallError as error:
            Report("", Format.text).failed(str(error), error.hint)
            code = 2
        except typer.Abort:
            Report("", Format.text).failed("stopped")
            code = 1
        sys.exit(code if isinstance(code, int) else 0)

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        """Write the help."""
        _write_help(self, ctx, formatter, super().format_help)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401
        """Read the arguments of a call; without any, print the help."""
        if not args and not ctx.resilient_parsing:
            typer.echo(ctx.get_help(), color=ctx.color)
            ctx.exit(2)
        try:
            return super().parse_args(ctx, args)
        except Exception as error:
            if call_error := _as_call_error(error, ctx, ""):
                raise call_error from None
            raise

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401
        """The command that a call names."""
        if self.get_command(ctx, args[0]) is None and not ctx.resilient_parsing:
            prefix, known = ctx.command_path, self.list_commands(ctx)
            meant = _OTHER_WORDS.get(args[0].lower())
            hint = f"did you mean `{prefix} {meant}`?" if meant and not ctx.parent else ""
            hint = hint or did_you_mean(args[0], known) or f"`{prefix} --help` lists the commands"
            raise CallError(f"`{prefix}` has no command `{args[0]}`", hint)
        return super().resolve_command(ctx, args)


def _as_call_error(error: Exception, ctx: Any, hint: str) -> CallError | None:  # noqa: ANN401
    """The error of a wrong call in deckgen's words; None for any other exception."""
    if not hasattr(error, "format_message"):
        return None
    path, option = ctx.command_path, getattr(error, "option_name", None)
    if type(error).__name__ == "NoSuchOption" and option:
        near = did_you_mean(option, [name for each in ctx.command.get_params(ctx) for name in each.opts])
        certain = hint if option == "--version" else ""
        if isinstance(ctx.command, Group) and (elsewhere := _commands_with(ctx, option)):
            certain = f"options come after the command: {path} {elsewhere} {option}"
        hint = certain or near or hint or f"`{path} --help` lists the options"
        return CallError(f"`{path}` has no option `{option}`", hint)
    message = re.sub(r"'([^']*)'", r"`\1`", str(error.format_message())).rstrip(".")
    message = message.replace("argument(s)", "argument")
    return CallError(message[:1].lower() + message[1:], hint or f"`{path} --help` lists what it takes")


def _commands_with(ctx: Any, option: str) -> str:  # noqa: ANN401
    """A command that has an option; empty if there is none."""
    for name in ctx.command.list_commands(ctx):
        command = ctx.command.get_command(ctx, name)
        if any(option in each.opts for each in command.params):
            return str(name)
    return ""


def _write_help(command: Any, ctx: Any, formatter: Any, boxed: Callable[[Any, Any], None]) -> None:  # noqa: ANN401
    """Write the help of a command, with its examples and the address of its page."""
    name = ctx.command_path.partition(" ")[2]  # after `deckgen`
    width = width_of(sys.stdout)
    if 0 < width < _NARROW:
        formatter.write(terminal.wrapped("\n".join(_narrow(command, ctx)), width, 0) + "\n")
    else:
        boxed(ctx, formatter)
    formatter.write(terminal.wrapped("\n".join(_more(name, width)), width, 0) + "\n")


def _narrow(command: Any, ctx: Any) -> Iterator[str]:  # noqa: ANN401
    """The lines of a help for narrow terminals: each option, and under it what it does."""
    yield command.get_usage(ctx)
    yield f"\n{command.help}"
    for each in command.get_params(ctx):
        if record := each.get_help_record(ctx):
            yield f"\n  {record[0]}\n    {record[1]}"
    for name in command.list_commands(ctx) if isinstance(command, Group) else ():
        yield f"\n  {name}\n    {command.get_command(ctx, name).help}"
    yield ""


def _more(name: str, width: int) -> Iterator[str]:
    """The lines after the options: examples, and the address of the docs.

    Args:
        name: The name of the command.
        width: The columns of the terminal; 0 where there is none.
    """
    examples = _EXAMPLES[name]
    longest = max(len(call) for call, _ in examples)
    yield " Start with:" if not name else " Examples:" if len(examples) > 1 else " Example:"
    for call, what in examples:
        line = f"   {call:{longest}}  # {what}" if what else f"   {call}"
        if 0 < width < len(line):
            yield from (f"   # {what}", f"   {call}")
        else:
            yield line
    page = "commands.md" + (f"#deckgen-{name.partition(' ')[0]}" if name else "")
    if address := docs(page):
        yield f"\n Docs: {address}"


def _with_values(args: list[str]) -> list[str]:
    """The arguments of a call, with a value for each option whose value was left out."""
    found = []
    for place, each in enumerate(args):
        found.append(each)
        if each == "--":
            return found + args[place + 1 :]
        following = args[place + 1 : place + 2]
        if each in _OPTIONAL and (not following or following[0].startswith("-")):
            found.append(LEFT_OUT)
    return found


def _of_call(called: Command, args: list[str]) -> str:
    """A hint for a call with one argument too many; empty if the right call is not certain."""
    command = called.name or ""
    with_value = {name for each in called.params if not getattr(each, "is_flag", True) for name in each.opts}
    loose = [each for before, each in zip(["", *args], args, strict=False) if before not in with_value]
    if command == "release" and "--version" in [each.partition("=")[0] for each in args]:
        return "write the version by itself: deckgen release 1.0.0"
    if command == "diff" and len(loose) > 2:  # noqa: PLR2004 (old and new)
        return "it compares two sides: deckgen diff OLD NEW"
    if command == "build" and (package := next((each for each in loose if each.endswith(".apkg")), "")):
        return f"name the package with -o: deckgen build -o {package}"
    return _to_the_deck(command, loose) if "--project" in with_value else ""


def _to_the_deck(command: str, loose: list[str]) -> str:
    """A hint at --project, if an argument is a deck's folder or one of its files; else empty."""
    if any(each.lower().endswith((".yaml", ".yml")) for each in loose):
        return f"`deckgen {command}` takes the whole deck; --project DIR names its folder"
    folders = [each for each in loose if Path(each).is_dir()]
    if folders:  # `--help` comes here as well, and is to stay quick
        from deckgen.project import holds_deck  # noqa: PLC0415

        if folder := next((each for each in folders if holds_deck(Path(each))), ""):
            return f"name the deck's folder with --project: deckgen {command} --project {folder}"
    return ""
