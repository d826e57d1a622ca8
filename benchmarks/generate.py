"""Generates a deck of a given number of notes, all different, for timing.

    python benchmarks/generate.py FOLDER NOTES [plain|rich [CHAPTERS]]

*plain* are definitions; *rich* are half definitions, a quarter takeaways and a quarter vignettes of four
options. The sentences are such that the rules about cards find hardly anything: what is timed is the search,
not the printing of what it finds.
"""

from __future__ import annotations

import random
import re
import sys
from pathlib import Path

SYLLABLES = "ba co da fe gi ho ka le mi no pa ru sa te vi wo zan mer lin tor".split()
WHO = (
    "the therapist", "an older brother", "each partner", "her mother", "a tired parent", "the younger child",
    "the whole family", "his new supervisor", "a friend from work", "the school nurse", "their neighbor",
    "a second cousin", "one of the twins", "the foster father", "a local judge", "the grandmother",
)  # fmt: skip
DOES = (
    "notices", "repeats", "avoids", "follows", "supports", "forgets", "describes", "protects", "questions",
    "accepts", "explains", "measures", "remembers", "postpones", "welcomes", "rejects",
)  # fmt: skip
WHAT = (
    "the morning routine", "a long silence", "every promise", "the old argument", "a shared meal", "bad news",
    "the weekly plan", "an early bedtime", "the family budget", "loud music", "a small success", "the move",
    "an open letter", "rules about homework", "the visit of relatives", "a change of jobs",
)  # fmt: skip
WHEN = (
    "after the second session", "during the holidays", "before dinner", "in the first year", "at school",
    "without a clear reason", "over the winter", "while others listen", "on most evenings", "as a rule",
    "in front of guests", "with great care", "between two appointments", "under pressure", "by letter",
    "since the birth of the baby",
)  # fmt: skip
ACTS = (
    "Draw {0} on paper", "Name {0} aloud", "Praise {0} briefly", "Report {0} today", "Ignore {0} for now",
    "Ask about {0} again",
)  # fmt: skip
THEMES = (
    "strengths", "fears", "goals", "losses", "debts", "hopes", "habits", "roles", "limits", "values",
    "dreams", "secrets", "duties", "wishes", "doubts", "skills",
)  # fmt: skip
NOTES_A_CHAPTER = 500
KINDS = ("plain", "rich")


def term(number: int) -> str:
    """A made-up word, a different one for each number."""
    word = ""
    while number or len(word) < 4:
        number, place = divmod(number, len(SYLLABLES))
        word += SYLLABLES[place]
    return word + "lo"


def sentence(chance: random.Random, *, bold: bool = False) -> str:
    """A sentence of ten to twenty words, with a capital and a full stop."""
    who, does, what, when = (chance.choice(words) for words in (WHO, DOES, WHAT, WHEN))
    what = f"**{what}**" if bold else what
    return f"{who.capitalize()} {does} {what} {when} and {chance.choice(DOES)} {chance.choice(WHAT)}."


def definition(chance: random.Random, number: int) -> list[str]:
    """The lines of a note that explains a term."""
    return [
        f"  - id: definition-{number}",
        f"    term: {term(number).capitalize()}",
        "    definition: |",
        f"      {sentence(chance, bold=chance.random() < 0.3)}",
        f"      {sentence(chance)}",
        "    example: |",
        f"      {sentence(chance)}",
    ]


def takeaway(chance: random.Random, number: int) -> list[str]:
    """The lines of a note with a gap in a sentence."""
    who, does, what, when = (chance.choice(words) for words in (WHO, DOES, WHAT, WHEN))
    return [
        f"  - id: takeaway-{number}",
        "    text: |",
        f"      In a {term(number)}, {who} {does} {{{{c1::{what}}}}} {when}.",
        "    why: |",
        f"      {sentence(chance)}",
        f"      {sentence(chance)}",
    ]


def vignette(chance: random.Random, number: int) -> list[str]:
    """The lines of a question with four options, each with the reason for or against it."""
    right = chance.randrange(4)
    lines = [
        f"  - id: vignette-{number}",
        "    scenario: |",
        f"      This happens in {term(number).capitalize()}. {sentence(chance)}",
        f"      {sentence(chance)} {sentence(chance)}",
        "    question: What would the therapist do first?",
        "    options:",
    ]
    themes = chance.sample(THEMES, 4)
    for place, act in enumerate(chance.sample(ACTS, 4)):
        lines += [
            f"      - text: {act.format(themes[place])}",
            *(["        correct: true"] if place == right else []),
            f"        why: {sentence(chance)}",
        ]
    return lines


def chapter(chance: random.Random, first: int, count: int, kind: str) -> str:
    """A chapter, about 340 bytes of YAML a note."""
    definitions = count if kind == "plain" else count // 2
    takeaways = (count - definitions) // 2
    lines = [f"deck: Chapter {first // NOTES_A_CHAPTER:04}", "tags: [bench]"]
    numbers = iter(range(first, first + count))
    if kind == "rich":
        lines.append("takeaways:")
        for _ in range(takeaways):
            lines += takeaway(chance, next(numbers))
    lines.append("definitions:")
    for _ in range(definitions):
        lines += definition(chance, next(numbers))
    if kind == "rich":
        lines.append("vignettes:")
        for number in numbers:
            lines += vignette(chance, number)
    return "\n".join(lines) + "\n"


def generate(folder: Path, count: int, kind: str = "rich", chapters: int = 0) -> None:
    """Write a deck repository of `count` notes into a folder.

    Args:
        folder: The folder.
        count: The number of notes.
        kind: One of KINDS.
        chapters: The number of chapters; 0 for one for each 500 notes.
    """
    # with this seed, hardly any of the sentences come twice
    chance = random.Random(count + 3)  # noqa: S311 (the same deck every time is the point)
    source = folder / "source"
    source.mkdir(parents=True, exist_ok=True)
    (source / "deck.yaml").write_text("id: bench\ntitle: Bench\n", encoding="utf-8")
    size = -(-count // chapters) if chapters else NOTES_A_CHAPTER
    for first in range(0, count, size):
        text = chapter(chance, first, min(size, count - first), kind)
        (source / f"{first // size:04}.yaml").write_text(text, encoding="utf-8")


def edit(text: str, number: int) -> str:
    """A chapter with another text in its first note, as an author changes it.

    Args:
        text: The chapter, as generated or edited before.
        number: The number of the edit, which makes it differ from others.
    """
    return re.sub(
        r"(?m)^      (In week \d+, nobody was late\. )?",
        f"      In week {number}, nobody was late. ",
        text,
        count=1,
    )


def main(folder: str, count: str, kind: str = "rich", chapters: str = "0") -> None:
    """Generate as the command line says."""
    generate(Path(folder), int(count), kind, int(chapters))


if __name__ == "__main__":
    main(*sys.argv[1:])
