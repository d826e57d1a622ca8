"""What costs a learner an edit: only that an author wrote something else."""

from __future__ import annotations

import json
import os
import re
import shutil
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import DECK, change, import_package, open_package, run, told_of
from tests.faults import GROWN, MP3, kind
from tests.releases import FIRST, LEDGER, TERM, release, terms

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from anki.collection import Collection

    Project = Callable[..., Path]


def svg(line: str = "h9") -> str:
    """An image, with another line in it."""
    return f"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><path d='M0 0{line}'/></svg>\n"


SVG = svg()
SHOWS = "definitions:\n  - id: heart\n    term: Heart\n    definition: |\n      A pump.\n\n      ![It]({})\n"


def sent(folder: Path, files: dict[str, str | bytes] | None = None, time: int = 5000) -> list[str]:
    """The notes that a release with other files would send to learners again."""
    from deckgen.build import build  # noqa: PLC0415

    change(folder, files or {})
    os.environ["SOURCE_DATE_EPOCH"] = str(FIRST + time)
    try:
        made = build(folder)
    finally:
        del os.environ["SOURCE_DATE_EPOCH"]
    assert made.packages is not None, made.diagnostics
    plan = made.packages.plan
    return [note.id for note in plan.sending.changed + plan.matching.new + plan.sending.retired]


PICTURES = "  - id: {id}\n    term: Part {id}\n    definition: |\n      ![It](media/{file})\n"


def pictured(count: int, file: str = "{}.svg") -> str:
    """A chapter of notes, each with an image."""
    entries = (PICTURES.format(id=f"p{number}", file=file.format(number)) for number in range(count))
    return "definitions:\n" + "".join(entries)


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("source/atlas/heart.svg", "atlas/heart.svg"),
        ("source/media/cor.svg", "media/cor.svg"),
        ("source/media/heart.svg", "./media/heart.svg"),
        ("source/media/Heart.SVG", "media/Heart.SVG"),
        ("source/media/cœur é.svg", "<media/cœur é.svg>"),
        ("source/media/cœur é.svg", "media/c%C5%93ur%20%C3%A9.svg"),
    ],
)
def test_a_file_moved_or_renamed_costs_nothing(
    path: str, written: str, project: Project, collection: Collection
) -> None:
    """A learner's edit of a note stays where its image has another folder or name, and holds the same."""
    folder = project({"source/one.yaml": SHOWS.format("media/heart.svg"), "source/media/heart.svg": SVG})
    import_package(collection, release(folder, "1.0.0", FIRST).path)
    (number,) = collection.find_notes("Heart")
    note = collection.get_note(number)
    note["Example"] = "Mine."
    collection.update_note(note)
    (folder / "source/media/heart.svg").unlink()
    change(folder, {path: SVG, "source/one.yaml": SHOWS.format(written)})
    made = release(folder, "1.1.0", FIRST + 100)
    assert import_package(collection, made.path) == {"duplicate": 1}
    assert collection.get_note(number)["Example"] == "Mine."
    fresh = made.fields(made.by_id()["heart"])["Definition"]
    assert re.findall(r'src="([^"]*)"', fresh) == made.authors_media()


# Texts with all that Markdown has; ¦ stands where a line may be broken, or not.
TEXTS = {
    "text": "Before¦change¦comes {{c1::joining::with¦whom?}},¦then {{c2::$x^2$}}¦and `a  b`.\n\nThen¦more.",
    "definition": "A _é_¦pump: **two¦halves**,¦$a < b$.\n\n- one¦item\n- two\n\n```\nx   y\n```\n\n"
    "| a | b |\n|---|---|\n| c | d |",
    "example": "![What it¦shows]({file})¦and [sound:{sound}]¦beside.",
    "scenario": "“Ça¦va?” she asks,¦and he says nothing.",
}


@dataclass(frozen=True)
class Style:
    """How an author, an editor or another system may write one and the same deck."""

    style: str
    breaks: tuple[bool, ...]
    ends: str
    form: Literal["NFC", "NFD"]
    folder: str
    media: str
    names: tuple[str, str]
    prefix: str
    tags: str
    mark: bool = False
    quoted: bool = False


