"""What an author is told: spans, diagnostics and the catalogue of their codes."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

Level = Literal["error", "warning"]

_LONGEST = 1000  # characters of a message or hint
_LONGEST_WORD = 60  # characters of a word that is looked up among known ones

CATALOGUE: dict[str, tuple[Level, str]] = {
    # Files and YAML
    "unreadable-file": ("error", "A file of the source cannot be read, or lies outside the project."),
    "not-utf8": ("error", "A file is not UTF-8 text."),
    "too-large": ("error", "A file is larger than deckgen reads."),
    "too-deep": ("error", "Lists and mappings are nested deeper than deckgen reads."),
    "yaml-syntax": ("error", "The text is not YAML."),
    "yaml-alias": ("error", "YAML anchors and aliases (`&name`, `*name`) are not used in a deck."),
    "yaml-tag": ("error", "YAML tags (`!name`) are not used in a deck."),
    "yaml-documents": ("error", "A file holds more than one YAML document."),
    "duplicate-key": ("error", "A key stands twice in one mapping."),
    "control-character": ("error", "A text holds an invisible control character."),
    "cut-by-comment": ("error", "A text is cut short, because YAML reads ` #` as the start of a comment."),
    # Keys and values
    "unknown-key": ("error", "A key is not one that this place knows."),
    "missing-key": ("error", "A key that must be there is not."),
    "empty-value": ("error", "A key that must have a value has none."),
    "wrong-type": ("error", "A value is of another type than its key asks for."),
    "bad-id": ("error", "An id is not made of small letters, digits and hyphens."),
    "duplicate-id": ("error", "Two notes have one id."),
    "bad-tag": ("error", "Anki would split, change or drop a tag, or it is several in one."),
    "single-colon": ("warning", "A tag or a subdeck has one colon, where two make a level."),
    "missing-language": ("warning", "The deck does not say in which language it is, and it is not English."),
    "bad-deck-name": ("error", "Anki would change the name of a deck."),
    "no-notes": ("error", "The deck has no notes."),
    # Clozes, options, rows
    "no-cloze": ("error", "A takeaway hides nothing, so it has no card."),
    "bad-cloze": ("error", "A cloze is not written as Anki reads it."),
    "no-card": ("error", "Anki would make no card of a note."),
    "misplaced-cloze": ("error", "A cloze stands where no card hides it."),
    "correct-option": ("error", "Not exactly one option of a vignette is correct."),
    "option-count": ("error", "A vignette has too few or too many options."),
    "row-cells": ("error", "A row has not one cell for each column."),
    # From note to note
    "unknown-note": ("error", "A note builds on one that does not exist."),
    "circular-builds-on": ("error", "Notes build on each other in a circle."),
    "builds-on-later": ("warning", "A note builds on one in a subdeck that Anki shows later."),
    "similar-deck": ("warning", "A subdeck repeats the title, or another subdeck's name but for capitals."),
    # Markup and media
    "bad-html": ("error", "Raw HTML that a card may not hold."),
    "lost-text": ("error", "Part of a text would be on no card."),
    "bad-link": ("error", "A link has an address that a card may not hold."),
    "bad-math": ("error", "A formula holds a command that a card may not hold."),
    "remote-media": ("error", "An image or sound lies on the network, so it is missing without one."),
    "missing-media": ("error", "An image or sound does not exist."),
    "unreadable-media": ("error", "An image or sound cannot be read, or lies outside source/."),
    "broken-media": ("error", "A media file is damaged, or holds something else than its name says."),
    "media-type": ("error", "A file is not of a type that Anki shows or plays."),
    "large-media": ("warning", "An image is so large that it loads slowly."),
    "photo-place": ("warning", "A photograph tells where it was taken."),
    "incomplete-svg": ("warning", "An SVG names files outside itself, which no card shows."),
    "unused-media": ("warning", "A media file in source/ is on no card."),
    # Kinds and faces
    "bad-kind": ("error", "A kind.yaml contradicts itself or another."),
    "missing-words": ("warning", "Cards say something by themselves that is not in the deck's language."),
    "unknown-color": ("warning", "A style names a color or measure that leads nowhere."),
    "unused-template": ("warning", "A file under templates/ is one that nothing reads."),
    "unshown-field": ("warning", "Notes fill a field that no card shows."),
    "missing-face": ("error", "A card's face does not exist."),
    "template-syntax": ("error", "A template is not Jinja."),
    "template-failed": ("error", "A template failed while it was rendered."),
    "anki-syntax": ("error", "Anki's part of a template, `{{…}}`, is broken."),
    "unknown-field": ("error", "A template names a field that its note type does not have."),
    "unknown-filter": ("error", "A template uses a filter that Anki does not have."),
    "blank-front": ("error", "A front makes no card of any note, or one that shows nothing of its note."),
    # What has been released
    "bad-ledger": ("error", "The ledger is damaged, or lines of it have been lost."),
    "ledger-conflict": ("error", "The ledger holds the marks of a merge that git could not finish."),
    "lost-ledger": ("error", "The deck has been released, and its ledger is missing."),
    "newer-ledger": ("error", "The ledger was written by a newer deckgen."),
    "changed-deck": ("error", "The id or the title of a released deck has changed."),
    "note-gone": ("error", "A released note is no longer in the source."),
    "used-id": ("error", "An id belongs to another released note."),
    "unknown-was": ("warning", "No released note had the id that `was` names."),
    "changed-kind": ("error", "A released note has become another kind of note."),
    "changed-note-type": (
        "error",
        "Fields or cards of a released kind changed in a way that Anki cannot follow.",
    ),
    "moved-cloze": ("error", "What a cloze hides stands under another released number."),
    "dead-card": ("warning", "A released card is gone; learners keep it until they empty cards."),
    "moved-notes": ("warning", "Released notes are in another subdeck; cards that learners have stay."),
    "wide-change": ("warning", "One change sends more than a tenth of the released notes again."),
    "never-released": ("warning", "A note is retired that has never been released."),
    "unused-accept": ("warning", "An acceptance in deck.yaml accepts nothing, or nothing any more."),
    "builds-on-retired": ("warning", "A note builds on one that is retired."),
    # Good cards
    "long-answer": ("warning", "An answer is too long to be recalled at once."),
    "cloze-hides-all": ("warning", "A cloze leaves too little of its sentence to tell what is asked."),
    "cloze-hides-little": ("warning", "A cloze hides a word that carries no meaning."),
    "cloze-gap": ("warning", "The cloze numbers of a text leave one out."),
    "term-in-definition": ("warning", "A term stands in the text by which a card asks for it."),
    "missing-reason": ("warning", "A note or an option lacks its reason, or the reason says nothing."),
    "no-question": ("warning", "The question of a vignette asks nothing."),
    "longest-option": ("warning", "The right option is by far the longest."),
    "hedged-option": ("warning", "Only the right option is hedged."),
    "absolute-words": ("warning", "Absolute words stand in wrong options alone."),
    "echoed-stem": ("warning", "Only the right option repeats words of the question."),
    "all-of-the-above": ("warning", "An option refers to other options."),
    "negative-stem": ("warning", "A question asks for what is not so, without emphasis on that word."),
    "overlapping-options": ("warning", "One option contains another, or is the same."),
    "unparallel-options": ("warning", "An option is not built like the others."),
    "few-options": ("warning", "A vignette has fewer options than the exam's questions."),
    "answer-places": ("warning", "The right option stands mostly in one place, or never in one."),
    "same-question": ("warning", "Two notes ask the same, or nearly the same."),
    "repeated-text": ("warning", "A long text stands in two places, word for word."),
    "same-term": ("warning", "A term is defined twice."),
    "undefined-abbreviation": ("warning", "No card says what an abbreviation stands for."),
    "missing-reference": ("warning", "A note has no reference, and its neighbours have one."),
    "blueprint-tag": ("warning", "A tag of the blueprint is on no note, or stands for two domains."),
    "blueprint-weights": ("warning", "The weights of the blueprint are not 100 in all."),
    # Typing
    "placeholder": ("warning", "A text is still to be written."),
    "swallowed-key": ("warning", "A line of a text looks like a key that is indented too far."),
    "missing-alt": ("warning", "An image has no text alternative."),
    "upper-case": ("warning", "A text is mostly in capitals."),
    "doubled-word": ("warning", "A word stands twice in a row."),
    "doubled-space": ("warning", "Several spaces stand between two words."),
    "trailing-space": ("warning", "Blanks at the end of a line break it unseen."),
    "changed-text": ("warning", "A card shows a text otherwise than it was typed."),
    "stray-markdown": ("warning", "Markdown does not take effect, so learners see its signs."),
    "curly-quotes": ("warning", "A value stands in curly quotes, which learners see."),
    "direction-override": (
        "warning",
        "Invisible characters override the direction of a text, or turn it and are not closed.",
    ),
    "unread-file": ("warning", "A file looks like a chapter, and is not read."),
    "unused-allow": ("warning", "An `allow` silences nothing."),
}
"""Every code, with its level and what it says, in a sentence. Codes never change once released."""


_NAMED = 5  # how many of many names a message gives


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a file, on one line.

    Attributes:
        path: The file, relative to the project's folder, with `/`.
        line: From 1; 0 for the file as a whole.
        column: From 1, in characters; None where only the line is known.
        end_column: The column after the last character; None as `column`.
    """

    path: str
    line: int = 0
    column: int | None = None
    end_column: int | None = None


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing that an author should know.

    Attributes:
        code: A key of the catalogue.
        message: What is wrong, in a sentence without a full stop.
        span: Where.
        hint: What to do; empty where the message says it all.
        stands_for: How many faults it tells of; more than one where it is the last of many.
        fixable: Whether it is gone after `deckgen check --fix`; False where nobody has tried.
    """

    code: str
    message: str
    span: Span
    hint: str = ""
    stands_for: int = 1
    fixable: bool = False

    def __post_init__(self) -> None:
        """Keep what it quotes short and visible: a key may have a megabyte, or hold a terminal's commands."""
        for name in ("message", "hint"):
            text: str = getattr(self, name)
            if len(text) > _LONGEST or not text.isprintable():
                object.__setattr__(self, name, _presentable(text))

    @property
    def level(self) -> Level:
        """The level of the code."""
        return CATALOGUE[self.code][0]

    @property
    def position(self) -> tuple[list[tuple[int, int, str]], str, int, int, str]:
        """A key to sort by: the file, 2 before 10, the line, the column, the code."""
        path = self.span.path
        return (natural(path), path, self.span.line, self.span.column or 0, self.code)

    def as_json(self) -> dict[str, str | int | bool | None]:
        """The diagnostic as `--format json` prints it."""
        return {
            "code": self.code,
            "level": self.level,
            "message": self.message,
            "hint": self.hint or None,
            "fixable": self.fixable,
            "path": self.span.path,
            "line": self.span.line or None,
            "column": self.span.column,
            "end_column": self.span.end_column,
        }


