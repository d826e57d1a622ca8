"""The rule about texts that were copied to another note or option, and never changed."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

from deckgen.anki.cloze import uncovered
from deckgen.checks import context as look
from deckgen.checks.prose import size
from deckgen.deck.notes import place
from deckgen.diagnostics import Diagnostic
from deckgen.source import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.checks.context import RuleContext
    from deckgen.deck.key_types.options import Option
    from deckgen.deck.notes import Note

_LONG = 10  # words; a shorter text can be the reason of several things: "Verbs in -er are regular"
_SAYS_MUCH = 4  # words; for texts that cannot be equal, as an example and its definition


def repeated_text(context: RuleContext) -> Iterator[Diagnostic]:
    """A reason that two notes or two options share word for word, or two keys of a note with one text.

    Two questions may share a case, and three notes or all options a reason. That is no mistake.
    """
    yield from chain.from_iterable(context.of_parts(_within))
    found = list(chain.from_iterable(context.of_parts(_reasons)))
    often = Counter(text for text, _, _ in found)
    reasons: dict[str, dict[Note, Scalar]] = {}
    for text, note, why in found:
        if often[text] > 1:
            reasons.setdefault(text, {}).setdefault(note, why)
    for text, shared in reasons.items():
        if len(shared) == 2 and size(text) >= _LONG:
            (other, _), (note, why) = shared.items()
            at = place(other)
            message = f"`{other.id}` (line {at.line} of {at.path}) has the same reason, word for word"
            hint = "write why this one is so; or, if both notes ask the same thing, delete one"
            yield Diagnostic("repeated-text", message, look.of_text(note, why), hint)


def _plain_text(scalar: Scalar) -> str:
    """A text without its clozes' marks and its line breaks."""
    text = scalar.value
    return " ".join((uncovered(text) if "{{c" in text else text).split())


def _within(context: RuleContext) -> Iterator[Diagnostic]:
    """Two keys of a note, or two of its options, with the same text."""
    for note in context.notes:
        yield from _keys(note, context.form(note).texts)
        for options in context.options_of(note):
            yield from _options(note, options.items)


def _reasons(context: RuleContext) -> Iterator[tuple[str, Note, Scalar]]:
    """The reasons of notes and of their options, each with its text."""
    for note in context.notes:
        why = note.values.get("why")
        if isinstance(why, Scalar):
            yield _plain_text(why), note, why
        for options in context.options_of(note):
            yield from [(_plain_text(option.why), note, option.why) for option in options.items]


def _keys(note: Note, keys: list[str]) -> Iterator[Diagnostic]:
    """Two keys of a note with the same text."""
    texts = [(key, value) for key in keys if isinstance(value := note.values.get(key), Scalar)]
    if _all_differ([value for _, value in texts]):
        return
    first: dict[str, tuple[str, Scalar]] = {}
    for key, value in texts:
        other, text = first.setdefault(_plain_text(value), (key, value))
        if text is not value and size(value.value) >= _SAYS_MUCH:
            line = note.chapter.document.span(text).line
            message = f"`{key}` is the same as `{other}` (line {line}), word for word"
            hint = f"write a different text for `{key}`, or delete it"
            yield Diagnostic("repeated-text", message, look.of_text(note, value), hint)


def _all_differ(texts: list[Scalar]) -> bool:
    """Whether all texts certainly differ, because they begin with different words."""
    beginnings = set()
    for scalar in texts if len(texts) > 1 else ():
        text = scalar.value
        shown = uncovered(text) if "{{c" in text else text
        beginnings.add(tuple(shown.split(None, _WORDS)[:_WORDS]))
    return len(texts) < 2 or len(beginnings) == len(texts)


_WORDS = 3  # that are compared first


def _options(note: Note, options: list[Option]) -> Iterator[Diagnostic]:
    """Two options with the same reason. If all options have it, it is the reason of the question."""
    if _all_differ([option.why for option in options]):
        return
    texts = [_plain_text(option.why) for option in options]
    if len(set(texts)) == 1:
        return
    first: dict[str, Option] = {}
    for text, option in zip(texts, options, strict=True):
        other = first.setdefault(text, option)
        least = _LONG if other.correct == option.correct else _SAYS_MUCH
        if other is not option and size(option.why.value) >= least:
            line = note.chapter.document.span(other.why).line
            message = f"this reason is the same as that of another option (line {line}), word for word"
            hint = f"write why this option is {'right' if option.correct else 'wrong'}"
            yield Diagnostic("repeated-text", message, look.of_text(note, option.why), hint)
