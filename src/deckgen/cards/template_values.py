"""What templates may do with a value: its filters, its members, its size, and what it is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jinja2 import TemplateRuntimeError
from jinja2.environment import TemplateModule
from jinja2.runtime import BlockReference, LoopContext, Macro

if TYPE_CHECKING:
    from collections.abc import Callable


MAX_VALUE = 1024 * 1024
"""How large a single value may be, in characters; an item of a list counts as `ITEM` of them."""
MAX_NUMBER = 2**53
"""How large a number may be: so far they are exact in all programs."""
MAX_LOOP = 1000
"""How far `range` goes."""
ITEM = 32
_OF_TEXT = (
    "capitalize e escape forceescape lower replace safe string striptags title trim truncate upper urlencode"
)
_OF_ITEMS = "first join last list map max min reject rejectattr reverse select selectattr sort sum unique"
_OF_NUMBERS = "abs round"
_OF_ALL = "count d default float int length wordcount"
FILTERS = sorted(f"{_OF_TEXT} {_OF_ITEMS} {_OF_NUMBERS} {_OF_ALL}".split())
"""The filters that templates may use."""
_TESTS_OF_TEXT = "lower upper"
_TESTS_OF_NUMBERS = "divisibleby even odd"
_TESTS_OF_ALL = (
    "boolean defined eq equalto false float ge greaterthan gt in integer iterable le lessthan lt mapping ne"
    " none number sequence string true undefined == != < <= > >="
)
TESTS = sorted(f"{_TESTS_OF_TEXT} {_TESTS_OF_NUMBERS} {_TESTS_OF_ALL}".split())
"""The tests, as in `is defined`, that they may use."""
TAKES: dict[str, tuple[tuple[type, ...], str]] = {
    **dict.fromkeys(f"{_OF_TEXT} {_TESTS_OF_TEXT} wordcount".split(), ((str, int, float), "a text")),
    **dict.fromkeys(_OF_ITEMS.split(), ((str, list, tuple, dict, range), "a list")),
    **dict.fromkeys(f"{_OF_NUMBERS} {_TESTS_OF_NUMBERS}".split(), ((int, float), "a number")),
}
"""What a filter or test may be given as the first, and what to call that."""
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
"""What can be asked of a value with a dot, by its type."""


@dataclass(frozen=True, slots=True)
class Function:
    """Something that templates may call.

    Attributes:
        use: How it is written, as an example.
        run: What it does.
    """

    use: str
    run: Callable[..., object]

    def __call__(self, *arguments: object, **options: object) -> object:
        """Do it.

        Raises:
            UseError: It takes other arguments.
        """
        try:
            return self.run(*arguments, **options)
        except TypeError as error:
            raise UseError("this function takes other arguments", use_of(self)) from error


class TooMuchError(TemplateRuntimeError):
    """A template does more than it may."""


class UseError(TemplateRuntimeError):
    """A template uses something as it is not meant.

    Attributes:
        hint: How it is used.
    """

    def __init__(self, message: str, hint: str) -> None:
        """Keep what is to be told."""
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
        raise TooMuchError(f"`range` goes up to {MAX_LOOP:,} numbers")
    return numbers


def size_of(value: object) -> int:
    """How large a value is with all that it holds, whatever is in it twice counted twice.

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
    """What can be asked of a value with a dot."""
    return next((names for sort, names in _MEMBERS if isinstance(value, sort)), frozenset())


_CALLED: tuple[tuple[type | tuple[type, ...], str], ...] = (
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
    """What sort of thing a value is, in words for an author."""
    if isinstance(value, Macro):
        return f"the macro `{value.name}`"
    if name := getattr(value, "__name__", "") if getattr(value, "__self__", None) is not None else "":
        return f"`{name}`, which has to be called,"
    return next((called for sort, called in _CALLED if isinstance(value, sort)), "this")


_USES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    ((list, tuple, range), '`join` makes a text of it: `|join(", ")`'),
    (dict, "what is in it is shown by its name: `words.example`"),
    (TemplateModule, "`[% include … %]` shows a template"),
    (BlockReference, "it is called: `()` stands behind its name"),
)


def use_of(value: object) -> str:
    """How something that is no text is used; empty where there is no telling."""
    if isinstance(value, Function):
        return f"it is used as in `{value.use}`"
    if isinstance(value, Macro):
        given = ", ".join(name.upper() for name in value.arguments)
        return f"a macro is called: `{value.name}({given})`"
    if getattr(value, "__self__", None) is not None:
        return "it is called: `()` stands behind its name"
    return next((use for sort, use in _USES if isinstance(value, sort)), "")
