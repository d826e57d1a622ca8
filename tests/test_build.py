"""`deckgen build` as a user runs it: what it writes, what it says, what it leaves alone."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import CHAPTER, DECK, REPOSITORY, open_package, run, untimed, write_project
from tests.faults import MP3, PNG

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[..., Path]


def test_a_package_holds_what_the_source_says(alliance_deck: Path) -> None:
    """The takeaways, definitions, table rows and vignettes of the source are notes, each with its fields."""
    opened = open_package(alliance_deck)
    notes = opened.by_id()
    mimesis = opened.fields(notes["mimesis"])
    assert mimesis["Term"] == "Mimesis in structural therapy"
    assert mimesis["Definition"].startswith("Taking on a family")
    opened_by_hand = re.findall(r"<summary>(.*?)</summary>(.*?)</details>", mimesis["Builds On"], re.DOTALL)
    joining = opened.fields(notes["joining"])
    assert [name for name, _ in opened_by_hand] == ["Joining", "Accommodation in structural therapy"]
    assert opened_by_hand[0][1] == joining["Definition"]
    assert mimesis["Note ID"] == "mimesis"
    assert notes["mimesis"]["tags"] == " domain::1-systemic-practice joining mft "
    vignette = opened.fields(notes["quiet-husband"])
    assert vignette["Options"].count("<li>") == 4
    assert re.findall(r'verdict (\w+)"', vignette["Explanations"]) == ["wrong", "wrong", "right", "wrong"]
    row = opened.fields(notes["stances.unbalancing"])
    assert row["Name"] == "Unbalancing"
    assert row["Table"].count("<tr") == 5
    assert '<tr class="this"><th>Unbalancing</th>' in row["Table"]
    kinds = {name.rpartition(" - ")[2] for name in opened.note_types}
    assert kinds == {"Takeaway", "Definition", "Vignette", "Comparison"}


def test_new_cards_come_in_the_order_of_study(alliance_deck: Path) -> None:
    """Each note has its own place in the queue, far from the next, after all that it builds on."""
    opened = open_package(alliance_deck)
    place = {card["nid"]: card["due"] for card in opened.cards if card["ord"] == 0}
    assert len({card["due"] for card in opened.cards}) == len(opened.cards)
    assert all(due % 1000 == 0 for due in place.values())
    due = {name: place[note["id"]] for name, note in opened.by_id().items()}
    assert due["joining"] < due["accommodation"] < due["mimesis"]
    assert due["split-alliance"] < due["split-predicts-dropout"]
    assert due["split-alliance"] < due["quiet-husband"]
    assert due["neutrality"] < due["stances.neutrality"]


def test_ids_are_those_of_the_first_release_for_ever(project: Make, tmp_path: Path) -> None:
    """Guids and note type ids come from the deck's, kind's and note's ids, whatever an author edits."""
    folder = project()
    assert run("build", "--project", folder).returncode == 0
    first = open_package(folder / "build/sample.apkg")
    more = "definitions:\n  - {id: zero, term: Zero, definition: x}\n" + CHAPTER.replace("joining", "trust")
    write_project(folder, {"source/one.yaml": more, "source/deck.yaml": DECK + "tags: [new]\n"})
    assert run("build", "--project", folder).returncode == 0
    second = open_package(folder / "build/sample.apkg")
    assert second.by_id()["one"]["guid"] == first.by_id()["one"]["guid"]
    assert second.note_types["Sample - Takeaway"]["id"] == first.note_types["Sample - Takeaway"]["id"]
    other = write_project(tmp_path / "other", {"source/deck.yaml": DECK.replace("id: sample", "id: other")})
    assert run("build", "--project", other).returncode == 0
    third = open_package(other / "build/other.apkg")
    assert third.by_id()["one"]["guid"] != first.by_id()["one"]["guid"]
    assert third.note_types["Sample - Takeaway"]["id"] != first.note_types["Sample - Takeaway"]["id"]


