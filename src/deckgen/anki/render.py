"""The HTML of both sides of a card, as Anki 26.9 makes it from a card template and the fields of a note.

Not included are LaTeX (`[latex]`, `[$]`), for which Anki runs a LaTeX program, and image occlusion, which
has its own note type.
"""

from __future__ import annotations

import html as html_lib
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote

from deckgen.anki.filters import Side, cloze_answers, decoded, filtered, text_of
from deckgen.anki.template import BLANKS, Replacement, cloze_numbers, is_empty, parse, shows
from deckgen.patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from deckgen.anki.template import Part

_HELP = "https://docs.ankiweb.net/templates/errors.html"
_BLANK_FRONT = (
    "<div>The front of this card is blank.<br>"
    f"<a href='{_HELP}#front-of-card-is-blank'>More information</a></div>"
)
_NO_SUCH_CLOZE = (
    "<div>No cloze \u2068{}\u2069 found on card.\n"
    "Please either add a cloze deletion, or use the Empty Cards tool.<br>"
    f"<a href='{_HELP}#no-cloze-filter-on-cloze-note-type'>More information</a></div>"
)
_NO_LANGUAGE = "[Error in directive '\u2068anki:tts\u2069': \u2068'\u2068lang\u2069' not set\u2069]"
"""Messages that Anki shows in place of a card or of speech, in English."""


@dataclass(frozen=True, slots=True)
class CardContext:
    """Facts about a card that a template can show besides the fields of the note.

    Attributes:
        deck: Its deck's full name, "A::B".
        note_type: Its note type's name.
        card: Its card template's name.
        tags: Its note's tags.
        flag: The number of its flag; 0 for none.
        card_id: Its id in the collection.
    """

    deck: str
    note_type: str
    card: str
    tags: tuple[str, ...] = ()
    flag: int = 0
    card_id: int = 0


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound or video file of the collection's media."""

    file: str


@dataclass(frozen=True, slots=True)
class Speech:
    """A text to be spoken, with its language as in `en_US`; the usual speed is 1."""

    text: str
    language: str
    voices: tuple[str, ...] = ()
    speed: float = 1.0


Audio: TypeAlias = Sound | Speech
_FILMS = (".mp4", ".webm", ".m4v", ".mov", ".mkv", ".ogv", ".avi", ".mpg", ".mpeg")
"""Endings of files that have pictures as a rule; a sound in one of them plays as well."""


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides of a card.

    Attributes:
        front: The HTML of its front.
        back: The HTML of its back.
        front_sounds: The audio of the marks `[anki:play:q:0]`, `[anki:play:q:1]`, …, on either side.
        back_sounds: The audio of the marks `[anki:play:a:0]`, ….
        answers: The text to be typed at a mark `[[type:Field]]`, by the text after `type:`.
    """

    front: str
    back: str
    front_sounds: tuple[Audio, ...] = ()
    back_sounds: tuple[Audio, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Card:
    """The state while a card is rendered: its fields, the filled ones, the side, and the front once known."""

    values: dict[str, str]
    filled: set[str]
    side: Side
    front: str = ""


class CardRenderer:
    """Renders the cards of one card template.

    The template must be one in which `template.check` finds no fault. (For an unknown field this shows
    nothing, where Anki would show an error in place of the card.)
    """

    def __init__(self, fields: Sequence[str], front: str, back: str, *, cloze: bool) -> None:
        """Parse a card template.

        Args:
            fields: The names of the note type's fields.
            front: Its front, as Anki has it.
            back: Its back.
            cloze: Whether the note type is a cloze type.
        """
        self._fields = tuple(fields)
        self._front = parse(front).parts
        self._back = parse(back).parts
        self._cloze = cloze

    def sides(self, values: Sequence[str], ordinal: int, context: CardContext) -> Sides:
        """The HTML of both sides, as Anki's `card.render_output()` gives it.

        Args:
            values: The HTML of the note's fields, in order.
            ordinal: The ordinal of the card, from 0; in a cloze type its cloze number minus one.
            context: Facts about the card besides its fields.
        """
        by_name = {
            "Tags": " ".join(context.tags),
            "Type": context.note_type,
            "Deck": context.deck,
            "Subdeck": context.deck.rpartition("::")[2],
            "Card": context.card,
            "CardFlag": f"flag{context.flag}",
            "CardID": str(context.card_id),
            f"c{ordinal + 1}": "1",
            **dict(zip(self._fields, values, strict=True)),
        }
        filled = {name for name, value in by_name.items() if not is_empty(value)}
        number = ordinal + 1
        card = _Card(by_name, filled, Side(number, front=True))
        blank = ""
        if not self._cloze:
            blank = "" if shows(self._front, filled) else _BLANK_FRONT
        elif number not in cloze_numbers(by_name.values()):
            blank = _NO_SUCH_CLOZE.format(number)
        front, front_sounds = _with_marks(_side(self._front, card) + blank, "q")
        if blank:
            return Sides(front, blank, front_sounds)
        card.side, card.front = Side(number, front=False), front
        back, back_sounds = _with_marks(_side(self._back, card), "a")
        answers = {name: self._answer(name, card) for _, _, name in _MARK.findall(front + back) if name}
        return Sides(front, back, front_sounds, back_sounds, answers)

    def _answer(self, typed: str, card: _Card) -> str:
        """The answer to be typed at a mark `[[type:…]]`; empty if it names no field."""
        how, _, name = typed.rpartition(":")
        value = card.values[name] if name in self._fields else ""
        if how == "cloze":
            value = cloze_answers(value, card.side.number)
        silent, done = "", 0
        for start, end, _ in _audio_in(value):
            silent, done = silent + value[done:start], end
        return text_of(_LINE_ENDS.sub(" ", silent + value[done:])).strip(BLANKS)


def on_screen(sides: Sides) -> Sides:
    """Both sides as a reviewer shows them, with HTML in place of the marks for sounds and typed answers.

    A sound becomes an `<audio>`, a film a `<video>`, a text to be spoken a button. An answer to be typed
    becomes an `<input>` on the front; on the back it is shown below the line between front and back.
    """
    back, line = sides.back, ""
    if _LINE in back and any(sides.answers.get(name) for _, _, name in _MARK.findall(back)):
        back, line = back.replace(_LINE, ""), _LINE

    def visible(match: re.Match[str], *, front: bool) -> str:
        if match[1]:
            sounds, number = sides.front_sounds if match[1] == "q" else sides.back_sounds, int(match[2])
            return _player(sounds[number]) if number < len(sounds) else ""
        answer = sides.answers.get(match[3], "")
        if not answer:
            return ""
        if front:
            return '<input type="text" id="typeans">'
        return f"{line}<code id=typeans>{html_lib.escape(answer)}</code>"

    return replace(
        sides,
        front=_MARK.sub(lambda match: visible(match, front=True), sides.front),
        back=_MARK.sub(lambda match: visible(match, front=False), back),
    )


def _player(audio: Audio) -> str:
    """The HTML that plays a sound or a film, or speaks a text."""
    if isinstance(audio, Sound):
        source = f'src="{quote(audio.file)}"'
        if audio.file.lower().endswith(_FILMS):
            return f'<video controls preload="metadata" style="max-width: 100%" {source}></video>'
        return f'<audio class="replay-button" controls preload="none" {source}></audio>'
    language, text = (html_lib.escape(each) for each in (audio.language.replace("_", "-"), audio.text))
    speak = (
        "const speech = new SpeechSynthesisUtterance(this.dataset.text);"
        f" speech.lang = this.lang; speech.rate = {audio.speed}; speechSynthesis.speak(speech)"
    )
    return (
        f'<button type="button" class="replay-button" lang="{language}" data-text="{text}" onclick="{speak}">'
        "speak</button>"
    )


_MARK = pattern(r"\[anki:play:([qa]):([0-9]{1,6})\]|\[\[type:(.{1,300}?)\]\]")
_LINE = "<hr id=answer>"
_LINE_ENDS = pattern(r"(?:\n|<br\s?/?>|</?div>)+", re.IGNORECASE)


def _side(parts: Sequence[Part], card: _Card) -> str:
    """The HTML of a template's parts for this card."""
    pieces = []
    for part in parts:
        if isinstance(part, str):
            pieces.append(part)
        elif not isinstance(part, Replacement):
            if (part.field in card.filled) != part.inverted:
                pieces.append(_side(part.children, card))
        elif part.field == "FrontSide":
            pieces.append(card.front)
        elif part.field in card.values:
            pieces.append(filtered(part, card.values[part.field], card.side))
    return "".join(pieces)


