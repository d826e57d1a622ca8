"""Media of texts, keys and faces: which file an address means, what is said of none, how an SVG is packed."""

from __future__ import annotations

import hashlib
import json
import re
import struct
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from deckgen.anki.verbatim import pieces
from deckgen.cards.media import IMAGES, SOUNDS, Media, Shelf
from deckgen.cards.media_secrets import tells_place, wanted_by_svg
from tests.conftest import DECK, change, import_package, open_package, run, write_project
from tests.faults import CASES, GPS, MP3, PNG, POINTER, TARASOFF

if TYPE_CHECKING:
    from anki.collection import Collection

FILES: dict[str, str | bytes] = {
    "source/media/x.png": PNG,
    "source/media/Tree.PNG": PNG,
    "source/media/my tree.png": PNG,
    "source/media/deep/genogram (1).png": PNG,
    "source/media/Gray%27s_plate.png": PNG,
    "source/media/100%.png": PNG,
    "source/media/it's [new].png": PNG,
    "source/media/a[1].mp3": MP3,
    "source/media/bell.mp3": MP3,
}


def shelf(folder: Path) -> Shelf:
    """The shelf of a folder with some media, of which one has decomposed letters in its name."""
    change(folder, FILES | {f"source/media/{unicodedata.normalize('NFD', 'Übung.png')}": PNG})
    return Shelf((folder / "source").resolve(), folder.resolve())


@pytest.mark.parametrize(
    "address",
    [
        *("media/x.png", "./media/x.png", "media/./x.png", "media/deep/../x.png", " media/x.png "),
        *("media/Tree.PNG", "media/my tree.png", "media/my%20tree.png", "media/%78.png"),
        *("media/Gray%27s_plate.png", "media/100%.png", "media/100%25.png", "media/it's [new].png"),
        *("media/Übung.png", unicodedata.normalize("NFD", "media/Übung.png")),
    ],
)
def test_an_address_is_taken(address: str, tmp_path: Path) -> None:
    """As it is written before it is decoded, with letters composed or not."""
    assert isinstance(shelf(tmp_path).find(address, IMAGES, "source"), Media)


WRONG = [
    *("![x](media/x.png)", '![x](<media/my tree.png> "A title")', "![[x.png]]", "![[media/x.png|100]]"),
    *('<img src="media/x.png">', "<IMG alt='' SRC=media/x.png />", "[x](media/x.png)", "[sound:media/x.png]"),
    *('"media/x.png"', "'media/x.png'", "`media/x.png`", "<media/x.png>", "(media/x.png)", "“media/x.png”"),
    *("/media/x.png", "{}/source/media/x.png", "file://{}/source/media/x.png", "~/deck/source/media/x.png"),
    *("C:\\deck\\source\\media\\x.png", "media\\x.png", ".\\media\\deep\\genogram (1).png"),
    *("media/tree.png", "Media/x.png", "MEDIA/X.PNG", "media/übung.png", "media/tree.jpg", "media/tree"),
    *("x.png", "source/media/x.png", "../media/x.png", "deck/source/media/x.png", "media/genogram (1).png"),
    *("media/x.png?raw=true", "media/x.png#top", "media/x.png =100x", "media/x.png{width=50%}"),
    *("media/gengram (1).png", "media/my_tree.png", "media/Gray's_plate.png", "media/my&#32;tree.png"),
    *("media/its [new].png",),
]


@pytest.mark.parametrize("folder", ["source", "source/part"])
@pytest.mark.parametrize("address", WRONG)
def test_the_address_that_a_hint_names_is_right(address: str, folder: str, tmp_path: Path) -> None:
    """From the chapter's own folder, wherever that is; the next run has nothing to say."""
    media = shelf(change(tmp_path, {"source/part/1.yaml": ""}))
    found = media.find(address.replace("{}", str(tmp_path)), IMAGES, folder)
    if (address, folder) == ("../media/x.png", "source/part"):
        assert isinstance(found, Media)
        return
    assert not isinstance(found, Media)
    assert found.code in {"missing-media", "unreadable-media"}
    (meant,) = re.findall(r"`([^`]+)`", found.hint)
    assert isinstance(media.find(meant, IMAGES, folder), Media), found


