"""`deckgen inspect` of files that are damaged, strange or none: a sentence each, and the others are shown."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING, Any

import genanki
import pytest
import zstandard

from tests.conftest import run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def words(path: Path, fields: int = 2, notes: int = 1) -> Path:
    """Write a package with some fields and notes."""
    model = genanki.Model(
        77,
        "Words",
        fields=[{"name": f"F{number}"} for number in range(fields)],
        templates=[{"name": "T", "qfmt": "{{F0}}", "afmt": "{{F1}}"}],
    )
    deck = genanki.Deck(99, "W")
    for number in range(notes):
        values = [f"note{number}", *("x" * (fields - 1))]
        deck.add_note(genanki.Note(model=model, fields=values, guid=f"g{number}"))
    genanki.Package(deck).write_to_file(path)
    return path


def with_sql(path: Path, script: str, *values: object) -> Path:
    """Change the collection of a package: by a script, or by one statement with values."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        database.deserialize(members["collection.anki2"])
        database.execute(script, values) if values else database.executescript(script)
        members["collection.anki2"] = database.serialize()
    return zipped(path, members)


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    """Write a zip file."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def set_type(path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """Change the note type of a package."""
    with zipfile.ZipFile(path) as archive, closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(archive.read("collection.anki2"))
        models = json.loads(database.execute("SELECT models FROM col").fetchone()[0])
    change(models["77"])
    return with_sql(path, "UPDATE col SET models = ?", json.dumps(models))


def truncated(path: Path) -> None:
    """A download that stopped."""
    content = words(path).read_bytes()
    path.write_bytes(content[: len(content) // 2])


def wrong_zstd(path: Path) -> None:
    """The newest format, with a collection that is not compressed as it says."""
    meta = b"\x08\x03"
    zipped(path, {"meta": meta, "collection.anki21b": b"no zstd", "media": b""})


def no_database(path: Path) -> None:
    """A collection that is text."""
    zipped(path, {"collection.anki2": b"hello" * 1000, "media": b"{}"})


def no_zipped_database(path: Path) -> None:
    """The same in the newest format."""
    packed = zstandard.ZstdCompressor().compress(b"hello" * 1000)
    empty = zstandard.ZstdCompressor().compress(b"")
    zipped(path, {"meta": b"\x08\x03", "collection.anki21b": packed, "media": empty})


def other_zip(path: Path) -> None:
    """A zip file with something else."""
    zipped(path, {"readme.txt": b"hello"})


def a_text(path: Path) -> None:
    """No zip file at all."""
    path.write_text("Front\tBack\n", encoding="utf-8")


def a_folder(path: Path) -> None:
    """A folder."""
    path.mkdir()


def of_crowdanki(path: Path) -> None:
    """A folder that CrowdAnki wrote."""
    path.mkdir()
    (path / "deck.json").write_text("{}", encoding="utf-8")


def nothing(path: Path) -> None:
    """No file."""


@pytest.mark.parametrize(
    ("make", "hint"),
    [
        (truncated, "export it again in Anki, or download it again"),
        (no_database, "export it again in Anki, or download it again"),
        (
            of_crowdanki,
            (
                "`deckgen inspect` reads packages; "
                "to adopt a folder of CrowdAnki: deckgen adopt bad.apkg my-deck"
            ),
        ),
    ],
)
def test_what_to_do_with_a_file_that_is_no_package(
    make: Callable[[Path], None], hint: str, tmp_path: Path
) -> None:
    """Nothing that loses somebody's only copy; and a folder of CrowdAnki can be adopted."""
    make(tmp_path / "bad.apkg")
    assert run("inspect", "bad.apkg", cwd=tmp_path).stderr.endswith(f"\n  hint: {hint}\n")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (truncated, "is not an .apkg file, or is damaged"),
        (wrong_zstd, "is not an .apkg file, or is damaged"),
        (no_database, "is damaged: its collection cannot be read"),
        (no_zipped_database, "is damaged: its collection cannot be read"),
        (other_zip, "is not an .apkg file: it contains no collection"),
        (a_text, "is not an .apkg file, or is damaged"),
        (a_folder, "cannot be read: it is a folder, not a package"),
        (nothing, "cannot be read: No such file or directory"),
    ],
)
def test_a_file_that_is_no_package_is_refused(
    make: Callable[[Path], None], says: str, tmp_path: Path
) -> None:
    """A sentence with the file's name says why, and the others are shown all the same."""
    bad = tmp_path / "bad.apkg"
    make(bad)
    good = words(tmp_path / "good.apkg")
    alone = run("inspect", bad)
    assert (alone.returncode, alone.stdout) == (2, "")
    assert alone.stderr.startswith(f"error: {bad} {says}")
    assert "Traceback" not in alone.stderr
    both = run("inspect", bad, good)
    assert both.returncode == 2
    assert " ".join(both.stdout.split()).startswith(f"{good}: 1 note, 1 card")
    assert both.stderr == alone.stderr
    done = run("inspect", bad, good, "--format", "json")
    said = json.loads(done.stdout)
    assert (done.returncode, done.stderr, said["ok"], said["across"]) == (2, "", False, None)
    assert said["error"] == said["files"][0]["error"]
    assert says in said["error"]["message"]
    assert said["files"][1]["notes"] == 1