FORMS: list[Literal["NFC", "NFD"]] = ["NFC", "NFD"]
STYLES = st.builds(
    Style,
    style=st.sampled_from(["|", ">", '"']),
    breaks=st.lists(st.booleans(), min_size=8, max_size=8).map(tuple),
    ends=st.sampled_from(["\n", "\r\n"]),
    form=st.sampled_from(FORMS),
    mark=st.booleans(),
    folder=st.sampled_from(["", "part one/", "a/b/"]),
    media=st.sampled_from(["media", "Bilder", "media/tiefer"]),
    names=st.sampled_from([("heart.svg", "beat.mp3"), ("Heart.SVG", "Beat.mp3"), ("cœur.svg", "à.mp3")]),
    prefix=st.sampled_from(["", "./", ".//", "../source/"]),
    tags=st.sampled_from(["[one, two]", "[two, one]", "[Two, ONE]", "\n      - two\n      - one"]),
    quoted=st.booleans(),
)


def scalar(text: str, how: Style) -> str:
    """A text as a scalar of YAML, under a key of a note."""
    if how.style == '"':
        return json.dumps(text, ensure_ascii=False)
    lines = text.split("\n")
    if how.style == ">":
        # a single break would be folded into a blank, which code and tables do not survive
        lines = text.replace("\n", "\n\n").split("\n") if "```" not in text and "|" not in text else lines
    sign = how.style if how.style == "|" or "```" not in text else "|"
    return f"{sign}\n" + "\n".join(f"      {line}" if line else "" for line in lines)


def written(folder: Path, how: Style) -> Path:
    """A deck, written in a style."""
    shutil.rmtree(folder / "source", ignore_errors=True)
    up = "../" * how.folder.count("/")
    base = f"{up}{how.media}" if how.prefix != "../source/" else f"../{up}source/{how.media}"
    prefix = how.prefix if how.prefix != "../source/" else ""
    paths = [f"{prefix}{base}/{name}" for name in how.names]
    texts = {}
    for key, text in TEXTS.items():
        parts = text.split("¦")
        broken = (how.breaks[number % 8] and how.style != ">" for number in range(len(parts) - 1))
        joints = ["\n" if each else " " for each in broken]
        whole = "".join(part + joint for part, joint in zip(parts, [*joints, ""], strict=True))
        texts[key] = scalar(whole.replace("{file}", paths[0]).replace("{sound}", paths[1]), how)
    name = '"Herz"' if how.quoted else "Herz"
    chapter = (
        f"takeaways:\n  - id: one\n    tags: {how.tags}\n    text: {texts['text']}\n"
        f"    why: {texts['scenario']}\n"
        f"definitions:\n  - id: two\n    term: {name} é\n    definition: {texts['definition']}\n"
        f"    example: {texts['example']}\n"
    ).replace('"Herz" é', '"Herz é"')
    files: dict[str, str | bytes] = {}
    manifest = "id: d\ntitle: Kür\n"
    for path, text in ((f"source/{how.folder}one.yaml", chapter), ("source/deck.yaml", manifest)):
        whole = unicodedata.normalize(how.form, text).replace("\n", how.ends)
        files[path] = (b"\xef\xbb\xbf" if how.mark else b"") + whole.encode()
    files[f"source/{how.media}/{how.names[0]}"] = SVG.replace("\n", how.ends)
    files[f"source/{how.media}/{how.names[1]}"] = MP3
    return change(folder, files)


