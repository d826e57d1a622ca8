"""Values in templates: the filters, tests and members that templates can use, and limits of size."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jinja2 import TemplateRuntimeError
from jinja2.environment import TemplateModule
from jinja2.runtime import BlockReference, LoopContext, Macro
from markupsafe import Markup

from deckgen.cards.locales import direction

if TYPE_CHECKING:
    from collections.abc import Callable

    from deckgen.deck.kinds import Kind
    from deckgen.deck.notes import Deck

MAX_VALUE = 1024 * 1024
"""The largest value, in characters; an item of a list counts as `ITEM` characters."""
MAX_NUMBER = 2**53
"""The largest number: up to it, all programs compute exactly."""
MAX_LOOP = 1000
"""The most numbers of a `range`."""
ITEM = 32
_OF_TEXT = (
    "capitalize e escape forceescape lower replace safe string striptags title trim truncate upper urlencode"
)
_OF_ITEMS = "first join last list map max min reject rejectattr reverse select selectattr sort sum unique"
_OF_NUMBERS = "abs round"
_OF_ALL = "count d default float int length wordcount"
FILTERS = sorted(f"{_OF_TEXT} {_OF_ITEMS} {_OF_NUMBERS} {_OF_ALL}".split())
"""The filters that templates can use."""
_TESTS_OF_TEXT = "lower upper"
_TESTS_OF_NUMBERS = "divisibleby even odd"
_TESTS_OF_ALL = (
    "boolean defined eq equalto false float ge greaterthan gt in integer iterable le lessthan lt mapping ne"
    " none number sequence string true undefined == != < <= > >="
)
TESTS = sorted(f"{_TESTS_OF_TEXT} {_TESTS_OF_NUMBERS} {_TESTS_OF_ALL}".split())
"""The tests, as in `is defined`, that templates can use."""
TAKES: dict[str, tuple[tuple[type, ...], str]] = {
    **dict.fromkeys(f"{_OF_TEXT} {_TESTS_OF_TEXT} wordcount".split(), ((str, int, float), "a text")),
    **dict.fromkeys(_OF_ITEMS.split(), ((str, list, tuple, dict, range), "a list")),
    **dict.fromkeys(f"{_OF_NUMBERS} {_TESTS_OF_NUMBERS}".split(), ((int, float), "a number")),
}
"""The types of the value that a filter or test takes, and their name in messages."""
_MEMBERS: tuple[tuple[type, frozenset[str]], ...] = (
    (
        str,
        frozenset(
            "capitalize casefold count endswith find index isalnum isalpha isascii isdecimal isdigit islower"
            " isnumeric isspace istitle isupper lower lstrip partition removeprefix removesuffix rfind rindex"
            " rpartition rsplit rstrip split splitlines startswith strip swapcase title upper".split()
        ),
    ),
    (dict, frozenset("get items keys values".split())),
    (list, frozenset("count index".split())),
    (tuple, frozenset("count index".split())),
    (
        LoopContext,
        frozenset(
            "changed cycle depth depth0 first index index0 last length nextitem previtem revindex"
            " revindex0".split()
        ),
    ),
    (BlockReference, frozenset(["super"])),
)
"""The members that templates can use, by the type of the value."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function that templates can call.

    Attributes:
        use: An example of its use.
        run: The function itself.
    """

    use: str
    run: Callable[..., object]

    def __call__(self, *arguments: object, **options: object) -> object:
        """Call the function.

        Raises:
            UseError: It takes other arguments.
        """
        try:
            return self.run(*arguments, **options)
        except TypeError as error:
            raise UseError("this function takes other arguments", use_of(self)) from error


class TooMuchError(TemplateRuntimeError):
    """A template exceeds a limit."""


class UseError(TemplateRuntimeError):
    """A template uses a value in a wrong way.

    Attributes:
        hint: A hint on its use.
    """

    def __init__(self, message: str, hint: str) -> None:
        """Keep the message and the hint."""
        super().__init__(message)
        self.hint = hint


TOO_LARGE = "this makes a text or list that is too large"


def limited_range(*limits: int) -> range:
    """Numbers up to a limit.

    Raises:
        TooMuchError: There are too many.
    """
    numbers = range(*limits)
    if len(numbers) > MAX_LOOP:
        raise TooMuchError(f"`range` allows up to {MAX_LOOP:,} numbers")
    return numbers


def size_of(value: object) -> int:
    """The size of a value with its content; an object that is in it twice counts twice.

    Raises:
        TooMuchError: It is too large.
    """
    size = 0
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, str):
            size += len(each)
        elif isinstance(each, (list, tuple)):
            left += each
        elif isinstance(each, dict):
            left += [*each, *each.values()]
        elif isinstance(each, range):
            size += len(each) * ITEM
        elif isinstance(each, int) and abs(each) > MAX_NUMBER:
            raise TooMuchError("this number is too large")
        size += ITEM
        if size + len(left) * ITEM > MAX_VALUE:
            raise TooMuchError(TOO_LARGE)
    return size


def members_of(value: object) -> frozenset[str]:
    """The members of a value that templates can use."""
    return next((names for sort, names in _MEMBERS if isinstance(value, sort)), frozenset())


_TYPE_NAMES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (str, "a text"),
    (bool, "true or false"),
    ((int, float), "a number"),
    ((list, tuple, range), "a list"),
    (dict, "a table of names"),
    (type(None), "`none`"),
    (TemplateModule, "a whole template"),
    (BlockReference, "a block"),
    (LoopContext, "`loop`"),
    (Function, "a function"),
)


def described(value: object) -> str:
    """The type of a value, in words for an author."""
    if isinstance(value, Macro):
        return f"the macro `{value.name}`"
    if name := getattr(value, "__name__", "") if getattr(value, "__self__", None) is not None else "":
        return f"`{name}`, which has to be called,"
    return next((words for sort, words in _TYPE_NAMES if isinstance(value, sort)), "this")


_USES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    ((list, tuple, range), 'use `join` to make text from it: `|join(", ")`'),
    (dict, "write the name of one of its entries: `words.example`"),
    (TemplateModule, "`[% include … %]` shows a template"),
    (BlockReference, "call it: write `()` after its name"),
)


def use_of(value: object) -> str:
    """A hint on the use of a value that is not a text; empty for other types."""
    if isinstance(value, Function):
        return f"use it as in `{value.use}`"
    if isinstance(value, Macro):
        arguments = ", ".join(name.upper() for name in value.arguments)
        return f"call a macro: `{value.name}({arguments})`"
    if getattr(value, "__self__", None) is not None:
        return "call it: write `()` after its name"
    return next((use for sort, use in _USES if isinstance(value, sort)), "")


def deck_values(deck: Deck, kind: Kind) -> dict[str, object]:
    """The data of a deck that a face of a kind may show."""
    feedback: object = ""
    id_field = next((field.name for field in kind.fields if field.key == "id"), "")
    if deck.feedback and id_field:
        address = html.escape(deck.feedback.replace("{id}", "\0")).replace("{", "%7B")
        feedback = Markup(address.replace("\0", f"{{{{{id_field}}}}}"))  # noqa: S704 (escaped above)
    return {
        "id": deck.id,
        "title": deck.title,
        "language": deck.language,
        "direction": direction(deck.language),
        "feedback": feedback,
        "note_id": Markup(f"{{{{{id_field}}}}}") if id_field else "",  # noqa: S704 (a field's name)
    }
