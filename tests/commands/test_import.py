"""`deckgen import`: tables become notes that show what the table said, once, and whole or not at all."""

from __future__ import annotations

import html as html_lib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deckgen.build import build
from deckgen.cards.media import Shelf
from deckgen.commands.tables.escapes import Escapes
from deckgen.commands.tables.html_cells import HtmlCells, words
from deckgen.commands.tables.importing import Import, Request, plan, write
from deckgen.diagnostics import CallError
from tests.conftest import change, missing, run, write_project
from tests.exports import export, moon
from tests.faults import PNG, WORD

WORDS = """\
Word;Meaning;Tags
Joining;"The therapist *meets* the family
in its own language.";base, exam
Split alliance;One <b>trusts</b> more: #1.;base
"""
MAP = "term=Word,definition=Meaning,tags=Tags"


def bring(project: Path, table: Path, kind: str = "definition", maps: str = MAP, **more: Any) -> Import:  # noqa: ANN401 (what a request takes)
    """Import a table, and write the chapter if nothing is wrong."""
    result = plan(project, Request(table, kind, (maps,) if maps else (), **more), lambda *_: None)
    if result.added and not result.diagnostics:
        write(result, project)
    return result


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small deck."""
    return write_project(tmp_path / "deck")


def table(project: Path, text: str | bytes, name: str = "words.csv") -> Path:
    """A table beside the deck."""
    return change(project.parent, {name: text}) / name


def shown(project: Path) -> dict[str, list[str]]:
    """The fields of the notes of a deck without errors, by id."""
    made = build(project)
    assert made.packages, made.diagnostics
    return {each.note.id: list(each.fields) for each in made.notes}


def test_rows_become_notes_of_a_new_chapter(project: Path) -> None:
    """The command writes a chapter named after the table, which the check accepts."""
    done = run("import", table(project, WORDS), "--kind", "definition", "--map", MAP, "--project", project)
    assert done.returncode == 0, done.stderr
    assert "added 2 notes to the new chapter" in done.stderr
    assert (project / "source/words.yaml").read_text(encoding="utf-8") == (
        "deck: words\n"
        "definitions:\n"
        "  - id: joining\n"
        "    term: Joining\n"
        "    definition: |\n"
        "      The therapist \\*meets\\* the family\\\n"
        "      in its own language.\n"
        "    tags: [base, exam]\n"
        "  - id: split-alliance\n"
        "    term: Split alliance\n"
        "    definition: |\n"
        "      One \\<b>trusts\\</b> more: #1.\n"
        "    tags: [base]\n"
    )
    fields = shown(project)
    assert fields["joining"][1] == "The therapist *meets* the family<br />\nin its own language."
    assert fields["split-alliance"][1] == "One &lt;b&gt;trusts&lt;/b&gt; more: #1."


def test_a_dry_run_shows_the_first_notes_and_writes_nothing(project: Path) -> None:
    """The notes are as they would be in the chapter."""
    call = ("--kind", "definition", "--map", MAP, "--project", project, "--dry-run")
    done = run("import", table(project, WORDS), *call)
    assert done.returncode == 0
    assert "  - id: joining\n    term: Joining\n" in done.stderr
    assert "--dry-run: nothing was written. It would add 2 notes" in done.stderr
    assert not (project / "source/words.yaml").exists()


def test_a_second_run_adds_nothing_and_shows_what_differs(project: Path) -> None:
    """Rows are known by their labels; new ones are added, and changed ones are shown with both texts."""
    bring(project, table(project, WORDS))
    before = (project / "source/words.yaml").read_bytes()
    again = bring(project, table(project, WORDS))
    assert (again.added, again.known, again.differences) == ([], 2, [])
    more = WORDS.replace("own language", "own tongue").replace("Split a", "Split  A") + "Mimesis;A style.;\n"
    result = bring(project, table(project, more))
    assert [each.id for each in result.added] == ["mimesis"]
    assert [(each.number, each.id, each.key) for each in result.differences] == [
        (2, "joining", "definition"),
        (4, "split-alliance", "term"),
    ]
    assert "own language" in result.differences[0].old
    assert "own tongue" in result.differences[0].new
    assert (project / "source/words.yaml").read_bytes().startswith(before)


def test_json_says_what_was_added_and_what_differs(project: Path) -> None:
    """Another program reads the ids, the rows and both texts."""
    bring(project, table(project, WORDS))
    path = table(project, WORDS.replace("<b>trusts</b>", "trusts") + "Mimesis;A style.;\n")
    call = ("--kind", "definition", "--map", MAP, "--project", project, "--format", "json")
    told = json.loads(run("import", path, *call).stdout)["import"]
    assert (told["written"], told["rows"], told["known"], told["new_chapter"]) == (True, 3, 2, False)
    assert [(each["row"], each["id"]) for each in told["added"]] == [(5, "mimesis")]
    assert told["differences"] == [
        {
            "row": 4,
            "id": "split-alliance",
            "key": "definition",
            "old": "One \\<b>trusts\\</b> more: #1.",
            "new": "One trusts more: #1.",
        }
    ]


def test_a_difference_is_at_its_line_or_item(project: Path) -> None:
    """What the numbers count is in the message: lines of a text, items of JSON."""
    bring(project, table(project, "term,definition\nA,B\nC,D\n"), maps="")
    call = ("--kind", "definition", "--chapter", "words.yaml", "--project", project)
    done = run("import", table(project, "term,definition\nA,B\nC,E\n"), *call)
    assert "differs: `c` (line 3), `definition`:" in done.stderr
    rows = '[{"term": "A", "definition": "B"}, {"term": "C", "definition": "E"}]'
    done = run("import", table(project, rows, "words.json"), *call)
    assert "differs: `c` (item 2), `definition`:" in done.stderr


def test_notes_go_to_the_end_of_the_section_and_all_else_stays(project: Path) -> None:
    """Comments, line ends, blank lines and other sections of the chapter are the same bytes."""
    chapter = (
        "# top\r\ndefinitions:\r\n- id: old  # its id\r\n  term: Old\r\n  definition: |\r\n    Known.\r\n\r\n"
        "- id: older\r\n  term: Older\r\n  definition: |\r\n    Known for long.\r\n"
        "# below\r\ntakeaways:\r\n  - id: two\r\n    text: |\r\n      A {{c1::word}} hides.\r\n"
    )
    change(project, {"source/mixed.yaml": chapter})
    path = table(project, "term,definition\nNew,Just made.\n")
    result = bring(project, path, maps="", chapter=project / "source/mixed.yaml")
    assert result.chapter == "source/mixed.yaml"
    new = "\r\n- id: new\r\n  term: New\r\n  definition: |\r\n    Just made.\r\n"
    assert (project / "source/mixed.yaml").read_bytes().decode() == chapter.replace(
        "# below", f"{new}# below"
    )
    assert "new" in shown(project)


@pytest.mark.parametrize(
    "chapter",
    [
        "deck: X\n",
        "",
        "definitions:\n",
        "definitions: # none yet\ntakeaways: []\n",
        "definitions:\n  - {id: a, term: A, definition: Flow.}",
        "definitions:\n    - id: a\n      term: A\n      definition: |\n        Deep.\n\n\n",
    ],
)
def test_a_section_may_be_missing_empty_or_odd(project: Path, chapter: str) -> None:
    """The note is in the section, whatever the chapter looks like."""
    change(project, {"source/x.yaml": chapter.replace("takeaways: []\n", "")})
    result = bring(
        project,
        table(project, "term,definition\nNew,Just made.\n"),
        maps="",
        chapter=project / "source/x.yaml",
    )
    assert not result.diagnostics
    assert shown(project)["new"][:2] == ["New", "Just made."]


@pytest.mark.parametrize(
    "chapter", ["definitions: []\n", "definitions: [{id: a, term: A, definition: B}]\n", "- a\n"]
)
def test_a_section_in_brackets_is_refused(project: Path, chapter: str) -> None:
    """Nothing is written where deckgen cannot add a note without touching others."""
    change(project, {"source/x.yaml": chapter})
    with pytest.raises(CallError):
        bring(project, table(project, WORDS), chapter=project / "source/x.yaml")
    assert (project / "source/x.yaml").read_text() == chapter


def test_ids_are_new_in_the_whole_deck(project: Path) -> None:
    """An id that a note has gets a number; a text without letters takes its id from another text."""
    path = table(project, "term,definition\nOne,First.\nOne,Second.\n日本語,Japanese\n日本,日\n", "t.csv")
    result = bring(project, path, maps="")
    assert [each.id for each in result.added] == ["one-2", "one-3", "japanese", "definition-1"]
    assert any("1 id made from numbers" in remark for remark in result.remarks)
    assert (bring(project, path, maps="").known, len(bring(project, path, maps="").added)) == (4, 0)


def test_ids_of_the_table_are_kept(project: Path) -> None:
    """A column can give the ids; a bad or a taken one is an error at its line."""
    result = bring(project, table(project, "id,term,definition\nx-1,A,B\n"), maps="")
    assert [each.id for each in result.added] == ["x-1"]
    changed = bring(project, table(project, "id,term,definition\nx-1,Another,B\n"), maps="")
    assert (changed.known, [each.key for each in changed.differences]) == (1, ["term"])
    with pytest.raises(CallError, match=r"words\.csv:3: `X 2` is not a valid id"):
        bring(project, table(project, "id,term,definition\nx-3,A,B\nX 2,C,D\n"), maps="")
    with pytest.raises(CallError, match=r"words\.csv:2: the id `one` belongs to another note"):
        bring(project, table(project, "id,term,definition\none,E,F\n"), maps="")
    with pytest.raises(CallError, match=r"words\.csv:3: the id `y` belongs to line 2"):
        bring(project, table(project, "id,term,definition\ny,E,F\ny,G,H\n"), maps="")


def test_rows_with_the_same_label_are_notes_of_their_own(project: Path) -> None:
    """Homonyms stay apart in a second run; a row that repeats another one in full is left out."""
    text = "term,definition\nBank,A shore.\nBank,A house of money.\nBank,A shore.\n"
    first = bring(project, table(project, text), maps="")
    assert ([each.id for each in first.added], first.repeated) == (["bank", "bank-2"], [4])
    again = bring(
        project, table(project, "term,definition\nBank,A house of money.\nBank,A shore!\n"), maps=""
    )
    assert (again.added, [(each.id, each.new) for each in again.differences]) == ([], [("bank", "A shore!")])


def test_questions_that_begin_alike_are_not_taken_for_each_other(project: Path) -> None:
    """Only a row that alone would get the id of a note counts as that note with another text."""
    lines = [
        f"What is the capital of {land}?,{city}\n"
        for land, city in [("France", "Paris"), ("Spain", "Madrid")]
    ]
    bring(project, table(project, "question,answer\n" + "".join(lines)), "question", "")
    lines += ["What is the capital of Peru?,Lima\n", "What is the capital of Cuba?,Havana\n"]
    result = bring(project, table(project, "question,answer\n" + "".join(lines)), "question", "")
    assert (result.known, [each.id for each in result.added]) == (
        2,
        ["what-is-the-capital-of-3", "what-is-the-capital-of-4"],
    )


def test_latex_keeps_working(project: Path) -> None:
    """LaTeX in a cell is LaTeX, whatever signs and lines it has; without an end it is text."""
    text = 'term,definition\nA,"*a* [latex]\\frac{1}{2} *x*\n$y$[/latex]"\nB,[latex]*x*\n'
    first, second = bring(project, table(project, text), maps="").added
    written = (project / "source/words.yaml").read_text("utf-8")
    assert (first.id, second.id) == ("a", "b")
    assert "[latex]\\frac{1}{2} *x*\n      $y$[/latex]\n" in written
    assert "\\[latex\\]\\*x\\*" in written


TRAPS = st.sampled_from(
    "*a*,_b_,**,`c`,# ,1. ,- ,+ ,> ,<b>,</i>,&amp;,&lt;,[x](y),![z](w),{{c1::d}},{{,}},[[e]],~~f~~,==g==,==,"
    "~~,:::,$h$,$5,\\(i\\),\\,|,---,\n,\n\n, ,  ,word,[^1],^,http://a.b/c_d,<!--,-->,[sound,```,    ,[latex],"
    "字,م,\u00a0,!,(,),[,],=,{,},7,.,:,::,\\begin{cases},x^2^".split(",")
)


@settings(max_examples=300, deadline=None)
@given(st.lists(TRAPS, min_size=1, max_size=7).map("".join) | st.text(" -~", max_size=40))
def test_any_plain_text_comes_back_from_its_markdown(text: str) -> None:
    """A card shows the text of the cell, character by character, except blanks that HTML joins anyway."""
    if not text.strip():
        return
    escapes = Escapes(Shelf(Path("/nowhere"), Path("/nowhere")))
    output, found = escapes.html(escapes.markdown(text, is_cloze=False), is_cloze=False)
    assert not found.has_errors
    output = re.sub(r"<br ?/?>\n?", "\n", re.sub(r"</p>\n*<p>", "\n\n", output))
    output = re.sub(r"<!--.*?-->|<wbr>|</?p>", "", output.replace("<span>\\</span>", "\\"))
    assert not re.search(r"<[A-Za-z/!]", output)
    assert html_lib.unescape(output).split() == text.split()


ELEMENTS = "b,i,u,div,p,ul li,sub,blockquote,span,table tr td,pre,code".split(",")


def wrapped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """HTML in one or more elements."""

    def around(pair: tuple[str, str]) -> str:
        names = pair[0].split()
        ends = "".join(f"</{name}>" for name in reversed(names))
        return "".join(f"<{name}>" for name in names) + pair[1] + ends

    return st.tuples(st.sampled_from(ELEMENTS), inner).map(around)


PLAIN = st.lists(TRAPS, min_size=1, max_size=5).map("".join).map(html_lib.escape)
HTML = st.recursive(
    PLAIN, lambda inner: st.lists(wrapped(inner) | inner, min_size=1, max_size=3).map("".join), max_leaves=4
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(HTML)
def test_html_of_a_cell_shows_the_same_words(cell: str) -> None:
    """Elements stay or become lines, and no sign of a text becomes markup."""
    if not words(cell):
        return
    escapes = Escapes(Shelf(Path("/nowhere"), Path("/nowhere")))
    output, found = escapes.html(HtmlCells().markdown(cell, is_cloze=False), is_cloze=False)
    assert not found.has_errors
    assert words(output) == words(cell)


@pytest.mark.parametrize(
    ("cell", "markdown"),
    [
        ("a <b>b</b><br>c", "a **b**\\\nc"),
        ("<div>one</div><div>two</div>", "one\\\ntwo"),
        ("one<div>two</div><div><br></div><div>three</div>", "one\\\ntwo\n\nthree"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("x &lt; y &amp;&nbsp;z", "x < y & z"),
        ('<span style="color: red">red</span> <font color="blue">blue</font>', "red blue"),
        ("<ul><li>a*b*</li></ul>", "- a\\*b\\*"),
        ("<script>alert(1)</script>x", "x"),
        ("5*3*4", "5\\*3\\*4"),
    ],
)
def test_the_markdown_of_html(cell: str, markdown: str) -> None:
    """As an author would write it; lines become line breaks, and the look of a page is left out."""
    assert HtmlCells().markdown(cell, is_cloze=False) == markdown


def test_an_export_of_the_real_anki_becomes_notes(project: Path) -> None:
    """All notes of one type come in, with their tags, and a second run knows each of them."""
    try:
        from anki.collection import Collection  # noqa: PLC0415
    except ImportError:
        missing("the real Anki: pip install anki")
    col = Collection(str(project.parent / "c.anki2"))
    notes = {
        "Basic": [
            ("What is <b>it</b>?", "One<br>two"),
            ("日本語", "<ul><li>x</li></ul>"),
            ("a &lt; b", "5*3*4 \\(x\\)"),
        ],
        "Cloze": [("The {{c1::answer::hint}} is <i>here</i>", "")],
    }
    for name, texts in notes.items():
        model = col.models.by_name(name)
        assert model
        for fields in texts:
            note = col.new_note(model)
            note.fields, note.tags = list(fields), ["a::b", "leech"]
            col.add_note(note, col.decks.id("Default"))  # type: ignore[arg-type] # it is there
    path = project.parent / "notes.txt"
    col.export_note_csv(
        out_path=str(path),
        limit=None,
        with_html=True,
        with_tags=True,
        with_deck=True,
        with_notetype=True,
        with_guid=True,
    )
    col.close()
    maps, more = "question=4,answer=5", {"only": "notetype=Basic"}
    result = bring(project, path, "question", maps, **more)
    assert [each.id for each in result.added] == ["what-is-it", "x", "a-b"]
    assert any("identities" in remark for remark in result.remarks)
    assert any("`leech` 3 times" in remark for remark in result.remarks)
    cloze = bring(project, path, "takeaway", "text=4", only="notetype=Cloze", chapter=Path("clozes.yaml"))
    assert [each.id for each in cloze.added] == ["the-answer-is-here"]
    made = shown(project)
    assert made["what-is-it"][:2] == ["What is <strong>it</strong>?", "One<br />\ntwo"]
    assert made["a-b"][:2] == ["a &lt; b", "5*3*4 \\(x\\)"]
    assert made["the-answer-is-here"][0] == "The {{c1::answer::hint}} is <em>here</em>"
    again = bring(project, path, "question", maps, **more)
    assert (again.added, again.known, again.differences) == ([], 3, [])
    with pytest.raises(CallError, match=r"no row of .* has `Basik`") as error:
        bring(project, path, "question", maps, only="notetype=Basik")
    assert error.value.hint == "did you mean `Basic`?"


def test_clozes_keep_working_and_the_rest_is_text(project: Path) -> None:
    """A takeaway's clozes hide their answers; stars around them are stars."""
    path = table(project, "text;why\nThe {{c1::*answer*::hint}} is _here_;because\n")
    bring(project, path, "takeaway", "")
    fields = shown(project)["the-answer-is-here"]
    assert fields[0] == "The {{c1::*answer*::hint}} is _here_"