NAMES = ("heart.svg", "beat.mp3")
PLAIN = Style("|", (False,) * 8, "\n", "NFC", "", "media", NAMES, "", "[one, two]")


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A released deck, and its ledger."""
    folder = written(tmp_path_factory.mktemp("styles"), PLAIN)
    release(folder, "1.0.0", FIRST)
    return folder, (folder / LEDGER).read_text(encoding="utf-8")


@given(how=STYLES)
@settings(max_examples=150, deadline=None)
def test_another_way_of_writing_changes_nothing(how: Style, released: tuple[Path, str]) -> None:
    """Files moved and renamed, texts wrapped, quoted, encoded and composed otherwise: no note is sent."""
    folder, ledger = released
    written(folder, how)
    (folder / LEDGER).write_text(ledger, encoding="utf-8")
    assert sent(folder) == []


@given(how=STYLES, place=st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_other_words_are_sent_however_they_are_written(
    how: Style, place: int, released: tuple[Path, str]
) -> None:
    """A word that differs, or what an image shows, is sent, whatever else the author has done meanwhile."""
    folder, ledger = released
    written(folder, how)
    (folder / LEDGER).write_text(ledger, encoding="utf-8")
    path = next(folder.joinpath("source", how.folder).glob("one.yaml"))
    if place == 3:
        (folder / "source" / how.media / how.names[0]).write_text(svg("h8"), encoding="utf-8")
        assert sent(folder) == ["two"]
        return
    words = [(b"comes", b"came", "one"), (b"halves", b"parts", "two"), (b"beside", b"below", "two")]
    old, new, note = words[place]
    path.write_bytes(path.read_bytes().replace(old, new))
    assert sent(folder) == [note]


@pytest.mark.parametrize(
    ("before", "after"),
    [("a b", "b a"), ("a b a", "a b b"), ("a b c", "a b d"), ("a b c", "a b b"), ("a", "a a")],
)
def test_which_images_a_text_shows_where(before: str, after: str, project: Project) -> None:
    """Images that change places are a change, also where one is shown twice, or two files are the same."""
    files = {name: svg() for name in "ac"} | {name: svg("h8") for name in "bd"}
    media: dict[str, str | bytes] = {f"source/media/{name}.svg": text for name, text in files.items()}

    def chapter(names: str) -> str:
        return terms("x", x=" ".join(f"![It](media/{name}.svg)" for name in names.split()))

    folder = project({"source/one.yaml": chapter(before), **media})
    release(folder, "1.0.0", FIRST)
    assert sent(folder, {"source/one.yaml": chapter(after)}) == ["x"]


def test_a_file_that_becomes_another_one(project: Project) -> None:
    """Of three images the last becomes the same as the second: the note is sent, and once it is, no more."""
    shows = terms("x", x=" ".join(f"![It](media/{name}.svg)" for name in "abc"))
    folder = project(
        {
            "source/one.yaml": shows,
            **{f"source/media/{name}.svg": svg() for name in "ac"},
            "source/media/b.svg": svg("h8"),
        }
    )
    release(folder, "1.0.0", FIRST)
    assert sent(folder, {"source/media/c.svg": svg("h8")}) == ["x"]


def test_emphasis_and_signs_written_otherwise(project: Project) -> None:
    """What a formatter makes of Markdown is no change, and a note with another kind of break is one."""
    text = "definitions:\n  - id: a\n    term: A\n    definition: |\n      {}\n"
    folder = project({"source/one.yaml": text.format("It is *so* and **so**.\n\n      * one\n      * two")})
    release(folder, "1.0.0", FIRST)
    again = text.format("It is _so_ and __so__.\n\n      - one\n      - two")
    assert sent(folder, {"source/one.yaml": again}) == []
    other = text.format("It is _so_ and **so**.\n\n      1. one\n      2. two")
    assert sent(folder, {"source/one.yaml": other}) == ["a"]


def test_another_renderer_changes_nothing(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """What deckgen makes of the same text by now is no change by the author."""
    from deckgen.cards import markdown  # noqa: PLC0415

    folder = project({"source/one.yaml": terms("a", a="It is *so*.")})
    release(folder, "1.0.0", FIRST)
    unwrapped = markdown._unwrapped  # noqa: SLF001
    monkeypatch.setattr(markdown, "_unwrapped", lambda made: f"<span>{unwrapped(made)}</span>")
    assert sent(folder) == []


def test_what_an_image_shows_is_told_by_its_file(project: Project) -> None:
    """One image that many notes show: the warning stands at the file, with the count and what it costs."""
    folder = project(
        {
            "source/one.yaml": pictured(12, "a.svg"),
            "source/media/a.svg": SVG,
            "source/two.yaml": terms(*(f"t{number}" for number in range(200))),
        }
    )
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/media/a.svg": svg("h8")})
    (told,) = told_of(folder, "wide-change")
    assert told["path"] == "source/media/a.svg"
    assert told["message"] == (
        "12 of 212 released notes are sent to learners again, because this file has changed"
    )
    assert "learners lose their own edits and tags" in told["hint"]
    assert "with `code: same-media`, `because: |` and the id `media/a.svg`" in told["hint"]


def _in_media(files: dict[str, str]) -> dict[str, str | bytes]:
    """Files in the media folder."""
    return {f"source/media/{name}": content for name, content in files.items()}


def test_many_images_made_smaller(project: Project, collection: Collection) -> None:
    """All images recompressed: told; declared the same, no note is sent, and new learners get the new."""
    pictures = {f"{number}.svg": svg(f"h{number}") for number in range(12)}
    folder = project({"source/one.yaml": pictured(12), **_in_media(pictures)})
    import_package(collection, release(folder, "1.0.0", FIRST).path)
    (number,) = collection.find_notes('"Part p3"')
    note = collection.get_note(number)
    note["Example"] = "Mine."
    collection.update_note(note)
    shutil.rmtree(folder / "source/media")
    smaller = _in_media({f"x{name}": text.replace("\n", "") for name, text in pictures.items()})
    change(folder, {**smaller, "source/one.yaml": pictured(12, "x{}.svg")})
    (told,) = told_of(folder, "wide-change")
    assert "12 of 12 released notes are sent to learners again" in told["message"]
    assert "(12 for changed images or sounds)" in told["message"]
    assert "the id `media`" in told["hint"]
    accept = "accept:\n  - code: same-media\n    id: media\n    because: Smaller.\n"
    change(folder, {"source/deck.yaml": f"id: sample\ntitle: Sample\n{accept}"})
    assert not told_of(folder, "wide-change")
    said = run("check", "--project", folder).stderr
    assert "as `same-media` says, 12 notes with other files not sent again" in said
    made = release(folder, "1.1.0", FIRST + 100)
    assert {each["mod"] for each in made.notes} == {FIRST}
    assert all(name.startswith("x") for name in made.authors_media())
    assert import_package(collection, made.path) == {"duplicate": 12}
    assert collection.get_note(number)["Example"] == "Mine."
    # used up: the next change of an image is one
    assert "already used this entry" in run("check", "--project", folder).stderr
    assert sent(folder, {"source/media/x3.svg": svg("h77")}) == ["p3"]


def test_same_media_that_nothing_shows_otherwise(project: Project) -> None:
    """A declaration for a file that has not changed is told, as any acceptance that accepts nothing."""
    accept = "accept:\n  - code: same-media\n    id: media/p\n    because: Smaller.\n"
    folder = project({"source/one.yaml": pictured(1, "pp.svg"), "source/media/pp.svg": SVG})
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/deck.yaml": f"{DECK}{accept}", "source/media/pp.svg": svg("h8")})
    assert "no image or sound at `media/p` has changed" in run("check", "--project", folder).stderr
    assert sent(folder) == ["p0"]


@pytest.mark.parametrize("path", ["medai", "media/p1.svg", "Media"])
def test_same_media_under_a_misspelt_path(path: str, project: Project) -> None:
    """What it may have meant is named."""
    accept = f"accept:\n  - code: same-media\n    id: {path}\n    because: Smaller.\n"
    folder = project({"source/one.yaml": pictured(1, "pp.svg"), "source/media/pp.svg": svg()})
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/deck.yaml": f"{DECK}{accept}", "source/media/pp.svg": svg("h8")})
    assert "hint: did you mean `media" in run("check", "--project", folder).stderr


def test_changes_that_are_many_together(project: Project) -> None:
    """A key more in every note: each is a change of its own, and all of them are told."""
    names = [f"n{number}" for number in range(20)]
    folder = project({"source/one.yaml": terms(*names)})
    release(folder, "1.0.0", FIRST)
    text = terms(*names).replace("    definition", "    example: |\n      So.\n    definition")
    change(folder, {"source/one.yaml": text})
    (told,) = told_of(folder, "wide-change")
    assert (told["path"], told["line"]) == ("source/one.yaml", 2)
    assert told["message"].startswith("20 of 20 released notes are sent to learners again")


def test_tags_of_single_notes_are_told_where_they_stand(project: Project) -> None:
    """Notes that are tagged one by one are not told as a change of deck.yaml."""
    names = [f"n{number}" for number in range(20)]
    folder = project({"source/one.yaml": terms(*names)})
    release(folder, "1.0.0", FIRST)
    text = terms(*names)
    for number in range(5):
        term = f"    term: Term n{number}\n"
        text = text.replace(term, f"    tags: [x{number}]\n{term}")
    change(folder, {"source/one.yaml": text})
    (told,) = told_of(folder, "wide-change")
    assert told["path"] == "source/one.yaml"
    assert "5 for changed tags only" in told["message"]


TABLE = """\
comparisons:
  - id: bones
    columns: [Bone, Picture]
    rows:
      - id: ulna
        cells: [Ulna, "![u](media/u.svg)"]
      - id: radius
        cells: [Radius, "![r](media/r.svg)"]
      - id: carpus
        cells: [Carpus, many]
