"""The catalogue at length: for every code why it matters, how to mend it, an example with it and one without.

It lies in the TOML files of codes/, a table for each code, which only `deckgen explain` and the docs read: a
check needs no more than the sentences in `diagnostics`. What a table holds:

- `why`, `mend`, and `source` for the published rule behind it, as Markdown;
- `bad`, which draws the code, and `good`, which draws nothing: the text of a chapter, or a table of files;
- `before`, likewise: what was released before them;
- `in_words`, a list: which of `bad` and `good` are a sentence instead, where files cannot show it.

What an example leaves out of the kind `case` is as docs/kinds.md first shows it. After a change run
`make docs`.
"""

from __future__ import annotations

import re
import textwrap
import tomllib
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deckgen.diagnostics import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Container, Iterator
    from collections.abc import Mapping as ReadOnly

    from deckgen.diagnostics import Level

GROUPS = {
    "files": "Files and YAML",
    "keys": "Keys and values",
    "cards": "Clozes, options, rows",
    "links": "From note to note",
    "markup": "Markup and media",
    "kinds": "Kinds and faces",
    "ledger": "What has been released",
    "warnings": "Good cards",
    "typing": "Typing",
}
"""The files of codes/, each with its heading."""

CHAPTER = "source/example.yaml"
"""The file that an example is where it names none."""

_LANGUAGES = {".yaml": "yaml", ".txt": "yaml", ".j2": "jinja", ".jsonl": "text"}
_SHORT = 14  # lines of an example that is shown whole
_AROUND = 2  # lines that are shown around one that differs
_NARROW = 64  # columns
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True)
class Entry:
    """What there is to say of a code.

    Attributes:
        code: The code.
        group: The heading under which it stands.
        level: Whether it is an error or a warning.
        what: What it says, in a sentence.
        why: Why it matters, as Markdown.
        mend: How to mend it, as Markdown.
        source: The published rule behind it, as Markdown; empty where there is none.
        bad: The files of an example that draws the code, by path.
        good: The files of the same without the fault.
        before: The files of what was released before both; empty where nothing was.
        in_words: Which of `bad` and `good` are no files, but a sentence, under the path "".
    """

    code: str
    group: str
    level: Level
    what: str
    why: str
    mend: str
    source: str
    bad: ReadOnly[str, str]
    good: ReadOnly[str, str]
    before: ReadOnly[str, str]
    in_words: frozenset[str]


def entries() -> dict[str, Entry]:
    """The entries of all codes, in the order in which they are listed."""
    found = {}
    for name, group in GROUPS.items():
        path = Path(__file__).parent / "codes" / f"{name}.toml"
        for code, table in tomllib.loads(path.read_text(encoding="utf-8")).items():
            found[code] = _entry(code, group, table)
    return found


def _entry(code: str, group: str, table: dict[str, Any]) -> Entry:
    in_words = frozenset(table.get("in_words", ()))

    def files(side: str) -> dict[str, str]:
        said: str | dict[str, str] = table.get(side, {})
        return {"" if side in in_words else CHAPTER: said} if isinstance(said, str) else said

    return Entry(
        code,
        group,
        *CATALOGUE[code],
        why=table["why"].strip(),
        mend=table["mend"].strip(),
        source=table.get("source", "").strip(),
        bad=files("bad"),
        good=files("good"),
        before=files("before"),
        in_words=in_words,
    )


def index(width: int) -> str:
    """All codes by group, each with its level and sentence, as text that is `width` columns wide."""
    longest = max(map(len, CATALOGUE))
    lines: list[str] = []
    group = ""
    for entry in entries().values():
        if entry.group != group:
            group = entry.group
            lines += ["", group] if lines else [group]
        head, indent = f"  {entry.code:{longest}}  {entry.level:6}  ", " " * (longest + 12)
        if width < _NARROW:
            lines.append(f"  {entry.code} ({entry.level})")
            head = indent = "    "
        lines += textwrap.wrap(
            entry.what, width, initial_indent=head, subsequent_indent=indent, break_on_hyphens=False
        )
    return "\n".join(lines) + "\n"


def page(entry: Entry) -> str:
    """What there is to say of a code, as Markdown."""
    parts = [f"# `{entry.code}`", f"**{entry.level.capitalize()}.** {entry.what}", entry.why]
    if entry.source:
        parts.append(f"*The rule behind it:* {entry.source}")
    parts += ["## How to mend it", entry.mend]
    changed = {*entry.bad, *entry.good}
    if changed & {*entry.before}:
        parts += ["## Released before", *_shown(entry.before, {}, changed)]
    parts += ["## Not like this", *_shown(entry.bad, entry.before, entry.bad)]
    parts += ["## Like this", *_shown(entry.good, entry.bad, entry.good)]
    return "\n\n".join(parts) + "\n"


def _shown(files: ReadOnly[str, str], other: ReadOnly[str, str], told: Container[str]) -> Iterator[str]:
    """The files of an example as Markdown.

    Args:
        files: The files.
        other: Those of an example that is shown before it. What is in them too is left out, or cut short.
        told: The files that matter. Others are named alone, and so are images and the like.
    """
    beside = []
    for name, text in files.items():
        if not name:
            yield text.strip()
        elif name not in told or Path(name).suffix not in _LANGUAGES:
            beside.append(f"`{name}`")
        elif text != other.get(name):
            if list(files) != [CHAPTER]:
                yield f"`{name}`:"
            shown = _visible(_differing(text, other.get(name, "")))
            yield f"```{_LANGUAGES[Path(name).suffix]}\n{shown}\n```"
    if beside:
        yield f"Beside it {'lies' if len(beside) == 1 else 'lie'} {', '.join(beside)}."


def _differing(text: str, other: str) -> str:
    """A text; where it is long, only the lines that differ from another's, and those around them."""
    lines, others = text.strip("\n").split("\n"), other.strip("\n").split("\n")
    if len(lines) <= _SHORT or not other:
        return "\n".join(lines)
    kept: set[int] = set()
    for how, _, _, start, end in SequenceMatcher(None, others, lines, autojunk=False).get_opcodes():
        if how != "equal":
            kept.update(range(start - _AROUND, end + _AROUND))
    shown: list[str] = []
    for number, line in enumerate(lines):
        if number in kept:
            shown.append(line)
        elif not shown or not shown[-1].endswith("…"):
            shown.append(" " * (len(line) - len(line.lstrip())) + "…")
    return "\n".join(shown)


def _visible(text: str) -> str:
    """A text in which characters that nobody would see are shown by a sign or their number."""
    text = re.sub(r" +$", lambda match: "␣" * len(match.group()), text, flags=re.MULTILINE)
    return _UNSEEN.sub(lambda match: f"⟨U+{ord(match.group()):04X}⟩", text)