def test_errors_of_notes_are_at_their_rows_and_nothing_is_written(project: Path) -> None:
    """A takeaway that hides nothing is an error at the line of the table."""
    path = table(project, "text\n{{c1::Good}} one\nNothing here\n")
    done = run("import", path, "--kind", "takeaway", "--project", project)
    assert done.returncode == 1
    assert "words.csv:3: error[no-cloze]" in done.stderr
    assert "Nothing here" in done.stderr
    assert "nothing was written" in done.stderr
    assert not (project / "source/words.yaml").exists()


def test_media_get_their_folder_and_missing_ones_are_named(project: Path) -> None:
    """Images and sounds of a table are in source/media/, as seen from the chapter."""
    change(project, {"source/media/tree.png": PNG, "source/sub/x.yaml": ""})
    text = "#separator:tab\n#html:true\n#columns:term\tdefinition\n"
    text += 'Tree\t<img src="tree.png" alt="A tree"> [sound:no.mp3]\n'
    result = bring(project, table(project, text, "t.txt"), maps="", chapter=project / "source/sub/x.yaml")
    written = (project / "source/sub/x.yaml").read_text()
    assert "![A tree](../media/tree.png) [sound:../media/no.mp3]" in written
    assert any("1 media file into media/" in remark and "no.mp3" in remark for remark in result.remarks)
    bring(project, table(project, "term,definition\nLeaf,tree.png\nNo,leaf.png\n", "l.csv"), maps="")
    assert "![](media/tree.png)" in (project / "source/l.yaml").read_text()
    assert "      leaf.png\n" in (project / "source/l.yaml").read_text()


