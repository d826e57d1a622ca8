"""Packages that were made to harm, or got damaged: one kind of error, soon, without much memory."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import time
import tracemalloc
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import zstandard
from anki.collection import ExportAnkiPackageOptions
from hypothesis import given, settings
from hypothesis import strategies as st

from deckgen.package import Contents, PackageError, read_about, read_media, read_package
from deckgen.package.reader import LIMITS, Limits
from tests.conftest import import_package, real_collection, write_project
from tests.conftest import run as deckgen

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from anki.collection import Collection

GENEROUS = 2.0
"""Seconds of computing in which a small package is read or refused."""


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """The members of small packages: ours, and Anki's in both of its formats."""
    folder = tmp_path_factory.mktemp("samples")
    write_project(folder / "deck")
    made = deckgen("build", "--project", folder / "deck", "--output", folder / "ours.apkg")
    assert made.returncode == 0, made.stderr
    with real_collection(folder) as collection:
        collection.media.write_data("x.png", b"x" * 100)
        for number in range(5):
            note = collection.new_note(collection.models.by_name("Cloze"))  # type: ignore[arg-type]
            note.fields = [f"{{{{c1::{number}}}}} <img src='x.png'>", "b" * 1000]
            collection.add_note(note, collection.decks.id("A::B"))  # type: ignore[arg-type]
        for name in ("legacy", "latest"):
            options = ExportAnkiPackageOptions(with_media=True, legacy=name == "legacy")
            collection.export_anki_package(out_path=str(folder / f"{name}.apkg"), options=options, limit=None)
    found = {}
    for name in ("ours", "legacy", "latest"):
        with zipfile.ZipFile(folder / f"{name}.apkg") as archive:
            found[name] = {each: archive.read(each) for each in archive.namelist()}
    return found


