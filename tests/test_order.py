"""The order in which learners get new cards, by the package and by the scheduler of the real Anki."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deckgen.deck.reading import read_source
from deckgen.history.places import MOST, places_of_cards
from deckgen.project import Project
from tests.conftest import REPOSITORY, change, import_package, open_package, run, told_of
from tests.faults import KIND, kind
from tests.releases import FIRST, build, keyed, release, terms

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from anki.cards import CardId
    from anki.collection import Collection

    from tests.conftest import Opened

    Make = Callable[..., Path]

WRITTEN = "id: sample\ntitle: Sample\norder: written\n"


def vignettes(**builds_on: str) -> str:
    """A chapter of vignettes, each with the ids of the notes that it builds on."""
    text = "vignettes:\n"
    for name, ids in builds_on.items():
        text += (
            f"  - id: {name}\n    scenario: Case {name}.\n    question: What is it?\n    builds_on: [{ids}]\n"
        )
        text += (
            "    options:\n      - {text: This, why: So., correct: true}\n      - {text: That, why: No.}\n"
        )
    return text


def order(opened: Opened) -> list[str]:
    """The ids of a package's notes, in the order in which learners get their first cards."""
    place: dict[int, int] = {}
    for card in opened.cards:
        place.setdefault(card["nid"], card["due"])
    return sorted(opened.by_id(), key=lambda name: place[opened.by_id()[name]["id"]])


def studied(collection: Collection, path: Path, new: int, days: int) -> list[list[tuple[str, int]]]:
    """The new cards that a learner of a package gets on each day: the ids of their notes, and their ordinals.

    Args:
        collection: The learner's, with Anki's default settings.
        path: The package.
        new: The number of new cards a day.
        days: The number of days.
    """
    from anki.scheduler.v3 import Scheduler  # noqa: PLC0415 (few need it)

    import_package(collection, path)
    assert collection.fix_integrity() == ("Database rebuilt and optimized.", True)
    settings = collection.decks.all_config()[0]
    settings["new"]["perDay"], settings["rev"]["perDay"] = new, 9999
    collection.decks.save(settings)
    root = next(each for each in collection.decks.all_names_and_ids() if each.name != "Default")
    result = []
    for _ in range(days):
        collection.decks.select(root.id)  # type: ignore[arg-type]
        scheduler, today = collection.sched, []
        assert isinstance(scheduler, Scheduler)
        while queued := list(scheduler.get_queued_cards().cards):
            card = collection.get_card(queued[0].card.id)
            if card.type == 0:
                today.append((card.note()["Note ID"], card.ord))
            card.start_timer()
            easy = scheduler.build_answer(card=card, states=queued[0].states, rating=3)  # type: ignore[arg-type]
            scheduler.answer_card(easy)
        result.append(today)
        # a day passes if the collection is a day older
        collection.db.execute("UPDATE col SET crt = crt - 86400")  # type: ignore[union-attr]
        collection.close()
        collection.reopen()
    return result


def places_in(collection: Collection) -> dict[CardId, int]:
    """The places of a learner's cards, by the ids of the cards."""
    return {card: collection.get_card(card).due for card in collection.find_cards("")}


def test_the_own_deck_over_twelve_days(collection: Collection, own_deck: Path) -> None:
    """Vignettes come from the first days on, after what they build on; two cards of a note on two days."""
    days = studied(collection, own_deck, 15, 12)
    opened = open_package(own_deck)
    fields = {name: opened.fields(note) for name, note in opened.by_id().items()}
    cases = [[name for name, _ in today if "Scenario" in fields[name]] for today in days]
    assert any(cases[:2])
    last = max(number for number, today in enumerate(days) if today)
    share = sum("Scenario" in each for each in fields.values()) / sum(map(len, days))
    assert all(len(each) <= 2 * 15 * share for each in cases[: last - 1]), "long cases do not come in a block"
    for today in days[: last - 1]:
        names = [name for name, _ in today]
        assert len(set(names)) == len(names)

    at = {name: number for number, name in enumerate(order(opened))}
    for note in read_source(Project(REPOSITORY), {}, lambda *_: None).deck.notes:
        if note.kind.applies and note.id in at:
            assert all(at.get(link.value, -1) < at[note.id] for link in note.builds_on), note.id