@pytest.mark.parametrize(
    "tag", ["<img src=tree.png>", '<IMG alt="x>y" src="tree.png">', "<img src='tree.png'/>"]
)
def test_images_of_html_get_their_folder_however_they_are_written(project: Path, tag: str) -> None:
    """Quotes around the path and signs in other attributes make no difference."""
    change(project, {"source/media/tree.png": PNG})
    text = f"#separator:tab\n#html:true\n#columns:term\tdefinition\nTree\t{tag}\n"
    result = bring(project, table(project, text, "t.txt"), maps="")
    assert "](media/tree.png)" in (project / "source/t.yaml").read_text()
    assert not result.remarks


@pytest.mark.parametrize("form", ["text", "html"])
def test_media_without_names_are_no_files(project: Path, form: str) -> None:
    """Nobody is asked to copy a file that has no name."""
    path = table(project, "term,definition\nA,B [sound: ]<img src=''>\n")
    result = bring(project, path, maps="", cells=form)
    assert not [each for each in result.remarks if "copy" in each]
    assert "sound: ]" in shown(project)["a"][1]


def test_cells_in_markdown_stay_as_they_are(project: Path) -> None:
    """With `--cells markdown` stars are emphasis and dollars are formulas; paths of media stay, too."""
    path = table(project, "term,definition\nA,*It* is $x^2$\nB,A [sound:hum.mp3] and [sound:media/no.mp3]\n")
    result = bring(project, path, maps="", cells="markdown")
    assert "      A [sound:hum.mp3] and [sound:media/no.mp3]\n" in (project / "source/words.yaml").read_text()
    assert [each for each in result.remarks if "hum.mp3" in each] == [
        "copy 1 media file to where the table says, as seen from the chapter: hum.mp3"
    ]
    assert [each for each in result.remarks if "no.mp3" in each] == [
        "copy 1 media file into media/ in source/: no.mp3"
    ]
    (project / "source/words.yaml").unlink()
    bring(project, table(project, "term,definition\nA,*It* is $x^2$\n"), maps="", cells="markdown")
    assert shown(project)["a"][1] == "<em>It</em> is \\(x^2\\)"