def codes(path: Path) -> dict[str, list[str]]:
    """What adopting a package would meet; its page can be printed, too."""
    done = run("inspect", path, "--notes")
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(run("inspect", path, "--format", "json").stdout)["files"][0]
    return {each["code"]: each["examples"] for each in said["adopting"]}


def test_a_package_without_notes_says_so(tmp_path: Path) -> None:
    """It is shown, and there is nothing to adopt."""
    path = words(tmp_path / "d.apkg", notes=0)
    assert "no-notes" in codes(path)
    assert "the package contains no notes\n    There is nothing to adopt." in run("inspect", path).stdout


def test_sixty_fields_are_all_listed(tmp_path: Path) -> None:
    """With their names, in a narrow table, too."""
    path = words(tmp_path / "d.apkg", fields=60)
    printed = " ".join(run("inspect", path, COLUMNS="50").stdout.split())
    assert all(f" F{number}" in printed for number in range(60))


def test_a_note_type_without_card_templates_is_named(tmp_path: Path) -> None:
    """Its notes cannot have cards."""
    path = set_type(words(tmp_path / "d.apkg"), lambda each: each.update(tmpls=[]))
    with_sql(path, "DELETE FROM cards")
    met = codes(path)
    assert (met["no-templates"], met["no-cards"]) == (["Words"], ["note0"])


@pytest.mark.parametrize(
    ("name", "began", "fields", "code"),
    [
        ("Basic", 0, 2, "stock-note-type"),
        ("Basic-1c0ff+", 1, 2, "stock-note-type"),
        ("Basic-a", 0, 2, "stock-note-type"),
        ("Einfach", 1, 2, "stock-origin"),
        ("Basic", 1, 3, ""),
        ("Einfach", 1, 3, ""),
        ("Einfach", 0, 2, ""),
        ("Basic more", 0, 2, ""),
    ],
)
def test_note_types_of_anki_are_those_whose_look_a_release_guards(
    name: str, began: int, fields: int, code: str, tmp_path: Path
) -> None:
    """By the name or by what they began as; with another number of fields, they are somebody's own."""
    path = words(tmp_path / "d.apkg", fields=fields)
    set_type(path, lambda each: each.update(name=name, originalStockKind=began))
    shown = {"stock-origin": f"{name} (from Basic)", "stock-note-type": name}
    met = {each: lines for each, lines in codes(path).items() if each in shown}
    assert met == ({code: [shown[code]]} if code else {})


def test_what_a_template_points_to_inside_itself_is_no_file(tmp_path: Path) -> None:
    """A part of a drawing is not missing from the package; a deck override is named."""

    def change(each: dict[str, Any]) -> None:
        each["tmpls"][0].update(qfmt="<svg><use href='#box'/></svg>{{F0}}", did=99)
        each["css"] = ".card { fill: url(#grid); background: url('_gone.png') }"

    path = set_type(words(tmp_path / "d.apkg"), change)
    said = json.loads(run("inspect", path, "--format", "json").stdout)["files"][0]
    assert [each["name"] for each in said["media"]["missing"]] == ["_gone.png"]
    assert codes(path)["deck-override"] == ["Words, T: W"]


