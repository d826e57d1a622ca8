"""The pages of the codes: for every code why it matters, how to fix it, a bad and a good example.

They are in the TOML files of codes/, with a table for each code. Only `deckgen explain` and the docs read
them; a check needs only the sentences in `diagnostics.codes`. A table contains:

- `why`, `fix`, and `source` for the published rule behind it, as Markdown;
- `bad`, an example with the fault, and `good`, one without: the text of a chapter, or a table of files;
- `before`, in the same form: the files that were released before;
- `in_words`, a list: which of `bad` and `good` is a sentence instead, because files cannot show it.

Files of the kind `case` that an example leaves out are those at the beginning of docs/kinds.md. After a
change run `make docs`.
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
"""The file of an example that names no file."""

_LANGUAGES = {".yaml": "yaml", ".txt": "yaml", ".j2": "jinja", ".jsonl": "text"}
_SHORT = 14  # lines; a shorter example is shown completely
_AROUND = 2  # lines that are shown around a different one
_NARROW = 64  # columns; in a narrower terminal the list has another layout
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True)
class Entry:
    """The page of a code.

    Attributes:
        code: The code.
        group: The heading of its group.
        level: Whether it is an error or a warning.
        what: The sentence of the catalogue.
        why: Why it matters, as Markdown.
        fix: How to fix it, as Markdown.
        source: The published rule behind it, as Markdown; empty if there is none.
        bad: The files of an example with the fault, by path.
        good: The files of the same example without the fault.
        before: The files that were released before both; empty if there are none.
        in_words: Which of `bad` and `good` is a sentence, under the path "", and not files.
    """

    code: str
    group: str
    level: Level
    what: str
    why: str
    fix: str
    source: str
    bad: ReadOnly[str, str]
    good: ReadOnly[str, str]
    before: ReadOnly[str, str]
    in_words: frozenset[str]


def entries() -> dict[str, Entry]:
    """The entries of all codes, in the order of the list."""
    by_code = {}
    for name, group in GROUPS.items():
        path = Path(__file__).parent / "codes" / f"{name}.toml"
        for code, table in tomllib.loads(path.read_text(encoding="utf-8")).items():
            by_code[code] = _entry(code, group, table)
    return by_code


def _entry(code: str, group: str, table: dict[str, Any]) -> Entry:
    in_words = frozenset(table.get("in_words", ()))

    def files(side: str) -> dict[str, str]:
        example: str | dict[str, str] = table.get(side, {})
        return {"" if side in in_words else CHAPTER: example} if isinstance(example, str) else example

    return Entry(
        code,
        group,
        *CATALOGUE[code],
        why=table["why"].strip(),
        fix=table["fix"].strip(),
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
    """The page of a code, as Markdown."""
    parts = [f"# `{entry.code}`", f"**{entry.level.capitalize()}.** {entry.what}", entry.why]
    if entry.source:
        parts.append(f"*Based on:* {entry.source}")
    parts += ["## How to fix it", entry.fix]
    changed = {*entry.bad, *entry.good}
    if changed & {*entry.before}:
        parts += ["## Released before", *_markdown(entry.before, {}, changed)]
    parts += ["## Bad example", *_markdown(entry.bad, entry.before, entry.bad)]
    parts += ["## Good example", *_markdown(entry.good, entry.bad, entry.good)]
    return "\n\n".join(parts) + "\n"


def _markdown(
    files: ReadOnly[str, str], other: ReadOnly[str, str], relevant: Container[str]
) -> Iterator[str]:
    """The files of an example as Markdown.

    Args:
        files: The files.
        other: The files of the example before it. A file that is the same in both is left out, and a similar
            one is shortened.
        relevant: The files that are shown. Other files, and images and the like, are only named.
    """
    others = []
    for name, text in files.items():
        if not name:
            yield text.strip()
        elif name not in relevant or Path(name).suffix not in _LANGUAGES:
            others.append(f"`{name}`")
        elif text != other.get(name):
            if list(files) != [CHAPTER]:
                yield f"`{name}`:"
            excerpt = _visible(_differing(text, other.get(name, "")))
            yield f"```{_LANGUAGES[Path(name).suffix]}\n{excerpt}\n```"
    if others:
        yield f"Also in the deck: {', '.join(others)}."


def _differing(text: str, other: str) -> str:
    """A text; if it is long, only the lines that differ from another text, and those around them."""
    lines, others = text.strip("\n").split("\n"), other.strip("\n").split("\n")
    if len(lines) <= _SHORT or not other:
        return "\n".join(lines)
    kept: set[int] = set()
    for how, _, _, start, end in SequenceMatcher(None, others, lines, autojunk=False).get_opcodes():
        if how != "equal":
            kept.update(range(start - _AROUND, end + _AROUND))
    excerpt: list[str] = []
    for number, line in enumerate(lines):
        if number in kept:
            excerpt.append(line)
        elif not excerpt or not excerpt[-1].endswith("…"):
            excerpt.append(" " * (len(line) - len(line.lstrip())) + "…")
    return "\n".join(excerpt)


def _visible(text: str) -> str:
    """A text with invisible characters replaced by a sign or their number."""
    text = re.sub(r" +$", lambda match: "␣" * len(match.group()), text, flags=re.MULTILINE)
    return _UNSEEN.sub(lambda match: f"⟨U+{ord(match.group()):04X}⟩", text)