MOST_TOLD = 100
"""The most diagnostics of one code that are told one by one of a file."""
MOST_OF_ALL = 1000
"""The most of one code that are told of all files."""


class Found:
    """Diagnostics as they are found; of errors of one code in one file the first, and how many more.

    Errors come in thousands where they come from a program, or from a file that is no source at all. Their
    author is helped by the first ones, and nobody by a gigabyte of the same. (Warnings are kept whole: what
    an author silences is known at the end.)

    Its length is the number of all faults; what it gives one by one are the diagnostics to tell.
    """

    def __init__(self, diagnostics: Iterable[Diagnostic] = ()) -> None:
        """Begin with some diagnostics."""
        self._kept: dict[tuple[str, str], dict[Diagnostic, None]] = {}
        self._others: dict[tuple[str, str], int] = {}
        self._count = 0
        self.extend(diagnostics)

    def full(self, code: str, path: str) -> bool:
        """Whether no more errors of a code are kept of a file; instead of them `count` may be called."""
        return len(self._kept.get((code, path), ())) > MOST_TOLD

    def append(self, diagnostic: Diagnostic) -> None:
        """Add a diagnostic."""
        key = diagnostic.code, diagnostic.span.path
        kept = self._kept.setdefault(key, {})
        if diagnostic in kept:  # as of a text that two fields show
            return
        if len(kept) > MOST_TOLD and diagnostic.level == "error":
            self.count(*key, diagnostic.stands_for)
            return
        self._count += diagnostic.stands_for
        kept[diagnostic] = None

    def count(self, code: str, path: str, faults: int = 1) -> None:
        """Add errors that are not told, because the file is full of them."""
        self._count += faults
        self._others[code, path] = self._others.get((code, path), 0) + faults

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Add diagnostics."""
        for diagnostic in diagnostics:
            self.append(diagnostic)

    def __iadd__(self, diagnostics: Iterable[Diagnostic]) -> Found:  # noqa: PYI034 (nothing inherits from it)
        """Add diagnostics."""
        self.extend(diagnostics)
        return self

    def __len__(self) -> int:
        """How many faults there are."""
        return self._count

    def __iter__(self) -> Iterator[Diagnostic]:
        """The diagnostics; where there are more than are kept, the last of them stands for the others."""
        for key, kept in self._kept.items():
            others = self._others.get(key, 0)
            if others:
                *first, last = kept
                yield from first
                yield _and_more([replace(last, stands_for=last.stands_for + others)])
            else:
                yield from kept


def natural(path: str) -> list[tuple[int, int, str]]:
    """A key that sorts numbers in a path by their size."""
    return [
        (0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.split(r"(\d+)", path) if part
    ]


def told(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The diagnostics by position, each once; of one code the first, and one that counts the others."""
    listed = sorted(dict.fromkeys(diagnostics), key=lambda diagnostic: diagnostic.position)
    of_files = _cut(listed, lambda each: (each.span.path, each.code), MOST_TOLD, "in this file")
    return _cut(of_files, lambda each: each.code, MOST_OF_ALL, "in this file and others")


