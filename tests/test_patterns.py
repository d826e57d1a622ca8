"""Regular expressions that are compiled at their first use."""

from __future__ import annotations

import re

import pytest

from deckgen.patterns import pattern


def test_a_pattern_does_what_a_compiled_one_does() -> None:
    """It searches, replaces and splits, with its flags."""
    ours, compiled = pattern(r"(a)(b)?", re.IGNORECASE), re.compile(r"(a)(b)?", re.IGNORECASE)
    text = "xAB ab a"
    assert [match.span() for match in ours.finditer(text)] == [m.span() for m in compiled.finditer(text)]
    assert ours.findall(text, 3) == compiled.findall(text, 3)
    assert ours.sub("-", text) == compiled.sub("-", text)
    assert ours.split(text) == compiled.split(text)
    assert (ours.pattern, ours.flags, ours.groups) == (compiled.pattern, compiled.flags, compiled.groups)


def test_a_pattern_is_compiled_at_its_first_use() -> None:
    """Until then, nothing is done with its text, as a mistake in it shows."""
    wrong = pattern("(")
    with pytest.raises(re.error, match="unterminated subpattern"):
        wrong.search("(")
    assert not hasattr(pattern("a"), "__len__")