@pytest.mark.parametrize("form", ["text", "html"])
@pytest.mark.parametrize("sign", ["# Rule", "1. Rule", "- Rule", "> Rule", "---"])
def test_signs_stay_text_in_cells_that_are_joined(project: Path, form: str, sign: str) -> None:
    """Several columns for one key are paragraphs, each of which shows what its cell says."""
    change(project, {"source/media/tree.png": PNG})
    path = table(project, f"term,a,b,c\nA,{sign},Text.,tree.png\n")
    bring(project, path, maps="term=term,definition=a,definition=b,definition=c", cells=form)
    html = shown(project)["a"][1]
    first, second, third = html.split("</p>\n<p>")
    assert html_lib.unescape(first.removeprefix("<p>")) == sign
    assert second == "Text."
    assert third.startswith("<img" if form == "text" else "tree.png")


def test_formulas_in_the_marks_of_anki_keep_working(project: Path) -> None:
    """Blanks around a formula do not turn the text into entities."""
    text = "The sum is \\( x^2 \\) here, 2*3*4, and \\(\ny_1 * z_2 * 3 \\) there."
    bring(project, table(project, f'term,definition\nA,"{text}"\n'), maps="")
    written = "The sum is \\( x^2 \\) here, 2\\*3\\*4, and \\(\n      y_1 * z_2 * 3 \\) there."
    assert f"      {written}\n" in (project / "source/words.yaml").read_text()
    made = "The sum is \\(x^2\\) here, 2*3*4, and \\(y_1 * z_2 * 3\\) there."
    assert shown(project)["a"][1] == made


