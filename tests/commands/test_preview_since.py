"""`deckgen preview --since`: which cards are new, changed or gone since a release, and how they were."""

from __future__ import annotations

import base64
import json
import shutil
import zipfile
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from deckgen.build import build
from deckgen.commands.diff.edition import of_build, of_package
from deckgen.commands.preview import cards
from deckgen.commands.preview.earlier import Drawn
from tests.commands.test_diff import FIRST_EDITION, RED, SECOND_EDITION, TAKEAWAY
from tests.commands.test_preview import asked, calls, free_port, index_of, serving, wait_for
from tests.conftest import REPOSITORY, change, run, untimed
from tests.faults import PNG
from tests.releases import FIRST, committed, git, keyed, release, released_in_git, terms

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Project = Callable[..., Path]

THEME = "templates/base/theme.css.j2"


class Shown(NamedTuple):
    """A card of a written preview: what has become of it, in words, and its sides before and now."""

    sort: str
    words: str
    before: list[str] | None
    now: list[str] | None


def since(deck: Path, *arguments: str | Path) -> dict[str, Shown]:
    """The cards of `deckgen preview --since` by their names as on the page, and for gone ones `-` before."""
    result = run("preview", "--since", *arguments, "--project", deck)
    assert "Traceback" not in result.stderr, result.stderr
    assert result.returncode in {0, 1}, result.stderr
    return shown(deck)


def shown(deck: Path) -> dict[str, Shown]:
    """The cards of a written preview."""
    index = index_of(deck)
    files = {name: calls(deck / "build/preview/deck" / name)[1] for name, _ in index["files"]}
    found: dict[str, Shown] = {}
    for note in index["notes"]:
        earlier, changes = note[9] if len(note) > 9 else (None, [None] * len(note[6]))
        befores = iter(_sides(files, index, earlier[0]) if earlier else ())
        for sides, card, its in zip(_sides(files, index, note[5]), note[6], changes, strict=True):
            sort, words = index["since"]["changes"][its[0]] if its else ("", "")
            gone = sort == "gone"
            earlier_sides = sides if gone else next(befores) if its and len(its) > 1 else None
            name = f"{'-' * gone}{note[0]}, {card[1]}"
            assert name not in found
            found[name] = Shown(sort, words, earlier_sides, None if gone else sides)
    return found


def _sides(files: dict[str, Any], index: dict[str, Any], at: Any) -> list[list[str]]:  # noqa: ANN401
    """The sides of the cards of a note that is at a place in a file."""
    number, place = at
    sides: list[list[str]] = files[index["files"][number][0]][place][0]
    return sides


def sorts(found: dict[str, Shown]) -> dict[str, str]:
    """What has become of those cards that have changed."""
    return {name: each.sort for name, each in found.items() if each.sort}


def media(deck: Path, name: str) -> bytes:
    """The content of a media file of a written preview."""
    _, _, content = calls(deck / "build/preview/media" / f"{name}.js")
    return base64.b64decode(content)


def sentences(deck: Path) -> str:
    """What the page says of the whole comparison."""
    return "\n".join(index_of(deck)["since"]["sentences"])


@pytest.fixture
def changed(project: Project) -> Path:
    """A deck that was released and committed, and has each sort of change since."""
    deck = released_in_git(project(FIRST_EDITION))
    assert run("preview", "--project", deck).returncode == 0
    shutil.copytree(deck / "build/preview", deck / "before/build/preview")
    return change(deck, SECOND_EDITION)


CHANGES = {
    "a, Recall": "changed",
    "a, Recognize": "changed",
    "fresh, Recall": "new",
    "fresh, Recognize": "new",
    "-gone, Recall": "gone",
    "-gone, Recognize": "gone",
    "one, Cloze 1": "changed",
    "one, Cloze 2": "new",
    "c, Recall": "changed",
    "c, Recognize": "changed",
    "shown, Recall": "changed",
    "shown, Recognize": "changed",
}


