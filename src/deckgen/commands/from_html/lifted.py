r"""The marks of Anki in the HTML of a field: clozes, formulas and sounds.

Anki reads them in the HTML itself, not in the text that it shows. So they are lifted out before the HTML is
parsed: each is replaced by a number between two characters that are not for text (Unicode 16, 23.7).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from deckgen.anki import cloze as clozes
from deckgen.anki.verbatim import END_OF_LATEX
from deckgen.cards import formulas, html
from deckgen.diagnostics import CATALOGUE

_OPEN, _SHUT = "\ufdd0", "\ufdd1"
NUMBER = re.compile(f"{_OPEN}([0-9]+){_SHUT}")
"""A number in place of a mark."""
_NOT_FOR_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
_SIGNS = re.compile(r"[\ufdd0-\ufdef]")
_LINE_ENDS = re.compile("[\x0b\x0c\x85\u2028\u2029]")  # to YAML, but not to a browser
_MARK = re.compile(r"\\[(\[]|\[latex\]|\[\$\$?\]|\[sound:", re.IGNORECASE)
_ENDS = {
    "\\(": "\\)",
    "\\[": "\\]",
    "[latex]": "[/latex]",
    "[$]": "[/$]",
    "[$$]": "[/$$]",
    "[sound:": "]",
}
_LINE_OF_LATEX = re.compile(r"<br(?: /)?>|<div>", re.IGNORECASE)  # as Anki reads it
_LONGEST = 10_000  # characters of a formula
_OTHER_TAG = re.compile(r"<(?!/?br\b|!--)[A-Za-z/]", re.IGNORECASE)  # MathJax reads on only over these
_ASKED = re.compile(r"\{\{c[0-9,]+::(?:(?!\{\{c|\}\}).)*\}\}", re.DOTALL)  # hidden on the front
_LATEX_FORMULA = re.compile(
    r"\$\$(?P<display>[^$]+)\$\$|\$(?P<formula>[^$]+)\$|\\\((?P<round>.+)\\\)|\\\[(?P<square>.+)\\\]"
    r"|(?P<whole>\\begin\{(?P<name>(?:equation|align|gather|multline|eqnarray)\*?)\}.+\\end\{(?P=name)\})"
    r"|\\begin\{(?:displaymath|math)\}(?P<math>.+)\\end\{(?:displaymath|math)\}",
    re.DOTALL,
)


class Mark(NamedTuple):
    """A mark of Anki.

    Attributes:
        kind: `open`, `hint` or `close` for the marks of a cloze; `formula`, `display` (a formula on a line of
            its own), `latex` (for an image that Anki makes) or `sound`.
        value: The numbers of the cloze, the formula in TeX, the LaTeX, or the name of the sound's file.
        raw: The mark as it is in the field; of a formula also the clozes in it are numbers.
    """

    kind: str
    value: str
    raw: str


class Lifted(NamedTuple):
    """The HTML of a field with numbers in place of its marks, and the marks."""

    html: str
    marks: list[Mark]
    lost: tuple[str, ...] = ()
    """What is text because no card can have it, in words."""

    def put_back(self, text: str) -> str:
        """A text with the marks in place of their numbers."""
        for _ in range(2):  # a formula may hold clozes
            if _OPEN in text:
                text = NUMBER.sub(lambda match: self.marks[int(match[1])].raw, text)
        return text


def lifted(field: str, *, cloze: bool) -> Lifted:
    """Lift the marks out of the HTML of a field.

    Args:
        field: The HTML. Characters that no text can have are left out.
        cloze: Whether it may have clozes; otherwise their braces are text.
    """
    field = for_yaml(_SIGNS.sub("", field))
    marks: list[Mark] = []
    lost: dict[str, None] = {}
    if cloze and "{{c" in field:
        field = _without_clozes(field, marks, lost)
    if "\\" not in field and "[" not in field:
        return Lifted(field, marks, tuple(lost))
    parts: list[str] = []
    done = place = 0
    while match := _MARK.search(field, place):
        sign, place = match[0].lower(), match.end()
        end = field.find(_ENDS[sign], place, place + _LONGEST)
        if sign == "[latex]" and end < 0:
            close = END_OF_LATEX.search(field, place, place + _LONGEST)
            end = close.start() if close else -1
        if end < 0:
            continue
        raw = field[match.start() : end + len(_ENDS[sign])]
        mark = _mark(sign, field[place:end], raw, marks)
        if mark and mark.kind in {"formula", "display"} and (reason := refusal(mark.value)):
            lost[reason] = None
            continue
        if mark:
            parts += (field[done : match.start()], _number(marks, mark))
            done = place = match.start() + len(raw)
    return Lifted("".join(parts) + field[done:], marks, tuple(lost))


def for_yaml(text: str) -> str:
    """A text without the control characters and line ends that a YAML file cannot hold."""
    if text.isascii() and text.isprintable():
        return text
    return _LINE_ENDS.sub(" ", _NOT_FOR_TEXT.sub("", text))


def _number(marks: list[Mark], mark: Mark) -> str:
    marks.append(mark)
    return f"{_OPEN}{len(marks) - 1}{_SHUT}"


def _without_clozes(field: str, marks: list[Mark], lost: dict[str, None]) -> str:
    """The HTML with numbers in place of the marks of its clozes; what no card can have is added to `lost`."""
    places: list[tuple[int, int, Mark]] = []
    for cloze in clozes.in_field(field):
        if cloze.end < 0:
            continue  # Anki ignores it
        if _is_empty(field[cloze.inner : cloze.answer_end]):
            lost["a cloze without an answer"] = None
            continue
        numbers = ",".join(map(str, cloze.numbers))
        places.append((cloze.start, cloze.inner, Mark("open", numbers, f"{{{{c{numbers}::")))
        if cloze.hint >= 0 and _is_empty(field[cloze.hint : cloze.end]):
            lost["an empty hint of a cloze"] = None
            places.append((cloze.hint - 2, cloze.end + 2, Mark("close", "", "}}")))
            continue
        if cloze.hint >= 0:
            places.append((cloze.hint - 2, cloze.hint, Mark("hint", "", "::")))
        places.append((cloze.end, cloze.end + 2, Mark("close", "", "}}")))
    parts: list[str] = []
    done = 0
    for start, end, mark in sorted(places):
        parts += (field[done:start], _number(marks, mark))
        done = end
    return "".join(parts) + field[done:]


def _is_empty(piece: str) -> bool:
    """Whether a piece of HTML shows nothing."""
    return not html.text(piece).strip() and "<img" not in piece.lower()


def _mark(sign: str, content: str, raw: str, marks: list[Mark]) -> Mark | None:
    """A formula or sound; None if Anki shows it as text, or if it is no formula."""
    if sign == "[sound:":
        name = html.text(content).strip()
        return Mark("sound", name, raw) if name and _OPEN not in name else None
    if sign.startswith("\\") and ("\\(" in content or "\\[" in content or _OTHER_TAG.search(content)):
        return None
    tex = tidy(NUMBER.sub(lambda match: marks[int(match[1])].raw, html.text(content)))
    if not tex:
        return None
    if sign != "[latex]":
        return Mark("formula" if sign in {"\\(", "[$]"} else "display", tex, raw)
    match = _LATEX_FORMULA.fullmatch(tex)
    groups = ("display", "formula", "round", "square", "whole", "math")
    formula = next(match[name] for name in groups if match[name]).strip() if match else ""
    if not match or refusal(formula):
        latex = html.text(_LINE_OF_LATEX.sub("\n", content)).replace("\xa0", " ").strip()
        return Mark("latex", NUMBER.sub(lambda each: marks[int(each[1])].raw, latex), raw)
    return Mark("formula" if match["formula"] or match["round"] else "display", formula, raw)


def refusal(tex: str) -> str:
    """What a card cannot have of a formula, in words; empty if it can have it."""
    bare = clozes.uncovered(tex, clozes.in_field(tex))
    for name, _, _ in formulas.unsafe(bare):
        return f"a formula with `{name}`, which cards cannot have"
    if not formulas.is_balanced(bare) or not formulas.is_balanced(_ASKED.sub("", tex)):
        return "a formula whose braces do not match"
    for code, piece, _, _ in formulas.misread(f"\\({bare}\\)"):
        if CATALOGUE[code][0] == "error":
            return f"a formula that is not read to its end, because of `{piece}`"
    return ""


def tidy(tex: str) -> str:
    """A formula without empty lines, and with plain blanks."""
    lines = (" ".join(line.split()) for line in tex.replace("\xa0", " ").split("\n"))
    return "\n".join(filter(None, lines))
