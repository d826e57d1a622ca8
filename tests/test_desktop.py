"""The cards in the real desktop Anki, with its own reviewer, mouse and keys."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import open_package, run, write_project
from tests.desktop.driver import desktop_python, faultless, running
from tests.reviewers import HOSTILE, hostile_vignette

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.desktop.driver import Desktop

VIGNETTE = """\
  - id: {id}
    scenario: |
      The case of {id}.
    question: |
      What next?
    options:
      - text: |
          Option {id} one
        why: |
          Not this one.
      - text: |
          Option {id} two
        correct: true
        why: |
          The best one.
      - text: |
          Option {id} three
        why: |
          Nor this one.
      - text: |
          Option {id} four
        why: |
          Nor that one.
"""
TWO = "deck:Sample (sides OR house)"
TEXT = "each => each.textContent.trim()"
CHOSEN = "[...document.querySelectorAll('.choice')].map(each => each.getAttribute('aria-checked'))"
TRACES = (
    "[...document.querySelectorAll('.chosen, .yours, .outcome')].filter(each => each.offsetParent).length"
)


def texts(desktop: Desktop, selector: str) -> list[str]:
    """The texts of the elements of a selector, as they are in the page, in its order."""
    return [" ".join(text.split()) for text in desktop.see(f"{all_of(selector)}.map({TEXT})")]


def all_of(selector: str) -> str:
    """The elements of a selector, in JavaScript."""
    return f"[...document.querySelectorAll({selector!r})]"


def by_letter(part: str) -> str:
    """A part of each option on a back, in JavaScript, in the order of the options' letters."""
    order = "sort((one, other) => one.dataset.letter < other.dataset.letter ? -1 : 1)"
    return f"{all_of('.explanations li[data-letter]')}.{order}.map(each => each.querySelector({part!r}))"


def options(desktop: Desktop) -> list[str]:
    """The texts of the options on a front, as shown."""
    return texts(desktop, ".choice")


def chosen(desktop: Desktop) -> list[str]:
    """The texts of the options on a front that are marked as chosen."""
    return texts(desktop, ".choice[aria-checked=true]")


def answers(desktop: Desktop) -> list[str]:
    """The texts of the options on a back, in the order of their letters."""
    return [" ".join(text.split()) for text in desktop.see(f"{by_letter('.option')}.map({TEXT})")]


def judged(desktop: Desktop) -> list[str]:
    """The texts of the options on a back that are marked as chosen."""
    return texts(desktop, ".explanations .chosen > .option")


@pytest.fixture(scope="session")
def running_anki(own_deck: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desktop]:
    """A desktop Anki with this repository's deck and one of vignettes."""
    python = desktop_python()
    folder = tmp_path_factory.mktemp("desktop")
    plain = "".join(VIGNETTE.format(id=name) for name in ("sides", "house"))
    write_project(folder, {"source/one.yaml": f"vignettes:\n{plain}", "source/two.yaml": hostile_vignette()})
    result = run("build", "--project", folder)
    assert result.returncode == 0, result.stderr
    with running(python) as desktop:
        desktop.do("take", str(own_deck))
        desktop.do("take", str(folder / "build/sample.apkg"))
        yield desktop


@pytest.fixture
def anki(running_anki: Desktop) -> Iterator[Desktop]:
    """It, in which neither a script nor Anki itself may fail."""
    with faultless(running_anki) as desktop:
        yield desktop


def test_back_keeps_order_and_choice(anki: Desktop) -> None:
    """Clicked with the mouse, at each place: the back has the same order, marks that option and judges it."""
    for place in range(4):
        anki.study(TWO)
        shown = options(anki)
        assert len(set(shown)) == 4
        anki.click(".choice", place)
        assert chosen(anki) == [shown[place]]
        anki.flip()
        assert answers(anki) == shown
        assert judged(anki) == [shown[place]]
        best = shown[place].endswith("two")
        assert anki.see("document.querySelector('.outcome').innerText").startswith(
            "You chose the best" if best else "Not the best"
        )
        assert texts(anki, ".verdict.right ~ .option") == [f"Option {anki.note()} two"]


def test_a_mind_can_be_changed(anki: Desktop) -> None:
    """Of several clicks the last counts."""
    anki.study(TWO)
    shown = options(anki)
    for place in (3, 0, 2):
        anki.click(".choice", place)
    anki.flip()
    assert judged(anki) == [shown[2]]


def test_keys_choose_and_space_turns(anki: Desktop) -> None:
    """Tab leads into the options, Down and Up choose, Space shows the answer and leaves the choice alone."""
    anki.study(TWO)
    shown = options(anki)
    anki.do("press", "Tab")
    anki.wait("document.activeElement.className.includes('choice')")
    assert chosen(anki) == []
    for key, place in (("Down", 1), ("Down", 2), ("Up", 1), ("Up", 0), ("Up", 3)):
        anki.do("press", key)
        anki.wait(f"{CHOSEN}[{place}] === 'true'")
        assert chosen(anki) == [shown[place]]
    anki.flip()
    assert answers(anki) == shown
    assert judged(anki) == [shown[3]]