def test_note_types_can_grow(own_deck: Path) -> None:
    """Each shipped kind has six collapsed reserve fields and, unless of clozes, two cards that sleep.

    After the reserves come the collapsed fields for the notes without a card, if the kind has several cards.
    """
    opened = open_package(own_deck)
    assert len(opened.note_types) == 4
    positions: dict[tuple[str, int], set[int]] = {}
    for note_type in opened.note_types.values():
        names = [field["name"] for field in note_type["flds"]]
        reserves = [f"Reserve {number}" for number in range(1, 7)]
        awake = [each["name"] for each in note_type["tmpls"] if not each["name"].startswith("Reserve")]
        marks = [f"No {name}" for name in awake if len(awake) > 1]
        folded = [field["name"] for field in note_type["flds"] if field["collapsed"]]
        assert folded == names[-len(folded) :] == reserves + marks
        for under in ("flds", "tmpls"):
            for place, each in enumerate(note_type[under]):
                positions.setdefault((under, place), set()).add(each["id"])
        dormant = [each for each in note_type["tmpls"] if each["name"].startswith("Reserve")]
        assert note_type["tmpls"][len(note_type["tmpls"]) - len(dormant) :] == dormant
        asleep = [] if note_type["type"] == 1 else ["Reserve 1", "Reserve 2"]
        assert [each["name"] for each in dormant] == asleep
        own = {note["id"] for note in opened.notes if note["mid"] == int(note_type["id"])}
        for each in dormant:
            assert each["qfmt"] == "{{#R}}{{R}}{{/R}}".replace("R", each["name"])
            assert [names[number] for number in note_type["req"][each["ord"]][2]] == [each["name"]]
            assert all(card["ord"] != each["ord"] for card in opened.cards if card["nid"] in own)
    assert all(len(ids) == 1 for ids in positions.values())
    assert all(0 < number < 2**53 for ids in positions.values() for number in ids)


def test_a_table_s_keys_hold_for_its_rows(project: Make) -> None:
    """Tags and builds_on add up; a row's own reference takes the place of the table's."""
    text = """\
tags: [chapter]
comparisons:
  - id: table
    title: A table
    columns: [Name, "Meaning: short"]
    tags: [table]
    builds_on: [one]
    reference: The table's
    rows:
      - id: a
        cells: [A, "1"]
        tags: [row]
        builds_on: [table.b]
      - id: b
        cells: [B, "**2**"]
        reference: Its own
"""
    folder = project({"source/two.yaml": text})
    result = run("build", "--project", folder)
    assert result.returncode == 0, result.stderr
    assert "3 notes (1 takeaway, 2 comparison rows), 5 cards" in result.stderr
    opened = open_package(folder / "build/sample.apkg")
    notes = opened.by_id()
    assert [notes[name]["tags"] for name in ("table.a", "table.b")] == [
        " chapter row table ",
        " chapter table ",
    ]
    first, second = (opened.fields(notes[name]) for name in ("table.a", "table.b"))
    assert (first["Reference"], second["Reference"]) == ("The table's", "Its own")
    gist = f"<details><summary>B</summary>{second['Features']}</details>"
    assert first["Builds On"] == f"<ul><li>Before change comes joining.</li><li>{gist}</li></ul>"
    assert second["Builds On"] == "<ul><li>Before change comes joining.</li></ul>"
    assert second["Features"] == "<dl><dt>Meaning: short</dt> <dd><strong>2</strong></dd></dl>"
    assert list(notes).index("table.b") < list(notes).index("table.a")


def test_letters_are_composed_as_anki_keeps_them(project: Make) -> None:
    """An accent typed as a letter of its own becomes one with its letter, in fields, tags and names."""
    text = "deck: Ame\u0301\ntags: [e\u0301]\n" + CHAPTER.replace("joining", "Ame\u0301lie")
    folder = project({"source/one.yaml": text})
    assert run("build", "--project", folder).returncode == 0
    opened = open_package(folder / "build/sample.apkg")
    assert "Am\u00e9lie" in opened.notes[0]["flds"]
    assert opened.notes[0]["tags"] == " \u00e9 "
    assert "Sample::Am\u00e9" in opened.decks


