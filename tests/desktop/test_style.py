"""A learner's own style, in the file that the deck's cards ask for and no import replaces."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.desktop.driver import PATIENCE

if TYPE_CHECKING:
    from tests.desktop.driver import Desktop

SEARCH = '"deck:A deck of long names*" "term:Comprehension" card:1'
FILE = "_stress.css"
STYLE = """\
.card { --size: 31px; --page: #fffbe6; }
.card.nightMode { --page: #000000; }
.face .term { letter-spacing: 3px; }
"""
SEEN = """
[getComputedStyle(document.body).fontSize, getComputedStyle(document.body).backgroundColor,
    getComputedStyle(document.querySelector(".face .term")).letterSpacing]
"""
DAY = ["31px", "rgb(255, 251, 230)", "3px"]
NIGHT = ["31px", "rgb(0, 0, 0)", "3px"]


def study_until(anki: Desktop, look: list[str]) -> None:
    """Study the card until it has a look: Anki keeps what it has read of a style sheet for ten seconds."""
    end = time.monotonic() + PATIENCE
    anki.study(SEARCH)
    while anki.see(SEEN) != look:
        assert time.monotonic() < end, anki.see(SEEN)
        time.sleep(0.5)
        anki.study(SEARCH)


def test_a_learners_style_wins_over_the_decks(anki: Desktop) -> None:
    """The file counts in the reviewer, by day and night, in the preview and in the card layout."""
    anki.do("put_media", FILE, STYLE)
    study_until(anki, DAY)
    anki.flip()
    assert anki.see(SEEN) == DAY
    anki.do("night", True)  # noqa: FBT003 (steps have no keywords)
    anki.study(SEARCH)
    assert anki.see(SEEN) == NIGHT
    anki.do("night", False)  # noqa: FBT003
    anki.draw("browse", SEARCH)
    assert anki.see(SEEN) == DAY
    anki.do("close")
    anki.draw("layout", SEARCH)
    assert anki.see(SEEN) == DAY


def test_check_media_spares_it(anki: Desktop) -> None:
    """*Check Media* calls the file neither unused nor missing, whether a learner has one or took it away."""
    for text in (STYLE, None):
        anki.do("put_media", FILE, text)
        unused, missing, _ = anki.do("check_media")
        assert FILE not in unused + missing


def test_without_the_file_nothing_is_wrong(anki: Desktop) -> None:
    """Where the file is not there the card looks as the deck has it, without an error."""
    anki.do("put_media", "_stress-ar.css", None)
    anki.study("deck:مجموعة* note:*Definition card:1")
    assert anki.see("document.querySelector('.face .term').innerText.length > 0")
    assert anki.see("getComputedStyle(document.body).fontSize") != DAY[0]
    anki.flip()
