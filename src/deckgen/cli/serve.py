"""The preview that follows the source, until Ctrl-C."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import typer
import typer.core

from deckgen.cli.calls import build_deck_of
from deckgen.cli.report import (
    Report,
    say,
)

if TYPE_CHECKING:
    from pathlib import Path

    from deckgen.build import Build
    from deckgen.commands.preview.since import Since
    from deckgen.diagnostics import Diagnostic


def serve(
    deck: Path, target: Path, port: int | None, report: Report, *, open_page: bool, since: Since | None
) -> None:
    """Serve a deck's preview until Ctrl-C, which ends it well."""
    from deckgen.commands.preview import live, server  # noqa: PLC0415
    from deckgen.memory import Memory  # noqa: PLC0415

    preview_server = server.Server(target, server.PORT if port is None else port)
    latest: list[Diagnostic] = []

    def tell(result: Build | None, fault: str) -> None:
        if result is None:
            report.failed(fault)
        elif latest != result.diagnostics:
            latest[:] = result.diagnostics
            report.tell(latest, result.lines, "")
            if not latest:
                say("all problems fixed")

    with suppress(KeyboardInterrupt):
        memory = Memory()
        first = build_deck_of(deck, report, memory=memory)
        address = preview_server.address
        where = f"The preview is at {address}." if open_page else f"Next: open {address} in your browser."
        say(f"{where} The page updates when you save a file. Ctrl-C ends it.")
        if since:
            say(f"The page shows what changed since {since.side.name}.")
        if open_page:
            typer.launch(preview_server.address)
        live.serve(deck, preview_server, tell, (first, memory), since)