# Sounds and speech

_OPTION = r'([^\] \t\r\n=]++)=(?:"([^"]*)"|([^\] \t\r\n"]*+))[ \t\r\n]*+'
_OPTIONS = pattern(_OPTION)
_OPENS = pattern(
    r"\[sound:(?P<file>[^\]]+)\]"
    r"|\[anki:(?P<name>[^\] \t\r\n]{1,50}+)[ \t\r\n]*+(?P<options>(?:" + _OPTION + r")*+)\]"
)
_BLOCK = pattern(
    r"</?(?:br|address|article|aside|blockquote|canvas|dd|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]"
    r"|header|hr|li|main|nav|noscript|ol|output|p|pre|section|table|tfoot|ul|video)>",
    re.IGNORECASE | re.ASCII,
)


def _audio_in(html: str) -> Iterator[tuple[int, int, Audio | None]]:
    """The audio on a side, with its start and end; None for speech without a language."""
    position, last = 0, html.rfind("]") + 1
    while match := _OPENS.search(html, position, last):
        start, position, name = match.start(), match.end(), match["name"]
        if not name:
            yield start, position, Sound(decoded(match["file"]).rpartition("/")[2])
            continue
        closing = f"[/anki:{name}]"
        close = html.find(closing, position)
        if close < 0:
            position = start + 1
            continue
        content, position = html[position:close], close + len(closing)
        if name == "tts":
            options = {each[1]: each[2] or each[3] or "" for each in _OPTIONS.finditer(match["options"])}
            yield start, position, _speech(content, options) if options.get("lang") else None


def _with_marks(html: str, side: str) -> tuple[str, tuple[Audio, ...]]:
    """A side with marks in place of its audio, and the audio.

    Args:
        html: The HTML of the side.
        side: `q` for a front, `a` for a back.
    """
    pieces: list[str] = []
    sounds: list[Audio] = []
    done = 0
    for start, end, audio in _audio_in(html):
        pieces += (html[done:start], f"[anki:play:{side}:{len(sounds)}]" if audio else _NO_LANGUAGE)
        sounds += [audio] if audio else []
        done = end
    return "".join(pieces) + html[done:], tuple(sounds)


def _speech(content: str, options: dict[str, str]) -> Speech:
    """The speech of a `tts` mark; the hidden answer of a cloze is spoken as "blank" (`cloze_blank`)."""
    text = text_of(_BLOCK.sub(" ", content)).replace("[...]", options.get("cloze_blank", "blank"))
    voices = tuple(options["voices"].split(",")) if "voices" in options else ()
    try:
        speed = float(options.get("speed", "1"))
    except ValueError:
        speed = 1.0
    return Speech(text, options["lang"], voices, speed)