"""


TABLED: dict[str, str | bytes] = {
    "source/one.yaml": TABLE,
    "source/media/u.svg": SVG,
    "source/media/r.svg": svg("h8"),
}


def test_an_image_of_a_table_reaches_all_its_rows(project: Project, collection: Collection) -> None:
    """Each row's card shows the whole table, so a mended image is sent to all rows; a new row's is not."""
    folder = project({**TABLED, "source/two.yaml": terms("a")})
    import_package(collection, release(folder, "1.0.0", FIRST).path)
    row = '      - id: tarsus\n        cells: [Tarsus, "![t](media/t.svg)"]\n'
    more: dict[str, str | bytes] = {"source/one.yaml": TABLE + row, "source/media/t.svg": svg("h7")}
    assert sent(folder, more) == ["bones.tarsus"]
    change(folder, {"source/one.yaml": TABLE, "source/media/u.svg": svg("h6")})
    made = release(folder, "1.1.0", FIRST + 100)
    assert import_package(collection, made.path) == {"updated": 3, "duplicate": 1}
    (new,) = [name for name in made.media.values() if name.startswith("u-")]
    for name in ("Ulna", "Radius", "Carpus"):
        (number,) = collection.find_notes(f'"Name:{name}"')
        assert f'src="{new}"' in collection.get_note(number)["Table"]


def test_a_row_with_the_same_picture_spares_its_table(project: Project) -> None:
    """An image that only got smaller sends neither its row nor the others."""
    accept = "accept:\n  - code: same-media\n    id: media/u.svg\n    because: Smaller.\n"
    folder = project(TABLED)
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/media/u.svg": svg("h6"), "source/deck.yaml": DECK + accept})
    assert sent(folder) == []


def test_a_retired_note_needs_no_image(project: Project, collection: Collection) -> None:
    """Its file may go; the cleanup package ships none, and tags the note all the same."""
    shows = "  - id: b\n    {}term: B\n    definition: |\n      ![pic](media/b.svg)\n"
    folder = project({"source/one.yaml": terms("a") + shows.format(""), "source/media/b.svg": SVG})
    import_package(collection, release(folder, "1.0.0", FIRST).path)
    change(folder, {"source/one.yaml": terms("a") + shows.format("retired: Wrong.\n    ")})
    release(folder, "1.1.0", FIRST + 100)
    (folder / "source/media/b.svg").unlink()
    done = run("check", "--project", folder)
    assert done.returncode == 0, done.stderr
    made = release(folder, "1.2.0", FIRST + 200)
    for version in ("1.1.0", "1.2.0"):
        cleanup = open_package(folder / f"build/release/{version}/sample-{version}-cleanup.apkg")
        assert not cleanup.media
    assert not made.authors_media()
    import_package(collection, cleanup.path)
    assert len(collection.find_notes("tag:sample::retired")) == 1


MALTA = "  - id: malta\n    term: Malta\n    definition: |\n      An island.\n"


def renamed(text: str, hint: str) -> str:
    """A chapter after its author has done what a hint says of `was`."""
    (was,) = re.findall(r"`was: ([\w.-]+)`", hint)
    (new,) = re.findall(r"`([\w-]+)` (?:has|contains|is that)", hint)
    return re.sub(rf"(?m)^(  - id: {new})$", rf"\1\n    was: {was}", text)


@pytest.mark.parametrize(
    ("new", "more"),
    [
        (("north-macedonia", "North Macedonia", "A landlocked country."), ""),
        (("macedonia-n", "Macedonia", "A landlocked country."), ""),
        (("north-macedonia", "North Macedonia", "A country without a coast."), ""),
        (("fyrom", "FYROM", "A country without a coast."), ""),
        (("north-macedonia", "North Macedonia", "A landlocked country."), MALTA),
    ],
)
def test_a_renamed_note_keeps_its_reviews(
    new: tuple[str, str, str], more: str, project: Project, collection: Collection
) -> None:
    """Whoever renames a note as authors do, and does what the message says, keeps every review."""
    text = "definitions:\n" + "  - id: {}\n    term: {}\n    definition: |\n      {}\n"
    folder = project({"source/one.yaml": text.format("macedonia", "Macedonia", "A landlocked country.")})
    import_package(collection, release(folder, "1.0.0", FIRST).path)
    cards = collection.find_cards('"Macedonia"')
    collection.sched.set_due_date(cards, "9!")
    now = text.format(*new) + more
    change(folder, {"source/one.yaml": now})
    (gone,) = told_of(folder, "note-gone")
    change(folder, {"source/one.yaml": renamed(now, gone["hint"])})
    made = release(folder, "1.1.0", FIRST + 100)
    assert "new" not in import_package(collection, made.path) or more
    assert collection.get_card(cards[0]).ivl == 9
    assert new[1] in collection.get_card(cards[0]).note().fields


def test_many_renames_are_each_told(project: Project) -> None:
    """Thirty notes with new ids are thirty messages, each with the note that it is now."""
    names = [f"n{number}" for number in range(30)]
    folder = project({"source/one.yaml": terms(*names)})
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/one.yaml": re.sub(r"id: n", "id: note-", terms(*names))})
    gone = told_of(folder, "note-gone")
    assert sum("write `was: n" in each["hint"] for each in gone) >= 20


def test_letters_composed_otherwise_are_the_same_deck(project: Project) -> None:
    """A title and a subdeck that an editor saved with decomposed letters are those that were released."""
    chapter = "deck: Élan\n" + terms("a")
    folder = project(
        {"source/deck.yaml": "id: d\ntitle: Kür\ndescription: Für …\n", "source/one.yaml": chapter}
    )
    release(folder, "1.0.0", FIRST)
    files: dict[str, str | bytes] = {
        "source/deck.yaml": unicodedata.normalize("NFD", "id: d\ntitle: Kür\ndescription: Für …\n"),
        "source/one.yaml": unicodedata.normalize("NFD", chapter),
    }
    done = run("build", "--locked", "--project", change(folder, files))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<pre>if <code>x</code>\n    then\nelse</pre>", "<pre>if <code>x</code>\nthen\n    else</pre>"),
        ('"    x = 1"', '"x = 1"'),
        ('"\u3000So it is."', '"So it is."'),
    ],
)
def test_blanks_that_learners_see(before: str, after: str, project: Project) -> None:
    """White space in preformatted text, and an indented beginning, are what the author wrote."""

    def chapter(text: str) -> str:
        block = (
            text if text.startswith('"') else "|\n" + "".join(f"      {line}\n" for line in text.split("\n"))
        )
        return f"definitions:\n  - id: x\n    term: X\n    definition: {block.rstrip()}\n"

    folder = project({"source/one.yaml": chapter(before)})
    release(folder, "1.0.0", FIRST)
    assert sent(folder, {"source/one.yaml": chapter(after)}) == ["x"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("$a + b = c$", "$a +\n      b = c$"),
        ("[a](https://example.org 'x y')", "[a](https://example.org 'x\n      y')"),
        ("one<br>two", "one\\\n      two"),
    ],
)
def test_lines_broken_within_formulas_and_titles(before: str, after: str, project: Project) -> None:
    """They look the same on one line and on two."""
    folder = project({"source/one.yaml": terms("x", x=before)})
    release(folder, "1.0.0", FIRST)
    assert sent(folder, {"source/one.yaml": terms("x", x=after)}) == []


def test_a_key_that_becomes_markdown(project: Project) -> None:
    """Notes that look different by it are sent, others are not."""
    files = kind("", GROWN).files
    laws = "laws:\n  - id: plain\n    name: Plain\n  - id: starred\n    name: '*Starred* law'\n"
    folder = project({**files, "source/one.yaml": laws})
    release(folder, "1.0.0", FIRST)
    marked = GROWN.replace("name: {type: text", "name: {type: markdown")
    assert sent(folder, {"templates/law/kind.yaml": marked}) == ["starred"]


def test_another_picture_is_not_the_same(project: Project) -> None:
    """Under `same-media` a note that shows another released picture is sent nevertheless."""
    accept = "accept:\n  - code: same-media\n    id: source\n    because: Smaller.\n"
    media = _in_media({f"{number}.svg": svg(f"h{number}") for number in range(4)})
    folder = project({"source/one.yaml": pictured(4), **media})
    release(folder, "1.0.0", FIRST)
    change(folder, _in_media({f"{number}.svg": svg(f"h{number}").strip() for number in range(3)}))
    other = pictured(4).replace("media/2.svg", "media/3.svg")
    assert sent(folder, {"source/deck.yaml": DECK + accept, "source/one.yaml": other}) == ["p2"]


@pytest.mark.parametrize("path", ["source", ".", "source/", "media", "./media/", "source/media/p0.svg"])
def test_paths_that_same_media_takes(path: str, project: Project) -> None:
    """A file or a folder, from source/ or from the project, and all of source/."""
    accept = f"accept:\n  - code: same-media\n    id: {path}\n    because: Smaller.\n"
    folder = project({"source/one.yaml": pictured(1, "p0.svg"), "source/media/p0.svg": svg()})
    release(folder, "1.0.0", FIRST)
    assert sent(folder, {"source/media/p0.svg": svg("h8"), "source/deck.yaml": DECK + accept}) == []


def test_a_retired_row_needs_no_image(project: Project) -> None:
    """The other rows do not show it, so its file may go."""
    folder = project(TABLED)
    release(folder, "1.0.0", FIRST)
    retired = TABLE.replace("id: ulna\n", "id: ulna\n        retired: Wrong.\n")
    change(folder, {"source/one.yaml": retired})
    release(folder, "1.1.0", FIRST + 100)
    (folder / "source/media/u.svg").unlink()
    assert sent(folder) == []


REUSED = [
    # a new text in the middle, and the numbers moved on
    (["q1", "q2", "q3"], "q1=q1 q2=q2 q3=new q4=q3", "`q4` has the released text of `q3`"),
    # one text deleted, and the numbers moved up
    (["q1", "q2", "q3"], "q1=q1 q2=q3", "`q2` has the released text of `q3`"),
]


@pytest.mark.parametrize(("before", "after", "said"), REUSED)
def test_an_id_is_not_given_to_another_text(
    before: list[str], after: str, said: str, project: Project
) -> None:
    """Whoever numbers notes, and inserts or deletes one, is told before reviews stand on the wrong text."""
    folder = project({"source/one.yaml": terms(*before)})
    release(folder, "1.0.0", FIRST)
    pairs = [pair.split("=") for pair in after.split()]
    text = "".join(
        TERM.format(id=name, text=f"Text of {old}.").replace(f"Term {name}", f"Term {old}")
        for name, old in pairs
    )
    change(folder, {"source/one.yaml": "definitions:\n" + text})
    done = run("check", "--project", folder)
    assert done.returncode == 1
    assert "error[used-id]" in done.stderr
    assert said in done.stderr


TAKEAWAY = "  - id: {}\n    text: |\n      {}\n    reference: Minuchin 1974\n"


def test_notes_that_share_a_reference_are_not_taken_for_one_another(project: Project) -> None:
    """A takeaway that is gone is not called a new one with the same reference."""
    old = TAKEAWAY.format("joining", "The {{c1::joining}} comes first.")
    new = TAKEAWAY.format("enactment", "In an {{c1::enactment}} members talk to each other.")
    folder = project({"source/one.yaml": f"takeaways:\n{old}"})
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/one.yaml": f"takeaways:\n{new}"})
    said = run("check", "--project", folder).stderr
    assert "has the same text" not in said
    assert "if `enactment` is that note, write `was: joining`" in said


def test_rows_that_share_a_word_are_not_taken_for_one_another(project: Project) -> None:
    """A row with `yes` is no other row with `yes`."""
    table = "comparisons:\n  - id: t\n    columns: [A, B]\n    rows:\n"
    row = "      - id: {0}\n        cells: [{0}, {1}]\n"
    folder = project({"source/one.yaml": table + row.format("alpha", "yes") + row.format("beta", "no")})
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/one.yaml": table + row.format("beta", "no") + row.format("delta", "yes")})
    assert "has the same text" not in run("check", "--project", folder).stderr


def test_a_row_moved_to_another_table(project: Project) -> None:
    """The hint names the row, not the table, where the other table is a released one; it leads to the end."""
    table = "  - id: {}\n    columns: [A, B]\n    rows:\n{}"
    row = "      - id: {0}\n{1}        cells: [Row {0}, Says {0} and more of it]\n"
    x, y, q = (row.format(name, "") for name in "xyq")
    head = "comparisons:\n"
    folder = project({"source/one.yaml": head + table.format("t1", x + y) + table.format("t2", q)})
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/one.yaml": head + table.format("t1", x) + table.format("t2", q + y)})
    assert (
        "`t2.y` has the same text: to rename the note, write `was: t1.y`"
        in run("check", "--project", folder).stderr
    )
    moved = row.format("y", "        was: t1.y\n")
    assert (
        sent(folder, {"source/one.yaml": head + table.format("t1", x) + table.format("t2", q + moved)}) == []
    )


@pytest.mark.parametrize(
    ("deck", "chapter", "path"),
    [
        ("tags: [x, y]\n", "", "source/deck.yaml"),
        ("", "tags: [x, y]\n", "source/one.yaml"),
        ("", "", "source/deck.yaml"),
    ],
)
def test_tags_of_all_notes_are_told_where_they_stand(
    deck: str, chapter: str, path: str, project: Project
) -> None:
    """Two tags more, or all of them gone, for the deck or a chapter."""
    names = [f"n{number}" for number in range(12)]
    first = DECK + ("" if deck or chapter else "tags: [z]\n")
    folder = project({"source/deck.yaml": first, "source/one.yaml": terms(*names)})
    release(folder, "1.0.0", FIRST)
    change(folder, {"source/deck.yaml": DECK + deck, "source/one.yaml": chapter + terms(*names)})
    (told,) = told_of(folder, "wide-change")
    assert told["path"] == path
    assert told["message"] == "12 of 12 released notes are sent to learners again"


def test_faces_that_make_more_cards_are_told(project: Project) -> None:
    """A front that shows itself to more notes sends them again, and is told with the count."""
    files = kind("", GROWN).files
    front = "templates/law/card.front.html.j2"
    laws = "laws:\n" + "".join(
        f"  - id: l{number}\n    name: Law {number}\n    rule: So.\n" for number in range(20)
    )
    two = GROWN.replace("name: Dormant, id: 2, reserve: Reserve 1", "name: Two, id: 2, face: two")
    faces: dict[str, str | bytes] = {
        "templates/law/kind.yaml": two,
        "templates/law/two.front.html.j2": "{{^Rule}}{{Name}}{{/Rule}}",
        "templates/law/two.back.html.j2": "{{FrontSide}}",
    }
    folder = project({**files, **faces, "source/one.yaml": laws})
    assert front in files
    release(folder, "1.0.0", FIRST)
    change(folder, {"templates/law/two.front.html.j2": "{{Name}}"})
    (told,) = told_of(folder, "wide-change")
    assert told["path"] == "templates/law/kind.yaml"
    assert "20 of 20 released notes are sent to learners again, because faces now make" in told["message"]