def test_only_note_types_with_notes_meet_anything(tmp_path: Path) -> None:
    """Adopting leaves the others out, so what they load from the internet does not matter."""
    path = words(tmp_path / "d.apkg")
    remote = "@import url(//css.example/a.css);"
    with zipfile.ZipFile(path) as archive, closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(archive.read("collection.anki2"))
        models = json.loads(database.execute("SELECT models FROM col").fetchone()[0])
    models["78"] = models["77"] | {"id": 78, "name": "Unused", "css": remote}
    with_sql(path, "UPDATE col SET models = ?", json.dumps(models))
    assert "remote-style" not in codes(path)
    models["77"]["css"] = remote
    with_sql(path, "UPDATE col SET models = ?", json.dumps(models))
    assert codes(path)["remote-style"] == ["//css.example/a.css (Words, style)"]


def test_first_fields_are_compared_with_all_files_that_they_show(tmp_path: Path) -> None:
    """As in Anki: also those of `<object>` and `<source>`; the same file makes them the same."""
    path = words(tmp_path / "d.apkg", notes=6)
    texts = ("<object data=a.pdf>", "<object data=b.pdf>", "<video><source src=a.mp4></video>")
    for number, text in enumerate((*texts, "<video><source src=b.mp4></video>", "x<img>y", "xy")):
        with_sql(path, "UPDATE notes SET flds = ? WHERE guid = ?", f"{text}\x1f", f"g{number}")
    said = json.loads(run("inspect", path, "--format", "json").stdout)["files"][0]
    assert [each["text"] for each in said["first_fields"]["double"]] == ["xy"]


def test_speech_in_templates_and_images_of_latex_are_known(tmp_path: Path) -> None:
    """Also speech in its older form; and images that Anki made from LaTeX in a template."""
    path = words(tmp_path / "d.apkg")
    front = "[anki:tts lang=en_US]{{F0}}[/anki:tts][latex]{{F1}}[/latex]"
    set_type(path, lambda each: each["tmpls"][0].update(qfmt=front))
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist() if name != "media"}
    media = {"0": f"latex-{'0a' * 20}.png", "1": "other.png"}
    zipped(path, members | {"media": json.dumps(media).encode(), "0": b"x", "1": b"x"})
    assert codes(path)["speech"] == ["Words, T, front"]
    said = json.loads(run("inspect", path, "--format", "json").stdout)["files"][0]
    assert said["media"]["unused"] == ["other.png"]


def test_an_id_is_found_as_deckgen_adopt_finds_it(tmp_path: Path) -> None:
    """Behind an image that is written into the field, too; a first field of signs only gives none."""
    path = words(tmp_path / "d.apkg", notes=2)
    drawing = f"<img src='data:image/png;base64,{'A' * 9000}'>"
    for number, text in enumerate((f"{drawing}{{{{c1::the&nbsp;leaf}}}}", "1 + 1")):
        with_sql(path, "UPDATE notes SET flds = ? WHERE guid = ?", f"{text}\x1f", f"g{number}")
    assert codes(path)["no-id"] == ["1 + 1"]


def test_korean_lines_break_between_words(tmp_path: Path) -> None:
    """Chinese ones, which have no blanks, anywhere."""
    korean = "광합성은 식물이 빛에너지를 이용하여 이산화탄소와 물로부터 유기물을 합성하는 과정이다"
    chinese = "光合作用是植物利用光能把二氧化碳和水合成有机物的过程光合作用是植物利用光能"
    path = words(tmp_path / "d.apkg", notes=2)
    for number, text in enumerate((korean, chinese)):
        with_sql(path, "UPDATE notes SET flds = ? WHERE guid = ?", f"{text}\x1f", f"g{number}")
    printed = run("inspect", path, "--notes", COLUMNS="40").stdout
    notes = printed[printed.index("Notes: 2") :]
    lines = [line.strip() for line in notes.splitlines()]
    assert set(korean.split()) <= {word for line in lines for word in line.split()}
    assert chinese[:18] in lines