def test_names_of_notes_that_one_builds_on_are_readable(project: Make) -> None:
    """Without clozes, emphasis or braces; a note whose text holds a formula goes by its id."""
    text = """\
takeaways:
  - id: plain-one
    text: |
      **First** comes {{c1::joining::what?}}, a_b *then* {{c2::change}}.
  - id: with-formula
    text: |
      $x_{1} = {{c1::2}}$
definitions:
  - id: last
    term: Last <one> & *only*
    definition: x
    builds_on: [plain-one, with-formula]
  - id: very-last
    term: x
    definition: y
    builds_on: [last]
"""
    folder = project({"source/two.yaml": text})
    assert run("build", "--project", folder).returncode == 0
    opened = open_package(folder / "build/sample.apkg")
    labels = opened.fields(opened.by_id()["last"])["Builds On"]
    gist = r"<details><summary>with formula</summary>\(x_{1} = 2\)</details>"
    assert labels == f"<ul><li>First comes joining, a_b then change.</li><li>{gist}</li></ul>"


def test_a_kind_s_own_references_are_shown(project: Make) -> None:
    """A key of type notes gives the names of the notes that it names, and not those of builds_on."""
    kind = (REPOSITORY / "templates/definition/kind.yaml").read_text(encoding="utf-8")
    kind = kind.replace("keys:\n", "keys:\n  see: {type: notes}\n", 1).replace("from: extra", "from: see")
    text = CHAPTER + "definitions:\n  - {id: a, term: A, definition: x}\n"
    text += "  - {id: b, term: B, definition: x, builds_on: [a], see: [one]}\n"
    faces = (REPOSITORY / "templates/definition").glob("*.j2")
    files = {f"templates/definition/{path.name}": path.read_text(encoding="utf-8") for path in faces}
    folder = project({"source/one.yaml": text, "templates/definition/kind.yaml": kind, **files})
    result = run("build", "--project", folder)
    assert result.returncode == 0, result.stderr
    opened = open_package(folder / "build/sample.apkg")
    fields = opened.fields(opened.by_id()["b"])
    assert fields["Extra"] == "<ul><li>Before change comes joining.</li></ul>"
    assert fields["Builds On"] == "<ul><li><details><summary>A</summary>x</details></li></ul>"


def test_media_go_in_by_their_content(project: Make) -> None:
    """An image and a sound are there under names with a digest, and the notes point to those names."""
    text = (
        "definitions:\n  - id: two\n    term: x\n    definition: |\n"
        "      ![Tree](media/Stamm%20baum.png) [sound:media/a.mp3]\n"
    )
    folder = project(
        {
            "source/two.yaml": text,
            "source/media/Stamm baum.png": PNG,
            "source/media/a.mp3": MP3,
            "source/media/unused.png": PNG,
        }
    )
    assert run("build", "--project", folder).returncode == 0
    opened = open_package(folder / "build/sample.apkg")
    names = sorted(opened.authors_media())
    assert [re.sub(r"-[0-9a-f]{10}\.", "-*.", name) for name in names] == ["Stamm-baum-*.png", "a-*.mp3"]
    definition = opened.fields(opened.by_id()["two"])["Definition"]
    assert definition == f'<img src="{names[0]}" alt="Tree" /> [sound:{names[1]}]'
    assert {opened.members[number] for number, name in opened.media.items() if name in names} == {PNG, MP3}


def test_the_deck_page_says_what_this_build_is(project: Make) -> None:
    """The root deck alone has a description, with the day of the build; its subdecks exist."""
    folder = project(
        {
            "source/deck.yaml": DECK + "description: |\n  About *this*.\n",
            "source/one.yaml": "deck: A::B\n" + CHAPTER,
        }
    )
    assert run("build", "--project", folder, SOURCE_DATE_EPOCH="1700000000").returncode == 0
    decks = open_package(folder / "build/sample.apkg").decks
    assert decks["Sample"]["desc"] == "About *this*.\n\nUnreleased build of 2023-11-14."
    assert {name for name, deck in decks.items() if deck["desc"]} == {"Sample"}
    assert set(decks) == {"Default", "Sample", "Sample::A", "Sample::A::B"}


def test_package_is_deflated_dated_1980_and_sorted(own_deck: Path) -> None:
    """Nothing of the clock or the file system is in the zip's own records."""
    with zipfile.ZipFile(own_deck) as archive:
        infos = archive.infolist()
    assert [info.filename for info in infos] == sorted(info.filename for info in infos)
    assert {info.date_time for info in infos} == {(1980, 1, 1, 0, 0, 0)}
    assert {info.compress_type for info in infos} == {zipfile.ZIP_DEFLATED}


