"""The decks of a repository, and how what belongs to them is called on GitHub."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from deckgen import source
from deckgen.commands.repository import repository_of
from deckgen.deck.manifest import read_deck
from deckgen.diagnostics import CallError
from deckgen.git import Git, in_git, path_in_repository, work_tree
from deckgen.history.ledger_file import read_ledger
from deckgen.project import MANIFEST, Project, holds_deck

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from deckgen.deck.notes import Deck
    from deckgen.history.ledger import Ledger

_ONE = "v{version}"
_SEVERAL = "{id}-v{version}"
_TAG = re.compile(r"(?:[\w.-]|\{id\}|\{version\})+", re.ASCII)


@dataclass(frozen=True)
class PublicDeck:
    """A deck that is released on GitHub.

    Attributes:
        project: Its folder.
        deck: What deck.yaml says.
        tags: The form of its tags, in which `{version}` and `{id}` are replaced.
        first: Whether releases/latest belongs to it.
        alone: Whether it is the only deck of its repository.
    """

    project: Project
    deck: Deck
    tags: str
    first: bool
    alone: bool

    @property
    def id(self) -> str:
        """Its id."""
        return self.deck.id

    @property
    def name(self) -> str:
        """How messages call it; empty if there is no other."""
        return "" if self.alone else f"{self.id} "

    @property
    def prefix(self) -> str:
        """How sentences about it begin; empty if there is no other."""
        return "" if self.alone else f"{self.id}: "

    @property
    def path(self) -> str:
        """The path of its folder from the top of the repository, as `decks/mft/`; empty if it is the top."""
        return path_in_repository(self.project.folder)

    @property
    def top(self) -> Path:
        """The top folder of the repository."""
        return work_tree(self.project.folder) or self.project.folder

    @property
    def output(self) -> Path:
        """The folder in its build/ for the files of releases that are published from here."""
        return self.project.output / "github"

    @property
    def branch(self) -> str:
        """The branch on which its next release is prepared."""
        return f"release/{self.id}"

    @property
    def git(self) -> Git:
        """Git in its folder."""
        return Git(self.project.folder)

    def tag(self, version: str) -> str:
        """The tag of a version."""
        return self.tags.format(id=self.id, version=version)

    def package(self, version: str) -> str:
        """The name of the package of a version."""
        return f"{self.id}-{version}.apkg"

    @cached_property
    def ledger(self) -> Ledger:
        """Its ledger as it was when it was first asked for.

        Raises:
            CallError: It has faults.
        """
        released = read_ledger(self.project.folder)
        for fault in released.diagnostics:
            raise CallError(f"{fault.span.path}: {fault.message}", fault.hint)
        return released.ledger


def read_decks(folders: Sequence[Path], tags: str = "") -> list[PublicDeck]:
    """The decks in some folders of a repository; releases/latest belongs to the first.

    Args:
        folders: The folders, each with a deck.
        tags: The form of their tags, such as `v{version}`; empty for the usual one.

    Raises:
        CallError: A folder holds no deck, is not in git, two decks have the same id, or the form is none.
    """
    form = tags or (_ONE if len(folders) == 1 else _SEVERAL)
    if not _TAG.fullmatch(form) or "{version}" not in form or (len(folders) > 1 and "{id}" not in form):
        raise CallError(
            f"`{form}` is not a valid form for tags", f"write {_ONE}, or with several decks {_SEVERAL}"
        )
    found: dict[str, PublicDeck] = {}
    for folder in folders:
        if not holds_deck(folder):
            hint = "list the folders in DECKGEN_DECKS, at the top of the workflow" * (
                "DECKGEN_DECKS" in os.environ
            )
            raise CallError(f"{folder} is not a deck folder: it does not contain {MANIFEST}", hint)
        project = Project(folder.resolve())
        if not in_git(project.folder):
            raise CallError(f"{folder} is not in a git repository", "GitHub releases are made from git")
        each = PublicDeck(project, _deck(project), form, first=not found, alone=len(folders) == 1)
        if each.id in found:
            hint = "give each deck of a repository its own id"
            raise CallError(
                f"{folder} and {found[each.id].project.folder} contain the deck `{each.id}`", hint
            )
        found[each.id] = each
    return list(found.values())


def _deck(project: Project) -> Deck:
    """What deck.yaml says.

    Raises:
        CallError: It has errors.
    """
    text, fault = source.load(project.manifest, MANIFEST, project.folder)
    deck, diagnostics = read_deck(*source.parse(text, MANIFEST))
    for each in [fault, *diagnostics]:
        if each and each.level == "error":
            raise CallError(f"{each.span.path}: {each.message}", each.hint)
    return deck


def repository(folder: Path) -> str:
    """The repository on GitHub of a folder, as OWNER/REPO.

    Raises:
        CallError: None is known.
    """
    name = os.environ.get("GITHUB_REPOSITORY") or repository_of(folder)
    if not name:
        hint = "run it in a clone of the repository; `git remote -v` shows where a clone comes from"
        raise CallError("this folder does not belong to a repository on GitHub", hint)
    return name
