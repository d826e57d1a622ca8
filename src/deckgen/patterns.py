"""Regular expressions that are compiled at their first use, because most runs do not need most of them."""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


def pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """A regular expression, as from `re.compile`, which compiles it when it is first used.

    A mistake in it is found only then.
    """
    return cast("re.Pattern[AnyStr]", _Pattern(text, flags))


class _Pattern:
    """The attributes of a regular expression, each from when it is first asked for.

    Its text is there from the beginning, as others are made of it.
    """

    def __init__(self, text: str | bytes, flags: int) -> None:
        self.pattern = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (the types are those of re.Pattern)
        if name.startswith("__"):  # which Python itself looks for, as in a copy
            raise AttributeError(name)
        found = getattr(re.compile(self.pattern, self._flags), name)
        setattr(self, name, found)  # so that the next use finds it at once
        return found
