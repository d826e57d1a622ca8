"""What `deckgen init` has to know of a new deck, and the faults of an answer."""

from __future__ import annotations

import re
from dataclasses import dataclass

from deckgen import source
from deckgen.commands.repository import in_address
from deckgen.deck.hints import is_control
from deckgen.deck.ids import slug
from deckgen.deck.manifest import read_deck
from deckgen.diagnostics import Problem

_WORD = re.compile(r"[^\W\d_][\w ().,/&-]*[\w)]|[^\W\d_]")
"""A text that YAML reads as it is, in its plainest form."""
_NOTHING = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}  # words that some readers convert


@dataclass(frozen=True, slots=True)
class License:
    """A licence of a deck.

    Attributes:
        id: Its name in deck.yaml.
        name: Its name for people.
        notice: The starter file with the notice in LICENSE.
        address: The address of its full text; empty if there is none.
        terms: The end of the sentence that says what is allowed.
    """

    id: str
    name: str
    notice: str
    address: str = ""
    terms: str = ""


_CC = "https://creativecommons.org"
LICENSES = {
    "CC-BY-4.0": License(
        "CC-BY-4.0",
        "CC BY 4.0 (Creative Commons Attribution 4.0 International)",
        "license-cc.txt",
        f"{_CC}/licenses/by/4.0/legalcode",
        ", if you name the author",
    ),
    "CC-BY-SA-4.0": License(
        "CC-BY-SA-4.0",
        "CC BY-SA 4.0 (Creative Commons Attribution-ShareAlike 4.0 International)",
        "license-cc.txt",
        f"{_CC}/licenses/by-sa/4.0/legalcode",
        ", if you name the author\nand share what you make of it under the same license",
    ),
    "CC0-1.0": License(
        "CC0-1.0",
        "CC0 1.0 (Creative Commons Zero 1.0 Universal)",
        "license-cc0.txt",
        f"{_CC}/publicdomain/zero/1.0/legalcode",
    ),
    "all-rights-reserved": License("All rights reserved", "All rights reserved", "license-reserved.txt"),
}
"""The licences to choose from, by the word for each."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What is known of a new deck.

    Attributes:
        title: Its title.
        id: Its id.
        author: Its author.
        license: One of the names in LICENSES.
        language: The BCP 47 tag of its language.
        repository: Its repository on GitHub, as OWNER/REPO; empty if there is none.
    """

    title: str
    id: str
    author: str
    license: str
    language: str
    repository: str = ""


def proposed_id(title: str, language: str) -> str:
    """An id made from a title; empty if its letters have several readings, or it has none."""
    return slug(title, language)


def tidied(name: str, text: str) -> str:
    """An answer in the form in which it is kept.

    Args:
        name: The name of the answer, as in `Answers`.
        text: The answer as it was given.
    """
    text = text.strip()
    if name == "license":
        return _license_names().get(_plain(text), text)
    if name == "repository" and text.lower() == "none":
        return ""
    return (in_address(text) or text) if name == "repository" else text


def fault(name: str, text: str) -> Problem | None:
    """The fault of a tidied answer; None if it can be used.

    Args:
        name: The name of the answer, as in `Answers`.
        text: The answer.
    """
    if not text:
        hint = "your name or a nickname; learners see it" if name == "author" else ""
        return None if name == "repository" else Problem("empty-value", "please answer", hint)
    if any(map(is_control, text)):
        return Problem("control-character", "it contains a line break or another control character")
    if name == "license":
        hint = (
            f"choose one of: {', '.join(LICENSES)}; for another one, change deck.yaml and LICENSE afterward"
        )
        return None if text in LICENSES else Problem("wrong-type", f"`{text}` is not in the list", hint)
    if name == "repository":
        hint = "write it as OWNER/REPO"
        return None if in_address(text) else Problem("wrong-type", f"`{text}` is not a repository", hint)
    key, value = ("authors", f"[{in_yaml(text)}]") if name == "author" else (name, in_yaml(text))
    lines = {"id": "x", "title": "x"} | {key: value}
    written = "".join(f"{key}: {value}\n" for key, value in lines.items())
    _, diagnostics = read_deck(*source.parse(written, "source/deck.yaml"))
    found = next((each for each in diagnostics if each.level == "error"), None)
    return Problem(found.code, found.message, found.hint) if found else None


def in_yaml(text: str) -> str:
    """A text on one line, as a YAML value."""
    if _WORD.fullmatch(text) and text.lower() not in _NOTHING and ", " not in text:
        return text
    return "'{}'".format(text.replace("'", "''"))


def _plain(text: str) -> str:
    return re.sub(r"[\s_-]+", "-", text).lower()


def _license_names() -> dict[str, str]:
    """The licences by all their names: with a version or without, with hyphens or blanks."""
    names: dict[str, str] = {}
    for name in LICENSES:
        plain = name.lower()
        names |= {plain: name, re.sub(r"-\d\.\d$", "", plain): name}
    return names
