"""The type `date`: a day, written as in `2026-01-31`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from deckgen.deck.keys import KeyType
from deckgen.deck.schemas import KeyDoc
from deckgen.patterns import pattern

if TYPE_CHECKING:
    from deckgen.deck.keys import Key
    from deckgen.deck.reader import NodeReader
    from deckgen.source import Node, Scalar

_FORM = pattern(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_YEAR_FIRST = pattern(r"([0-9]{4})(?:([-/. ])([0-9]{1,2})\2([0-9]{1,2})|()([0-9]{2})([0-9]{2}))\.?")
_YEAR_LAST = pattern(r"([0-9]{1,2})([-/.] ?)([0-9]{1,2})\2([0-9]{4})")
_TIME = pattern(r"(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}.*")
_SHORT = 60  # characters of a text that a message repeats


def day_of(scalar: Scalar) -> date:
    """The day in a text of a key of this type."""
    return date.fromisoformat(scalar.value.strip())


def _read(reader: NodeReader, node: Node, key: Key) -> Scalar | None:
    """A text with a day of the calendar; None, with a report, for anything else."""
    scalar = reader.scalar(node, key.name, f"write it as year, month and day: `{key.name}: 2026-01-31`")
    if scalar is None:
        return None
    written = scalar.value.strip()
    form = _FORM.fullmatch(written)
    if form and _exists(*form.groups()):
        return scalar
    short = written if len(written) <= _SHORT and "\n" not in written else f"{written[:_SHORT].split()[0]}…"
    if form:
        message, hint = f"`{written}` is not a date in the calendar", _about_days(*form.groups())
    else:
        message = (
            f"`{short}` is not a date that deckgen can read: write year, month and day, as in `2026-01-31`"
        )
        hint = _hint(written)
    reader.report("wrong-type", scalar, message, hint)
    return None


def _exists(year: str, month: str, day: str) -> str:
    """The ISO form of a day; empty if there is no such day."""
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""


def _about_days(year: str, month: str, day: str) -> str:
    """A hint for a day that does not exist: the reason."""
    if _exists(year, day, month):
        return f"put the month before the day: `{year}-{day}-{month}`"
    if not _exists(year, month, "1"):
        return "use years from `0001`, and months from `01` to `12`"
    last = next(each for each in ("31", "30", "29", "28") if _exists(year, month, each))
    return f"this month has the days `01` to `{last}`"


def _hint(written: str) -> str:
    """A hint for a date in another form: how to write it; empty if the text is hardly a date."""
    written = _TIME.sub("", written)
    if first := _YEAR_FIRST.fullmatch(written):
        year, _, month, day = (each for each in first.groups() if each is not None)
        candidates = [_exists(year, month, day)]
    elif last := _YEAR_LAST.fullmatch(written):
        one, _, other, year = last.groups()
        # either the day or the month is first, if both can be
        candidates = [_exists(year, other, one), _exists(year, one, other)]
    else:
        return ""
    days = list(dict.fromkeys(filter(None, candidates)))
    if len(days) > 1:
        return f"use the month first: write `{days[0]}` or `{days[1]}`"
    return f"write `{days[0]}`" if days else ""


_LONG, _MIDDLE = "0[13578]|1[02]", "0[469]|11"
_DAYS = "0[1-9]|[12][0-9]"

TYPE = KeyType(
    "date",
    _read,
    KeyDoc(
        {
            "type": "string",
            "pattern": r"^\s*(?!0000)[0-9]{4}-"
            rf"(?:(?:{_LONG})-(?:{_DAYS}|3[01])|(?:{_MIDDLE})-(?:{_DAYS}|30)|02-(?:{_DAYS}))\s*$",
            "errorMessage": "write a date here, as in `2026-01-31`",
        },
        "A day, as year, month and day.",
        "2026-01-31",
    ),
    parts=("",),
    prose={},
    plain=True,
    cells="text",
)
