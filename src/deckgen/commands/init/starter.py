"""The files of a new deck, made from the starter files beside this module."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from deckgen import __version__, source
from deckgen.address import COMMIT, REPOSITORY
from deckgen.cards.media import FONTS, IMAGES, SOUNDS
from deckgen.cards.sentences import read_sentences
from deckgen.cards.words import has_words
from deckgen.commands import schema
from deckgen.commands.diff.markdown import escaped
from deckgen.commands.init.answers import LICENSES, in_yaml
from deckgen.commands.repository import newest_package, page_of
from deckgen.deck.kinds_in_force import read_kinds
from deckgen.deck.manifest import read_deck
from deckgen.project import MANIFEST, Project, kind_folders

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deckgen.commands.init.answers import Answers

CHAPTER = "source/1-moon.yaml"
"""The chapter to start from."""
_FORM = "suggest-a-fix.yml"
_IN_DECK = {
    ".gitattributes": "gitattributes",
    ".gitignore": "gitignore",
    ".vscode/extensions.json": "vscode-extensions.json",
    ".vscode/settings.json": "vscode-settings.json",
    CHAPTER: "chapter.yaml",
}
"""Starter files by their paths in the deck's folder."""
_IN_REPOSITORY = {
    f".github/ISSUE_TEMPLATE/{_FORM}": _FORM,
    ".github/dependabot.yml": "dependabot.yml",
    ".github/workflows/check.yml": "check.yml",
    ".github/workflows/release.yml": "release.yml",
    ".pre-commit-config.yaml": "pre-commit-config.yaml",
}
"""Starter files that work only at the top of a repository, by their paths from there."""
_PLACE = re.compile("«(\\w+)»")
_STARTER = Path(__file__).parent / "starter"


def action() -> str:
    """What a workflow writes after `uses:` for this deckgen."""
    if COMMIT:
        return f"{REPOSITORY}@{COMMIT} # v{__version__}"
    return f"{REPOSITORY}@main # pin it: the commit of a release"


def only_at_the_top() -> list[str]:
    """The paths of the files that work only at the top of a repository."""
    return list(_IN_REPOSITORY)


def starter_files(answers: Answers, folder: Path, *, at_top: bool) -> dict[str, bytes]:
    """The content of a new deck's files, by their paths in its folder.

    Args:
        answers: What is known of the deck.
        folder: The folder of the deck; it need not exist.
        at_top: Whether the folder is the top of its git repository, or can become that.
    """
    license_ = LICENSES[answers.license]
    words = {
        "title": in_yaml(answers.title),
        "id": answers.id,
        "author": in_yaml(answers.author),
        "license": license_.id,
        "language": answers.language,
        "repository": answers.repository,
        "action": action(),
        "media": "\n".join(f"*.{ending} -text" for ending in sorted({*IMAGES, *SOUNDS, *FONTS} - {"svg"})),
    }
    templates = _IN_DECK | (_IN_REPOSITORY if at_top else {})
    texts = {path: _filled(name, words) for path, name in templates.items()}
    texts |= _schemas(folder)
    manifest = _filled("deck.yaml", words)
    if answers.repository:
        feedback = _filled("feedback.yaml", words)
        manifest += feedback if at_top else _plain_feedback(answers.repository)
    if not has_words(answers.language):
        manifest += _filled("no-words.yaml", words)
    texts["LICENSE"] = _filled(
        license_.notice,
        {
            "title": answers.title,
            "author": answers.author,
            "license_name": license_.name,
            "license_address": license_.address,
            "terms": license_.terms,
        },
    )
    texts["README.md"] = _readme(answers, manifest, folder, at_top=at_top)
    texts[MANIFEST] = manifest
    return {path: text.encode() for path, text in texts.items()}


def _filled(name: str, words: Mapping[str, str]) -> str:
    """The text of a starter file, with words in its places."""
    text = (_STARTER / name).read_text(encoding="utf-8")
    return _PLACE.sub(lambda place: words[place[1]], text)


def _plain_feedback(repository: str) -> str:
    """The line of deck.yaml for suggestions, where there is no form for them."""
    return f"feedback: {page_of(repository)}/issues/new?title={{id}}\n"


def _schemas(folder: Path) -> dict[str, str]:
    """The schemas for editors, by their paths."""
    kinds = read_kinds(kind_folders(Project(folder).template_folders()))
    made = {"deck.json": schema.deck_schema(), "chapter.json": schema.chapter_schema(kinds.in_force)}
    return {f"{schema.FOLDER}/{name}": schema.text_of(content) for name, content in made.items()}


def _readme(answers: Answers, manifest: str, folder: Path, *, at_top: bool) -> str:
    """The page for learners: where the deck is, and how to import it, in the deck's language."""
    deck, _ = read_deck(*source.parse(manifest, MANIFEST))
    say = read_sentences(deck, Project(folder)).say
    name = f"{answers.id}.apkg"  # releases on GitHub have one without a version, too
    # the address of the latest release is that of the repository's first deck
    page = f"{page_of(answers.repository)}/releases"
    address = newest_package(answers.repository, answers.id) if at_top else page
    file = f"[{name}]({address})" if answers.repository else f"`{answers.id}-….apkg`"
    license_ = LICENSES[answers.license]
    parts = [
        f"# {escaped(answers.title)}",
        *([f"**{file}**"] if answers.repository else []),
        f"## {say('import_head')}",
        "\n".join(f"- {say(way, file=file)}" for way in ("computer", "android", "iphone")),
        say("kept"),
        f"{escaped(answers.author)}, [{license_.id}](LICENSE)",
    ]
    return "\n\n".join(parts) + "\n"
