"""The command `deckgen site`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deckgen.cli.calls import (
    FormatOption,
    OpenOption,
    ProjectOption,
    build_deck_of,
    check_locked,
    find_deck,
    make_build_folder,
    output_folder,
)
from deckgen.cli.paths import short_path
from deckgen.cli.progress import bar
from deckgen.cli.report import Format, reporting, say
from deckgen.diagnostics import counted, sorted_diagnostics, terminal

if TYPE_CHECKING:
    from deckgen.build import Build
    from deckgen.cli.report import Report
    from deckgen.commands.site.site import Site

OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="DIR",
        show_default=False,
        help="The site's folder. Default: build/site in the deck's folder.",
    ),
]
DownloadOption = Annotated[
    str,
    typer.Option(
        metavar="URL",
        show_default=False,
        help="Address of the package. Default: in a clone from GitHub, the latest release there; "
        "elsewhere a copy of the package in build/release/.",
    ),
]
PackageOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Copy this package into the site and link to it (not with --download)."
    ),
]
AddressOption = Annotated[
    str,
    typer.Option(metavar="URL", show_default=False, help="The site's address, for search engines and links."),
]


def site(  # noqa: PLR0913, PLR0917 (each of its options is a parameter)
    project: ProjectOption = None,
    output: OutputOption = None,
    download: DownloadOption = "",
    package: PackageOption = None,
    address: AddressOption = "",
    locked: Annotated[  # noqa: FBT002 (typer's way)
        bool, typer.Option("--locked", help="Write the site only if the source is exactly the last release.")
    ] = False,
    open_page: OpenOption = False,  # noqa: FBT002 (typer's way)
    output_format: FormatOption = Format.text,
) -> None:
    """Write the deck's public page: a description, a download, what is new, and cards to try."""
    with reporting("site", output_format, project=project) as report:
        from deckgen.commands.site.download import Wishes, check_wishes  # noqa: PLC0415
        from deckgen.commands.site.folder import FOLDERS, write  # noqa: PLC0415
        from deckgen.commands.site.site import site as site_of  # noqa: PLC0415
        from deckgen.kept import NOTHING  # noqa: PLC0415
        from deckgen.project import Project  # noqa: PLC0415

        wishes = Wishes(download.strip(), package, address.strip())
        check_wishes(wishes)
        deck = find_deck(project)
        if output is None:
            make_build_folder(output_folder(deck))
        folder = output or output_folder(deck) / "site"
        earlier = FOLDERS.earlier(folder, Project(deck))
        # the page is published, so nothing of earlier builds is trusted
        result = build_deck_of(deck, report, try_fix=True, kept=NOTHING)
        if report.fails(result, strict=False):
            report.end(result, "nothing was written", more={"site": None})
            raise typer.Exit(1)
        if locked and result.package:
            check_locked(result.package)
        with bar(report) as tick:
            tick("writing the site", 0, 0)
            made = site_of(result, wishes)
            write(made, folder, earlier)
        _tell(result, made, folder, report)
        look = "" if open_page else "open this file in your browser. Then "
        if made.released or made.download:
            report.next(f"{look}put the folder {terminal.kept(short_path(folder))} on a web server.")
        else:
            report.next(f"{look}run `{report.call('release')}`, for a package that the page can link to.")
        if open_page:
            typer.launch((folder / "index.html").resolve().as_uri())


def _tell(result: Build, made: Site, folder: Path, report: Report) -> None:
    """Print what was written, and where the page shows something else than what learners get."""
    page = folder / "index.html"
    released = made.released
    remarks = list(_remarks(made))
    about = {
        "path": str(page),
        "version": released.version if released else None,
        "ahead": bool(released and released.ahead),
        "download": made.download.link if made.download else None,
        "cards": made.gallery.cards,
        "remarks": remarks,
    }
    diagnostics = sorted_diagnostics([*result.diagnostics, *made.diagnostics])
    report.end(replace(result, diagnostics=diagnostics), more={"site": about})
    if not report.for_people:
        return
    for remark in remarks:
        say(f"note: {remark}")
    version = f"version {released.version}, " if released else ""
    path = terminal.kept(short_path(page))
    say(f"wrote {path}: {version}{counted(made.gallery.cards, 'card')} to try, {report.took}")
    if made.download:
        copied = " (copied)" if made.download.file else ""
        say(f"  the download button links to {made.download.link}{copied}")


def _remarks(made: Site) -> list[str]:
    """What the author should know of the page, as sentences."""
    released = made.released
    remarks = []
    if released and released.ahead:
        remarks.append(
            f"the cards are not those of {released.version}: {released.ahead}. The page says so. "
            f"For the page of {released.version}, check out its commit"
        )
    if not made.download:
        remarks.append(
            "the page has no download button, because deckgen found no package: "
            "name one with --download URL or --package FILE"
            if released
            else "the page has no download button: nothing has been released yet"
        )
    return remarks