def test_one_epoch_makes_the_same_bytes(tmp_path: Path) -> None:
    """Hash seed, time zone, locale, umask and the order of the directory leave no trace."""
    files: dict[str, str | bytes] = {
        f"source/{n}.yaml": CHAPTER.replace("id: one", f"id: n{n}") for n in range(12)
    }
    files |= {
        "source/media/a.png": PNG,
        "source/p.yaml": CHAPTER.replace("one", "p").replace("joining", "![x](media/a.png)"),
    }
    here = write_project(tmp_path / "here", files)
    there = write_project(tmp_path / "there", dict(reversed(files.items())))
    first = run(
        "build",
        "--project",
        here,
        "-o",
        tmp_path / "1.apkg",
        PYTHONHASHSEED="1",
        TZ="Asia/Tokyo",
        LC_ALL="C",
        SOURCE_DATE_EPOCH="1700000000",
    )
    before = os.umask(0o077)
    try:
        second = run(
            "build",
            "--project",
            there,
            "-o",
            tmp_path / "2.apkg",
            PYTHONHASHSEED="2",
            TZ="America/Lima",
            LC_ALL="C.UTF-8",
            SOURCE_DATE_EPOCH="1700000000",
        )
    finally:
        os.umask(before)
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert (tmp_path / "1.apkg").read_bytes() == (tmp_path / "2.apkg").read_bytes()
    third = run("build", "--project", here, "-o", tmp_path / "3.apkg", SOURCE_DATE_EPOCH="1700000001")
    assert third.returncode == 0
    assert (tmp_path / "1.apkg").read_bytes() != (tmp_path / "3.apkg").read_bytes()


@pytest.mark.parametrize("epoch", ["soon", "-1", "0", "99999999999", "1.5"])
def test_an_epoch_that_is_no_past_time_is_refused(project: Make, epoch: str) -> None:
    """A note dated in the future would overwrite learners' later edits."""
    result = run("build", "--project", project(), SOURCE_DATE_EPOCH=epoch)
    assert result.returncode == 2
    assert "SOURCE_DATE_EPOCH" in result.stderr


def test_without_an_epoch_times_are_the_clocks(project: Make) -> None:
    """The note's time of change is that of the build, in seconds."""
    folder = project()
    before = int(time.time())
    assert run("build", "--project", folder).returncode == 0
    assert before <= open_package(folder / "build/sample.apkg").notes[0]["mod"] <= time.time()


def test_build_tells_what_it_made(project: Make) -> None:
    """The file, its size, the notes by kind, the cards and how to import it, all on stderr."""
    folder = project()
    result = run("build", cwd=folder / "source")
    assert (result.returncode, result.stdout) == (0, "")
    told = untimed(result.stderr)
    assert re.search(r"wrote .*sample\.apkg \(\d+\.\d kB\)\n  1 notes? \(1 takeaway\), 1 card", told)
    assert "File > Import" in result.stderr


def test_json_is_one_object_on_stdout(project: Make) -> None:
    """What it made, for machines; nothing else on stdout."""
    folder = project()
    result = run("build", "--project", folder, "--format", "json")
    told = json.loads(result.stdout)
    assert told["ok"] is True
    assert told["diagnostics"] == []
    assert told["package"]["notes"] == {"takeaway": 1}
    assert told["package"]["cards"] == 1
    assert told["package"]["bytes"] == (folder / "build/sample.apkg").stat().st_size
    failed = run("build", "--project", folder / "nowhere", "--format", "json")
    assert failed.returncode == 2
    assert "nowhere" in json.loads(failed.stdout)["error"]["message"]


