"""The texts that the preview's search looks through."""

from __future__ import annotations

import time

import pytest

from deckgen.commands.preview.texts import words_of

RUBY = "漢字です かんじです"
BEGINNINGS = ["<ruby ", "<ruby><rt>", "<style ", "<!--", "[sound:", "{{c1::", "漢[", "漢"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ("{{c1::al}}liance and {{c2::be{{c3::lie}}f::a hint}} it", "alliance and belief it a hint"),
        ("{{c1,2::both}}s, {{c1::open", "boths, open"),
        ("H<sub>2</sub>O is <b class='wet'>w</b>et<br>so<p>it is</p>", "H2O is wet so it is"),
        ("<style>p { color: red }</style>a<script>let b</script>", "a"),
        (
            'see <img src="a tree.png" alt="b">[sound:a tone.mp3][anki:tts lang=en_US]this[/anki:tts]',
            "see this",
        ),
        ("R&amp;D <code>df.mean()</code>", "R&D df.mean()"),
        (
            "<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp></ruby><ruby>字<rt>じ</rt></ruby>です",
            "漢字です かんじです",
        ),
        ("を 食[た]べる", "を食べる をたべる"),
        ("a list x[1], 図[1]", "a list x[1], 図[1]"),
    ],
    ids=["clozes", "odd clozes", "in words", "code", "media", "entities", "ruby", "furigana", "brackets"],
)
def test_it_is_what_the_cards_show(fields: str, words: str) -> None:
    """Words are whole, whatever cuts them; markup, names of files and readings within words are left out."""
    assert words_of(fields) == words


@pytest.mark.parametrize("piece", BEGINNINGS)
def test_no_field_takes_long(piece: str) -> None:
    """A field of 80,000 characters that repeats what begins and never ends is read within a second."""
    started = time.process_time()
    words_of(piece * (80_000 // len(piece)) + "[")
    assert time.process_time() - started < 1
