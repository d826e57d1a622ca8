"""Files of a deck that nothing reads or no card shows, with hints for what their author probably intended."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deckgen import source
from deckgen.cards.media import FONTS, IMAGES, SOUNDS
from deckgen.diagnostics import Diagnostic, Span, composed, listed, nearest, proposal, same
from deckgen.project import CHAPTER, beginning, below, is_kind, shipped_templates

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from deckgen.cards.note_types import NoteTypes
    from deckgen.deck.kinds_in_force import Kinds
    from deckgen.project import Project


_MEDIA = IMAGES | SOUNDS | FONTS
_LIKE_A_CHAPTER = re.compile(
    r"\.ya?ml(?P<rest>\W*(?:[a-z]{0,4}\W*)?)$|\.(?:yam|yalm|ymal|yaml1)$", re.IGNORECASE
)


def unread_files(
    project: Project, files: Collection[Path], sections: Collection[str]
) -> Iterator[Diagnostic]:
    """Warnings about files of source/ that look like chapters or templates, but are not read.

    Args:
        project: The deck's folder.
        files: All files of source/.
        sections: The keys under which chapters have notes.
    """
    top = project.source
    folder = ""
    # a deck may have thousands of media files, which none of this concerns; but some copies end in .yaml.png
    odd = (path for path in files if not _is_media(path) or _LIKE_A_CHAPTER.search(path.name))
    for path in sorted(odd):
        path_shown = project.shown(path)
        parts = path.relative_to(top).parts
        if path.name.endswith(".j2") or is_kind(path):
            if parts[0] == folder:
                continue  # the warning about its folder covers it
            if len(parts) > 1 and nearest(parts[0], ["templates"]) and not project.templates.exists():
                folder = parts[0]
                hint = "templates belong next to source/, not in it: move this folder to `templates`"
                span = Span(f"source/{folder}")
                yield Diagnostic("unused-template", "deckgen does not read this folder", span, hint)
            else:
                yield _template_in_source(parts, path_shown)
        elif path in {project.ledger, project.changelog}:
            continue
        elif not path.name.lower().endswith(CHAPTER) and (name := _as_chapter(path, sections)):
            hint = f"if it is a chapter, rename it to end in .yaml: `{name}`"
            copied = same(path.with_name(name).as_posix())
            if any(same(other.as_posix()) == copied for other in files):
                hint = f"it looks like a copy of `{name}`: delete it, or move it out of source/"
            yield Diagnostic("unread-file", "deckgen does not read this file", Span(path_shown), hint)


def beside_source(project: Project, sections: Collection[str]) -> Iterator[Diagnostic]:
    """Warnings about chapters beside source/ instead of in it.

    Args:
        project: The deck's folder.
        sections: The keys under which chapters have notes.
    """
    try:
        files = sorted(path for path in project.folder.iterdir() if path.name.lower().endswith(CHAPTER))
    except OSError:
        return
    for path in files:
        if _has_notes(beginning(path), sections):
            there = (project.source / path.name).exists()
            hint = f"chapters belong in source/: move it to `source/{path.name}`"
            hint = (
                "chapters belong in source/, and one with this name is already there: delete this file"
                if there
                else hint
            )
            yield Diagnostic("unread-file", "deckgen does not read this file", Span(path.name), hint)


def _has_notes(text: str, sections: Collection[str]) -> bool:
    """Whether a text looks like a chapter."""
    keys = "|".join(map(re.escape, sections))
    return bool(re.search(rf"(?m)^(?:{keys}):[ \t]*$", text) and re.search(r"(?m)^[ ]*- +id:", text))


def _template_in_source(parts: tuple[str, ...], shown: str) -> Diagnostic:
    """The diagnostic for a template in source/."""
    inside = parts[1:] if nearest(parts[0], ["templates"]) and len(parts) > 1 else parts
    place = "/".join(("templates", *inside)) if len(inside) > 1 else f"templates/base/{inside[0]}"
    hint = f"templates belong next to source/, not in it: move it to `{place}`"
    return Diagnostic("unused-template", "deckgen does not read this file", Span(shown), hint)


def _is_media(path: Path) -> bool:
    """Whether a file has the ending of an image, a sound or a font."""
    return path.suffix.lower().removeprefix(".") in _MEDIA


def _as_chapter(path: Path, sections: Collection[str]) -> str:
    """The name that a file would have as a chapter; empty if it does not look like one."""
    match = _LIKE_A_CHAPTER.search(path.name)
    if match and match.start():
        return f"{path.name[: match.start()]}.yaml"
    if not path.is_file():
        return ""
    return f"{path.stem}.yaml" if _has_notes(beginning(path), sections) else ""


def unused_media(project: Project, files: Iterable[Path], shown: Collection[Path]) -> Iterator[Diagnostic]:
    """A warning about the media files of source/ that no card shows; one warning for all of them.

    Args:
        project: The deck's folder.
        files: All files of source/.
        shown: The files that cards show, with links resolved.
    """
    hidden = (path for path in files if path not in shown)  # most are shown, and not by a link
    spare = [
        path for path in sorted(hidden) if _is_media(path) and path.is_file() and path.resolve() not in shown
    ]
    if spare:
        names = [path.relative_to(project.source).as_posix() for path in spare]
        what = "no card shows this file" if len(spare) == 1 else f"no card shows these {len(spare):,} files"
        message = f"{what}: {listed(names)}" if len(spare) > 1 else what
        hint = "show it, or delete it" if len(spare) == 1 else "show them, or delete them"
        yield Diagnostic("unused-media", message, Span(project.shown(spare[0])), hint)


def unused_templates(
    project: Project, kinds: Kinds, note_types: NoteTypes, others: Collection[Path]
) -> Iterator[Diagnostic]:
    """Warnings about files of the deck's templates/ that nothing reads, and errors for unreadable folders.

    Args:
        project: The deck's folder.
        kinds: The kinds in force.
        note_types: The note types made from their templates.
        others: The files that are read besides those of note types.
    """
    own = project.templates
    expected: dict[str, Collection[str]] = {kind.name: kind.files for kind in kinds.in_force}
    expected["base"] = [path.name for path in (shipped_templates() / "base").iterdir()]
    closed: list[tuple[Path, OSError]] = []
    used = set(map(composed, note_types.used))
    for path in sorted(below(own, lambda *folder: closed.append(folder)) if own.is_dir() else ()):
        path_shown = project.shown(path)
        if not path.is_file() or path.name == "kind.yaml" or composed(path_shown) in used:
            continue
        if path in others or _is_copy(path, own):
            continue
        folder = path.relative_to(own).parts[0]
        is_expected = path.name in expected.get(folder, ()) or any(
            path.name in text for text in note_types.texts.values()
        )
        # if templates have errors, some of the files that they use may not have been read
        if not note_types.valid and (folder not in expected or is_expected):
            continue
        yield Diagnostic(
            "unused-template",
            "deckgen does not read this file",
            Span(path_shown),
            _of_template(path, own, expected),
        )
    for folder_of, error in closed:
        yield source.unreadable(project.shown(folder_of), error)
    yield from _misnamed_folders(project)


def _is_copy(path: Path, own: Path) -> bool:
    """Whether a file of templates/ is just what deckgen brings along, as when all of it was copied."""
    shipped = shipped_templates() / path.relative_to(own)
    try:
        return shipped.is_file() and shipped.read_bytes() == path.read_bytes()
    except OSError:
        return False


def _of_template(path: Path, own: Path, expected: Mapping[str, Collection[str]]) -> str:
    """A hint for an unused file in templates/: its probable right name or place."""
    base = expected.get("base", ())
    near = nearest(path.name, sorted(expected.get(path.parent.name, base)))
    if path.name in base and path.parent != own / "base":
        return f"did you mean `templates/base/{path.name}`?"
    if path.parent == own:
        near = nearest(path.name, sorted(base))
        there = f", and files for all kinds into `templates/base/{near}`" if near else ""
        return f"put files of one kind into the kind's folder, such as templates/case/{there}"
    if path.suffix.lower().removeprefix(".") in _MEDIA:
        return f'to show it, write this in a face or style: `[[ media("{path.name}") ]]`'
    if near == path.name:
        return (
            "deckgen only uses the file in the deck's language: delete this one, or move it out of templates/"
        )
    return proposal(path.name, near) if near else ""


def _misnamed_folders(project: Project) -> Iterator[Diagnostic]:
    """Warnings about folders beside source/ whose name is probably a misspelled templates/."""
    if project.templates.is_dir():
        return
    try:
        folders = sorted(path for path in project.folder.iterdir() if path.is_dir())
    except OSError:
        return
    for folder in folders:
        if nearest(folder.name, ["templates"]) and any(folder.glob("*/*.j2")):
            hint = "did you mean `templates`?" + (
                " only the capitals differ" * (same(folder.name) == "templates")
            )
            yield Diagnostic("unused-template", "deckgen does not read this folder", Span(folder.name), hint)
