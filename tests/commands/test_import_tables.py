"""The reading of tables: CSV, Anki's text export, JSON; what is wrong with one is named with its line."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deckgen.commands.tables import reading
from deckgen.diagnostics import CallError
from tests.conftest import change, missing

if TYPE_CHECKING:
    from pathlib import Path

    from deckgen.commands.tables.table import Table


def read(folder: Path, content: str | bytes, name: str = "t.csv") -> Table:
    """The table in a file."""
    return reading.read(change(folder, {name: content}) / name)


def cells(table: Table) -> list[tuple[object, ...]]:
    """The lines of a table with their cells."""
    return [(row.number, *row.cells) for row in table.rows]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("a,b\n1,2\n", "t.csv"),
        ("a;b\n1;2\n", "t.csv"),
        ("a\tb\n1\t2\n", "t.tsv"),
        ("a|b\r\n1|2\r\n", "t.csv"),
        ('"a";"b"\n"1";"2"', "t.csv"),
        ("a,b,,\n1,2,,\n,,,\n", "t.csv"),
        (b"\xef\xbb\xbfa,b\n1,2\n", "t.csv"),
        ("a\tb\n1\t2\n".encode("utf-16"), "t.txt"),
        (b"\xfe\xff" + "a,b\n1,2\n".encode("utf-16-be"), "t.csv"),
    ],
)
def test_any_separator_and_encoding_of_spreadsheets(tmp_path: Path, content: str | bytes, name: str) -> None:
    """The columns have their names, and the rows their cells."""
    table = read(tmp_path, content, name)
    assert table.columns == ("a", "b")
    assert cells(table) == [(2, "1", "2")]


def test_quoted_line_ends_and_separators_and_excels_first_line(tmp_path: Path) -> None:
    """A row has the line at which it begins."""
    table = read(tmp_path, 'sep=;\na;b\n"x\ny;z";"say ""yes"""\n\n1;2\n')
    assert cells(table) == [(3, "x\ny;z", 'say "yes"'), (6, "1", "2")]


ROWS = st.lists(
    st.tuples(
        *[st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp", "Zs"])) for _ in "ab"]
    ),
    min_size=1,
)


@settings(deadline=None)
@given(ROWS, st.sampled_from(",;\t|"))
def test_what_a_spreadsheet_writes_comes_back(rows: list[tuple[str, str]], separator: str) -> None:
    """Any cells of a CSV are read as they were."""
    import tempfile  # noqa: PLC0415
    from pathlib import Path  # noqa: PLC0415

    rows = [
        row
        for row in rows
        if any(row)
        and "\ufeff" not in "".join(row)
        and "\uffff" not in "".join(row)
        and "\ufffe" not in "".join(row)
    ]
    if not rows:
        return
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator).writerows([("one", "two"), *rows])
    with tempfile.TemporaryDirectory() as folder:
        table = read(Path(folder), stream.getvalue())
    assert [row.cells for row in table.rows] == rows