def test_what_is_left_out_is_named(project: Path) -> None:
    """The remark has the name of each element, and how often it was left out."""
    text = "#separator:tab\n#html:true\n#columns:term\tdefinition\nA\t<script>alert(1)</script>x\n"
    result = bring(project, table(project, text, "t.txt"), maps="")
    assert result.remarks == ["left out what cards cannot have: the element `<script>` (1 time)"]


def test_a_term_that_is_the_name_of_its_kind_is_an_id(project: Path) -> None:
    """Only ids that do not describe their note are numbered from the first one on."""
    path = table(project, "term,definition\nDefinition,What a word means.\n", "t.csv")
    assert [each.id for each in bring(project, path, maps="").added] == ["definition"]


def test_the_words_of_html_are_those_that_it_shows() -> None:
    """A sign in an attribute does not end its tag."""
    assert words('<b title="1>0">x</b><br>y<!-- z --> &lt;<style>a</style>') == "x y <"


def test_cards_come_back_from_an_export(project: Path) -> None:
    """The notes of a table that deckgen wrote have the same texts and the same cards, also after changes."""

    def cards(deck: Path) -> dict[str, tuple[str, ...] | None]:
        notes = [
            note for note in build(deck).deck.notes if note.kind.name == "definition" and not note.retired
        ]
        return {note.id: note.choice.names if note.choice else None for note in notes}

    old = moon(project.parent / "moon")
    export(old, "csv", project.parent / "out")
    change(project, {"source/media/sickle.png": PNG})
    path = project.parent / "out/definition.csv"
    result = bring(project, path, maps="", cells="markdown")
    assert not result.diagnostics
    there = {"crescent": None, "gibbous": ("Recognize",), "limb": ()}
    assert cards(old) == there
    assert {name: cards(project)[name] for name in there} == there
    assert shown(project)["crescent"] == shown(old)["crescent"]
    again = bring(project, path, maps="", cells="markdown")
    assert (again.added, again.differences) == ([], [])
    items = [
        {"id": name, "term": name.title(), "definition": text, "cards": names}
        for name, text, names in (
            ("crescent", "Less than half.", []),
            ("gibbous", "More than half, not full.", "[]"),
            ("limb", "The edge of the disk.", ["Recall"]),
        )
    ]
    path = table(project, json.dumps(items), "definition.json")
    done = run("import", path, "--kind", "definition", "--update", "--project", project)
    assert 'differs: `gibbous` (item 2), `cards`:\n  - ["Recognize"]\n  + []\n' in done.stderr
    assert {name: cards(project)[name] for name in there} == {
        "crescent": (),
        "gibbous": (),
        "limb": ("Recall",),
    }