def check_changes(found: dict[str, Shown], deck: Path) -> None:
    """Each sort of change is told, and each earlier card is as the preview of that time had it."""
    assert sorts(found) == CHANGES
    before = shown(deck / "before")
    for name, each in found.items():
        if each.sort in {"changed", "gone"}:
            assert each.before == before[name.removeprefix("-")].now, name
    assert found["-gone, Recall"].words.startswith("Retired.")
    assert found["one, Cloze 2"].words == "The note has more cards now."


def test_each_sort_of_change_is_told_with_the_card_as_it_was(changed: Path) -> None:
    """New, changed and gone cards; a note of which only id or tags changed is told in a sentence."""
    found = since(changed)
    check_changes(found, changed)
    names = list(found)
    assert names[names.index("-gone, Recall") - 1] == "c, Recognize", "it stands behind the note before it"
    quiet = "2 notes changed, but not on a card: for example in tags (`deckgen diff` lists them)."
    assert sentences(changed) == quiet
    assert "Another" in str(found["a, Recall"].now)
    assert "Another" not in str(found["a, Recall"].before)
    assert found["a, Recall"].words == "The back changed."
    assert found["a, Recognize"].words == "The front and the back changed."


def test_the_command_tells_the_counts(changed: Path) -> None:
    """People read them in a line, programs in JSON; gone cards are none of the deck's."""
    result = run("preview", "--since", cwd=changed)
    line = "wrote build/preview/index.html: 14 cards; since 1.0.0 3 new, 7 changed, 2 gone"
    assert line in untimed(result.stderr).splitlines()
    told = json.loads(run("preview", "--since", "--format", "json", cwd=changed).stdout)["preview"]
    assert told["cards"] == 14
    counts = {"name": "1.0.0", "new": 3, "changed": 7, "look": 0, "gone": 2}
    assert told["since"].items() >= counts.items()
    assert len(told["since"]["remarks"]) == 1


def test_all_sorts_of_side_show_the_same(changed: Path, tmp_path: Path) -> None:
    """A release by its package or its commit, a package, a folder and a git revision."""
    (package,) = (changed / "build/release/1.0.0").glob("*-1.0.0.apkg")
    shutil.copy(package, tmp_path / "old.apkg")
    git(tmp_path, "clone", "-q", str(changed), "old")
    for side in ("1.0.0", tmp_path / "old.apkg", tmp_path / "old", "HEAD"):
        check_changes(since(changed, side), changed)
    shutil.rmtree(changed / "build/release")
    check_changes(since(changed), changed)
    assert "Note: the package of 1.0.0 is missing, so deckgen used its source from commit" in sentences(
        changed
    )
    assert len(list((changed / "build/preview/media/before").iterdir())) == 1, "the old image, from git"


def test_the_image_of_that_time_is_shown_with_the_card_of_that_time(changed: Path) -> None:
    """A replaced image is there twice."""
    since(changed)
    (file,) = (changed / "build/preview/media/before").iterdir()
    assert media(changed, f"before/{file.stem}") == PNG
    (now,) = (changed / "build/preview/media").glob("*.js")
    assert media(changed, now.stem) == RED
    assert run("preview", cwd=changed).returncode == 0
    assert not (changed / "build/preview/media/before").exists(), "without --since it is not needed"


def test_an_image_with_the_same_name_and_other_content_is_not_mixed_up(changed: Path, tmp_path: Path) -> None:
    """In a package by another program a file may have any content: its cards changed, and show it."""
    assert run("build", cwd=changed).returncode == 0
    (package,) = (changed / "build").glob("*.apkg")
    other = tmp_path / "other.apkg"
    with zipfile.ZipFile(package) as old, zipfile.ZipFile(other, "w") as new:
        for name in old.namelist():
            new.writestr(name, PNG if name == "0" else old.read(name))
    assert not sorts(since(changed, package))
    found = since(changed, other)
    assert sorts(found) == {"shown, Recall": "changed", "shown, Recognize": "changed"}
    assert found["shown, Recall"].words == "A file that it shows has other content."
    (file,) = (changed / "build/preview/media/before").iterdir()
    assert media(changed, f"before/{file.stem}") == PNG
    (now,) = (changed / "build/preview/media").glob("*.js")
    assert media(changed, now.stem) == RED


