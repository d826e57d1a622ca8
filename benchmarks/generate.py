"""Generates a deck of a given number of notes, all different, for timing."""

from __future__ import annotations

import random
import sys
from pathlib import Path

WORDS = (
    "family couple therapist alliance session partner parent child boundary hierarchy system pattern bond "
    "goal task trust change culture power history question answer quiet angry tired early late often seldom "
    "listens asks leaves returns repairs notices names follows supports resists the a of with and in for"
).split()
NOTES_A_CHAPTER = 500


def sentence(chance: random.Random, words: int) -> str:
    """Some words with a capital, a full stop, and now and then emphasis."""
    chosen = [chance.choice(WORDS)]
    while len(chosen) < words:
        chosen.append(chance.choice([word for word in WORDS if word != chosen[-1]]))
    if chance.random() < 0.3:
        place = chance.randrange(words)
        chosen[place] = f"**{chosen[place]}**"
    return " ".join(chosen).capitalize() + "."


def chapter(chance: random.Random, first: int, count: int) -> str:
    """A chapter of takeaways and definitions, about 340 bytes of YAML a note."""
    lines = [f"deck: Chapter {first // NOTES_A_CHAPTER:04}", "tags: [bench]", "takeaways:"]
    for number in range(first, first + count // 2):
        lines += [
            f"  - id: takeaway-{number}",
            "    text: |",
            f"      {sentence(chance, 8)} {{{{c1::{chance.choice(WORDS)} {number}}}}} {sentence(chance, 9)}",
            "    why: |",
            f"      {sentence(chance, 22)}",
            "    tags: [one, two]",
        ]
    lines.append("definitions:")
    for number in range(first + count // 2, first + count):
        lines += [
            f"  - id: definition-{number}",
            f"    term: {chance.choice(WORDS)} {number}",
            "    definition: |",
            f"      {sentence(chance, 18)}",
            "    example: |",
            f"      {sentence(chance, 14)}",
            f"      {sentence(chance, 8)}",
        ]
    return "\n".join(lines) + "\n"


def generate(folder: Path, count: int) -> None:
    """Write a deck repository of `count` notes into a folder."""
    chance = random.Random(count)  # noqa: S311 (the same deck every time is the point)
    source = folder / "source"
    source.mkdir(parents=True, exist_ok=True)
    (source / "deck.yaml").write_text("id: bench\ntitle: Bench\n", encoding="utf-8")
    for first in range(0, count, NOTES_A_CHAPTER):
        text = chapter(chance, first, min(NOTES_A_CHAPTER, count - first))
        (source / f"{first // NOTES_A_CHAPTER:04}.yaml").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    generate(Path(sys.argv[1]), int(sys.argv[2]))
