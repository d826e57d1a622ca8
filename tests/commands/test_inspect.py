"""`deckgen inspect`: packages that the real Anki, genanki and deckgen wrote, told as they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import genanki
import pytest
from anki.collection import ExportAnkiPackageOptions

from deckgen.commands.inspect import meets
from tests.cli.terminals import lines, shown
from tests.conftest import REPOSITORY, real_collection, run, write_project

if TYPE_CHECKING:
    from pathlib import Path

    from anki.collection import Collection
    from anki.models import NotetypeDict

FORMS = ["old.apkg", "new.apkg", "old.colpkg", "new.colpkg"]
STOCK = (
    "Basic",
    "Basic (and reversed card)",
    "Basic (optional reversed card)",
    "Basic (type in the answer)",
    "Cloze",
)
FRONT = """\
<link rel=stylesheet href="https://fonts.example/css"><script src="//cdn.example/x.js"></script>
<img src="https://pic.example/{{Word}}.png"><img src="_logo.png">{{Word}} {{tts ja_JP:Word}}
"""
CSS = "@import url('https://css.example/a.css'); @font-face { src: url(https://f.example/a.woff2) }"
IMAGE = b"\x89PNG\r\n" + b"x" * 1200


def note_type(collection: Collection, name: str) -> NotetypeDict:
    """A note type by its name."""
    found = collection.models.by_name(name)
    assert found
    return found


def add(collection: Collection, name: str, fields: list[str], deck: str = "Top", tags: str = "") -> Any:  # noqa: ANN401 (a note of Anki's)
    """Add a note, and give it back."""
    note = collection.new_note(note_type(collection, name))
    note.fields[: len(fields)] = fields
    note.tags = tags.split()
    collection.add_note(note, collection.decks.id(deck))  # type: ignore[arg-type]
    return note


def fill(collection: Collection) -> None:
    """Write into a collection what people have in theirs, and what is unusual."""
    media = collection.media
    for name in ("a b.png", "_logo.png", "unused.jpg", "tree.png", "word.mp3"):
        media.write_data(name, IMAGE)
    own = collection.models.copy(note_type(collection, "Basic"))
    own["name"], own["sortf"], own["css"] = "Kanji « ß", 1, CSS
    own["flds"][0]["name"], own["flds"][1]["name"] = "Word", "Reading"
    own["tmpls"][0]["qfmt"], own["tmpls"][0]["afmt"] = FRONT, "{{FrontSide}}<hr>{{Reading}}"
    collection.models.update_dict(own)
    for number, name in enumerate(STOCK):
        text = f"{{{{c1::word}}}} number {number} and {{{{c2::more}}}}"
        add(collection, name, [text, f"back {number}"], f"Top::{number}", "all eins::unter" if number else "")
    for number in range(3):
        add(collection, "Kanji « ß", [f"日本語{number}", "<b>か</b>な [sound:word.mp3]"], "Top::日本")
    add(collection, "Basic", ["twice <i>it</i> is", "<span style='color:red'>x</span><font>y</font>"])
    add(
        collection,
        "Basic",
        ["twice it <b>is</b>", r"<hl>z</hl> \(x^2\) [latex]y[/latex] <br><div>"],
        tags="Leech",
    )
    add(collection, "Basic", ["<img src='a b.png'>", "<IMG SRC=Word.MP3><img src='https://n.example/p.png'>"])
    occlusion = "{{c1::image-occlusion:rect:left=.1:top=.1:width=.2:height=.2}}"
    add(collection, "Image Occlusion", [occlusion, "<img src='tree.png'>", "Head"])
    note = add(collection, "Basic (and reversed card)", ["split", "in two"])
    collection.set_deck([note.cards()[1].id], collection.decks.id("Other"))  # type: ignore[arg-type]
    collection.decks.select(collection.decks.id("Top::0"))  # type: ignore[arg-type]
    card = collection.sched.getCard()
    assert card
    collection.sched.answerCard(card, 4)
    collection.sched.suspend_cards(note.card_ids())
    deck = collection.decks.by_name("Top")
    assert deck
    deck["desc"] = "Hello"
    collection.decks.save(deck)


def export(collection: Collection, path: Path) -> Path:
    """Write a package, in the old or the new format by its name."""
    legacy = path.name.startswith("old")
    if path.suffix == ".colpkg":
        collection.export_collection_package(str(path), include_media=True, legacy=legacy)
        collection.reopen()
    else:
        options = ExportAnkiPackageOptions(with_scheduling=True, with_media=True, legacy=legacy)
        collection.export_anki_package(out_path=str(path), options=options, limit=None)
    return path


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a collection's packages in each form, as the real Anki writes them."""
    folder = tmp_path_factory.mktemp("inspected")
    with real_collection(folder) as collection:
        fill(collection)
        checked = collection.media.check()
        facts = {
            "missing": sorted(name for name in checked.missing if not name.startswith("latex-")),
            "unused": sorted(checked.unused),
            "doubles": sorted(
                collection.find_notes(f'"dupe:{note_type(collection, "Basic")["id"]},twice it is"')
            ),
            "suspended": len(collection.find_cards("is:suspended")),
            "new": len(collection.find_cards("prop:reps=0")),
            "decks": {
                name: len(collection.find_cards(f'"deck:{name}" -"deck:{name}::*"'))
                for name in ("Top", "Other")
            },
        }
        (folder / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
        for form in FORMS:
            export(collection, folder / form)
    return folder


def inspect(*paths: Path | str, code: int = 0) -> dict[str, Any]:
    """What `--format json` says of packages."""
    done = run("inspect", *paths, "--format", "json")
    assert (done.returncode, done.stderr) == (code, "")
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def one(path: Path) -> dict[str, Any]:
    """What it says of one."""
    (said,) = inspect(path)["files"]
    assert isinstance(said, dict)
    return said


def meetings(said: dict[str, Any]) -> dict[str, list[str]]:
    """What adopting would meet: the examples by code."""
    return {each["code"]: each["examples"] for each in said["adopting"]}


def uses(listed: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    """How often something occurs, and in how many notes, by its name."""
    return {each["name"]: (each["times"], each["notes"]) for each in listed}


@pytest.mark.parametrize("form", FORMS)
def test_what_anki_wrote_is_counted(form: str, packages: Path) -> None:
    """Notes, cards, decks, note types, tags and media are those of the collection, in each format."""
    said = one(packages / form)
    assert said["format"] == ("legacy-2" if form.startswith("old") else "latest")
    assert (said["notes"], said["cards"]) == (13, {"all": 16, "new": 15, "studied": 1, "suspended": 2})
    decks = {each["name"]: (each["notes"], each["cards"], each["description"]) for each in said["decks"]}
    assert decks["Top"] == (5, 5, 5)
    assert decks["Top::日本"] == (3, 3, 0)
    assert decks["Other"] == (1, 1, 0)
    assert not any(each["filtered"] for each in said["decks"])
    types = {each["name"]: each for each in said["note_types"]}
    assert (types["Basic"]["notes"], types["Cloze"]["cards"], types["Cloze"]["cloze"]) == (4, 2, True)
    kanji = types["Kanji « ß"]
    assert [each["name"] for each in kanji["fields"]] == ["Word", "Reading"]
    assert [each["name"] for each in kanji["templates"]] == ["Card 1"]
    assert kanji["sort_field"] == "Reading"
    assert said["tags"] == [
        {"name": "all", "notes": 4},
        {"name": "eins::unter", "notes": 4},
        {"name": "Leech", "notes": 1},
    ]
    assert said["bytes"] == (packages / form).stat().st_size
    assert said["collection_bytes"] > 40_000
    assert said["oldest_note"] <= said["newest_note"] <= said["modified"] + 1


@pytest.mark.parametrize("form", ["old.colpkg", "new.colpkg"])
def test_anki_itself_says_the_same(form: str, packages: Path) -> None:
    """Its check of the media, its search for duplicates, and its counts of cards.

    (Anki also misses the images that the desktop makes from LaTeX when someone studies.)
    """
    facts = json.loads((packages / "facts.json").read_text(encoding="utf-8"))
    said = one(packages / form)
    assert [each["name"] for each in said["media"]["missing"]] == facts["missing"]
    assert said["media"]["unused"] == facts["unused"]
    assert [each["notes"] for each in said["first_fields"]["double"]] == [facts["doubles"]]
    assert (said["cards"]["suspended"], said["cards"]["new"]) == (facts["suspended"], facts["new"])
    decks = {each["name"]: each["cards"] for each in said["decks"]}
    assert {name: decks[name] for name in facts["decks"]} == facts["decks"]


def test_a_filtered_deck_borrows_its_cards(tmp_path: Path) -> None:
    """It is marked, its cards count in both decks, and adopting takes the deck that they came from."""
    with real_collection(tmp_path) as collection:
        add(collection, "Basic", ["borrowed", "x"], "Home")
        add(collection, "Basic (and reversed card)", ["stays", "y"], "Home")
        filtered = collection.sched.get_or_create_filtered_deck(deck_id=0)  # type: ignore[arg-type]
        filtered.name = "Cram"
        filtered.config.search_terms[0].search = "borrowed"
        collection.sched.add_or_update_filtered_deck(filtered)
        export(collection, tmp_path / "new.colpkg")
    said = one(tmp_path / "new.colpkg")
    decks = {each["name"]: (each["cards"], each["filtered"]) for each in said["decks"]}
    assert decks == {"Cram": (1, True), "Home": (3, False)}
    assert meetings(said)["filtered-deck"] == ["borrowed"]
    assert "several-decks" not in meetings(said)


@pytest.mark.parametrize("form", ["old.apkg", "new.apkg"])
def test_the_markup_of_fields_is_counted(form: str, packages: Path) -> None:
    """HTML elements, elements with a style, sounds, formulas and clozes: how often and in how many notes."""
    said = one(packages / form)
    elements, marks = uses(said["markup"]["elements"]), uses(said["markup"]["marks"])
    assert elements["b"] == (4, 4)
    assert elements["i"] == (1, 1)
    assert elements["img"] == (4, 2)
    assert elements["span with style"] == elements["span"] == elements["font"] == (1, 1)
    assert marks["sounds [sound:…]"] == (3, 3)
    assert marks[r"formulas \(…\), \[…\]"] == marks["LaTeX [latex], [$], [$$]"] == (1, 1)
    assert marks["clozes {{c1::…}}"] == (3, 2)


@pytest.mark.parametrize("form", ["old.apkg", "new.apkg"])
def test_media_are_compared_with_what_shows_them(form: str, packages: Path) -> None:
    """A file that a note wants and the package lacks is named; a template's file counts as used."""
    media = one(packages / form)["media"]
    assert {each["name"] for each in media["files"]} >= {"a b.png", "_logo.png", "tree.png", "word.mp3"}
    assert media["bytes"] == sum(each["bytes"] for each in media["files"])
    assert media["missing"] == [{"name": "Word.MP3", "where": "a b.png", "instead": "word.mp3"}]
    assert media["listed_only"] == media["unused"] == []  # Anki leaves out what nobody shows


def test_a_whole_collection_has_files_that_nobody_names(packages: Path) -> None:
    """In a .colpkg, Anki packs all of its media folder."""
    assert one(packages / "new.colpkg")["media"]["unused"] == ["unused.jpg"]


@pytest.mark.parametrize("form", ["old.apkg", "new.apkg"])
def test_what_adopting_would_meet_is_named(form: str, packages: Path) -> None:
    """Each difficulty that is in the package is listed with its places, and none that is not."""
    met = meetings(one(packages / form))
    where = "Kanji « ß, Card 1, front"
    assert met["remote-script"] == [f"//cdn.example/x.js ({where})"]
    assert met["remote-style"] == [
        f"https://fonts.example/css ({where})",
        "https://css.example/a.css (Kanji « ß, style)",
    ]
    assert met["remote-font"] == ["https://f.example/a.woff2 (Kanji « ß, style)"]
    assert met["remote-image"] == [
        f"https://pic.example/{{{{Word}}}}.png ({where})",
        "https://n.example/p.png (a b.png)",
    ]
    assert met["script"] == [
        "Image Occlusion, Image Occlusion, front",
        "Image Occlusion, Image Occlusion, back",
        where,
    ]
    assert met["speech"] == [where]
    assert met["sort-field"] == ["Kanji « ß: Reading"]
    assert sorted(met["stock-note-type"]) == sorted([*STOCK, "Image Occlusion"])
    assert met["stock-origin"] == ["Kanji « ß (from Basic)"]
    assert met["image-occlusion"] == [
        "{{c1::image-occlusion:rect:left=.1:top=.1:width=.2:height=.…",
    ]
    assert met["several-decks"] == ["split: Other, Top"]
    assert met["reviews"] == ["{{c1::word}} number 0 and {{c2::more}}"]
    assert met["personal-tag"] == ["twice it is"]
    assert met["no-id"] == ["日本語0", "日本語1", "日本語2", "a b.png"]
    assert met["double-id"] == ["twice-it-is: twice it is", "twice-it-is: twice it is"]
    assert met["element"] == ["font (1)", "hl (unknown in HTML) (1)"]
    assert met["attribute"] == ["style (1)"]
    absent = {"no-ids", "no-cards", "no-clozes", "double-guid", "empty-guid", "no-templates", "no-notes"}
    assert not absent & met.keys()


def test_ids_of_anki_have_64_bits(packages: Path) -> None:
    """Anki gives fields and card templates random ids, half of them negative; all of them are told."""
    said = one(packages / "new.apkg")
    ids = [
        part["id"] for each in said["note_types"] for name in ("fields", "templates") for part in each[name]
    ]
    assert None not in ids
    assert any(not 0 <= number < 2**53 for number in ids)
    assert "Kanji « ß" in meetings(said)["large-ids"]


def test_first_fields_that_are_the_same_are_named(packages: Path) -> None:
    """Anki compares their text without markup, within a note type."""
    said = one(packages / "new.apkg")["first_fields"]
    assert said["empty"] == []
    (double,) = said["double"]
    assert (double["text"], double["note_type"], len(double["notes"])) == ("twice it is", "Basic", 2)


def test_a_package_of_genanki_has_no_ids(tmp_path: Path) -> None:
    """It gives none to fields and templates, and writes what it is given: empty fields, guids twice."""
    model = genanki.Model(
        1234567,
        "Words",
        fields=[{"name": "A"}, {"name": "B"}],
        templates=[{"name": "T", "qfmt": "{{A}}", "afmt": "{{B}}"}],
    )
    cloze = genanki.Model(
        1234568,
        "Gaps",
        fields=[{"name": "Text"}],
        templates=[{"name": "C", "qfmt": "{{cloze:Text}}", "afmt": "{{cloze:Text}}"}],
        model_type=genanki.Model.CLOZE,
    )
    deck = genanki.Deck(99, "G::Sub")
    for guid, fields in (("same", ["one", "1"]), ("same", ["two", "2"]), ("g", ["<br>", "3"])):
        deck.add_note(genanki.Note(model=model, fields=fields, guid=guid))
    deck.add_note(genanki.Note(model=cloze, fields=["nothing hidden"], guid=""))
    deck.add_note(genanki.Note(model=cloze, fields=["{{c1::a blank}}"], guid=" "))
    (tmp_path / "d.apkg").unlink(missing_ok=True)
    (tmp_path / "x.png").write_bytes(IMAGE)
    genanki.Package(deck, media_files=[str(tmp_path / "x.png")]).write_to_file(tmp_path / "d.apkg")
    said = one(tmp_path / "d.apkg")
    met = meetings(said)
    assert (said["format"], said["deckgen"]) == ("legacy-1", None)
    assert met["no-ids"] == ["Gaps", "Words"]
    assert met["double-guid"] == ["same: one, two"]
    assert met["empty-guid"] == ["nothing hidden"]
    assert met["no-clozes"] == ["nothing hidden"]
    assert said["media"]["unused"] == ["x.png"]
    assert len(said["first_fields"]["empty"]) == 1
    printed = run("inspect", tmp_path / "d.apkg").stdout
    assert "fields, without ids: A, B" in printed


def test_a_package_of_ours_says_which_release_it_is(tmp_path: Path) -> None:
    """It contains the deck's id and the version of deckgen."""
    write_project(tmp_path / "deck")
    assert run("build", "--project", tmp_path / "deck", "-o", tmp_path / "ours.apkg").returncode == 0
    said = one(tmp_path / "ours.apkg")
    assert said["deckgen"]["deck"] == "sample"
    assert "no-ids" not in meetings(said)
    assert "an unreleased build of sample" in run("inspect", tmp_path / "ours.apkg").stdout


def test_notes_are_listed_if_asked_for(packages: Path) -> None:
    """Each with its id, guid, note type, deck and first field; without `--notes`, none is."""
    path = packages / "new.apkg"
    printed = run("inspect", path, "--notes").stdout
    listed = json.loads(run("inspect", path, "--notes", "--format", "json").stdout)["files"][0]["note_list"]
    assert len(listed) == 13
    for note in listed:
        assert f"id {note['id']}, guid {note['guid']}" in " ".join(printed.split())
    split = next(each for each in listed if each["first_field"] == "split")
    assert (split["note_type"], split["decks"]) == ("Basic (and reversed card)", ["Top", "Other"])
    assert "note_list" not in one(path)
    assert split["guid"] not in run("inspect", path).stdout


@pytest.mark.parametrize("columns", [40, 50, 80, 200])
def test_the_page_fits_into_the_terminal(columns: int, packages: Path) -> None:
    """No line is longer than the terminal, but for the path; the section of the difficulties is there."""
    from deckgen.diagnostics.terminal import columns as width_of  # noqa: PLC0415

    printed = lines(
        shown(columns, ["inspect", packages / "new.apkg", packages / "old.apkg", "--notes"], packages)
    )
    paths = {f"{packages / name}:" for name in ("new.apkg", "old.apkg")}
    assert max(width_of(line) for line in printed if line not in paths) <= columns
    assert "What adopting would meet" in printed


def test_each_difficulty_says_what_it_means(packages: Path) -> None:
    """Under its number are a sentence for the author and the first places."""
    printed = run("inspect", packages / "new.apkg").stdout
    at = printed.index("1 note type sorted by a field that is not the first")
    told = " ".join(printed[at : at + 300].split())
    assert "If it changed, learners' notes would get no new text. Kanji « ß: Reading" in told


def test_the_docs_name_each_member_and_each_difficulty(packages: Path) -> None:
    """docs/commands.md has the members of the JSON, docs/inspect.md the codes."""
    reference = (REPOSITORY / "docs/commands.md").read_text(encoding="utf-8")
    section = reference.split("\n## deckgen inspect\n")[1].split("\n## ")[0]
    done = run("inspect", packages / "old.apkg", packages / "new.apkg", "--notes", "--format", "json")
    missing = {name for name in names_in(json.loads(done.stdout)) if f"`{name}`" not in section}
    assert not missing
    page = (REPOSITORY / "docs/inspect.md").read_text(encoding="utf-8")
    codes = {sort.code for sort in meets._SORTS} | {"no-notes"}  # noqa: SLF001 (the table itself)
    assert not [code for code in codes if f"`{code}`" not in page]


def names_in(value: object) -> set[str]:
    """The names of all members in a JSON value."""
    if isinstance(value, dict):
        return set(value).union(*map(names_in, value.values()))
    return set().union(*map(names_in, value)) if isinstance(value, list) else set()