def test_a_changed_look_is_told_as_that(changed: Path) -> None:
    """After a change of css or a face all cards of the kind differ, and a sentence says in what."""
    release(changed, "1.1.0", FIRST + 1000)
    assert not sorts(since(changed))
    change(changed, {THEME: ".card { --ink: rgb(1, 2, 3); }"})
    found = since(changed)
    assert set(sorts(found).values()) == {"look"}
    assert len(sorts(found)) == 14
    assert sentences(changed) == (
        "The look of Definition and Takeaway changed (the css). 14 cards changed in nothing else."
    )
    index = index_of(changed)
    assert ["rgb(1, 2, 3)" in css for _, css in index["kinds"]] == [True, True, False, False]
    (changed / THEME).unlink()
    kind = shutil.copytree(REPOSITORY / "templates/takeaway", changed / "templates/takeaway")
    text = (kind / "cloze.back.html.j2").read_text("utf-8")
    change(kind, {"cloze.back.html.j2": text.replace('class="text"', 'class="text x"')})
    assert sorts(since(changed)) == {"one, Cloze 1": "look", "one, Cloze 2": "look"}
    assert "The look of Takeaway changed (the back of Cloze" in sentences(changed)


def test_a_released_note_that_was_removed_or_cannot_be_read(changed: Path) -> None:
    """With an error in the source, what cannot be read is not gone; the page tells which notes these are."""
    text = str(SECOND_EDITION["source/two.yaml"])
    change(changed, {"source/two.yaml": text.replace("definitions:", "definitions: [")})
    found = since(changed)
    assert "-c, Recall" not in found
    assert "-one, Cloze 1" not in found
    said = sentences(changed)
    assert "3 notes could not be compared, because the source has errors now: c, one, shown." in said
    change(changed, {"source/two.yaml": TAKEAWAY.format(text="Before {{c1::all}}.") + terms("c")})
    found = since(changed)
    assert found["-shown, Recall"].sort == "gone"
    assert found["-shown, Recall"].words.startswith("No longer in the deck.")


def test_an_old_revision_with_faults_is_compared_as_far_as_it_can_be_read(changed: Path) -> None:
    """Released notes that cannot be read there are not taken for new ones."""
    change(changed, {"source/one.yaml": "definitions: ["})
    committed(changed, "broken")
    change(changed, {"source/one.yaml": SECOND_EDITION["source/one.yaml"]})
    found = since(changed, "HEAD")
    assert not found["a, Recall"].sort
    assert found["fresh, Recall"].sort == "new"
    said = sentences(changed)
    assert "Note: HEAD has 1 error, so only the readable part is compared." in said
    assert "could not be compared, because HEAD could not be read as a whole: " in said


def test_a_cloze_that_is_gone_is_shown_as_it_was(project: Project) -> None:
    """The note's other cards changed, this one is gone, with what learners can do."""
    deck = project({"source/one.yaml": TAKEAWAY.format(text="{{c1::One}} and {{c2::two}}.")})
    release(deck, "1.0.0", FIRST)
    change(deck, {"source/one.yaml": TAKEAWAY.format(text="{{c1::One}} and two.")})
    found = since(deck)
    assert sorts(found) == {"one, Cloze 1": "changed", "-one, Cloze 2": "gone"}
    assert "Tools > Empty Cards" in found["-one, Cloze 2"].words
    assert "[...]" in str(found["-one, Cloze 2"].before)