def test_no_choice_is_a_choice(anki: Desktop) -> None:
    """Turned without choosing, the card shows the same order and says nothing of a choice."""
    anki.study(TWO)
    shown = options(anki)
    anki.flip()
    assert answers(anki) == shown
    assert anki.see(TRACES) == 0


@pytest.mark.parametrize("key", ["3", "-"], ids=["answered", "buried"])
def test_next_card_begins_afresh(anki: Desktop, key: str) -> None:
    """After a card that was answered or buried the next one knows no choice, on neither side."""
    anki.study(TWO)
    first = anki.note()
    anki.click(".choice", 1)
    anki.flip()
    assert len(judged(anki)) == 1
    anki.next(key)
    assert anki.note() != first
    shown = options(anki)
    assert chosen(anki) == []
    anki.flip()
    assert answers(anki) == shown
    assert anki.see(TRACES) == 0


def test_undone_card_begins_afresh(anki: Desktop) -> None:
    """After *Undo* the card asks again, as new."""
    anki.study(TWO)
    first = anki.note()
    anki.click(".choice", 2)
    anki.flip()
    anki.next("3")
    anki.click(".choice", 0)
    anki.next("u")
    assert anki.note() == first
    assert chosen(anki) == []
    shown = options(anki)
    anki.flip()
    assert answers(anki) == shown
    assert anki.see(TRACES) == 0


def test_again_shuffles_again(anki: Desktop) -> None:
    """Failed and shown again, the card has another order now and then, and never the old choice."""
    anki.study("deck:Sample sides")
    orders = set()
    for _ in range(6):
        orders.add(tuple(options(anki)))
        assert chosen(anki) == []
        anki.click(".choice", 3)
        anki.flip()
        anki.next("1")
    assert len(orders) > 1  # all six alike: once in eight million


def test_edit_on_the_back_keeps_order_and_choice(anki: Desktop) -> None:
    """A learner who mends a field while the answer stands sees the same order and choice."""
    anki.study("deck:Sample house")
    shown = options(anki)
    anki.click(".choice", 1)
    anki.flip()
    anki.draw("edit", "Question", "What next, please?")
    assert texts(anki, ".question") == ["What next, please?"]
    assert answers(anki) == shown
    assert judged(anki) == [shown[1]]


def test_preview_in_browse(anki: Desktop) -> None:
    """The preview lets choose and turns to a back that knows it; the review that waits keeps its own."""
    anki.study("deck:Sample sides")
    asked = options(anki)
    anki.click(".choice", 0)
    anki.draw("browse", "deck:Sample sides")
    shown = options(anki)
    assert chosen(anki) == []
    anki.click(".choice", 3)
    anki.draw("press", "Right")
    assert answers(anki) == shown
    assert judged(anki) == [shown[3]]
    anki.do("close")
    anki.flip()
    assert answers(anki) == asked
    assert judged(anki) == [asked[0]]


def test_preview_of_backs_alone(anki: Desktop) -> None:
    """With *Back Side Only* the next card takes the last one's choice for its own on no account."""
    anki.draw("browse", TWO)
    shown = options(anki)
    anki.click(".choice", 2)
    anki.draw("press", "B")
    assert judged(anki) == [shown[2]]
    anki.draw("press", "Right")
    assert len(answers(anki)) == 4
    assert answers(anki)[0] not in shown
    assert anki.see(TRACES) == 0
    anki.draw("press", "B")


def test_window_of_card_templates(anki: Desktop) -> None:
    """The window of card templates shows both sides, and the options there can be clicked."""
    anki.draw("layout", "deck:Sample sides")
    shown = options(anki)
    anki.click(".choice", 2)
    assert chosen(anki) == [shown[2]]
    anki.draw("turn")
    assert answers(anki) == shown
    assert judged(anki) == [shown[2]]


def test_options_are_text_whatever_they_hold(anki: Desktop) -> None:
    """Quotes, tags, braces, Anki's signs and other scripts are shown as written; nothing of it runs."""
    anki.study("deck:Sample hostile")
    shown = anki.see(f"{all_of('.choice')}.map({TEXT})")
    assert sorted(shown) == sorted(HOSTILE)
    anki.click(".choice", 2)
    anki.flip()
    for part in (".option", ".why"):
        assert anki.see(f"{by_letter(part)}.map({TEXT})") == shown
    assert anki.see(f"{all_of('.chosen > .option')}.map({TEXT})") == [shown[2]]
    assert anki.see("document.title") != "broken"
    assert anki.see("document.querySelectorAll('#qa img, #qa input, #qa .replay-button').length") == 0