def packed(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    """Write a package of these members."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def altered(collection: bytes, script: str) -> bytes:
    """A collection after some SQL."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        database.deserialize(collection)
        database.executescript(script)
        return database.serialize()


def squeezed(content: bytes) -> bytes:
    """Compressed with zstd, as Anki does it."""
    encoder = zstandard.ZstdCompressor().compressobj()
    return encoder.compress(content) + encoder.flush()


def unsqueezed(content: bytes) -> bytes:
    """What was compressed with zstd."""
    return zstandard.ZstdDecompressor().decompressobj().decompress(content)


def refused(path: Path, limits: Limits = LIMITS) -> str:
    """What is said of a package that cannot be read, without its name."""
    start = time.process_time()
    with pytest.raises(PackageError) as told:
        read_package(path, limits)
    assert time.process_time() - start < GENEROUS
    assert str(told.value).startswith(f"{path} ")
    return str(told.value).removeprefix(f"{path} ")


def test_what_is_no_package(tmp_path: Path, samples: dict[str, dict[str, bytes]]) -> None:
    """Nothing, a folder, a text, an empty zip, half a package, a pipe."""
    whole = packed(tmp_path / "whole", samples["latest"]).read_bytes()
    assert refused(tmp_path / "none") == "cannot be read: No such file or directory"
    assert refused(tmp_path).startswith("cannot be read: ")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        assert refused(tmp_path / "pipe") == "cannot be read: it is not an ordinary file"
    for name, content in {"empty": b"", "text": b"hello", "half": whole[: len(whole) // 2]}.items():
        (tmp_path / name).write_bytes(content)
        assert refused(tmp_path / name) == "is not an .apkg file, or is damaged"
    assert refused(packed(tmp_path / "zip", {})) == "is not an .apkg file: it contains no collection"


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (Limits(archive=1000), "is larger than 0.000953674 MiB"),
        (Limits(directory=100), "contains too many files"),
        (Limits(members=2), "contains more than 2 files"),
        (Limits(name=3), "contains a media file name with more than 3 characters"),
        (Limits(collection=2**10), "unpacks to more than 0.000976562 MiB"),
        (Limits(text=500), "contains a text of more than 0.000476837 MiB"),
        (Limits(rows=4), "contains more than 4 "),
        (Limits(seconds=0), "takes over 0 seconds to read"),
    ],
)
@pytest.mark.parametrize("name", ["legacy", "latest"])
def test_each_limit(
    limits: Limits, told: str, name: str, tmp_path: Path, samples: dict[str, dict[str, bytes]]
) -> None:
    """What exceeds it is refused, in a sentence that names it."""
    path = packed(tmp_path / "x.apkg", samples[name])
    assert len(read_package(path).notes) == 5
    assert refused(path, limits).startswith(told)


def test_bombs(tmp_path: Path, samples: dict[str, dict[str, bytes]]) -> None:
    """Much that is packed tightly, by zip or zstd, is not unpacked to its end, nor kept in memory."""
    zeros = bytes(2**27)
    bombs = {
        "zip": {**samples["legacy"], "collection.anki21": zeros},
        "zstd": {**samples["latest"], "collection.anki21b": squeezed(zeros)},
        "list": {**samples["latest"], "media": squeezed(zeros)},
        "names": {**samples["legacy"], "media": zeros},
        "meta": {**samples["latest"], "meta": zeros},
        "about": {**samples["ours"], "deckgen.json": zeros},
    }
    paths = [packed(tmp_path / name, members) for name, members in bombs.items()]
    del zeros, bombs
    tracemalloc.start()
    try:
        for path in paths:
            tracemalloc.reset_peak()
            assert refused(path).startswith("unpacks to ")
            assert tracemalloc.get_traced_memory()[1] < 2**27
    finally:
        tracemalloc.stop()
    with pytest.raises(PackageError, match="unpacks to"):
        read_about(tmp_path / "about")


def test_a_bomb_among_the_media(tmp_path: Path, samples: dict[str, dict[str, bytes]]) -> None:
    """The bytes of a media file have a limit too."""
    for name in ("legacy", "latest"):
        content = bytes(2**26 + 2**22)
        members = {**samples[name], "0": squeezed(content) if name == "latest" else content}
        path = packed(tmp_path / name, members)
        media = read_package(path).media
        with pytest.raises(PackageError, match="unpacks to"):
            list(read_media(path, media))
        with pytest.raises(PackageError, match="unpacks to more than 1 MiB"):
            list(read_media(path, media, 2**20))


@pytest.mark.parametrize(
    "name",
    [
        *("../x.png", "/etc/x.png", "a/b.png", "..", ".", "", "x\0.png", "c:\\x.png", "c:x\\y.png"),
        *("..\\x.png", "a\\..\\x.png", ".. \\x.png", "\\x.png", "\\\\host\\x.png", "x\\"),
    ],
)
def test_a_name_that_leads_elsewhere(name: str, tmp_path: Path, samples: dict[str, dict[str, bytes]]) -> None:
    r"""Names of media are names, and no paths; Anki refuses such packages too, with `\\` only on Windows."""
    told = "contains a media file with a path outside Anki's folder"
    members = {**samples["legacy"], "media": json.dumps({"0": name}).encode()}
    assert refused(packed(tmp_path / "x", members)) == told
    entry = b"\x0a" + bytes([len(name)]) + name.encode() + b"\x1a\x14" + bytes(20)
    members = {**samples["latest"], "media": squeezed(b"\x0a" + bytes([len(entry)]) + entry)}
    assert refused(packed(tmp_path / "y", members)) == told


def test_a_backslash_that_leads_nowhere(
    tmp_path: Path, samples: dict[str, dict[str, bytes]], collection: Collection
) -> None:
    """It is read in each format; Anki on Linux and macOS takes it in the older ones."""
    name = "a\\x.png"
    for form, members in (("legacy", samples["legacy"]), ("latest", samples["latest"])):
        if form == "legacy":
            media = members["media"].replace(b"x.png", b"a\\\\x.png")
        else:
            old = unsqueezed(members["media"])
            longer = old.replace(b"\x05x.png", b"\x07a\\x.png")
            media = squeezed(longer[:1] + bytes([longer[1] + 2]) + longer[2:])
        path = packed(tmp_path / form, {**members, "media": media})
        ((medium, content),) = read_media(path, read_package(path).media)
        assert (medium.name, content) == (name, b"x" * 100)
        if form == "legacy" and os.name == "posix":
            assert sum(import_package(collection, path).values()) == 5


def test_media_that_are_listed_only(tmp_path: Path, samples: dict[str, dict[str, bytes]]) -> None:
    """A media file that the package does not hold is told by name, in each format."""
    for name in ("legacy", "latest"):
        members = {each: content for each, content in samples[name].items() if each != "0"}
        contents = read_package(packed(tmp_path / name, members))
        assert (contents.media, contents.missing_media) == ((), ("x.png",))
    members.pop("media")
    assert read_package(packed(tmp_path / "none", members)).media == ()


SCHEMAS = {
    "a view": "ALTER TABLE notes RENAME TO other; CREATE VIEW notes AS SELECT * FROM other;",
    "a virtual table": "DROP TABLE notes; CREATE VIRTUAL TABLE notes USING fts5"
    "(id, guid, mid, mod, tags, flds);",
    "a computed column": "DROP TABLE notes; CREATE TABLE notes (id integer primary key, guid, mid, mod, tags,"
    " flds AS (hex(zeroblob(100000000))));",
    "no table": "DROP TABLE notes;",
    "no column": "ALTER TABLE notes DROP COLUMN flds;",
    "nothing": "CREATE TABLE n AS SELECT * FROM notes; DROP TABLE notes; CREATE TABLE notes"
    " (id, guid, mid, mod, tags, flds); INSERT INTO notes SELECT id, NULL, mid, mod, tags, flds FROM n;",
    "no text": "UPDATE notes SET flds = CAST(x'ff' AS TEXT);",
    "another table": "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = 'CREATE VIEW notes AS"
    " SELECT 1' WHERE name = 'notes';",
    "a name that lies": "ALTER TABLE notes RENAME TO other; CREATE VIEW seen AS SELECT * FROM other;"
    " PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = 'CREATE VIEW notes AS SELECT * FROM other'"
    " WHERE name = 'seen';",
    "no settings": "DELETE FROM col;",
    "odd settings": "UPDATE col SET models = '[]';",
    "odder settings": "UPDATE col SET decks = '{\"1\": 2}';",
    "deep settings": "UPDATE col SET models = '" + "[" * 90_000 + "';",
    "no JSON": "UPDATE col SET models = '{';",
    "no number": 'UPDATE col SET models = \'{"1": {"id": ' + "9" * 5000 + "}}';",
}


@pytest.mark.parametrize("script", SCHEMAS.values(), ids=SCHEMAS)
def test_tables_that_are_none(script: str, tmp_path: Path, samples: dict[str, dict[str, bytes]]) -> None:
    """Only ordinary tables are read; what is something else, or odd, is damage."""
    members = dict(samples["legacy"])
    members["collection.anki21"] = altered(members["collection.anki21"], script)
    assert re.match(
        r"is damaged: |is not an \.apkg file, or is damaged", refused(packed(tmp_path / "x", members))
    )


def test_nothing_of_theirs_runs(tmp_path: Path, samples: dict[str, dict[str, bytes]]) -> None:
    """Triggers, views and indexes of other things are no hindrance, and change nothing that is read."""
    members = dict(samples["legacy"])
    script = (
        "CREATE TRIGGER t AFTER UPDATE ON notes BEGIN DELETE FROM notes; END;"
        "CREATE VIEW v AS SELECT * FROM notes;"
        "CREATE INDEX i ON notes (id, guid, mid, mod, tags, flds);"
        "PRAGMA writable_schema = ON;"
        "UPDATE sqlite_master SET sql = 'CREATE INDEX i ON notes (id, guid, mid, mod, flds, tags)'"
        " WHERE name = 'i';"
    )
    before = read_package(packed(tmp_path / "x", members))
    members["collection.anki21"] = altered(members["collection.anki21"], script)
    assert read_package(packed(tmp_path / "y", members)) == before


def test_one_text_in_many_rows(tmp_path: Path, samples: dict[str, dict[str, bytes]]) -> None:
    """A page with a long text that the tree of notes names again and again: more than the file can hold."""
    script = (
        "CREATE TEMP TABLE s AS WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n"
        " WHERE value < 300) SELECT value FROM n; DELETE FROM notes;"
        "INSERT INTO notes SELECT value, 'g', 1, 1, 0, '', hex(zeroblob(1500)), '', 0, 0, '' FROM s;"
        "UPDATE notes SET flds = hex(zeroblob(500000)) WHERE id = 1; DROP TABLE s; VACUUM;"
    )
    data = bytearray(altered(samples["legacy"]["collection.anki21"], script))
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(bytes(data))
        (root,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'notes'").fetchone()
        (size,) = database.execute("PRAGMA page_size").fetchone()
    page = (root - 1) * size
    assert data[page] == 5  # an inner page: its cells name other pages
    cells = int.from_bytes(data[page + 3 : page + 5])
    places = [int.from_bytes(data[page + 12 + 2 * cell :][:2]) + page for cell in range(cells)]
    for place in places:
        data[place : place + 4] = data[places[0] : places[0] + 4]
    path = packed(tmp_path / "x", {**samples["legacy"], "collection.anki21": bytes(data)})
    assert refused(path) == "is damaged: its collection cannot be read"


def test_what_is_newer(tmp_path: Path, samples: dict[str, dict[str, bytes]]) -> None:
    """A format or tables of a later Anki: said so, with the way out."""
    told = "was made by a newer Anki than deckgen knows"
    assert refused(packed(tmp_path / "x", {**samples["latest"], "meta": b"\x08\x04"})) == told
    newer = altered(samples["legacy"]["collection.anki21"], "UPDATE col SET ver = 19;")
    assert refused(packed(tmp_path / "y", {**samples["legacy"], "collection.anki21": newer})) == told


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compression(method: int, tmp_path: Path, samples: dict[str, dict[str, bytes]]) -> None:
    """Anki knows Deflate only, so what is packed in another way is no package."""
    told = refused(packed(tmp_path / "x", samples["ours"], method))
    assert told == "is compressed in a way that Anki cannot read"


def test_zstd_that_ends_early(tmp_path: Path, samples: dict[str, dict[str, bytes]]) -> None:
    """Half a compressed collection is damage, and so is what is not compressed; two frames are one text."""
    whole = samples["latest"]["collection.anki21b"]
    for content in (whole[:-3], whole[:2000], b"", b"hello", unsqueezed(whole)):
        path = packed(tmp_path / "x", {**samples["latest"], "collection.anki21b": content})
        assert refused(path) == "is not an .apkg file, or is damaged"
    plain = unsqueezed(whole)
    parted = squeezed(plain[:5000]) + squeezed(plain[5000:])
    path = packed(tmp_path / "x", {**samples["latest"], "collection.anki21b": parted})
    assert len(read_package(path).notes) == 5


def fate(path: Path) -> Contents | None:
    """What a small package holds; None where it is refused. It takes little time either way."""
    tracemalloc.start()
    start = time.process_time()
    try:
        contents = read_package(path)
        for _ in read_media(path, contents.media):
            pass
    except PackageError as error:
        assert str(error).startswith(f"{path} ")  # noqa: PT017 (not every example is refused)
        return None
    finally:
        seconds, peak = time.process_time() - start, tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert seconds < GENEROUS
        assert peak < 2**26
    return contents


FLIPS = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=8)


def flipped(content: bytes, flips: list[tuple[float, int]]) -> bytes:
    """Bytes of which some have changed."""
    data = bytearray(content)
    for place, change in flips:
        if data:
            data[int(place * len(data))] ^= change
    return bytes(data)


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file to write packages to."""
    return tmp_path_factory.mktemp("fuzz") / "x.apkg"


@given(st.sampled_from(["ours", "legacy", "latest"]), FLIPS)
@settings(max_examples=150, deadline=None)
def test_flipped_bytes_of_the_archive(
    scratch: Path, samples: dict[str, dict[str, bytes]], name: str, flips: list[tuple[float, int]]
) -> None:
    """Whatever happens to the file, it is read or refused."""
    packed(scratch, samples[name])
    scratch.write_bytes(flipped(scratch.read_bytes(), flips))
    fate(scratch)


@given(st.sampled_from(["ours", "legacy", "latest"]), st.data(), FLIPS)
@settings(max_examples=300, deadline=None)
def test_flipped_bytes_within(
    scratch: Path,
    samples: dict[str, dict[str, bytes]],
    name: str,
    data: st.DataObject,
    flips: list[tuple[float, int]],
) -> None:
    """The same behind the digests: in the collection, the list of media, deckgen.json."""
    members = dict(samples[name])
    member = data.draw(st.sampled_from(sorted(members)))
    compressed = name == "latest" and member not in {"meta", "collection.anki2"}
    around: Callable[[bytes], bytes] = squeezed if compressed else bytes
    content = unsqueezed(members[member]) if compressed else members[member]
    members[member] = around(flipped(content, flips))
    fate(packed(scratch, members, zipfile.ZIP_STORED))


@given(st.binary(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_settings(scratch: Path, samples: dict[str, dict[str, bytes]], config: bytes) -> None:
    """Whatever stands in a note type's settings, it is read or refused."""
    plain = unsqueezed(samples["latest"]["collection.anki21b"])
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        database.deserialize(plain[:18] + b"\1\1" + plain[20:])  # not in WAL mode, which needs files
        database.create_collation("unicase", lambda one, other: (one > other) - (one < other))
        for table in ("notetypes", "fields", "templates"):
            database.execute(f"UPDATE {table} SET config = ?", (config,))  # noqa: S608 (all of it is ours)
        collection = squeezed(database.serialize())
    fate(packed(scratch, {**samples["latest"], "collection.anki21b": collection}, zipfile.ZIP_STORED))


def test_a_message_of_crumbs(tmp_path: Path, samples: dict[str, dict[str, bytes]]) -> None:
    """A list of media with millions of empty entries, which would take much more memory than bytes."""
    path = packed(tmp_path / "x", {**samples["latest"], "media": squeezed(b"\x0a\x00" * 5_000_000)})
    assert refused(path) == "is damaged: its Anki settings cannot be read"