@pytest.mark.parametrize("cell", ["Recall", "{}", "[1]", "[" * 5000, '["\\ud800"]'])
def test_cards_that_are_no_list_are_an_error_at_their_line(project: Path, cell: str) -> None:
    """The hint shows how such a list is written."""
    escaped = cell.replace('"', '""')
    path = table(project, f'term,definition,cards\nA,B,"{escaped}"\n')
    with pytest.raises(CallError, match=r"words\.csv:2: `cards` is not a list of names in JSON") as error:
        bring(project, path, maps="")
    assert "`[]` for a note without cards" in error.value.hint


LIST_KIND = """\
title: Steps
section: steps
type: normal
label: name
keys:
  name: {type: text, required: true, about: The name.}
  steps: {type: list, about: The steps.}
  picture: {type: image, about: A picture.}
  day: {type: date, about: A day.}
  sort: {type: choice, values: [easy, hard], about: How hard it is.}
fields:
  - {name: Name, id: 11, from: name}
  - {name: Steps, id: 12, from: steps}
  - {name: Picture, id: 13, from: picture}
  - {name: Day, id: 14, from: day}
  - {name: Sort, id: 15, from: sort}
cards:
  - {name: Card, id: 21, face: card}
"""


def test_lists_images_dates_and_choices_come_from_columns(project: Path) -> None:
    """Each line of a cell is an item, and so is each column; an image has two columns."""
    shows = "{{Name}}{{Steps}}{{Picture}}{{Day}}{{Sort}}"
    change(
        project,
        {
            "templates/steps/kind.yaml": LIST_KIND,
            "templates/steps/card.front.html.j2": "{{Name}}",
            "templates/steps/card.back.html.j2": shows,
            "source/media/tree.png": PNG,
        },
    )
    text = 'Name,A,B,File,What,Day,Sort\nRise,"up\n*go*",down,tree.png,A tree,2026-01-31,hard\n'
    maps = "name=Name,steps=A,steps=B,picture.file=File,picture.alt=What,day=Day,sort=Sort"
    result = bring(project, table(project, text), "steps", maps)
    assert not result.diagnostics
    assert (project / "source/words.yaml").read_text() == (
        "deck: words\nsteps:\n  - id: rise\n    name: Rise\n    steps:\n      - |\n        up\n      - |\n"
        "        \\*go*\n      - |\n        down\n"
        "    picture:\n      file: media/tree.png\n      alt: A tree\n"
        '    day: "2026-01-31"\n    sort: hard\n'
    )
    wrong = bring(
        project, table(project, text.replace("hard", "heavy").replace("Rise", "Fall")), "steps", maps
    )
    assert [(each.code, each.span.path.rpartition("/")[2], each.span.line) for each in wrong.diagnostics] == [
        ("wrong-type", "words.csv", 2)
    ]