def test_notes_that_do_not_fit_their_note_type_are_named(tmp_path: Path) -> None:
    """One with too few fields, one whose note type is missing, one whose deck is."""
    path = words(tmp_path / "d.apkg", notes=3)
    with_sql(
        path,
        "UPDATE notes SET flds = 'short' WHERE guid = 'g0'; UPDATE notes SET mid = 5 WHERE guid = 'g1';"
        "UPDATE cards SET did = 12345",
    )
    met = codes(path)
    assert (met["field-count"], met["no-note-type"]) == (["short"], ["note1"])


def test_odd_names_and_times_do_no_harm(tmp_path: Path) -> None:
    """Empty names, signs that control a terminal, half a character, no such sort field, a far time."""
    path = words(tmp_path / "d.apkg")

    def change(each: dict[str, Any]) -> None:
        each.update(name="\ud800\x1b[2J", sortf=9, mod=2**62)
        each["flds"][0].update(name="", id=-5)
        each["tmpls"][0].update(name="\x1b]0;x\x07", id=2**60)

    set_type(path, change)
    with_sql(path, "UPDATE notes SET mod = -99999999999999, guid = 'a\nb', flds = '\x1f'")
    printed = run("inspect", path, "--notes").stdout
    assert "\x1b" not in printed
    assert "(no date)" in printed
    met = codes(path)
    assert len(met["sort-field"]) == len(met["large-ids"]) == 1


def test_a_field_of_a_megabyte_is_read_in_time(tmp_path: Path) -> None:
    """Marks that open and never close, and a text without a blank."""
    path = words(tmp_path / "d.apkg", notes=6)
    texts = ("<a ", "[sound:", "{{c1::", "\\(", "<!--", "日")
    for number, text in enumerate(texts):
        fields = text * (1_000_000 // len(text)) + "\x1f"
        with_sql(path, "UPDATE notes SET flds = ? WHERE guid = ?", fields, f"g{number}")
    assert "field-count" not in codes(path)


@pytest.mark.parametrize(
    ("names", "odd"),
    [
        (["a:b.png", "c?.png"], ["Windows does not allow `:`", "Windows does not allow `?`"]),
        (["nul", "COM1.txt", "com.png"], ["reserved", "reserved"]),
        (["Tree.png", "tree.PNG", "é.png", "e\u0301.jpg"], ["differ only in capitals"]),
        (["end."], ["Windows drops a dot or space at the end"]),
        (["ß" * 130], ["is longer than 120 bytes"]),
        (["com0.png", "com¹.txt"], ["reserved", "reserved"]),
        (["a\x7f.png", "a\u3000b.png"], ["has a control character", "has a blank"]),
        ([" lead.png", ".hid.png"], ["begins with a dot or space", "begins with a dot or space"]),
        (["x" * 121 + ".png", "x" * 120 + ".jpg"], ["is longer than 120 bytes"]),
        (["a .png", "a.of-eleven-x"], ["before its ending", "an ending of more than 10"]),
        (["a?.png", "a_.png"], ["Windows does not allow `?`", "another file gets this name"]),
        (["half \ud800.png"], ["has a control character"]),
    ],
)
def test_names_of_media_that_some_systems_cannot_store(
    names: list[str], odd: list[str], tmp_path: Path
) -> None:
    """Each that `deckgen adopt` renames is listed with the reason; Windows knows more than others."""
    path = words(tmp_path / "d.apkg")
    with zipfile.ZipFile(path, "a") as archive:
        members = {name: archive.read(name) for name in archive.namelist() if name != "media"}
    members["media"] = json.dumps(
        {str(number): name for number, name in enumerate([*names, "gone.png"])}
    ).encode()
    members |= {str(number): b"x" for number in range(len(names))}
    zipped(path, members)
    told = codes(path)["media-name"]
    assert len(told) == len(odd)
    assert all(reason in line for reason, line in zip(odd, told, strict=True))
    media = json.loads(run("inspect", path, "--format", "json").stdout)["files"][0]["media"]
    assert media["listed_only"] == ["gone.png"]