def test_a_hint_can_be_followed_in_an_image_key(tmp_path: Path) -> None:
    """What it names stands in YAML as it is, and the deck has no error any more."""
    shelf(tmp_path)
    files: dict[str, str | bytes] = dict(CASES)
    notes = [TARASOFF.replace("tarasoff", f"case-{number}") for number in range(len(WRONG))]
    for number, address in enumerate(WRONG):
        file = json.dumps(address.replace("{}", str(tmp_path)), ensure_ascii=False)
        files[f"source/c{number:02}.yaml"] = notes[number].replace("media/The court.png", file)
    told = errors(write_project(tmp_path, files))
    assert len(told) == len(WRONG)
    for each in told:
        (meant,) = re.findall(r"`([^`]+)`", each["hint"])
        note = notes[int(re.sub(r"\D", "", each["path"]))]
        change(tmp_path, {each["path"]: note.replace("media/The court.png", meant)})
    assert errors(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "code"),
    [
        *(("![x](media/tree.png)", "missing-media"), ("![x](my%20tree.png)", "missing-media")),
        *(("![x](genogram%20(1).png)", "missing-media"), ("![x](<media/genogram (1).png>)", "missing-media")),
        *(("![x](deep/genogram.png)", "missing-media"), ("![x](Gray's_plate.png)", "missing-media")),
        *(("[sound:bell.mp3]", "missing-media"), ("[sound:media/Bell.mp3]", "missing-media")),
        *(("<img alt='x' src='x.png'>", "missing-media"), ("![x](../media/x.png)", "unreadable-media")),
    ],
)
def test_a_hint_can_be_followed_in_a_text(old: str, code: str, tmp_path: Path) -> None:
    """What it names takes the place of what the diagnostic covers, spaces and brackets or not."""
    shelf(tmp_path)
    head = "definitions:\n  - id: two\n    term: Term\n    definition: |\n      Text "
    folder = write_project(tmp_path, {"source/two.yaml": f"{head}{old}\n"})
    (told,) = errors(folder)
    assert told["code"] == code
    (meant,) = re.findall(r"`([^`]+)`", told["hint"])
    start, end = (told[key] - len("      Text ") - 1 for key in ("column", "end_column"))
    change(folder, {"source/two.yaml": f"{head}{old[:start]}{meant}{old[end:]}\n"})
    assert errors(folder) == []


def test_files_of_one_name_reach_learners_each_with_its_own(tmp_path: Path, collection: Collection) -> None:
    """In two folders, or in other capitals; in the real Anki each note shows the picture that it names."""
    svg = '<svg xmlns="http://www.w3.org/2000/svg"><title>{}</title></svg>'
    files: dict[str, str | bytes] = {"source/deck.yaml": DECK}
    names = {"one": "figure.svg", "two": "figure.svg", "three": "Figure.SVG", "four": "figure!.svg"}
    for name, file in names.items():
        files[f"source/{name}/{file}"] = svg.format(name)
        files[f"source/{name}/1.yaml"] = (
            f"definitions:\n  - id: {name}\n    term: {name}\n    definition: |\n      ![x]({file})\n"
        )
    folder = write_project(tmp_path / "deck", files)
    (folder / "source/one.yaml").unlink()
    done = run("build", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert import_package(collection, folder / "build/sample.apkg") == {"new": 4}
    for note in map(collection.get_note, collection.find_notes("")):
        (file,) = re.findall(r'src="([^"]+)"', note["Definition"])
        shown = (Path(collection.media.dir()) / file).read_text(encoding="utf-8")
        assert f"<title>{note['Term']}</title>" in shown


TIFF_BIG = struct.pack(
    ">2sHIHHHIIIHHHIII6I", b"MM", 42, 8, 1, 0x8825, 4, 1, 26, 0, 1, 2, 5, 3, 44, 0, 48, 1, 8, 1, 0, 1
)
NOWHERE = GPS[:44] + struct.pack("<6I", 0, 1, 0, 1, 0, 1)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff\xd8\xff\xe1\x00\x64Exif\0\0" + GPS, True),
        (b"\xff\xd8\xff\xe1\x00\x64Exif\0\0" + TIFF_BIG, True),
        (b"RIFF\0\0\0\0WEBPEXIF\x64\0\0\0" + GPS, True),
        (b"RIFF\0\0\0\0WEBPEXIF\x64\0\0\0Exif\0\0" + GPS, True),
        (b"<x:xmpmeta exif:GPSLatitude='48,8.2N'/>", True),
        (b"<exif:GPSLatitude>48,8.2N</exif:GPSLatitude>", True),
        (b"\0\0\0\x1e\xa9xyz\x00\x12\x15\xc7+48.1351+011.5820/", True),
        (b"Exif\0\0" + NOWHERE, False),
        (b"Exif\0\0" + GPS[:20], False),
        (b"Exif\0\0" + GPS.replace(b"\x25\x88", b"\x24\x88"), False),
        (b"Exif\0\0II*\0\xff\xff\xff\xff", False),
        (b"the word exif:GPSLatitude alone, and \xa9xyz", False),
    ],
)
def test_where_a_photograph_tells_its_place(content: bytes, told: bool) -> None:  # noqa: FBT001 (its parameter)
    """In Exif, whichever way its bytes run, in XMP, in a film; zeros or a damaged block are no place."""
    assert tells_place(content) is told


