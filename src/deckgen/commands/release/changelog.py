"""The changelog, source/CHANGELOG.md: a section for each release, the newest first.

What its author writes above the first section stays as it is. An author may write a section for the coming
release by hand, under its version or `Unreleased`: a release keeps that text, and puts its own under it.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple

from deckgen.diagnostics import CallError
from deckgen.project import CHANGELOG
from deckgen.source import load

if TYPE_CHECKING:
    from collections.abc import Container

    from deckgen.project import Project

_HEADING = re.compile(r"(?m)^ {0,3}##[ \t]+(?P<title>\S.*?)[ \t]*#*[ \t]*$")
_FENCE = re.compile(
    r"(?ms)^ {0,3}(?P<fence>`{3,}|~{3,})(?:[^\n]*\n.*?^ {0,3}(?P=fence)[`~]*[ \t]*$|(?P<open>.*\Z))"
)
_CONFLICT = re.compile(r"(?m)^(?:<{7}|>{7})(?: .*)?$")  # seven equals signs may stand under a title
_UNRELEASED = "unreleased"
_MAX_BYTES = 16 * 1024 * 1024


class Section(NamedTuple):
    """A section of a changelog.

    Attributes:
        title: Its heading.
        start: Where its heading begins, in characters.
        text: Its text after the heading.
        end: Where it ends.
    """

    title: str
    start: int
    text: str
    end: int

    @property
    def version(self) -> str:
        """The first word of the heading, without brackets, as in `[1.0.0] - 2026-11-01`."""
        return self.title.split()[0].strip("[]")


def read_changelog(project: Project) -> str:
    """The text of a deck's changelog; empty if there is none.

    Raises:
        CallError: It cannot be read, or git has left the marks of a conflict in it.
    """
    if not project.changelog.exists() and not project.changelog.is_symlink():
        return ""
    text, fault = load(project.changelog, CHANGELOG, project.folder, _MAX_BYTES)
    if fault:
        raise CallError(f"{CHANGELOG} cannot be read: {fault.message}", fault.hint)
    text = text.replace("\r\n", "\n")
    if mark := _CONFLICT.search(text):
        line = text.count("\n", 0, mark.start()) + 1
        hint = "keep the sections of both sides, the higher version first, and delete the markers"
        raise CallError(f"{CHANGELOG} contains conflict markers from git, line {line}", hint)
    return text


def sections(text: str) -> list[Section]:
    """The sections of a changelog, in its order; what stands in code is no heading."""
    code = [match.span() for match in _FENCE.finditer(text)]
    heads = [
        match
        for match in _HEADING.finditer(text)
        if not any(start <= match.start() < end for start, end in code)
    ]
    ends = [*(match.start() for match in heads[1:]), len(text)] if heads else []
    return [
        Section(match["title"], match.start(), text[match.end() : end].strip("\n"), end)
        for match, end in zip(heads, ends, strict=True)
    ]


def section_of(text: str, version: str) -> Section | None:
    """The section of a version; None if there is none."""
    return next((each for each in sections(text) if each.version == version), None)


class Coming(NamedTuple):
    """The coming release: its version, and the heading that stands for it in the deck's language."""

    version: str
    unreleased: str = "Unreleased"

    def is_headed(self, section: Section) -> bool:
        """Whether a section is about it."""
        title = section.title.strip("[]").lower()
        return section.version == self.version or title in {self.unreleased.lower(), _UNRELEASED}


def lead_of(text: str, coming: Coming) -> str:
    """What the author has written by hand for the coming release: empty, or the text of its section."""
    section = _section_of(text, coming)
    return _closed(_trimmed(section.text)) if section else ""


def with_entry(text: str, coming: Coming, day: str, entry: str, title: str) -> str:
    """A changelog with the section of a release, in place of one written by hand.

    Args:
        text: The changelog as it is; empty if there is none.
        coming: The release.
        day: The day of the release, as in `2026-11-29`.
        entry: The text of the section, which contains what was written by hand.
        title: The heading of a new changelog.
    """
    section = f"## {coming.version} ({day})\n\n{_trimmed(entry)}\n"
    if not text.strip():
        return f"# {title}\n\n{section}"
    own = _section_of(text, coming)
    if not sections(text):
        text = _closed(text)
    start = own.start if own else next((each.start for each in sections(text)), len(text))
    rest = text[own.end if own else start :].lstrip("\n")
    before = text[:start].rstrip("\n")
    return (f"{before}\n\n" if before else "") + section + (f"\n{rest}" if rest else "")


def digest_of(entry: str) -> str:
    """The digest of a section's text, as the ledger has it."""
    return hashlib.sha256(_trimmed(entry).encode()).hexdigest()


def _closed(text: str) -> str:
    """A text with an end of code that it leaves open, because what follows would be code as well."""
    opened = next((match for match in _FENCE.finditer(text) if match["open"] is not None), None)
    return f"{text.rstrip()}\n{opened['fence']}" if opened else text


def _trimmed(entry: str) -> str:
    """A text without empty lines around it."""
    return entry.strip("\n").rstrip()


def _section_of(text: str, coming: Coming) -> Section | None:
    """The section that is written by hand for a coming release; None if there is none."""
    own = section_of(text, coming.version)
    return own or next(filter(coming.is_headed, sections(text)), None)


def unused(text: str, coming: Coming, released: Container[str]) -> tuple[str, ...]:
    """Remarks about sections above the released ones that are not about the coming release.

    Args:
        text: The changelog.
        coming: The coming release.
        released: The versions that have been released.
    """
    remarks = []
    for section in sections(text):
        if section.version in released:
            break
        if not coming.is_headed(section):
            remarks.append(
                f"{CHANGELOG} has a section `{section.title}`, which is not part of the "
                f"release notes of {coming.version}: if it is about this release, rename it to "
                f"`{coming.unreleased}`"
            )
    return tuple(remarks)