@pytest.mark.parametrize("night", [False, True], ids=["day", "night"])
def test_every_card_fits_its_window(anki: Desktop, own_deck: Path, night: bool) -> None:  # noqa: FBT001 (a fixture)
    """Both sides of a card of each template, narrow and wide, are no wider than the window.

    With DECKGEN_LOOK=FOLDER it leaves pictures of them there.
    """
    anki.do("night", night)
    folder = os.environ.get("DECKGEN_LOOK")
    cards = [
        (name, template["name"], template["ord"] + 1)
        for name, note_type in open_package(own_deck).note_types.items()
        for template in note_type["tmpls"]
        if not template["name"].startswith("Reserve")
    ]
    assert len(cards) == 6
    for note_type, template, number in cards:
        anki.study(f'"note:{note_type}" card:{number}')
        for side in ("front", "back"):
            if side == "back":
                if options(anki):
                    anki.click(".choice", 1)
                    assert (
                        anki.see("getComputedStyle(document.querySelectorAll('.choice')[1]).boxShadow")
                        == "none"
                    )
                anki.flip()
            assert anki.see(f"document.querySelector('.face').classList.contains('{side}')")
            assert anki.see("document.body.classList.contains('nightMode')") == night
            for width in (360, 1000):
                anki.do("resize", width, 700)
                anki.wait(f"innerWidth === {width}")
                assert anki.see("document.documentElement.scrollWidth <= innerWidth"), (template, side, width)
                letters = anki.see("parseFloat(getComputedStyle(document.body).fontSize)")
                assert letters >= (20 if width == 1000 else 15), "as large as in a new note type of Anki"
                scrolls = f"{all_of('.table')}.some(each => each.scrollWidth > each.clientWidth)"
                assert not anki.see(scrolls), "a table that fits has no scrollbar"
                if folder:
                    name = f"{note_type.rpartition(' - ')[2]} {template} {side} {width}{' night' * night}"
                    anki.picture(Path(folder) / f"{name}.png".lower().replace(" ", "-"), width)


@pytest.mark.parametrize("kind", ["Takeaway", "Definition", "Vignette", "Comparison"])
def test_reserves_are_folded_at_the_end_of_the_editor(anki: Desktop, kind: str) -> None:
    """A learner who mends a word meets the six reserves last, each a line without a box to write in."""
    anki.do("look_in_editor", f'"note:MFT Exam Prep - {kind}"')
    anki.wait("document.querySelectorAll('.field-container .rich-text-editable').length > 7")
    fields = "[...document.querySelectorAll('.field-container')]"
    names = anki.see(f"{fields}.map(each => each.querySelector('.label-name').textContent.trim())")
    folded = names[names.index("Reserve 1") :]
    marks = {"Definition": ["No Recall", "No Recognize"], "Comparison": ["No Describe", "No Name It"]}
    assert folded == [*(f"Reserve {number}" for number in range(1, 7)), *marks.get(kind, [])]
    last = len(folded)
    anki.wait(f"{fields}.slice(-{last}).every(each => each.getBoundingClientRect().height < 30)")
    assert anki.see(f"{fields}.slice(0, -{last}).every(each => each.getBoundingClientRect().height > 60)")


CLOZES = """\
takeaways:
  - id: saved
    text: |
      A {{c1::`std::vector`}}, {{c2::$x^{2^{2}}$::to\\:\\:do}}, `\\(` and `{{ x }}`,
      {{c3::f{x}}}, {{c4::`a}}b`}}, {{c5::[here](https://a.b/c::d)}}.
    why: |
      It is `{{c9::not one}}`, `[sound:x.mp3]`, \\\\(so\\\\) and `[[type:x]]`.
"""


def test_a_save_in_the_editor_changes_no_cloze(anki: Desktop, tmp_path: Path) -> None:
    """Anki's editor decodes entities: what keeps signs apart in a field is still there afterwards."""
    folder = write_project(
        tmp_path, {"source/deck.yaml": "id: saved\ntitle: Saved\n", "source/one.yaml": CLOZES}
    )
    assert run("build", "--project", folder).returncode == 0
    opened = open_package(folder / "build/saved.apkg")
    (note,) = opened.notes
    fields = opened.fields(note)
    numbers = [list(opened.fields(note)).index(name) for name in ("Text", "Why")]
    anki.do("take", str(folder / "build/saved.apkg"))
    for number in numbers:
        saved = anki.do("retype", "deck:Saved", number, "Q")
        anki.do("close")
    for name, value in zip(fields, saved, strict=True):
        typed = "Q" if name in {"Text", "Why"} else ""
        assert value == fields[name] + typed, name