FAULTS: dict[str, tuple[str | bytes, str, str]] = {
    "too long": ("a,b\n1,2\n3,4,5\n", "t.csv", r"t\.csv:3: this row has 3 cells, but the header has 2$"),
    "too short": (
        'a,b\n"x\ny",2\n3\n6\n',
        "t.csv",
        r"t\.csv:4: this row has 1 cell, .* has 2; 1 more row has too few",
    ),
    "no name": ("a,,c\n1,2,3\n", "t.csv", r"t\.csv:1: column 2 has no name"),
    "open quote": (
        'a,b\n1,"2\n3,4\n',
        "t.csv",
        r"t\.csv:2: a double quote opens a cell in this row, and is never",
    ),
    "quote within": (
        'a,b\n1,2\n"x"y,4\n',
        "t.csv",
        r"t\.csv:3: a cell of this row begins with a double quote",
    ),
    "long cell": ("a,b\n1," + "x" * 100_001, "t.csv", r"t\.csv:2: a cell of this row has more than 100,000"),
    "empty": ("", "t.csv", "is empty"),
    "blank": ("\n \n", "t.csv", "is empty"),
    "only a header": ("a,b\n", "t.csv", "has no rows under its header"),
    "latin-1": ("a,b\n1,2\nx,é\n".encode("latin-1"), "t.csv", r"t\.csv:3: this byte \(0xe9\) is not UTF-8"),
    "half UTF-16": (b"\xff\xfea\0,\0b\0\n\0\xd8", "t.csv", r"t\.csv:2: this is not valid UTF-16"),
    "UTF-16 without a mark": ("a,b\n1,2\n".encode("utf-16-le"), "t.csv", "UTF-16 without a byte order mark"),
    "UTF-32": ("a,b\n".encode("utf-32"), "t.csv", "UTF-32"),
    "workbook": (b"PK\x03\x04\x14\0\0\0", "t.csv", "is not a text file: it is a zip file"),
    "binary": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "t.csv", "is not a text file"),
    "control character": (
        "a,b\n1,x\x0by\n",
        "t.csv",
        r"t\.csv:2: there is an invisible control character here",
    ),
    "a chapter": ("definitions: []\n", "t.yaml", "is not a table"),
    "json text": ('{"a": 1}', "t.json", "is JSON, but not a list"),
    "json broken": ('[{"a": 1},\n {"a" 2}]', "t.json", r"t\.json:2: this is not valid JSON"),
    "json empty": ("[]", "t.json", "has no rows"),
    "json deep": ("[" * 100_000, "t.json", "far too deep"),
    "json item": ('[{"a": 1}, 5]', "t.json", "item 2: this is not an object"),
    "json value": ('[{"a": {"b": 1}}]', "t.json", "item 1: `a` is neither a text nor a list of texts"),
    "json key twice": ('[{"a": 1, "a": 2}]', "t.json", "has the key `a` twice"),
    "json row": ('[["a", "b"], ["1"]]', "t.json", "item 2: this row has 1 cells"),
    "json header": ('[["a", null], ["1", "2"]]', "t.json", "item 1: the first list is the header"),
    "json half a character": ('[{"a": "\\ud800"}]', "t.json", r"item 1: `a` contains a character .*U\+D800"),
    "json control character": (
        '[{"a": "x\\u0090y"}]',
        "t.json",
        r"item 1: `a` contains a character .*U\+0090",
    ),
    "json half a mark": ('[{"a": "x\\ufffey"}]', "t.json", r"item 1: `a` contains a character .*U\+FFFE"),
    "odd line end": (
        "a,b\n1,x\u2028y\x0b\n",
        "t.csv",
        r"t\.csv:2: there is an invisible control character here \(U\+000B\)",
    ),
    "json nan": ('[{"a": NaN}]', "t.json", "`NaN` is not JSON"),
    "anki separator": ("#separator:x\na\tb\n", "t.txt", r"t\.txt:1: `x` is not a separator"),
    "anki column": ("#separator:tab\n#tags column:0\na\tb\n", "t.txt", r"t\.txt:2: `0` is not the number"),
    "anki far column": ("#separator:tab\n#tags column:9\na\tb\n", "t.txt", "names a column that no row has"),
    "anki long row": ("#separator:tab\n#columns:a\tb\n1\t2\t3\n", "t.txt", r"t\.txt:3: this row has 3 cells"),
    "anki no rows": ("#separator:tab\n#html:true\n", "t.txt", "has no rows"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_bad_table_is_named_with_its_place(tmp_path: Path, name: str) -> None:
    """The message has the line or the item, and says what is wrong there."""
    content, file, message = FAULTS[name]
    with pytest.raises(CallError, match=message):
        read(tmp_path, content, file)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    """A missing file and a folder are named."""
    with pytest.raises(CallError, match="does not exist"):
        reading.read(tmp_path / "no.csv")
    with pytest.raises(CallError, match="is a folder"):
        reading.read(tmp_path)


def test_headers_of_anki(tmp_path: Path) -> None:
    """Anki's headers give the separator, the columns, and what some of them are for; comments are skipped."""
    text = (
        "#separator:Semicolon\n#html:true\n#tags:all of\n#columns:Front;Back;T\n#tags column:3\n"
        '#something else:x\n# a comment\na;b;t\n#no;row\n"#a";"b\n#c"\n'
    )
    table = read(tmp_path, text, "t.txt")
    assert (table.columns, table.html, table.tags) == (("Front", "Back", "T"), True, ("all", "of"))
    assert table.special == {"tags": 2}
    assert cells(table) == [(8, "a", "b", "t"), (10, "#a", "b\n#c", "")]


def test_json_of_objects_and_of_lists(tmp_path: Path) -> None:
    """Numbers stay as written, a missing key is an empty cell, and a list stays a list."""
    table = read(tmp_path, json.dumps([{"a": "x", "b": ["1", "2"]}, {"c": True, "a": None}]), "t.json")
    assert table.columns == ("a", "b", "c")
    assert cells(table) == [(1, "x", ("1", "2"), ""), (2, "", "", "true")]
    assert cells(read(tmp_path, '[["a"], [1.10], [null], ["y"]]', "t.json")) == [(2, "1.10"), (4, "y")]
    assert cells(read(tmp_path, '[{"a": "x\\u2028y\\r\\nz"}]', "t.json")) == [(1, "x\ny\nz")]


def test_what_the_real_anki_exports(tmp_path: Path) -> None:
    """The text export of Anki itself, with HTML and without, is read with all fields and tags."""
    try:
        from anki.collection import Collection  # noqa: PLC0415
    except ImportError:
        missing("the real Anki: pip install anki")
    col = Collection(str(tmp_path / "c.anki2"))
    model = col.models.by_name("Basic")
    assert model
    notes = [
        ("What is <b>it</b>?", "One<br>two", ["a::b", "leech"]),
        ('Tab\there "quoted"', "<div>x</div><div>y</div>", []),
        ("# hash", '<img src="tree.png"> 5*3*4', ["t"]),
        ("日本語", "line\nend", []),
    ]
    for front, back, tags in notes:
        note = col.new_note(model)
        note.fields, note.tags = [front, back], tags
        col.add_note(note, col.decks.id("Sub::Deck"))  # type: ignore[arg-type] # it makes the deck
    options = {"with_tags": True, "with_deck": True, "with_notetype": True, "with_guid": True}
    for with_html in (True, False):
        path = tmp_path / f"{with_html}.txt"
        col.export_note_csv(out_path=str(path), limit=None, with_html=with_html, **options)
        table = reading.read(path)
        assert table.columns == ("guid", "notetype", "deck", "4", "5", "tags")
        assert table.html is with_html
        assert {row.cells[2] for row in table.rows} == {"Sub::Deck"}
        if with_html:
            assert [(row.cells[3], row.cells[4], str(row.cells[5]).split()) for row in table.rows] == notes
        else:
            assert [row.cells[3] for row in table.rows][:1] == ["What is it?"]
    col.close()
