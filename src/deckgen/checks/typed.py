"""Texts that show something else than the author intended: by a wrong encoding, by letters, as code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deckgen.cards.leftover import INDENTED, indented_code
from deckgen.checks import context as look
from deckgen.diagnostics import Diagnostic, counted, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deckgen.checks.context import RuleContext
    from deckgen.checks.vignettes import Vignette

# The characters that Windows shows for the later bytes of a character of UTF-8. Some of them are quotation
# marks and dashes, which may follow any letter (`CAFÉ”`): so these do not count behind a single letter.
_LATER = "\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_GARBLED = re.compile(
    rf"(?:Ã[¢-ª¬-³µ-º¼-¾ŸœŒšžƒ€]|Â[°§±µ£²³½¼¾©®¥¢¹]|â€[{_LATER}]|â[‚„†ˆ‰][{_LATER}]"
    r"|(?<!\w)Ã[„–…†‡ˆ‰Š‹Œ—](?=[a-z])"
    rf"|(?:[ÐÑ][{_LATER}]){{3,}}|(?:[ÎÏ][{_LATER}]){{3,}}|(?:[ãäåæçèé][{_LATER}]{{2}}){{2,}})+"
)


def changed_text(context: RuleContext) -> Iterator[Diagnostic]:
    """Texts in a wrong encoding, options that begin with letters, prose that appears as code."""
    yield from _garbled(context)
    yield from _prose_as_code(context)
    lettered: dict[str, list[Vignette]] = {}
    for vignette in context.vignettes:
        if _sign(vignette):
            lettered.setdefault(vignette.note.chapter.document.path, []).append(vignette)
    for first, *others in lettered.values():
        scalar, sign = first.options[0].text, _sign(first)
        message = (
            f"the card adds its own letters and shuffles the options, so learners also see this `{sign}`"
        )
        if others:
            message += f"; {counted(len(others), 'more question')} in this file have this problem"
        hint = "remove the letters from all options, and from texts that refer to them"
        span = look.at(first.note, scalar, scalar.value.find(sign), len(sign))
        yield Diagnostic("changed-text", message, span, hint)


_SENTENCE = re.compile(
    r"\s*[\"'“‘(]?[^\W\d_]+(?:['’-]\w+)*,?(?:\s+[\w,.:;()'’“”\"–—%-]+){3,}[.!?…][\"'”’)]?\s*"
)


def _prose_as_code(context: RuleContext) -> Iterator[Diagnostic]:
    """Sentences that Markdown reads as code, because they are indented too far after an empty line."""
    for note, key, scalar in context.texts_with(INDENTED):
        if (note.kind.name, key) in context.plain_keys:
            continue
        for start, code in indented_code(scalar.value):
            if _SENTENCE.fullmatch(code):
                message = "this is indented further, after an empty line, so the card shows it as code"
                hint = (
                    "start it in the same column as the text above; put code between lines of three backticks"
                )
                first = code.split("\n", maxsplit=1)[0].rstrip()
                yield Diagnostic("changed-text", message, look.at(note, scalar, start, len(first)), hint)


def _garbled(context: RuleContext) -> Iterator[Diagnostic]:
    """Texts of UTF-8 that some program has read as Windows-1252."""
    for chapter in context.chapters:
        if chapter.document.text.isascii() and "\\" not in chapter.document.text:
            continue  # without an escape, its texts are ASCII, too
        garbled = [
            (note, scalar, match, original)
            for note, _, scalar in chapter.texts
            if not scalar.value.isascii()
            and (match := _GARBLED.search(scalar.value))
            and (original := _decoded(match[0]))
        ]
        if not garbled:
            continue
        note, scalar, match, original = garbled[0]
        start = match.start()
        while start and scalar.value[start - 1].isalnum():
            start -= 1
        end = match.end()
        while end < len(scalar.value) and scalar.value[end].isalnum():
            end += 1
        garbled_text = scalar.value[start:end]
        word = _GARBLED.sub(lambda each: _decoded(each[0]) or each[0], garbled_text)
        message = f"`{garbled_text}` was `{word}`, until a program read this UTF-8 text in the wrong encoding"
        more = (
            f"; {counted(len(garbled) - 1, 'more text')} in this file have this problem"
            if len(garbled) > 1
            else ""
        )
        hint = f"write `{word}`, or get the original text again, as UTF-8"
        others = dict.fromkeys(
            (match[0], original)
            for _, text, _, _ in garbled
            for match in _GARBLED.finditer(text.value)
            if (original := _decoded(match[0])) and match[0] not in garbled_text
        )
        if others:
            form = listed([f"`{bad}` as `{good}`" for bad, good in [*others][:_PAIRS]])
            hint += f"; in the rest of the file write {form}"
        yield Diagnostic(
            "changed-text", message + more, look.at(note, scalar, start, len(garbled_text)), hint
        )


_PAIRS = 8  # garbled signs that a hint lists


def _decoded(text: str) -> str:
    """The original of a text whose UTF-8 bytes were read as Windows-1252; empty if it has none."""
    raw = bytearray()
    for char in text:
        try:
            raw += char.encode("cp1252")
        except UnicodeEncodeError:
            if ord(char) > 0xFF:  # bytes without a character in Windows-1252 are kept as they are
                return ""
            raw.append(ord(char))
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return ""


_LETTER = re.compile(r"(?P<sign>\**\(?(?P<letter>[A-Ha-h]|[1-8])[.):]\)?\**)\s+(?=\S)")


def _sign(vignette: Vignette) -> str:
    """The letter before the first option, if all options begin with letters in order; otherwise empty."""
    matches = [match for option in vignette.options if (match := _LETTER.match(option.text.value.strip()))]
    letters = "".join(match["letter"] for match in matches)
    in_order = any(each.startswith(letters) for each in ("ABCDEFGH", "abcdefgh", "12345678"))
    return matches[0]["sign"] if in_order and letters and len(letters) == len(vignette.options) else ""
