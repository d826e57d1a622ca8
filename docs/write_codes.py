"""Writes docs/codes/, a page for every code and an index, from src/deckgen/diagnostics/codes/: `make docs`.

Another folder can be named as an argument.
"""

from __future__ import annotations

import sys
from pathlib import Path

from deckgen.diagnostics.explain import entries, page

INTRODUCTION = """\
# Codes

All errors and warnings of deckgen, by code. With an *error*, deckgen builds nothing. A *warning* is worth a
look. Codes never change once released.

Each page explains why it matters and how to fix it, with a bad and a good example. `deckgen explain CODE`
shows the same in a terminal. An example without a file name is a chapter.

To silence a warning for a note, add `allow: [CODE]` to the note. To turn it off for the whole deck, use
`checks` in deck.yaml. `--strict` treats warnings as errors. Errors cannot be silenced.
"""
SOURCES = """
## Sources of the warnings

- P. Wozniak, *Effective learning: Twenty rules of formulating knowledge* (1999)
- T. Haladyna, S. Downing and M. Rodriguez, *A review of multiple-choice item-writing guidelines for classroom
  assessment*, Applied Measurement in Education 15(3), 2002
- National Board of Medical Examiners (NBME), *Item-writing guide: Constructing written test questions for the
  health sciences*
- M. Rodriguez, *Three options are optimal for multiple-choice items: A meta-analysis of 80 years of
  research*, Educational Measurement: Issues and Practice 24(2), 2005
- W3C, *Web Content Accessibility Guidelines 2.2*; the specifications of CommonMark and of YAML 1.2; Unicode
  Standard Annex 9
"""
FOOTER = "\n[All codes](README.md)\n"


def pages() -> dict[str, str]:
    """The texts of all pages, by the names of their files."""
    found = {}
    parts = [INTRODUCTION]
    group = ""
    for code, entry in entries().items():
        found[f"{code}.md"] = page(entry) + FOOTER
        if entry.group != group:
            group = entry.group
            parts.append(f"\n## {group}\n\n| code | level | meaning |\n|---|---|---|\n")
        parts.append(f"| [`{code}`]({code}.md) | {entry.level} | {entry.what} |\n")
    return {"README.md": "".join(parts) + SOURCES, **found}


def write(folder: Path) -> None:
    """Write the pages into a folder, and delete others that are there."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = pages()
    for path in folder.glob("*.md"):
        if path.name not in texts:
            path.unlink()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "codes")