def test_vignettes_come_after_the_chapter_that_they_need(project: Make) -> None:
    """They are spread among the notes of the next chapter, in the order in which they are written."""
    files = {
        "source/one.yaml": terms("a", "b"),
        "source/three.yaml": vignettes(v1="a", v2="a, w", v3="b", x="b, d", y="", z="a, c"),
        "source/two.yaml": terms("c", "d", "e", "f"),
        "source/2/w.yaml": vignettes(w="c"),
    }
    names = ("one.yaml", "two.yaml", "2/w.yaml", "three.yaml")
    files = {
        f"source/{number}-{name.split('/')[-1]}": files[f"source/{name}"] for number, name in enumerate(names)
    }
    folder = project({**files, "source/one.yaml": "takeaways: []\n"})
    assert order(build(folder, FIRST)) == ["a", "b", "v1", "c", "d", "v3", "e", "f", "w", "v2", "x", "z", "y"]
    change(folder, {"source/deck.yaml": WRITTEN})
    assert order(build(folder, FIRST)) == ["a", "b", "c", "d", "e", "f", "w", "v1", "v2", "v3", "x", "y", "z"]


def test_other_notes_stay_where_they_are_written(project: Make) -> None:
    """Notes of other kinds, and vignettes that build on nothing or on another subdeck only, do not move."""
    folder = project(
        {
            "source/one.yaml": "deck: A\n" + terms("a", "b"),
            "source/two.yaml": "deck: B\n" + terms("c", keyed("d", "builds_on: [a]")),
            "source/xyz.yaml": "deck: B\n" + terms(keyed("e", "builds_on: [c]")) + vignettes(v="a", w=""),
        }
    )
    assert order(build(folder, FIRST)) == ["a", "b", "c", "d", "e", "v", "w"]


def test_an_upgrade_changes_nothing_for_learners(project: Make, collection: Collection) -> None:
    """Notes released in the written order keep their places; new ones get theirs by the new order."""
    chapters: dict[str, str | bytes] = {
        "source/one.yaml": terms("a", "b"),
        "source/three.yaml": terms("c", "d"),
        "source/vignettes.yaml": vignettes(v="a", w="c"),
    }
    folder = project({"source/deck.yaml": WRITTEN, **chapters})
    first = release(folder, "1.0.0", FIRST)
    assert order(first) == ["a", "b", "c", "d", "v", "w"]
    import_package(collection, first.path)
    had = places_in(collection)

    change(folder, {"source/deck.yaml": "id: sample\ntitle: Sample\n"})
    again = build(folder, FIRST + 50)
    assert [card["due"] for card in again.cards] == [card["due"] for card in first.cards]
    change(
        folder,
        {
            "source/three.yaml": terms("b2", "c", "d"),
            "source/vignettes.yaml": vignettes(v="a", new="b", w="c", last="w"),
        },
    )
    second = release(folder, "1.1.0", FIRST + 100)
    assert order(second) == ["a", "b", "b2", "new", "c", "d", "v", "w", "last"]
    assert {card["id"]: card["due"] for card in second.cards}.items() >= {
        card["id"]: card["due"] for card in first.cards if card["ord"] == 0
    }.items()
    assert import_package(collection, second.path)["new"] == 3
    now = places_in(collection)
    assert had.items() <= now.items()


def test_a_return_to_the_written_order(project: Make) -> None:
    """Notes released in the order of study keep their places; new ones come where they are written."""
    chapters: dict[str, str | bytes] = {
        "source/one.yaml": terms("a", "b"),
        "source/three.yaml": terms("c", "d"),
        "source/vignettes.yaml": vignettes(v="a"),
    }
    folder = project(chapters)
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/deck.yaml": WRITTEN, "source/vignettes.yaml": vignettes(v="a", new="b")})
    assert order(release(folder, "1.1.0", FIRST + 100)) == ["a", "b", "v", "c", "d", "new"]


def test_the_order_of_a_kind_of_ones_own(project: Make) -> None:
    """A kind with `applies: true` moves like vignettes; one without it does not."""
    laws = "laws:\n  - {id: law, name: Law, rule: A rule., builds_on: [a]}\n"
    chapters = {
        "source/one.yaml": terms("a", "b"),
        "source/three.yaml": terms("c", "d"),
        "source/z.yaml": laws,
    }
    folder = project({**kind("", KIND).files, **chapters})
    assert order(build(folder, FIRST)) == ["a", "b", "c", "d", "law"]
    change(folder, {"templates/law/kind.yaml": KIND + "applies: true\n"})
    assert order(build(folder, FIRST)) == ["a", "b", "law", "c", "d"]


