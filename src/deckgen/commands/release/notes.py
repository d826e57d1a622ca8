"""The release notes for learners: the section of the changelog, and how to import the package."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deckgen.commands.diff.markdown import escaped

if TYPE_CHECKING:
    from deckgen.cards.sentences import Sentences
    from deckgen.package import Package

_HEADING = re.compile(r"(?m)^#(##+[ \t])")


def release_notes(package: Package, entry: str, sentences: Sentences, *, first: bool, merging: bool) -> str:
    """The release notes, as Markdown.

    They are made of nothing but what a later build of the same release has as well, and of the changelog.

    Args:
        package: The package of the release.
        entry: The text of its section in the changelog.
        sentences: The sentences in the deck's language.
        first: Whether it is the first release of the deck, and nobody had the deck before.
        merging: Whether learners have to merge note types, and lose their own edits.
    """
    say = sentences.say
    file = f"`{package.deck.id}-{package.version}.apkg`"
    cards = say("cards", sum(len(each.cards) for each in package.notes))
    ways = [say(name, file=file) for name in ("computer", "android", "iphone")]
    parts = [
        f"# {escaped(package.deck.title)} {package.version}",
        _HEADING.sub(r"\1", entry.strip()),
        f"## {say('import_head')}",
        *([] if first else [say("reviews_kept" if merging else "kept")]),
        "\n".join(f"- {way}" for way in ways),
        say("content", notes=say("notes", len(package.notes)), cards=cards),
    ]
    return "\n\n".join(parts) + "\n"
