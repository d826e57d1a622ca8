"""Draws the wings of the program into docs/architecture.md, from the imports in its code: `make docs`.

Another file can be named as an argument.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

CODE = Path(__file__).parents[1] / "src" / "deckgen"
BEGIN, END = "<!-- drawn by docs/draw_wings.py -->\n", "<!-- end -->\n"


def imported() -> dict[str, set[str]]:
    """The wings that each wing imports from: the folders and modules at the top of the program."""
    wings: dict[str, set[str]] = {}
    for path in sorted(CODE.rglob("*.py")):
        wing = path.relative_to(CODE).parts[0].removesuffix(".py")
        if wing.startswith("__"):
            continue
        others = wings.setdefault(wing, set())
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                first, _, rest = node.module.partition(".")
                if first == "deckgen":
                    others |= {rest.split(".")[0]} if rest else {alias.name for alias in node.names}
    return {
        wing: {each for each in others if each in wings and each != wing} for wing, others in wings.items()
    }


def reduced(wings: dict[str, set[str]]) -> dict[str, set[str]]:
    """The same without the imports that a way through another wing shows as well."""

    def below(wing: str) -> set[str]:
        return wings[wing].union(*map(below, wings[wing]))

    return {
        wing: {each for each in others if not any(each in below(other) for other in others - {each})}
        for wing, others in wings.items()
    }


def picture() -> str:
    """The wings as a Mermaid flowchart: an arrow leads from a wing to one that it imports from."""
    wings = imported()
    lines = ["```mermaid", "flowchart TD"]
    for wing, others in reduced(wings).items():
        shape = f'{wing}["{wing}/"]' if (CODE / wing).is_dir() else f'{wing}("{wing}.py")'
        lines.append(f"    {shape}")
        lines += [f"    {wing} --> {other}" for other in sorted(others)]
    return "\n".join([*lines, "```", ""])


def draw(page: Path) -> None:
    """Put the picture into a page, between its marks."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(before + BEGIN + picture() + END + after, encoding="utf-8")


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("architecture.md"))