def test_the_page_lists_chapters_in_the_order_of_their_files(project: Make) -> None:
    """The chapter of vignettes is the last one on the deck's page, although its first cards come early."""
    chapters = {
        "source/1-one.yaml": terms("a"),
        "source/2-two.yaml": terms("b"),
        "source/3-cases.yaml": vignettes(v="a"),
    }
    folder = project({**chapters, "source/one.yaml": "takeaways: []\n"})
    done = run("site", "--project", folder)
    assert done.returncode == 0, done.stderr
    (page,) = (folder / "build").rglob("index.html")
    text = page.read_text(encoding="utf-8")
    places = [text.index(f">{name} (") for name in ("One", "Two", "Cases")]
    assert places == sorted(places)


def test_another_order_is_an_error(project: Make) -> None:
    """A mistyped order gets the right one as a hint; any other word gets both."""
    folder = project({"source/deck.yaml": WRITTEN.replace("written", "writen")})
    (error,) = told_of(folder, "wrong-type")
    assert error["message"] == "`writen` is not allowed for `order`"
    assert error["hint"] == "did you mean `written`?"
    change(folder, {"source/deck.yaml": WRITTEN.replace("written", "random")})
    assert told_of(folder, "wrong-type")[0]["hint"] == "use one of `study` and `written`"


@pytest.mark.parametrize("new", [10, 20])
def test_cards_of_a_note_come_on_different_days(new: int, project: Make, collection: Collection) -> None:
    """Both cards of definitions and all clozes of takeaways, with 10 and with 20 new cards a day."""
    takeaways = "takeaways:\n"
    for number in range(6):
        takeaways += (
            f"  - id: t{number}\n    text: |\n      {{{{c1::A{number}}}}}, {{{{c2::B}}}} and {{{{c3::C}}}}.\n"
        )
        takeaways += "    why: So.\n"
    ids = [f"n{number}" for number in range(60)]
    folder = project({"source/one.yaml": terms(*ids[:30]), "source/p.yaml": takeaways + terms(*ids[30:])})
    opened = build(folder, FIRST)
    days = studied(collection, opened.path, new, 16)
    assert sum(map(len, days)) == min(len(opened.cards), new * 16)
    for today in days[: len(opened.cards) // new - 3]:
        names = [name for name, _ in today]
        assert len(set(names)) == len(names)
    seen = [card for today in days for card in today]
    assert all(seen.index((name, at)) > seen.index((name, at - 1)) for name, at in seen if at)


def test_a_card_that_is_added_later_changes_no_other(project: Make, collection: Collection) -> None:
    """Learners keep the places of their cards when a note gets a cloze and the deck gets notes."""
    text = "takeaways:\n  - id: t\n    text: |\n      {{c1::One}} and two.\n    why: So.\n"
    folder = project({"source/one.yaml": text, "source/two.yaml": terms("a", "b")})
    import_package(collection, release(folder, "1.0.0", FIRST).path)
    had = places_in(collection)
    change(
        folder,
        {"source/one.yaml": text.replace("two", "{{c2::two}}"), "source/two.yaml": terms("a", "c", "b")},
    )
    import_package(collection, release(folder, "1.1.0", FIRST + 100).path)
    now = places_in(collection)
    assert had.items() <= now.items()
    assert len(now) == len(had) + 3
    assert collection.fix_integrity() == ("Database rebuilt and optimized.", True)


@pytest.mark.parametrize("step", [1, 4, 1000])
@pytest.mark.parametrize("end", [400_000, 998_000, MOST])
def test_places_of_cards_in_decks_of_any_size(step: int, end: int) -> None:
    """They go up within each note, stay below what Anki complains of, and differ where places are free."""
    dues = list(range(max(1, end - 300 * step), end + 1, step))
    counts = [1 + number % 4 * (number % 3) for number in range(len(dues))]
    places = places_of_cards(dues, counts)
    assert [each[0] for each in places] == dues
    assert [len(each) for each in places] == counts
    assert all(each == sorted(each) and each[-1] <= MOST for each in places)
    flat = [place for each in places for place in each]
    if step == 1000 and end < 500_000:
        assert len(set(flat)) == len(flat)
    assert places_of_cards([], []) == []