def test_a_fault_leaves_the_package_from_before(project: Make) -> None:
    """Exit 1, the place and a hint on stderr, and build/ as it was."""
    folder = project()
    assert run("build", "--project", folder).returncode == 0
    before = (folder / "build/sample.apkg").read_bytes()
    write_project(folder, {"source/one.yaml": CHAPTER.replace("why", "wy")})
    result = run("build", "--project", folder)
    assert result.returncode == 1
    assert untimed(result.stderr).splitlines() == [
        "source/one.yaml:5:5: error[unknown-key]: `wy` is not allowed in a takeaway",
        "    5 |     wy: |",
        "      |     ^^",
        "  hint: did you mean `why`?",
        "",
        "1 error: nothing was written; the package from before is unchanged",
        "Next: fix the error above. `deckgen explain unknown-key` says how.",
    ]
    assert (folder / "build/sample.apkg").read_bytes() == before
    assert [path.name for path in (folder / "build").iterdir()] == ["sample.apkg"]


def test_one_bad_file_never_hides_another_s_faults(project: Make) -> None:
    """Faults of every file come at once, and a file that is no YAML does not make its notes unknown."""
    folder = project(
        {
            "source/a.yaml": "takeaways:\n  - id: broken\n    text: a: b\n",
            "source/b.yaml": CHAPTER.replace("one", "b")
            + "    builds_on: [broken, law, nowhere]\n    wy: x\n",
            "source/c.yaml": "definitions: x\n",
            "source/d.yaml": "laws:\n  - id: law\n    builds_on: [b]\n",
            "templates/base/theme.css.j2": "[[ nothing ]]",
            "templates/law/kind.yaml": "title: Law\nsection: laws\nkyes: {}\n",
        }
    )
    found = json.loads(run("check", "--project", folder, "--format", "json").stdout)["diagnostics"]
    assert [(each["path"], each["code"]) for each in found] == [
        ("source/a.yaml", "yaml-syntax"),
        ("source/b.yaml", "unknown-note"),
        ("source/b.yaml", "unknown-key"),
        ("source/c.yaml", "wrong-type"),
        ("templates/base/theme.css.j2", "template-failed"),
        ("templates/law/kind.yaml", "missing-key"),
        ("templates/law/kind.yaml", "unknown-key"),
    ]


def test_warnings_alone_stop_nothing(project: Make) -> None:
    """The package is written, and the warnings counted without a word of errors."""
    later = CHAPTER.replace("one", "two").replace("Before change comes", "The closest of ties is called")
    early = "deck: 1\n" + CHAPTER + "    builds_on: [two]\n"
    result = run(
        "build", "--project", project({"source/one.yaml": early, "source/two.yaml": "deck: 2\n" + later})
    )
    assert result.returncode == 0
    assert "warning[builds-on-later]" in result.stderr
    assert "\n1 warning\n`deckgen explain builds-on-later` says more.\nwrote " in result.stderr


def test_fronts_that_need_several_fields_say_so(project: Make) -> None:
    """The note type names the fields that a card needs all together, for programs that read it."""
    kind = """\
title: Law
section: laws
type: normal
keys:
  name: {type: text, required: true}
  rule: {type: text}
fields:
  - {name: Name, id: 1, from: name}
  - {name: Rule, id: 2, from: rule}
cards:
  - {name: One, id: 1, face: one}
  - {name: Both, id: 2, face: both}
"""
    files = {"one.front": "{{Name}}", "both.front": "{{#Rule}}{{#Name}}x{{Rule}}{{/Name}}{{/Rule}}"}
    files |= {"one.back": "{{Rule}}", "both.back": "{{Name}}"}
    faces = {f"templates/law/{name}.html.j2": text for name, text in files.items()}
    laws = "laws:\n  - {id: a, name: A}\n  - {id: b, name: B, rule: x}\n"
    folder = project({"templates/law/kind.yaml": kind, **faces, "source/two.yaml": laws})
    result = run("build", "--project", folder)
    assert result.returncode == 0, result.stderr
    opened = open_package(folder / "build/sample.apkg")
    assert opened.note_types["Sample - Law"]["req"] == [[0, "any", [0]], [1, "all", [0, 1]]]
    notes = {note["id"]: name for name, note in opened.by_id().items()}
    assert sorted((notes[card["nid"]], card["ord"]) for card in opened.cards) == [
        ("a", 0),
        ("b", 0),
        ("b", 1),
        ("one", 0),
    ]