FAULTS = {
    "no column": ("term=Wrod,definition=Meaning", "has no column `Wrod`", "did you mean `Word`?"),
    "no key": ("trm=Word,definition=Meaning", "`trm` is not a key", "did you mean `term`?"),
    "not mapped": ("term=Word", "no column is mapped to `definition`", "--map definition=Meaning"),
    "twice": (
        "term=Word,definition=Word",
        "the column `Word` is mapped to `term` and to `definition`",
        "once",
    ),
    "two for one": ("term=Word,term=Meaning,definition=Tags", "`term` is one short text", "map one"),
    "no pair": ("term", "`term` does not map a column", "--map term=Front"),
    "not from a table": (
        "term=Word,definition=Meaning,allow=Tags",
        "`allow` cannot come from a table",
        "by hand",
    ),
    "no part": ("term.file=Word,definition=Meaning", "`term` has no part `file`", "--map term="),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_wrong_mapping_is_refused(project: Path, name: str) -> None:
    """The message names the key or the column, and the hint what was probably meant."""
    maps, message, hint = FAULTS[name]
    with pytest.raises(CallError) as error:
        bring(project, table(project, WORDS), maps=maps)
    assert message in str(error.value)
    assert hint in error.value.hint


def test_a_kind_without_required_keys_needs_a_column_of_its_own(project: Path) -> None:
    """As the kinds of adopted decks are: tags or an id alone are no note."""
    change(project, WORD)
    path = table(project, "Frage;Antwort;Tags\nWas?;Das.;exam\n")
    done = run("import", path, "--kind", "word", "--project", project)
    assert done.returncode == 2
    assert done.stderr == (
        "error: no column is mapped to a key of `word` (`word` and `meaning`)\n"
        "  hint: the columns are `Frage`, `Antwort`, `Tags`; "
        "for example, `--map word=Frage,meaning=Antwort`\n"
    )


@pytest.mark.parametrize(
    ("kind", "message", "hint"),
    [
        ("definitions", "no kind `definitions`", "did you mean `definition`?"),
        ("definiton", "no kind `definiton`", "did you mean `definition`?"),
        ("vignette", "`options` is of the type `options`", "by hand"),
        ("comparison", "are rows of tables", "by hand"),
    ],
)
def test_a_wrong_kind_is_refused(project: Path, kind: str, message: str, hint: str) -> None:
    """Kinds whose notes do not fit into cells are named with the reason."""
    with pytest.raises(CallError) as error:
        bring(project, table(project, WORDS), kind)
    assert message in str(error.value)
    assert hint in error.value.hint


@pytest.mark.parametrize(
    ("chapter", "message"),
    [
        ("notes.txt", "is not a chapter"),
        ("../x.yaml", "is not in"),
        ("deck.yaml", "is the deck's own file"),
        ("ONE.yml", "does not exist"),
        ("bad.yaml", "has errors"),
    ],
)
def test_a_wrong_chapter_is_refused(project: Path, chapter: str, message: str) -> None:
    """A chapter is a YAML file in source/ without errors."""
    change(project, {"source/bad.yaml": "a: [\n"})
    place = project / "source" / chapter if "/" in chapter else Path(chapter)
    with pytest.raises(CallError, match=message):
        bring(project, table(project, WORDS), chapter=place)


def test_a_row_without_a_required_text_is_an_error_at_its_line(project: Path) -> None:
    """All such rows are counted, and the first is named."""
    path = table(project, "term,definition\nA,B\n,C\nD,\nE,F\n")
    with pytest.raises(CallError, match=r"words\.csv:3: the row has no text for `term` .*; 1 more row has"):
        bring(project, path, maps="")


def test_bad_tags_and_commas_in_names_of_columns(project: Path) -> None:
    """A tag that Anki would change is an error at its row; a name of a column may have a comma."""
    path = table(project, 'term;"Meaning, short";tags\nA;B;marked x::y\nC;D;"a""b"\n')
    result = bring(project, path, maps="term=term,definition=Meaning, short,tags=tags")
    assert [(each.code, each.span.line) for each in result.diagnostics] == [("bad-tag", 3)]
    assert any("`marked` 1 time" in remark for remark in result.remarks)


def test_a_changed_chapter_is_not_overwritten(project: Path) -> None:
    """Whoever saved the chapter in the meantime keeps their text."""
    change(project, {"source/x.yaml": "deck: X\n"})
    request = Request(table(project, WORDS), "definition", (MAP,), project / "source/x.yaml")
    result = plan(project, request, lambda *_: None)
    change(project, {"source/x.yaml": "deck: Y\n"})
    with pytest.raises(CallError, match="changed in the meantime"):
        write(result, project)
    assert (project / "source/x.yaml").read_text() == "deck: Y\n"


def test_update_changes_the_notes_whose_rows_have_other_texts(project: Path) -> None:
    """With `--update` just these texts change; comments, other keys and other notes stay."""
    chapter = (
        "definitions:\n  - id: joining  # its id\n    term: Joining\n    tags: [base]  # mine\n"
        "    definition: |\n      Old text\n      on two lines.\n\n    extra: |\n      Mine.\n"
        "  # between\n  - id: b\n    term: B\n    definition: >\n      Folded\n      text."
    )
    change(project, {"source/x.yaml": chapter})
    text = "term,definition,example,tags\nJoining,New: #1,An example,base exam\nB,Folded text.,,\nC,New,,\n"
    more: dict[str, Any] = {"chapter": project / "source/x.yaml", "update": True}
    result = bring(project, table(project, text), maps="", **more)
    assert (result.updated, [each.id for each in result.added]) == (["joining"], ["c"])
    assert (project / "source/x.yaml").read_text() == (
        "definitions:\n  - id: joining  # its id\n    term: Joining\n    tags: [base, exam]  # mine\n"
        "    definition: |\n      New: #1\n\n    extra: |\n      Mine.\n    example: |\n      An example\n"
        "  # between\n  - id: b\n    term: B\n    definition: >\n      Folded\n      text.\n"
        "  - id: c\n    term: C\n    definition: |\n      New\n"
    )
    again = bring(project, table(project, text), maps="", **more)
    assert (again.added, again.updated, again.differences) == ([], [], [])


def test_update_of_a_note_that_cannot_be_changed_alone_is_refused(project: Path) -> None:
    """A note in braces has no lines of its own; the chapter stays as it is."""
    chapter = "definitions:\n  - {id: a, term: A, definition: Old}\n"
    change(project, {"source/x.yaml": chapter})
    path = table(project, "term,definition,example\nA,New,More\n")
    with pytest.raises(CallError, match="cannot change the notes"):
        bring(project, path, maps="", chapter=project / "source/x.yaml", update=True)
    assert (project / "source/x.yaml").read_text() == chapter


def test_an_update_with_an_error_is_at_its_row(project: Path) -> None:
    """A changed text with an error is reported at its line, and nothing changes."""
    bring(project, table(project, 'text,why\nThe {{c1::word}} hides,"x"\n'), "takeaway", "")
    before = (project / "source/words.yaml").read_bytes()
    path = table(project, "text,why\nThe {{c1::word}} hides,\n\nThe word hides,<script>\n", "words.csv")
    result = bring(project, path, "takeaway", "", cells="markdown", update=True)
    assert {(each.code, each.span.line) for each in result.diagnostics} >= {("no-cloze", 4), ("bad-html", 4)}
    assert (project / "source/words.yaml").read_bytes() == before


OTHERS: dict[str, str | bytes] = {
    "source/a.yaml": (
        "definitions:\n  - id: moon\n    term: Moon\n    definition: Old\n    tags: [odd, 日本語]\n"
    ),
    "source/2/b.yaml": "definitions:\n  - id: sun\n    term: Sun\n    definition: Old\n",
}
"""Two chapters, one of them in a folder."""


def test_update_changes_notes_in_all_chapters_or_just_in_the_named_one(project: Path) -> None:
    """Without `--chapter` in all of them; with it, the others are named."""
    change(project, OTHERS)
    path = table(project, "term,definition\nMoon,New\nSun,New\n")
    call = ("import", path, "--kind", "definition", "--project", project)
    said = run(*call).stderr
    assert (
        "2 rows are notes already, 2 of them with other texts, which stay as they are without --update"
        in said
    )
    said = run(*call, "--update", "--chapter", "a.yaml", "--dry-run").stderr
    assert "It would change 1 note in " in said
    assert "1 of them with other texts in source/2/b.yaml: to change them, omit --chapter" in said
    done = run(*call, "--update", "--format", "json")
    told = json.loads(done.stdout)["import"]
    assert (told["updated"], told["added"], told["written"]) == (["sun", "moon"], [], True)
    assert told["chapters"] == ["source/2/b.yaml", "source/a.yaml"]
    for name, old in OTHERS.items():
        assert (project / name).read_text("utf-8") == str(old).replace(
            "definition: Old", "definition: |\n      New"
        )
    assert not (project / "source/words.yaml").exists()
    assert "nothing to add; 2 rows are notes already, " in run(*call, "--update").stderr


def test_an_error_in_an_update_of_several_chapters_writes_none(project: Path) -> None:
    """It is at its row."""
    change(project, OTHERS)
    path = table(project, "term,definition\nSun,New\nMoon,<script>\n")
    done = run(
        "import", path, "--kind", "definition", "--cells", "markdown", "--update", "--project", project
    )
    assert done.returncode == 1
    assert "words.csv:3" in done.stderr
    for name, old in OTHERS.items():
        assert (project / name).read_text("utf-8") == old


def test_tags_that_differ_are_shown_whole(project: Path) -> None:
    """Those of the note, and those that it would have: tags are added, none are removed."""
    change(project, OTHERS)
    path = table(project, "term,definition,tags\nMoon,Old,jp odd\n")
    call = ("import", path, "--kind", "definition", "--project", project)
    assert "`tags`:\n  - odd, 日本語\n  + odd, 日本語, jp\n" in run(*call).stderr
    assert run(*call, "--update").returncode == 0
    assert "tags:\n      - odd\n      - 日本語\n      - jp\n" in (project / "source/a.yaml").read_text(
        "utf-8"
    )


def test_new_rows_of_an_exported_table_go_to_the_chapters_that_they_name(project: Path) -> None:
    """Its cells are Markdown without `--cells`; a chapter that does not exist is named."""
    moved = str(OTHERS["source/2/b.yaml"]).replace("Old", "An **old** ![](../media/p.png)")
    change(project, {**OTHERS, "source/2/b.yaml": moved, "source/media/p.png": PNG})
    export(project, "csv", project.parent / "out")
    path = project.parent / "out/definition.csv"
    lines = path.read_text("utf-8").splitlines()
    columns = lines[0].split(",")

    def row(term: str, chapter: str) -> str:
        values = {"term": term, "definition": f"*{term}* ![](../media/p.png)", "chapter": chapter}
        return ",".join(values.get(name, "") for name in columns)

    here = [row(*pair).replace("../", "") for pair in (("Comet", "a.yaml"), ("Dust", ""), ("Ring", "c.yaml"))]
    path.write_text("\n".join([*lines, row("Star", "2/b.yaml"), *here]), "utf-8")
    done = run("import", path, "--kind", "definition", "--project", project)
    assert done.returncode == 0, done.stderr
    assert "differs" not in done.stderr
    assert "the deck has no chapter c.yaml, so new notes for it go to source/definition.yaml" in done.stderr
    assert "added 4 notes to " in done.stderr
    for name, ids in {"2/b": ["sun", "star"], "a": ["moon", "comet"], "definition": ["dust", "ring"]}.items():
        assert re.findall("- id: (.*)", (project / f"source/{name}.yaml").read_text("utf-8")) == ids
    assert "*Star* ![](../media/p.png)" in (project / "source/2/b.yaml").read_text("utf-8")
    assert "media file" not in done.stderr
    told = run("import", path, "--kind", "definition", "--chapter", "a.yaml", "--project", project).stderr
    assert "nothing to add" in told
    text = row("Late", "2/b.yaml").replace("../media", "media")
    path.write_text("\n".join([lines[0], text]), "utf-8")
    assert (
        run("import", path, "--kind", "definition", "--chapter", "a.yaml", "--project", project).returncode
        == 0
    )
    assert "- id: late" in (project / "source/a.yaml").read_text("utf-8")


def test_names_of_media_begin_in_the_folder_of_each_chapter(project: Path) -> None:
    """A row for a chapter in a folder gets `../media/`."""
    change(project, {**OTHERS, "source/media/p.png": PNG})
    text = "term,definition,chapter\nStar,p.png,2/b.yaml\nComet,p.png,a.yaml\nIon,p.png,3\n"
    result = bring(project, table(project, text), maps="")
    assert not [*result.diagnostics, *result.remarks]
    assert "![](../media/p.png)" in (project / "source/2/b.yaml").read_text("utf-8")
    assert "![](media/p.png)" in (project / "source/a.yaml").read_text("utf-8")
    assert "- id: ion" in (project / "source/words.yaml").read_text("utf-8")
