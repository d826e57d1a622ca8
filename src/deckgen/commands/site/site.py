"""A deck's site, made of a build: the content of its files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deckgen.cards.sentences import foreign_sentences, read_sentences
from deckgen.commands.preview.cards import gallery
from deckgen.commands.preview.folder import SHARED
from deckgen.commands.preview.formulas import FORMULA
from deckgen.commands.release.changelog import read_changelog, sections
from deckgen.commands.repository import repository_of
from deckgen.commands.site import page
from deckgen.commands.site.chapters import chapters_of, scripts_of
from deckgen.commands.site.download import find_download
from deckgen.commands.site.release import last_release
from deckgen.diagnostics import CallError
from deckgen.project import SOCIAL_PICTURE, Project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as ReadOnly

    from deckgen.build import Build
    from deckgen.commands.preview.cards import Gallery
    from deckgen.commands.release.changelog import Section
    from deckgen.commands.site.download import Download, Wishes
    from deckgen.commands.site.release import Released
    from deckgen.diagnostics import Diagnostic

_PNG = b"\x89PNG\r\n\x1a\n"
_MOST = 5 * 1024 * 1024  # bytes of a picture for links; others show none that is larger


@dataclass(frozen=True)
class Site:
    """A site.

    Attributes:
        deck: The id of its deck.
        files: The contents of its files by their paths, but for media files and the package.
        gallery: The cards that it shows.
        download: The package that it links to; None if there is none, or none is known.
        released: The last release of the deck; None if there is none.
        diagnostics: What its author should know besides the diagnostics of the build.
    """

    deck: str
    files: ReadOnly[str, bytes]
    gallery: Gallery
    download: Download | None
    released: Released | None
    diagnostics: list[Diagnostic]

    @property
    def media(self) -> set[str]:
        """The names of the media files that its cards show."""
        return {name for note in self.gallery.notes for name in note.media}


def site(build: Build, wishes: Wishes) -> Site:
    """The site of a deck.

    Args:
        build: A build without errors.
        wishes: What the author asks for.

    Raises:
        CallError: The named package, the picture or the changelog cannot be used.
    """
    assert build.packages  # noqa: S101 (it has no errors)
    deck, project = build.deck, Project(build.project)
    released = last_release(build.packages)
    repository = wishes.repository or repository_of(project.folder)
    sentences = read_sentences(deck, project)
    shown = gallery(build)
    chapters = chapters_of(shown)
    files = {
        **_fixed(project),
        **{f"deck/{name}": text.encode() for name, text in scripts_of(shown, chapters).items()},
    }
    facts = page.Facts(
        deck,
        sentences,
        len(build.packages.main.notes),
        shown.cards,
        released,
        find_download(wishes, deck.id, released, repository, project),
        repository,
        wishes.address.rstrip("/") + "/" if wishes.address else "",
        chapters,
        any(FORMULA.search(note.text) for note in shown.notes),
        tuple(_released_sections(project, build.packages.plan.matching.ledger.versions)),
        {name: hashlib.sha256(content).hexdigest()[:12] for name, content in files.items()},
    )
    if len(facts.sections) > 1:
        files[page.CHANGES] = page.changes(facts).encode()
    files["index.html"] = page.index(facts).encode()  # the last one, so that all else exists by then
    foreign = foreign_sentences(deck, sentences, project, "the fixed text of its page")
    return Site(deck.id, files, shown, facts.download, released, foreign)


def _fixed(project: Project) -> dict[str, bytes]:
    """The files that are the same for each deck, or are copied."""
    paths = [*SHARED.iterdir(), *page.FOLDER.iterdir()]
    files = {
        path.name: path.read_bytes() for path in sorted(paths) if path.is_file() and path.name != "page.html"
    }
    return {**files, "social.png": _picture(project), ".nojekyll": b""}


def _picture(project: Project) -> bytes:
    """The picture by which others show a link to the site: the deck's own, or deckgen's."""
    file = next(
        each for each in reversed(project.template_folders()) if (each / SOCIAL_PICTURE).path.exists()
    )
    picture = file / SOCIAL_PICTURE
    if not (picture.path.is_file() and picture.path.resolve().is_relative_to(picture.top.resolve())):
        raise CallError(
            f"{picture.shown} is not a file in the deck's folder", "put a PNG there, or move it away"
        )
    content = picture.path.read_bytes()
    if not content.startswith(_PNG) or len(content) > _MOST:
        width, height = page.PICTURE
        hint = f"the best size is {width} x {height} pixels"
        raise CallError(f"{picture.shown} is not a PNG of at most 5 MB", hint)
    return content


def _released_sections(project: Project, versions: set[str]) -> Iterator[Section]:
    """The sections of the changelog that learners have got: from the first that has been released."""
    known = False
    for section in sections(read_changelog(project)):
        known = known or section.version in versions
        if known:
            yield section