def test_check_writes_nothing(project: Make) -> None:
    """The same verdict as build, and no file."""
    folder = project()
    before = sorted(folder.rglob("*"))
    result = run("check", "--project", folder)
    assert result.returncode == 0
    assert "no errors: 1 note" in result.stderr
    assert sorted(folder.rglob("*")) == before


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes in folders, and no /proc")
@pytest.mark.parametrize("target", ["folder", "link", "device", "no-folder", "unwritable", "suffix"])
def test_an_output_that_cannot_be_is_refused_before_any_work(
    project: Make, tmp_path: Path, target: str
) -> None:
    """Exit 2 with a reason, although the source has faults too; what is there stays what it is."""
    folder = project({"source/two.yaml": "nonsense\n"})
    kept = tmp_path / "kept.apkg"
    kept.write_text("kept", encoding="utf-8")
    (tmp_path / "folder.apkg").mkdir()
    (tmp_path / "link.apkg").symlink_to(kept)
    os.mkfifo(tmp_path / "device.apkg")
    outputs: dict[str, Path] = {
        "folder": tmp_path / "folder.apkg",
        "link": tmp_path / "link.apkg",
        "device": tmp_path / "device.apkg",
        "no-folder": tmp_path / "missing" / "deck.apkg",
        "unwritable": Path("/proc/deck.apkg"),
        "suffix": tmp_path / "deck.yaml",
    }
    result = run("build", "--project", folder, "--output", outputs[target])
    assert result.returncode == 2
    assert result.stderr.startswith("error: ")
    assert str(outputs[target].parent) in result.stderr
    assert kept.read_text(encoding="utf-8") == "kept"
    assert (tmp_path / "link.apkg").is_symlink()
    assert (tmp_path / "device.apkg").is_fifo()


def being_written(folder: Path) -> bool:
    """Whether a file beside the package has something in it."""
    with contextlib.suppress(FileNotFoundError):
        return any(path.stat().st_size for path in folder.glob(".*.part"))
    return False


