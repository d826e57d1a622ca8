"""Shortcuts of rules: what they pass over would be no find either."""

from __future__ import annotations

import re
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from deckgen.checks import option_texts, pasted, prose, test_wiseness
from deckgen.checks.chapters import Chapter
from deckgen.checks.vignettes import Vignette
from deckgen.source import Document, Scalar

OLD_EMPHASIS = re.compile(
    r"\\([!-/:-@\[-`{-~])|\*{1,3}(?=\S)|(?<=\S)\*{1,3}|==+(?=\S)|(?<=\S)==+|~~(?=\S)|(?<=\S)~~|`"
    r"|(?<![\w])_{1,3}(?=[^\W_])|(?<=[^\W_])_{1,3}(?![\w])"
)
"""The marks of emphasis, in the form that says directly what they are."""
WORDS = """
    a A b B all none both above below these of the and or nor options answer first other than same as listed
    joining join joined family's y'all (a) (b) ſame İ {{c1::a}} {{c1::all::none}} - &
""".split()
PHRASES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)


def scalar(text: str) -> Scalar:
    """A text anywhere in a file."""
    return Scalar(text, 0, len(text), "|")


@given(st.text("*=~_`\\ a.\n1é"))
def test_marks_of_emphasis_are_found_by_their_signs(text: str) -> None:
    """In the same places as by a pattern that tries each place."""
    signs = [(match.span(), match[1]) for match in prose.EMPHASIS.finditer(text)]
    assert signs == [(match.span(), match[1]) for match in OLD_EMPHASIS.finditer(text)]


@given(st.text("aZAB É\n學😀"))
def test_capitals_are_found_by_their_bytes(text: str) -> None:
    """Two capitals of the Latin alphabet side by side, and nothing else."""
    found = Chapter(Document("a.yaml", text)).capitals
    assert found == [match.start() for match in re.finditer("(?=[A-Z]{2})", text)]


@given(st.lists(PHRASES, min_size=2, max_size=5))
def test_options_that_may_not_refer_to_others_do_not(texts: list[str]) -> None:
    """No option refers to others if `may_refer` says so of all."""
    options = [SimpleNamespace(text=scalar(text)) for text in texts]
    vignette = Vignette(None, [], options, 0)  # type: ignore[arg-type]
    refer = [option_texts.refers(vignette.texts, place) for place in range(len(texts))]
    assert option_texts.may_refer(vignette) or not any(refer)


@given(st.lists(PHRASES, min_size=1, max_size=3), st.sampled_from([" ", "\n", "  "]))
def test_texts_that_begin_differently_differ(texts: list[str], blank: str) -> None:
    """Also with other blanks, and with clozes."""
    scalars = [scalar(texts[0].replace(" ", blank)), *map(scalar, texts)]
    plain = [pasted.plain_text(each) for each in scalars]
    assert not pasted.all_differ(scalars)
    assert not pasted.all_differ(scalars[1:]) or len(set(plain[1:])) == len(texts)


@given(PHRASES, PHRASES)
def test_words_that_a_text_repeats_may_be_echoes(option: str, text: str) -> None:
    """No word of an option is an echo if `may_echo` says so of all."""
    words, stem = test_wiseness.striking_words(option), test_wiseness.striking_words(text)
    beginnings = {word[: test_wiseness.BEGINNING] for word in stem}
    echoes = test_wiseness.echoes_of(words, stem, beginnings)
    assert test_wiseness.may_echo(words, text) or not echoes