def _cut(
    diagnostics: Iterable[Diagnostic], sort: Callable[[Diagnostic], object], most: int, where: str
) -> list[Diagnostic]:
    """The diagnostics by position; of each sort so many, and one more that counts the others."""
    sorts: dict[object, list[Diagnostic]] = {}
    for each in diagnostics:
        sorts.setdefault(sort(each), []).append(each)
    kept: list[Diagnostic] = []
    for entries in sorts.values():
        rest = entries[most:]
        few = len(rest) <= 1
        kept += entries if few else [*entries[:most], _and_more(rest, where)]
    return sorted(kept, key=lambda diagnostic: diagnostic.position)


def _and_more(diagnostics: Sequence[Diagnostic], where: str = "in this file") -> Diagnostic:
    """What stands in for diagnostics, at the place of the first."""
    faults = sum(each.stands_for for each in diagnostics)
    message = f"and {faults:,} more of these {where}, this one among them"
    return replace(diagnostics[0], message=message, hint="", stands_for=faults)


class CallError(Exception):
    """The call was wrong, or failed for a reason outside the deck's source.

    Attributes:
        hint: What to do; empty where the message says it all.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep the message and the hint."""
        super().__init__(message)
        self.hint = hint


def composed(name: str) -> str:
    """A name with its letters composed: `ü` as one character and not two."""
    return unicodedata.normalize("NFC", name)