@pytest.mark.skipif(sys.platform == "win32", reason="no process is sent such a signal there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_leaves_no_file_behind(tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C or a signal while the package is written: the old one stays, and no part of a new one."""
    text = CHAPTER + "    extra: |\n      [sound:a.mp3] [sound:b.mp3]\n"
    sounds = {"source/a.mp3": MP3 + os.urandom(100_000), "source/b.mp3": MP3 + os.urandom(80_000_000)}
    folder = write_project(tmp_path / "deck", {"source/one.yaml": text, **sounds})
    (folder / "build").mkdir()
    (folder / "build/sample.apkg").write_text("old", encoding="utf-8")
    command = [sys.executable, "-m", "deckgen", "build", "--project", str(folder)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not being_written(folder / "build"):
        assert process.poll() is None, "the build ended before it could be stopped"
        assert time.monotonic() < deadline
    process.send_signal(number)
    told = process.communicate(timeout=60)[1].decode()
    assert (process.returncode, untimed(told)) == (128 + number, "error: stopped\n")
    assert [path.name for path in (folder / "build").iterdir()] == ["sample.apkg"]
    assert (folder / "build/sample.apkg").read_text(encoding="utf-8") == "old"


def test_the_package_gets_the_permissions_of_a_new_file(project: Make) -> None:
    """Others may read it where the umask says so."""
    folder = project()
    before = os.umask(0o022)
    try:
        assert run("build", "--project", folder).returncode == 0
    finally:
        os.umask(before)
    assert (folder / "build/sample.apkg").stat().st_mode & 0o777 == 0o644


def test_a_fresh_clone_can_be_built_into_its_build_folder(project: Make) -> None:
    """Which is not there yet, since git ignores it; any other folder is the author's to make."""
    folder = project()
    assert run("build", "-o", "build/x.apkg", cwd=folder).returncode == 0
    assert (folder / "build/x.apkg").is_file()
    done = run("build", "-o", "out/x.apkg", cwd=folder)
    assert (done.returncode, "does not exist" in done.stderr) == (2, True)


def test_a_misspelt_manifest_is_named(project: Make) -> None:
    """Where there is no deck, and a file that was meant to be its deck.yaml."""
    folder = project()
    (folder / "source/deck.yaml").rename(folder / "source/deck.yml")
    assert "source/deck.yml must be called deck.yaml" in run("check", cwd=folder).stderr
    (folder / "source/deck.yml").rename(folder / "source/deckgen.yaml")
    assert "source/deckgen.yaml must be called deck.yaml" in run("check", cwd=folder).stderr
    (folder / "source/deckgen.yaml").rename(folder / "deck.yaml")
    assert "deck.yaml belongs in source/: move it there" in run("check", cwd=folder).stderr


@pytest.mark.parametrize(
    ("call", "hint"),
    [
        ("check source/one.yaml", "`deckgen check` takes the whole deck"),
        ("build deck.apkg", "deckgen build -o deck.apkg"),
        ("check .", "deckgen check --project ."),
        ("release --version 1.0.0", "deckgen release 1.0.0"),
        ("check --project source/deck.yaml", "did you mean "),
        ("check --project ../dek", "did you mean ../deck?"),
    ],
)
def test_a_call_that_can_only_be_meant_in_one_way_says_how(call: str, hint: str, project: Make) -> None:
    """Exit 2, and what to write instead."""
    done = run(*call.split(), cwd=project())
    assert done.returncode == 2
    assert hint in " ".join(done.stderr.split())


def test_a_place_without_a_deck_is_told(tmp_path: Path) -> None:
    """Exit 2, and how to name the folder."""
    result = run("build", cwd=tmp_path)
    assert result.returncode == 2
    assert "--project" in result.stderr
    assert result.stdout == ""


def test_chapters_go_by_their_numbers(project: Make) -> None:
    """Chapter 10 comes after chapter 2."""
    names = {"10": "c10", "2": "c2", "1/9": "c1-9"}
    files = {f"source/{name}.yaml": CHAPTER.replace("one", note) for name, note in names.items()}
    folder = project({**files, "source/one.yaml": "deck: None\n"})
    assert run("build", "--project", folder).returncode == 0
    opened = open_package(folder / "build/sample.apkg")
    assert [opened.about["notes"][note["guid"]] for note in opened.notes] == ["c1-9", "c2", "c10"]


def test_a_project_s_templates_take_the_place_of_the_shipped_ones(project: Make) -> None:
    """A base file one by one; a kind's folder whole."""
    kind = (REPOSITORY / "templates/takeaway/kind.yaml").read_text(encoding="utf-8")
    folder = project(
        {
            "templates/base/theme.css.j2": ".card { --mine: 1 }\n",
            "templates/takeaway/kind.yaml": kind,
            "templates/takeaway/cloze.front.html.j2": "<i>{{cloze:Text}}</i>",
            "templates/takeaway/cloze.back.html.j2": (
                "[% extends 'base/layout.html.j2' %][% block body %]{{cloze:Text}}[% endblock %]"
            ),
            "source/deck.yaml": DECK + "feedback: https://example.org/new?title={id}&x=1\n",
        }
    )
    result = run("build", "--project", folder)
    assert result.returncode == 0, result.stderr
    note_type = open_package(folder / "build/sample.apkg").note_types["Sample - Takeaway"]
    assert "--mine: 1" in note_type["css"]
    assert note_type["css"].index("--accent:") < note_type["css"].index("--mine: 1")
    assert ".face" in note_type["css"]
    assert note_type["tmpls"][0]["qfmt"] == "<i>{{cloze:Text}}</i>"
    assert 'href="https://example.org/new?title={{Note ID}}&amp;x=1"' in note_type["tmpls"][0]["afmt"]


def test_without_libyaml_nothing_is_read(project: Make) -> None:
    """PyYAML's own parser reads some texts otherwise, so deckgen says what to install, and stops."""
    code = "import sys; sys.modules['yaml.cyaml'] = None; from deckgen.__main__ import main; main()"
    command = [sys.executable, "-c", code, "build", "--project", str(project())]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "libyaml" in result.stderr
    assert "pip install" in result.stderr
    assert "Traceback" not in result.stderr


def test_version_is_told() -> None:
    """On stdout, alone."""
    result = run("--version")
    assert (result.returncode, result.stderr) == (0, "")
    assert re.fullmatch(r"deckgen \d+\.\d+\.\d+\n", result.stdout)