@pytest.mark.parametrize(
    ("inside", "wanted"),
    [
        ('<image href="a.png"/>', "a.png"),
        (
            '<image xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="https://example.org/a.png"/>',
            "https://example.org/a.png",
        ),
        ('<use href="other.svg#part"/>', "other.svg#part"),
        ("<style>@font-face { src: url(a.woff2) }</style>", "a.woff2"),
        ("<style>@import url('a.css');</style>", "a.css"),
        ('<rect style="fill: url(&quot;a.svg#b&quot;)"/>', "a.svg#b"),
        ('<image href="data:image/png;base64,AAAA"/><use href="#part"/><rect fill="url(#b)"/>', ""),
        ('<a href="https://example.org"><text>x</text></a>', ""),
        ('<metadata><r:li xmlns:r="urn:r" href="https://example.org"/></metadata>', ""),
        ("<text>see @import and url</text>", ""),
        ("<broken>", ""),
    ],
)
def test_what_an_svg_wants_from_elsewhere(inside: str, wanted: str) -> None:
    """Images, parts, styles and fonts outside itself; not links, nor what it holds."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg">{inside}</svg>'
    assert wanted_by_svg(svg.encode()) == wanted
    assert wanted_by_svg(svg.encode("utf-16")) == wanted


def test_many_files_are_told_in_one_warning(tmp_path: Path) -> None:
    """The first few by name, and how many more there are."""
    folder = write_project(tmp_path, {f"source/media/{number}.png": PNG for number in range(12)})
    (told,) = json.loads(run("check", "--format", "json", cwd=folder).stdout)["diagnostics"]
    names = ", ".join(f"media/{number}.png" for number in ("0", "1", "10", "11", "2"))
    assert told["message"] == f"no card shows these 12 files: {names} and 7 more"
    change(folder, {"source/deck.yaml": f"{DECK}checks:\n  unused-media: off\n  because: Drafts.\n"})
    assert json.loads(run("check", "--format", "json", cwd=folder).stdout)["diagnostics"] == []


@pytest.mark.parametrize(
    ("address", "there", "hint"),
    [
        ("Media/x.png", "media/x.png", "did you mean `media/x.png`? only the capitals differ"),
        ("media/X.png", "media/x.png", "did you mean `media/x.png`? only the capitals differ"),
        ("media/x.PNG", "media/x.png", "did you mean `media/x.png`? only the capitals differ"),
        ("x.png", "media/x.png", "a file with that name is in another folder: `media/x.png`"),
        (
            "X.png",
            "media/x.png",
            "a file in another folder differs only in capital letters: `media/x.png`",
        ),
        ("media/x.jpg", "media/x.png", "did you mean `media/x.png`?"),
        ("media/x.png", "media/x.tiff", "`media/x.tiff` exists; export it as png, jpg or webp"),
        ("source/media/x.png", "media/x.png", "paths start at the chapter's folder: `media/x.png`"),
    ],
)
def test_a_hint_says_how_the_name_differs(address: str, there: str, hint: str, tmp_path: Path) -> None:
    """In its capitals, its folder or its ending: no cause is named that is not the one."""
    change(tmp_path, {f"source/{there}": PNG})
    found = Shelf((tmp_path / "source").resolve(), tmp_path.resolve()).find(address, IMAGES, "source")
    assert not isinstance(found, Media)
    assert found.hint == hint


def errors(folder: Path) -> list[dict[str, Any]]:
    """The errors that a check tells."""
    found = json.loads(run("check", "--format", "json", cwd=folder).stdout)["diagnostics"]
    return [each for each in found if each["level"] == "error"]


def test_what_has_no_likely_file_has_a_hint_all_the_same(tmp_path: Path) -> None:
    """Where to put it; what lies beside source/; what is a sound; what is written into the text itself."""
    media = shelf(change(tmp_path, {"media/beside.png": PNG}))
    told = {
        "media/nothing.png": ("missing-media", "put it into source/media/"),
        "media/beside.png": ("missing-media", "it is next to source/"),
        "../media/beside.png": ("unreadable-media", "put it into source/media/"),
        "media/bell.mp3": ("media-type", "`[sound:media/bell.mp3]`"),
        "[sound:media/bell.mp3]": ("media-type", "`[sound:media/bell.mp3]`"),
        "![x](https://example.org/x.png)": ("remote-media", "put the file into source/media/"),
        "//example.org/x.png": ("remote-media", "put the file into source/media/"),
        "data:image/png;base64," + "A" * 5000: ("missing-media", "save it as a file"),
        "x\0.png": ("missing-media", ""),
        "x" * 5000 + ".png": ("missing-media", ""),
    }
    for address, (code, hint) in told.items():
        found = media.find(address, IMAGES, "source")
        assert not isinstance(found, Media)
        assert found.code == code, found
        assert hint in found.hint, found
    found = media.find("data:image/png;base64,AAAA", IMAGES, "source")
    assert not isinstance(found, Media)
    assert "network" not in found.message
    found = media.find("media/x.png", SOUNDS, "source")
    assert not isinstance(found, Media)
    assert "`![what it shows](media/x.png)`" in found.hint


def test_links_of_git_annex_are_known(tmp_path: Path) -> None:
    """Whether the content is there or not; a link to nothing is told as one."""
    media = shelf(tmp_path)
    key = tmp_path / ".git/annex/objects/x"
    for name, target in (("a.png", key), ("b.png", key.parent / "y"), ("c.png", tmp_path / "source/none")):
        (tmp_path / "source" / name).symlink_to(target)
    change(tmp_path, {".git/annex/objects/x": PNG})
    found = [media.find(name, IMAGES, "source") for name in ("a.png", "b.png", "c.png")]
    assert [each.code for each in found if not isinstance(each, Media)] == [
        "unreadable-media",
        "missing-media",
        "missing-media",
    ]
    assert "git annex unlock" in str(found[0])
    assert "git annex get" in str(found[1])
    assert "is a link to a file that does not exist" in str(found[2])


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("[sound:media/x.mp3]", "media/x.mp3"),
        ("[Sound:media/x.mp3]", "media/x.mp3"),
        ("[sound: media/a b.mp3 ]", "media/a b.mp3"),
        ("[sound:media/x[1].mp3]", "media/x[1].mp3"),
        ("a [SOUND:x[1][2].mp3] b]", "x[1][2].mp3"),
        ("[sound:x[1.mp3]", None),
        ("[sound:]", None),
        ("[sound: ]", None),
        ("[sound:a\nb.mp3]", None),
        ("[sound:" + "a " * 50_000, None),
    ],
)
def test_a_sound_in_a_text(text: str, path: str | None) -> None:
    """In any capitals, with blanks around its path and brackets in it."""
    paths = [text[piece.inner : piece.inner_end] for piece in pieces(text) if piece.kind == "sound"]
    assert paths == ([path] if path else [])


# SVGs are texts

SVG = '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="8">\n<text>a\n</text></svg>\n'
SHOWN: dict[str, str | bytes] = {
    **CASES,
    "source/two.yaml": TARASOFF.replace("The court.png", "court.svg"),
    "source/media/court.svg": SVG,
    "templates/case/card.front.html.j2": '<img src="[[ media("seal.svg") ]]" alt="A seal"> {{Name}}',
    "templates/case/seal.svg": SVG.replace("8", "9"),
}


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_an_svg_is_packed_with_the_same_line_ends_everywhere(end: str, tmp_path: Path) -> None:
    """Where git writes others, in the media of texts and of faces alike, the package is the same."""
    rewritten = {
        name: text.replace("\n", end) if isinstance(text, str) and name.endswith(".svg") else text
        for name, text in SHOWN.items()
    }
    members = []
    for name, files in (("one", SHOWN), ("two", rewritten)):
        folder = write_project(tmp_path / name, files)
        done = run("build", cwd=folder, SOURCE_DATE_EPOCH="1700000000")
        assert done.returncode == 0, done.stderr
        opened = open_package(folder / "build/sample.apkg")
        members.append(opened.members)
        for number, media in opened.media.items():
            content = opened.members[number]
            assert b"\r" not in content
            assert hashlib.sha256(content).hexdigest()[:10] in media or media == "_sample.css"
    assert members[0] == members[1]


def test_the_preview_shows_an_svg_as_it_is_packed(tmp_path: Path) -> None:
    """Its script is the same, whatever git made of the line ends."""
    scripts = []
    for name, text in (("one", SVG), ("two", SVG.replace("\n", "\r\n"))):
        folder = write_project(tmp_path / name, SHOWN | {"source/media/court.svg": text})
        assert run("preview", cwd=folder).returncode == 0
        (script,) = (folder / "build/preview/media").glob("court-*.js")
        scripts.append((script.name, script.read_bytes()))
    assert scripts[0] == scripts[1]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_an_svg_in_utf_16_is_left_as_it_is(encoding: str, tmp_path: Path) -> None:
    """CR LF stays in it; without the mark at its beginning, browsers draw nothing."""
    content = SVG.replace("\n", "\r\n").encode(encoding)
    folder = write_project(tmp_path, SHOWN | {"source/media/court.svg": content})
    if encoding == "utf-16-le":
        assert [each["code"] for each in errors(folder)] == ["broken-media"]
        return
    assert run("build", cwd=folder).returncode == 0
    assert content in open_package(folder / "build/sample.apkg").members.values()


def test_the_fault_of_a_face_s_file_is_told_at_the_face(tmp_path: Path) -> None:
    """With what the file is, and what to do; and the hint for a name that is not quite right."""
    folder = write_project(tmp_path, {**SHOWN, "templates/case/seal.svg": POINTER})
    (told,) = errors(folder)
    assert (told["path"], told["code"]) == ("templates/case/card.front.html.j2", "broken-media")
    assert "is a Git LFS pointer" in told["message"]
    assert "git lfs pull" in told["hint"]
    for name in ("Seal.svg", "seal.png", "templates/case/seal.svg", "./seal.svg", "sael.svg"):
        front = f"<img src=\"[[ media('{name}') ]]\" alt='A seal'> {{{{Name}}}}"
        change(folder, {"templates/case/seal.svg": SVG, "templates/case/card.front.html.j2": front})
        (told,) = errors(folder)
        how = " only the capitals differ" if name == "Seal.svg" else ""
        assert (told["code"], told["hint"]) == ("missing-media", f"did you mean `seal.svg`?{how}"), name


def test_media_that_change_before_the_preview_copies_them_are_left_out(tmp_path: Path) -> None:
    """Another content may not go under a name that was made of the one before."""
    media = shelf(tmp_path).find("media/x.png", IMAGES, "source")
    assert isinstance(media, Media)
    assert media.content() == PNG
    change(tmp_path, {"source/media/x.png": PNG + b"\0"})
    assert media.content() is None