def test_a_note_that_comes_back_says_so(project: Project) -> None:
    """It is new for new learners."""
    deck = project({"source/one.yaml": terms("a", "b")})
    release(deck, "1.0.0", FIRST)
    change(deck, {"source/one.yaml": terms("a", keyed("b", "retired: It was wrong."))})
    release(deck, "1.1.0", FIRST + 1000)
    change(deck, {"source/one.yaml": terms("a", "b")})
    found = since(deck)
    assert sorts(found) == {"b, Recall": "new", "b, Recognize": "new"}
    assert found["b, Recall"].words == "Back from retirement."


def test_a_wrong_call_says_what_to_do(project: Project) -> None:
    """No release yet, an unknown word, a package that is not there: nothing is written."""
    deck = project()
    told = run("preview", "--since", cwd=deck)
    assert told.returncode == 2
    assert "nothing has been released yet, so there is no last release to compare with" in told.stderr
    assert "hint: give something to compare with: a package" in told.stderr
    release(deck, "1.0.0", FIRST)
    assert "is not something that deckgen can compare" in run("preview", "--since", "1.0.1", cwd=deck).stderr
    shutil.rmtree(deck / "build")
    told = run("preview", "--since=1.0.0", cwd=deck)
    assert "the package of 1.0.0 is missing" in told.stderr
    assert "hint: give it with --since FILE, or put it into build/release/1.0.0/" in told.stderr
    assert not (deck / "build").exists()
    told = run("preview", "--since", "1.0.0", "more", cwd=deck)
    assert "unexpected extra argument" in told.stderr.lower()


def test_help_shows_that_the_release_may_be_left_out() -> None:
    """`--since [RELEASE]`."""
    assert "[RELEASE]" in run("preview", "--help").stdout


@pytest.mark.parametrize("packed", [False, True], ids=["source", "package"])
def test_an_earlier_card_is_drawn_as_a_present_one(own_deck: Path, packed: bool) -> None:  # noqa: FBT001
    """All cards of this repository's own deck, from a package and from a source."""
    made = build(REPOSITORY)
    edition = of_package(own_deck) if packed else of_build(made)
    drawn = Drawn(edition)
    by_id = {note.id: note for note in edition.notes.values()}
    for note in cards.gallery(made).notes:
        assert [drawn.card(by_id[note.id], card.ordinal) for card in note.cards] == list(note.cards)


def test_an_error_makes_no_note_gone_that_was_never_released(project: Project) -> None:
    """Since a revision, while one writes: what a slip hides is not compared; what was removed is gone."""
    deck = project({"source/one.yaml": terms("a", "b")})
    git(deck, "init")
    committed(deck, "one")
    change(deck, {"source/one.yaml": terms("a", "b").replace("    term: Term b\n", "    trem: Term b\n")})
    assert not sorts(since(deck, "HEAD"))
    assert "1 note could not be compared, because the source has errors now: b." in sentences(deck)
    change(deck, {"source/one.yaml": terms("a")})
    assert sorts(since(deck, "HEAD")) == {"-b, Recall": "gone", "-b, Recognize": "gone"}


def test_a_new_title_is_told_as_that(project: Project) -> None:
    """It stands on all cards, but their notes are the same."""
    deck = project({"source/one.yaml": terms("a")})
    git(deck, "init")
    committed(deck, "one")
    text = (deck / "source/deck.yaml").read_text("utf-8")
    change(deck, {"source/deck.yaml": text.replace("title: ", "title: Another ")})
    assert set(sorts(since(deck, "HEAD")).values()) == {"look"}
    assert "The deck's title changed from " in sentences(deck)


def test_a_served_comparison_outlasts_its_package(changed: Path) -> None:
    """After `rm -rf build` the page comes back with the images of that time."""
    port = free_port()
    with serving(changed, port, "--since"):
        wait_for(lambda: asked(port, "/")[0] == 200)
        (file,) = (changed / "build/preview/media/before").iterdir()
        before = asked(port, f"/media/before/{file.name}")
        shutil.rmtree(changed / "build")
        assert asked(port, f"/media/before/{file.name}") == before
        assert before[0] == 200
