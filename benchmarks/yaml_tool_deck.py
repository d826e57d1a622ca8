"""Writes the same notes as anki-yaml-tool reads them: one file, one note type without clozes.

python benchmarks/yaml_tool_deck.py SOURCE FILE
"""

from __future__ import annotations

import sys
from pathlib import Path

from chapters import FIELDS, chapters

HEAD = """\
config:
  name: Bench
  deck-name: Bench
  fields: [Front, Back, Example]
  templates:
    - name: Card
      qfmt: "{{Front}}"
      afmt: "{{FrontSide}}<hr>{{Back}}{{Example}}"
data:
"""


def main(source: Path, target: Path) -> None:
    """Write the file of a source folder."""
    with target.open("w", encoding="utf-8") as file:
        file.write(HEAD)
        for _, tags, notes in chapters(source):
            for identity, _, fields in notes:
                file.write(f"  - id: {identity}\n    tags: [{', '.join(tags)}]\n")
                for name, text in zip(FIELDS["Bench Basic"], fields, strict=False):
                    if text:
                        lines = "".join(f"      {line}\n" for line in text.splitlines())
                        file.write(f"    {name.lower()}: |\n{lines}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
