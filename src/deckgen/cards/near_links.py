"""Images and links that Markdown does not read because of one sign: an extra blank, a wrong bracket."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deckgen.cards.arrival import Change
from deckgen.cards.media import IMAGES
from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

# the name of an image file makes it certain: `5! (see 2)` is no image
_ENDING = rf"\.(?:{'|'.join(sorted(IMAGES))})"
_FILE = rf"(?><[^<>\n]{{1,200}}{_ENDING}>|[^\s()\[\]{{}}<>]{{1,200}}{_ENDING})"
_WORDS = r"[^\[\]\n]{0,300}"
_IMAGE = pattern(
    rf"!\[(?P<apart>{_WORDS})\]\s+\((?P<in_apart>{_FILE})\)"
    rf"|!\[(?P<open>{_WORDS})\]\((?P<in_open>{_FILE})(?!\s*[)\"'])(?=[^()\n\"']*$)"
    rf"|!\[(?P<other>{_WORDS})\](?:\[(?P<in_square>{_FILE})\]|\{{(?P<in_brace>{_FILE})\}}|\((?P<in_other>{_FILE})[\]}}])"
    rf"|!\((?P<turned>[^()\n]{{0,300}})\)[ ]?[\[(](?P<in_turned>{_FILE})[\])]"
    rf"|!\[(?P<joined>[^\[\]()\n]{{0,300}})\((?P<in_joined>{_FILE})\)",
    re.IGNORECASE | re.MULTILINE,
)
_ADDRESS = r"(?:https?://|mailto:)[^\s()\[\]<>]{1,500}+"
_LINK = pattern(
    rf"(?<![\w)\]])\((?P<turned>[^()\n]{{1,300}})\)\[(?P<in_turned>{_ADDRESS})\]"
    rf"|(?<!!)\[(?P<open>[^\[\]\n]{{1,300}})\]\((?P<in_open>{_ADDRESS})(?!\s*[)\"'])(?=[^()\n\"']*$)",
    re.MULTILINE,
)


def almost(text: str) -> Iterator[Change]:
    """Images and links of a text that Markdown does not read as such, so that learners see their signs."""
    if "[" not in text or "<code" in text or "<pre" in text:
        return
    for near, what, sign in ((_IMAGE, "image", "!"), (_LINK, "link", "")):
        for match in near.finditer(text):
            groups = match.groupdict()
            name = next(name for name in groups if groups[name] is not None)
            target = next(groups[each] for each in groups if each.startswith("in_") and groups[each])
            if f"{target}]:" in text:
                continue  # the address of a reference
            meant = f"{sign}[{groups[name]}]({target})"
            why = ", because of the space before its `(`" if name == "apart" else ""
            why = ", because its `)` is missing" if name == "open" else why
            message = f"Markdown does not recognize this {what}{why}"
            yield Change("stray-markdown", match.start(), len(match[0]), message, f"write `{meant}`")