def same(name: str) -> str:
    """What is the same for names that differ in nothing but capitals and the form of their letters."""
    return composed(name).casefold()


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint that names the known word nearest to `word`; empty where none is near."""
    near = nearest(word, known)
    return proposal(word, near) if near else ""


def proposal(written: str, near: str) -> str:
    """A hint that names what was probably meant, and how it differs where that is hard to see."""
    hint = f"did you mean `{near}`?"
    if composed(written) == composed(near):
        return f"{hint} it looks the same, but its accented letters are stored otherwise: copy it from there"
    return f"{hint} only the capitals differ" if same(written) == same(near) else hint


def not_a_warning(code: str) -> tuple[str, str] | None:
    """A message and a hint where a word is not the code of a warning; None where it is one."""
    if code not in CATALOGUE:
        return f"`{code}` is not a code", did_you_mean(code, CATALOGUE) or "`deckgen explain` lists them"
    if CATALOGUE[code][0] == "error":
        return (
            f"`{code}` is an error, which cannot be switched off",
            f"`deckgen explain {code}` says how to mend it",
        )
    return None


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word nearest to `word`: first the same but for capitals and the form of its letters."""
    import difflib  # noqa: PLC0415 (only where something is wrong)

    if len(word) > _LONGEST_WORD:
        return ""
    plain = {same(each): each for each in reversed(list(known))}
    near = difflib.get_close_matches(same(word), plain, n=1, cutoff=0.6)
    return plain[near[0]] if near else ""


def listing(words: Iterable[str]) -> str:
    """The words in backticks, with commas and a final "and"."""
    quoted = [f"`{word}`" for word in words]
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " and " + quoted[-1]


def listed(names: Sequence[str]) -> str:
    """The first few of many names, and how many more there are."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def counted(number: int, what: str) -> str:
    """A number of things, as in "2 notes"."""
    return f"{number:,} {what}{'s' * (number != 1)}"


def _presentable(text: str) -> str:
    """A text short enough to print, in which nothing is invisible or does something to a terminal."""
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST // 2]} … {text[-_LONGEST // 3 :]}"
    return visible(" ".join(text.splitlines()))


def visible(text: str) -> str:
    """A line with each character that does not print as a replacement character."""
    return "".join(
        char if char.isprintable() else " " if char.isspace() else "\N{REPLACEMENT CHARACTER}"
        for char in text
    )
