"""Bad sources, each with the one diagnostic that it draws.

In a file's text «…» marks what the diagnostic's columns cover; a ⟵ at the end of a line says that only the
line is told. A file that is named in `whole` draws a diagnostic on itself, without a line. Where there is a
`before`, that was released first; `edit` then replaces something in the ledger, and `line` is the line of the
ledger that is told. What is `lost` was released and committed, and then its ledger was deleted.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import CHAPTER, DECK


@dataclass(frozen=True)
class Fault:
    """A bad source: the code that it draws, and its files, besides a sound deck.yaml and chapter."""

    code: str
    files: dict[str, str | bytes]
    whole: str = ""
    before: dict[str, str | bytes] | None = None
    edit: tuple[str, str] = ("", "")
    line: int = 0
    lost: bool = False


def chapter(code: str, text: str | bytes) -> Fault:
    """A fault in a second chapter."""
    return Fault(code, {"source/two.yaml": text})


def note(code: str, text: str) -> Fault:
    """A fault in a definition."""
    return chapter(code, f"definitions:\n  - id: two\n    term: Term\n    definition: |\n      Text\n{text}")


def cloze(code: str, text: str) -> Fault:
    """A fault in the text of a takeaway."""
    return chapter(code, f"takeaways:\n  - id: two\n    text: |\n      {text}\n")


def prose(code: str, text: str, **files: str | bytes) -> Fault:
    """A fault in a definition's text."""
    made: dict[str, str | bytes] = {
        "source/two.yaml": f"definitions:\n  - id: two\n    term: Term\n    definition: |\n      {text}\n"
    }
    return Fault(
        code, made | {f"source/media/{name.replace('_', '.')}": data for name, data in files.items()}
    )


def term(code: str, text: str) -> Fault:
    """A fault in a definition's term."""
    return chapter(code, f"definitions:\n  - id: two\n    term: {text}\n    definition: |\n      Text\n")


def options(code: str, text: str) -> Fault:
    """A fault in the options of a vignette."""
    head = "vignettes:\n  - id: two\n    scenario: A couple.\n    question: What next?\n    options:"
    return chapter(code, head + text)


def kind(code: str, text: str, **faces: str) -> Fault:
    """A fault in a kind of the deck's own, or in its faces."""
    made: dict[str, str | bytes] = {"templates/law/kind.yaml": text}
    files = {"card_front": "{{Name}}", "card_back": "{{Name}} {{Rule}}", **faces}
    made |= {f"templates/law/{name.replace('_', '.')}.html.j2": text for name, text in files.items()}
    return Fault(code, made)


KIND = """\
title: Law
section: laws
type: normal
keys:
  name: {type: text, required: true}
  rule: {type: markdown}
fields:
  - {name: Name, id: 1, from: name}
  - {name: Rule, id: 2, from: rule}
cards:
  - {name: Card, id: 1, face: card}
"""


def face(code: str, **faces: str) -> Fault:
    """A fault in the faces of a sound kind of the deck's own."""
    return kind(code, KIND, **faces)


def css(code: str, text: str) -> Fault:
    """A fault in the style of a sound kind of the deck's own."""
    return Fault(code, {**kind("", KIND).files, "templates/law/style.css.j2": text})


def blueprint(code: str, text: str) -> Fault:
    """A fault in a deck's blueprint."""
    return Fault(code, {"source/deck.yaml": f"{DECK}tags: [a]\nblueprint:\n{text}"})


LAYOUT = '[% extends "base/layout.html.j2" %]\n'


def released(code: str, files: dict[str, str | bytes], before: dict[str, str | bytes] | None = None) -> Fault:
    """A fault that is one only because something else has been released."""
    return Fault(code, files, before=before or {})


def ledger(code: str, old: str, new: str, line: int = 0) -> Fault:
    """A fault in the ledger, made by replacing a pattern."""
    return Fault(code, {}, whole="source/ledger.jsonl", before={}, edit=(old, new), line=line)


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8cfc00000030101002d2a8c2b0000000049454e44ae426082"
)
MP3 = 3 * (bytes.fromhex("fffb10c4") + bytes(100))
"""Three frames of silence."""

POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12345\n"
CASE = """\
title: Case
section: cases
type: normal
label: name
keys:
  name: {type: text, required: true}
  level: {type: choice, values: [federal, state, "3"]}
  held: {type: list, about: What the court held.}
  photo: {type: image}
fields:
  - {name: Name, id: 1, from: name}
  - {name: Level, id: 2, from: level}
  - {name: Held, id: 3, from: held}
  - {name: Photo, id: 4, from: photo}
cards:
  - {name: Card, id: 1, face: card}
"""
TARASOFF = """\
cases:
  - id: tarasoff
    name: Tarasoff
    level: state
    held:
      - |
        A therapist *must* protect
      - whom a client threatens
    photo:
      file: media/The court.png
      alt: A court "in" <Sacramento>
"""
CASES: dict[str, str | bytes] = {
    "templates/case/kind.yaml": CASE,
    "templates/case/card.front.html.j2": "{{Name}}",
    "templates/case/card.back.html.j2": "{{Name}} {{Level}} {{Held}} {{Photo}}",
    "source/two.yaml": TARASOFF,
    "source/media/The court.png": PNG,
}


def typed(code: str, old: str, new: str) -> Fault:
    """A fault in a note whose kind has a list, an image and a choice."""
    assert TARASOFF.count(old) == 1, old
    return Fault(code, {**CASES, "source/two.yaml": TARASOFF.replace(old, new)})


SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{}</svg>'
GPS = struct.pack(
    "<2sHIHHHIIIHHHIII6I", b"II", 42, 8, 1, 0x8825, 4, 1, 26, 0, 1, 2, 5, 3, 44, 0, 48, 1, 8, 1, 0, 1
)
"""An Exif block that says a latitude: 48° 8′ 0″."""
ARABIC = CHAPTER.replace(
    "Before change comes {{c1::joining}}.", "قبل التغيير يأتي {{c1::الانضمام}} إلى العائلة."
).replace("Nobody follows someone who has not understood them.", "لا أحد يتبع من لم يفهمه.")


def png_chunk(name: bytes, content: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def shown(code: str, name: str, content: str | bytes) -> Fault:
    """A media file that a card shows, and that is told of."""
    text = f"definitions:\n  - id: two\n    term: Term\n    definition: |\n      ![a](media/{name})\n"
    path = f"source/media/{name}"
    return Fault(code, {"source/two.yaml": text, path: content}, whole=path)


GROWN = (
    KIND.replace("cards:", "  - {name: Reserve 1, id: 3}\n  - {name: Reserve 2, id: 4}\ncards:")
    + "  - {name: Dormant, id: 2, reserve: Reserve 1}\n"
)
TWO_CARDS: dict[str, str | bytes] = {
    "templates/law/kind.yaml": KIND + "  - {name: Back, id: 2, face: back}\n",
    **{f"templates/law/card.{side}.html.j2": "{{Name}}" for side in ("front", "back")},
    "templates/law/back.front.html.j2": "{{#Rule}}{{Rule}}{{/Rule}}",
    "templates/law/back.back.html.j2": "{{Name}} {{Rule}}",
}
"""A kind with two cards, of which the second one is only for notes with a rule."""
MARK = "  - {{name: {}, id: {}, without: {}}}\n"
MARKED = str(TWO_CARDS["templates/law/kind.yaml"]).replace(
    "cards:", MARK.format("No Card", 3, "Card") + MARK.format("No Back", 4, "Back") + "cards:"
)
"""The same kind, whose notes can leave out each card."""
LAW_OF_TWO = "laws:\n  - id: two\n    name: x\n    cards: {}\n"
LAW: dict[str, str | bytes] = {"source/two.yaml": "laws:\n  - id: two\n    name: x\n"}


def grown(text: str) -> Fault:
    """A fault in a kind that was released as another."""
    return Fault("changed-note-type", kind("", text).files | LAW, before=kind("", GROWN).files | LAW)


def again(name: str, key: str) -> str:
    """Another takeaway, with a key more."""
    return f"  - id: {name}\n    {key}\n    text: |\n      A {{{{c1::c}}}}.\n"


MANY = "takeaways:\n" + "".join(again(f"n{number}", f"why: {number}") for number in range(20))
CLOZED = "takeaways:\n  - id: {}\n    text: A {{{{c1::b}}}}.\n"

TABLE = """\
comparisons:
  - id: table
    columns: [Stance, Meaning]
    rows:
      - id: a
        cells: [Neutrality, Siding with nobody]
      - id: b
        cells: [Curiosity, Asking about everything]
"""
TWO_OPTIONS = """
      - text: One
        correct: true
        why: So.
      - text: Two
        why: Not so.
"""


def misnamed_word() -> str:
    """The words of the cards, one of which names something that is filled with nothing."""
    shipped = Path(__file__).parents[1] / "templates/base/words.html.j2"
    lines = shipped.read_text(encoding="utf-8").splitlines()
    return "\n".join(
        line.replace("{day}", "{tag}") + "⟵" if "set version" in line else line for line in lines
    )


WORD: dict[str, str | bytes] = {
    "templates/word/kind.yaml": """\
title: Word
section: words
type: normal
adopted:
  note_type: Basic
keys:
  word: {type: markdown}
  meaning: {type: markdown}
fields:
  - {name: Word, from: word}
  - {name: Meaning, from: meaning}
cards:
  - {name: Card 1, face: card}
""",
    "templates/word/card.front.html.j2": "{{Word}}\n",
    "templates/word/card.back.html.j2": "{{Meaning}}\n",
    "source/two.yaml": "words:\n  - id: dog\n    word: a dog\n    meaning: an animal\n",
}
"""A note type as Anki has it."""


def adopted(code: str, old: str, new: str, before: dict[str, str | bytes] | None = None) -> Fault:
    """A fault in an adopted note type, its faces or its note."""
    files = {name: text.replace(old, new) if isinstance(text, str) else text for name, text in WORD.items()}
    return Fault(code, files, before=before)


FAULTS = (
    # Files and YAML
    Fault("unreadable-file", {"source/two.yaml/keep": ""}, whole="source/two.yaml"),
    chapter("not-utf8", b"takeaways:\n  - id: caf\xc2\xab\xe9\xc2\xbb\n"),
    Fault("not-utf8", {"templates/base/theme.css.j2": b".card { content: '\xc2\xab\xe9\xc2\xbb' }"}),
    Fault("too-large", {"source/two.yaml": b"#" * (32 * 1024 * 1024 + 1)}, whole="source/two.yaml"),
    chapter("too-deep", "takeaways:\n  " + "- " * 39 + "«-» x\n"),
    chapter("yaml-syntax", "takeaways:\n  - id: two\n    text: before change«:» joining\n"),
    chapter("yaml-syntax", "takeaways:\n  - id: two\n    text: «{»{c1::joining}} comes first\n"),
    chapter("yaml-syntax", "takeaways:\n  - id: two\n    text: «*»first* {{c1::joining}}\n"),
    chapter("yaml-syntax", "takeaways:\n  - id: two\n«\t»text: x\n"),
    chapter("yaml-syntax", 'definitions:\n  - id: two\n    term: «"»Never closed\n    definition: x\n'),
    chapter(
        "yaml-syntax", 'definitions:\n  - id: two\n    term: "She said "«n»o" twice"\n    definition: x\n'
    ),
    chapter("yaml-syntax", "definitions:\n  - id: two\n    term: x\n   «d»efinition: x\n"),
    chapter(
        "yaml-syntax",
        "comparisons:\n  - id: two\n    columns: [A, B]\n    rows:\n"
        "      - id: x\n        cells:\n          - One\n          «O»ther\n",
    ),
    chapter(
        "yaml-syntax",
        "comparisons:\n  - id: two\n    columns: [A, B]\n    rows:\n"
        "      - id: x\n        cells: [a, b]\n      «i»d: y\n        cells: [c, d]\n",
    ),
    note("yaml-syntax", "  «i»d: three\n    term: x\n    definition: y\n"),
    chapter("yaml-syntax", "definitions:\n  «i»d: two\n    term: x\n    definition: y\n"),
    options(
        "yaml-syntax",
        "\n      - text: Wait\n        correct: true\n        why: x\n"
        "      - «G»o\n        why: |\n          y\n",
    ),
    options(
        "yaml-syntax",
        "\n      - «G»o\n        why: y\n      - text: Wait\n        correct: true\n        why: x\n",
    ),
    options(
        "yaml-syntax",
        "\n      - text: Wait\n        correct: true\n        why: x\n"
        "      - «|»\n          Go\n        why: y\n",
    ),
    chapter(
        "yaml-syntax",
        "definitions:\n  - id: two\n    term: x\n    definition: |\n      a\n«\t»b\n    example: y\n",
    ),
    chapter("yaml-syntax", "definitions:\n  - id: two\n    term«:»x\n    definition: |\n      y\n"),
    chapter("yaml-syntax", "definitions:\n  - id: two\n    term«:»\u00a0x\n    definition: |\n      y\n"),
    chapter("yaml-syntax", "definitions:\n  «-»id: two\n    term: x\n"),
    chapter("yaml-syntax", "definitions:\n  - id: two\n    definition: |\n      a\n«\u00a0»\u00a0b\n"),
    chapter(
        "yaml-syntax", "definitions:\n«<»<<<<<< HEAD\n  - id: two\n=======\n  - id: three\n>>>>>>> other\n"
    ),
    chapter("yaml-syntax", "definitions:\n  - id: two\n    definition: |\n      a\n   «b»\n"),
    chapter("yaml-syntax", 'definitions:\n  - id: two\n    term: "«\\»sum"\n'),
    chapter("yaml-syntax", "definitions:\n  - id: two\n    definition: «-» text\n"),
    chapter("yaml-syntax", 'definitions:\n  - id: two\n    term: «"»x\n    definition: |\n      a "b" c\n'),
    note("yaml-syntax", "    example: «[»much] too\n"),
    chapter(
        "yaml-syntax",
        "comparisons:\n  - id: two\n    columns: [A, B]\n    rows:\n      - id: x\n        cells:\n"
        "          - «*»a* b\n          - c\n",
    ),
    chapter(
        "yaml-syntax",
        "definitions:\n  - id: two\n    term: x\n    definition: |\n    «N»ot indented.\n    example: y\n",
    ),
    chapter(
        "yaml-syntax",
        "definitions:\n  - id: two\n    term: x\n    definition: |\n      Fine.\n   «N»ot.\n    example: y\n",
    ),
    # the same slips in other shapes, and others
    chapter("yaml-syntax", "definitions:\n  -«\t»id: two\n    term: x\n"),
    chapter("yaml-syntax", "definitions:\n«\t»- id: two\n"),
    note("yaml-syntax", "«\t»\n    example: y\n"),
    chapter("yaml-syntax", "definitions:\n  - id«:»two\n    term: x\n"),
    chapter("yaml-syntax", "definitions:\n  - id: two\n    definition«:»|\n      Text.\n    term: x\n"),
    chapter("yaml-syntax", "«d»efinitions\n  - id: two\n    term: x\n"),
    chapter("yaml-syntax", "definitions:\n  - id: two\n    «t»erm x\n    definition: y\n"),
    chapter("yaml-syntax", "definitions:\n  - id: two\n    «d»efinition |\n      Text.\n"),
    chapter("yaml-syntax", "definitions:\n  - «i»d two\n    term: x\n"),
    note("yaml-syntax", "    «e»xample |\n      More.\n"),
    note("yaml-syntax", "    «e»xample More.\n    reference: x\n"),
    note("yaml-syntax", "    «t»ags\n      - one\n"),
    chapter("yaml-syntax", "definitions:\n  - id: two\n    definition: «>» Text.\n    term: x\n"),
    Fault("yaml-syntax", {"source/deck.yaml": "id: sample\ntitle«:»Sample\n"}),
    Fault("yaml-syntax", {"source/deck.yaml": "id: sample\n «t»itle: Sample\n"}),
    Fault("yaml-syntax", {"source/deck.yaml": "  id: sample\n«t»itle: Sample\n"}),
    Fault("yaml-syntax", {"source/deck.yaml": "id: sample\ntitle: Exam«:» Prep\n"}),
    chapter("yaml-syntax", "definitions:\n  - id: two\n     «t»erm: x\n"),
    chapter("yaml-syntax", "definitions:\n  - id: two\n«t»erm: x\n    definition: y\n"),
    note("yaml-syntax", "     «e»xample: |\n      y\n"),
    note("yaml-syntax", "  - id: three\n  «t»erm: x\n"),
    note("yaml-syntax", "   «-» id: three\n     term: x\n"),
    note("yaml-syntax", "«-» id: three\n  term: x\n"),
    chapter(
        "yaml-syntax",
        "definitions:\n  - id: two\n    definition: |\n        Deeper.\n      «N»ot so deep.\n    term: x\n",
    ),
    chapter(
        "yaml-syntax",
        "definitions:\n  - id: two\n    definition: |\n          \n      «T»ext.\n    term: x\n",
    ),
    chapter("yaml-syntax", "definitions:\n  - id: two\n    definition: «|» Text.\n    term: x\n"),
    chapter(
        "yaml-syntax", "definitions:\n  - id: two\n    definition: |«\u00a0»\n      Text.\n    term: x\n"
    ),
    chapter("yaml-syntax", "definitions:\n  - id: two\n    definition:\n    «T»ext.\n    term: x\n"),
    chapter("yaml-syntax", "definitions:\n  - id: two\n    definition:\n      Text\n      More«:» this.\n"),
    chapter("yaml-syntax", "takeaways:\n  - id: two\n    text:\n      «{»{c1::joining}} comes first\n"),
    chapter("yaml-syntax", 'definitions:\n  - id: two\n    term: «"»Curly”\n    definition: x\n'),
    chapter("yaml-syntax", "definitions:\n  «–» id: two\n    term: x\n"),
    chapter("yaml-syntax", "definitions:\n  «•» id: two\n    term: x\n"),
    chapter("yaml-syntax", "definitions:\n  «*» id: two\n    term: x\n"),
    chapter("yaml-syntax", "definitions:\n  «1». id: two\n    term: x\n"),
    note("yaml-syntax", "  «—» id: three\n    term: x\n    definition: y\n"),
    chapter("yaml-syntax", "definitions:\n  -«\u00a0»id: two\n    term: x\n"),
    chapter("yaml-syntax", "definitions:\n  - id: two\n    term«：» x\n    definition: y\n"),
    chapter("yaml-syntax", "definitions«：»\n  - id: two\n    term: x\n"),
    chapter("yaml-syntax", "definitions:\n  - id: two\n    term «=» x\n    definition: y\n"),
    chapter("yaml-syntax", "definitions:\n  - id: two\n    «/»/ a comment\n    term: x\n"),
    chapter("yaml-syntax", "definitions:\n  - id: two\n«\ufeff»    term: x\n"),
    chapter(
        "yaml-syntax", "definitions:\n  - id: two\n    definition: |\n      Tex«t»\u2028of it.\n    term: x\n"
    ),
    chapter("yaml-syntax", "tags: [«#»one, two]\ndeck: Two\n"),
    chapter("yaml-syntax", "tags: «[»one, two\ndeck: Two\n"),
    options("yaml-syntax", TWO_OPTIONS.replace("        why: So.", "      «w»hy: So.")),
    options("yaml-syntax", TWO_OPTIONS.replace("        correct", "    «c»orrect")),
    options("yaml-syntax", TWO_OPTIONS.replace("        why: So.", "    «w»hy: So.")),
    options("yaml-syntax", TWO_OPTIONS.replace("      - text: Two", "     «-» text: Two")),
    options("yaml-syntax", TWO_OPTIONS.replace("text: Two", "text: Say«:» two")),
    kind("yaml-syntax", KIND.replace("{type: markdown}", "{type: markdown, about: a«:» b}")),
    kind("yaml-syntax", KIND.replace("{type: text, required: true}", "{type: text required«:» true}")),
    kind("yaml-syntax", KIND.replace("{type: markdown}", "«{»type: markdown")),
    kind("yaml-syntax", KIND.replace("  name: {", "«\t»name: {")),
    chapter("yaml-syntax", 'definitions:\n  - id: two\n    term: "«\\»uD800"\n'),
    note("yaml-alias", "    example: «&»name text\n"),
    note("yaml-alias", "    example: «*»name\n"),
    note("yaml-tag", "    example: «!»important text\n"),
    chapter("yaml-documents", "deck: Two\n«-»--\ndeck: Three\n"),
    note("duplicate-key", "    example: one\n    «example»: two\n"),
    note("control-character", "    example: one\u00ab\x07\u00bbtwo\n"),
    note("control-character", '    example: "$«\\b»eta$"\n'),
    note("control-character", '    example: "$x «\\n»eq y$"\n'),
    note("cut-by-comment", "    example: what is said «# before»\n"),
    note("wrong-type", "    example: Text\n      «-» one\n      - two\n"),
    note("wrong-type", "    example: >\n      «-» one\n      - two\n"),
    note("wrong-type", "    example: «¦»\n      Text.\n"),
    # Keys and values
    note("unknown-key", "    «exampel»: text\n"),
    note("unknown-key", "    «Example»: text\n"),
    note("unknown-key", "    «“example”»: text\n"),
    note("unknown-key", "    «builds on»: [one]\n"),
    note("unknown-key", "    «exam\u200bple»: text\n"),
    note("unknown-key", "    «why»: text\n"),
    note("unknown-key", "    «More»: text\n"),
    chapter("unknown-key", "«term»: One\n"),
    kind("unknown-key", KIND.replace("{type: markdown}", "{type: markdown, about: For you, «dear author»}")),
    chapter("unknown-key", "«definition»:\n  - id: two\n"),
    Fault("unknown-key", {"source/deck.yaml": "id: sample\ntitle: Sample\n«autors»: [x]\n"}),
    options("unknown-key", TWO_OPTIONS.replace("why: Not", "«reason»: x\n        why: Not")),
    chapter("missing-key", "definitions:\n  - «i»d: two\n    term: x\n"),
    chapter("missing-key", "definitions:\n  - «t»erm: x\n    definition: y\n"),
    options("missing-key", "\n      - «t»ext: One\n        correct: true\n"),
    options(
        "missing-key",
        TWO_OPTIONS.replace("text: Two\n", "text: |\n          Two\n  ").replace("why: Not", "«why»: Not"),
    ),
    chapter(
        "missing-key",
        "definitions:\n  - id: two\n    term: |\n      x\n      «definition»: y\n    example: z\n",
    ),
    options(
        "correct-option",
        TWO_OPTIONS.replace("text: One\n        correct", "text: |\n          One\n          «correct»"),
    ),
    cloze("bad-cloze", "Before «{{cl::joining}}» comes {{c2::nothing}}."),
    Fault("yaml-syntax", {"source/deck.yaml": f"{DECK}authors: [A, «@»mate]\n"}),
    # a key within a text
    note("swallowed-key", "      «example»: |\n        More.\n"),
    note("swallowed-key", "       «example»:\n         More.\n"),
    note("swallowed-key", "      «builds_on»: [one]\n"),
    note("swallowed-key", "    example: >\n      So.\n      «contrast»: |\n        More.\n"),
    chapter(
        "swallowed-key",
        "takeaways:\n  - id: two\n    text: |\n      A {{c1::text}}.\n      «why»: |\n        So.\n",
    ),
    chapter(
        "missing-reason",
        "takeaways:\n  - id: two\n    text: |\n      A {{c1::text}}.\n      «why»: Because it is so.\n",
    ),
    Fault("missing-key", {"source/deck.yaml": "«i»d: sample\n"}),
    chapter("missing-key", "comparisons:\n  - «i»d: two\n    columns: [A, B]\n"),
    note("empty-value", "    example:« »\n"),
    note("empty-value", "    example: «|»\n    contrast: |\n      x\n"),
    note("empty-value", "    example:« » #1 of them\n"),
    Fault("empty-value", {"source/two.yaml": "# nothing yet\n"}, whole="source/two.yaml"),
    note("wrong-type", "    example:\n      «-» one\n"),
    note("wrong-type", "    tags: «one»\n"),
    note("wrong-type", "    tags:\n      «-one»\n"),
    note("wrong-type", "    builds_on: «one»\n"),
    note("bad-tag", "    tags: [«“one”»]\n"),
    chapter("wrong-type", "definitions:\n    «i»d: two\n    term: x\n    definition: y\n"),
    chapter("wrong-type", "definitions:\n  «t»wo:\n    term: x\n    definition: y\n"),
    chapter("wrong-type", "«-» id: two\n  term: x\n  definition: y\n"),
    chapter("wrong-type", "«Just a text.»\n"),
    chapter("wrong-type", "deck:\n  «-» One\n"),
    chapter("wrong-type", "definitions:\n  - «[»two]\n"),
    Fault("wrong-type", {"source/deck.yaml": "«-» id: sample\n- title: Sample\n"}),
    options("wrong-type", "\n      - «Wait»\n"),
    kind(
        "wrong-type",
        KIND.replace("  name: {type: text, required: true}\n  rule: {type: markdown}", "  «-» name"),
    ),
    chapter(
        "wrong-type",
        "comparisons:\n  - id: two\n    columns: [A, B]\n    rows:\n      - id: x\n        cells:\n"
        "          - one\n           «-» two\n",
    ),
    chapter(
        "wrong-type",
        "comparisons:\n  - id: two\n    columns: «A, B»\n    rows:\n      - id: x\n        cells: [a, b]\n",
    ),
    options("wrong-type", "\n      «a»: One\n      b: Two\n"),
    options("wrong-type", TWO_OPTIONS.replace("true", "«yes»")),
    chapter("wrong-type", "definitions:\n  - «id:two»\n"),
    chapter("bad-id", "definitions:\n  - id: «Split Alliance»\n    term: x\n    definition: y\n"),
    chapter("bad-id", "definitions:\n  - id: «split–alliance»\n    term: x\n    definition: y\n"),
    chapter("bad-id", "definitions:\n  - id: «“two”»\n    term: x\n    definition: y\n"),
    chapter("bad-id", "definitions:\n  - id: «😀»\n    term: x\n    definition: y\n"),
    chapter("bad-id", "definitions:\n  - id: «split\u00adalliance»\n    term: x\n    definition: y\n"),
    Fault(
        "duplicate-id",
        {"source/one.yaml": MANY, "source/one copy.yaml": MANY},
        whole="source/one copy.yaml",
    ),
    chapter("duplicate-id", "definitions:\n  - id: «one»\n    term: x\n    definition: y\n"),
    Fault(
        "duplicate-id",
        {
            "source/one.yaml": TABLE,
            "source/two.yaml": TABLE.replace("id: table", "id: «table»") + CLOZED.format("two"),
        },
    ),
    Fault(
        "duplicate-id",
        {
            "source/one.yaml": TABLE,
            "source/two.yaml": TABLE.replace("id: table", "id: «table»").replace("id: a", "id: c")
            + CLOZED.format("two"),
        },
    ),
    note("bad-tag", "    tags: [«two words»]\n"),
    note("bad-tag", "    tags:\n      - «::one»\n"),
    note("bad-tag", "    tags: [«Marked»]\n"),
    note("bad-tag", "    tags: ['«a:»']\n".replace("'«", "«'").replace("»'", "'»")),
    note("unknown-key", '    «"exampel"»: text\n'),
    note("single-colon", "    tags: [«rot:noble»]\n"),
    note("single-colon", "    tags: [«exam::rot:noble»]\n"),
    note("single-colon", "    tags:\n      - «Rot:Noble»\n"),
    chapter("single-colon", f"tags: [«rot:noble»]\n{CLOZED.format('two')}"),
    chapter("single-colon", f"deck: «Wine:Vineyard»\n{CLOZED.format('two')}"),
    chapter("single-colon", f"deck: «1 Wine:Vineyard::Soil»\n{CLOZED.format('two')}"),
    chapter("bad-deck-name", "deck: «One::::Two»\n"),
    Fault("bad-deck-name", {"source/deck.yaml": "id: sample\ntitle: «One::Two»\n"}),
    Fault("no-notes", {"source/one.yaml": "deck: Empty\n"}, whole="source/deck.yaml"),
    # Names that Anki shows unescaped
    chapter("bad-deck-name", "deck: «Cases <img src=x onerror=alert(1)>»\n"),
    chapter("bad-deck-name", "deck: «Cases::More <!-- and more»\n"),
    chapter("bad-deck-name", "deck: «Terms </b> and conditions»\n"),
    chapter("bad-deck-name", "deck: «Law &amp; order»\n"),
    chapter("bad-deck-name", "deck: «R&copy»\n"),
    chapter("bad-deck-name", "deck: «Below <\u212aelvin»\n"),
    chapter("bad-deck-name", "deck: «One &hellip\u037e»\n"),
    chapter("bad-deck-name", "deck: «One \\(x\\)»\n"),
    chapter("bad-deck-name", "deck: «A [[type:Term]]»\n"),
    chapter("bad-deck-name", "deck: «A {{c1::b}}»\n"),
    Fault("bad-deck-name", {"source/deck.yaml": "id: sample\ntitle: «A [sound»\n"}),
    Fault("bad-deck-name", {"source/deck.yaml": "id: sample\ntitle: «<b>Sample</b>»\n"}),
    Fault("bad-deck-name", {"source/deck.yaml": "id: sample\ntitle: «'Sample:'»\n"}),
    chapter("bad-deck-name", "deck: «One:::Two»\n"),
    Fault("bad-deck-name", {"source/deck.yaml": "id: sample\ntitle: «A {{Term}}»\n"}),
    Fault("bad-deck-name", {"source/deck.yaml": "id: sample\ntitle: «A [anki:tts lang=en_US]»\n"}),
    Fault("bad-tag", {"source/deck.yaml": f"{DECK}tags: [«'a<svg/onload=alert(2)>'»]\n"}),
    chapter("bad-tag", "tags: [«'[sound:a'», 'b.mp3]']\n"),
    chapter(
        "bad-tag",
        "comparisons:\n  - id: two\n    tags: [«a&#60;b»]\n    columns: [A, B]\n    rows:\n      - id: x\n"
        "        cells: [a, b]\n",
    ),
    note("bad-tag", "    tags: [«'[$]x[/$]'»]\n"),
    blueprint("bad-tag", "  - tag: «a<!»\n    weight: 100\n"),
    kind("bad-deck-name", KIND.replace("title: Law", "title: «Law <i>»")),
    kind("bad-kind", KIND.replace("name: Rule", "name: «Rule <b>»")),
    kind("bad-kind", KIND.replace("name: Rule", "name: «Rule &sect 3»")),
    kind("bad-kind", KIND.replace("name: Card", "name: «Card <b>»")),
    kind("bad-kind", KIND.replace("name: Card", """name: «'The "card"'»""")),
    Fault("bad-link", {"source/deck.yaml": f"{DECK}feedback: «https://example.org/[sound:{{id}}]»\n"}),
    # Clozes, options, rows
    cloze("no-cloze", "«N»othing is hidden."),
    cloze("bad-cloze", "Before «{c1::»joining}} comes nothing."),
    cloze("bad-cloze", "Before «{{c1:»joining}} comes nothing."),
    cloze("bad-cloze", "Before «{{c1;»;joining}} comes {{c2::nothing}}."),
    cloze("bad-cloze", "Before «{{c1：»：joining}} comes {{c2::nothing}}."),
    cloze("bad-cloze", "Before «{{C1:»:joining}} comes {{c2::nothing}}."),
    cloze("bad-cloze", "Before «{{с1:»:joining}} comes {{c2::nothing}}."),
    cloze("bad-cloze", "Before «｛｛c1::»joining｝｝ comes {{c2::nothing}}."),
    cloze("bad-cloze", "Before «c1::»joining comes {{c2::nothing}}."),
    cloze("bad-cloze", "Before «{{c1, 2:»:joining}} comes {{c2::nothing}}."),
    cloze("bad-cloze", "Before «{{c1}}» comes {{c2::nothing}}."),
    cloze("bad-cloze", "Before «[c1::»joining] comes {{c2::nothing}}."),
    cloze("bad-cloze", "A " + "{{c1::a " * 10 + "«{{c1»::b" + "}}" * 11),
    cloze("bad-cloze", "Before «{{c1::»joining comes nothing."),
    cloze("bad-cloze", "Before «{{c0::»joining}} comes nothing."),
    cloze("bad-cloze", "Before «{{c777::»joining}} comes nothing."),
    cloze("bad-cloze", "Before {{c1::«::»hint}} comes nothing."),
    cloze("bad-cloze", "Before {{c1::«::»1}} comes nothing."),
    cloze("bad-cloze", "Before {{c1«:::»x}} comes nothing."),
    cloze("bad-cloze", "Before {{c1::x«:::»y}} comes nothing."),
    cloze("bad-cloze", "Before {{c1::x«::»}} comes nothing."),
    cloze("bad-cloze", "Before {{c1::x«::» }} comes nothing."),
    cloze("bad-cloze", "Before {{c1::std::vector«::»hint}} comes nothing."),
    cloze("bad-cloze", "Before {{c1::a«::»h {{c2::b}}}} comes nothing."),
    cloze("bad-cloze", "Before {{c1::x}}«}}» comes nothing."),
    cloze("bad-cloze", "Before «{{c1::»x{y}} comes nothing."),
    cloze("bad-cloze", "Before `«{{c1::»x` y}} comes nothing."),
    cloze("bad-cloze", 'Before <b title="«{{c1::»x}}">x</b> comes {{c2::nothing}}.'),
    cloze("bad-cloze", "Before «{{joining}}» comes {{c2::nothing}}."),
    cloze("bad-cloze", "Before «((c1::»joining)) comes {{c2::nothing}}."),
    cloze("bad-cloze", "**Before «{{c1::»joining** comes}} nothing."),
    cloze("bad-cloze", "Before [x](https://a.b/«{{c1::»c}}) comes {{c2::nothing}}."),
    Fault(
        "no-card",
        {
            **kind("", KIND.replace("{type: text, r", "{type: markdown, r")).files,
            "source/two.yaml": "laws:\n  - id: «two»\n    name: <br>\n",
        },
    ),
    Fault(
        "no-card",
        {
            **face("", card_front="{{#Rule}}{{Rule}}{{/Rule}}").files,
            "source/two.yaml": "laws:\n  - id: «two»\n    name: x\n",
        },
    ),
    Fault(
        "no-card",
        {
            **face("", card_front="{{^Rule}}{{Name}}{{/Rule}}").files,
            "source/two.yaml": "laws:\n  - {id: «two», name: x, rule: y}\n  - {id: three, name: x}\n",
        },
    ),
    note("bad-cards", "    cards: [«Recal»]\n"),
    note("bad-cards", "    cards: [Recall, «Recall»]\n"),
    note("wrong-type", "    cards: «Recall»\n"),
    note("empty-value", "    cards:« »\n"),
    chapter("bad-cards", "takeaways:\n  - id: two\n    text: A {{c1::b}}.\n    cards: «[»Cloze]\n"),
    chapter("bad-cards", "cards: {definitions: [«recognize»]}\n"),
    chapter("wrong-type", "cards: «[»Recognize]\n"),
    chapter("unknown-key", "cards: {«definition»: [Recognize]}\n"),
    chapter("bad-cards", TABLE.replace("    rows:", "    cards: [«Name it»]\n    rows:", 1)),
    Fault("bad-cards", {**TWO_CARDS, "source/two.yaml": LAW_OF_TWO.format("«[»Card]")}),
    Fault(
        "no-card",
        {
            **TWO_CARDS,
            "templates/law/kind.yaml": MARKED,
            "source/two.yaml": LAW_OF_TWO.format("[Back]").replace("id: two", "id: «two»"),
        },
    ),
    prose("misplaced-cloze", "This «{{c1»::hides}} nothing."),
    options(
        "correct-option", "\n      «-»" + TWO_OPTIONS.replace("        correct: true\n", "").split("-", 1)[1]
    ),
    options("correct-option", TWO_OPTIONS.replace("text: Two", "text: Two\n        correct: «true»")),
    options("option-count", "\n      «-» text: One\n        correct: true\n        why: So.\n"),
    chapter("empty-value", "comparisons:\n  - id: two\n    columns: [A, B]\n    rows: «[»]\n"),
    chapter(
        "row-cells",
        "comparisons:\n  - id: two\n    columns: [«A»]\n    rows:\n      - id: x\n        cells: [one]\n",
    ),
    chapter(
        "row-cells",
        "comparisons:\n  - id: two\n    columns: [A, B]\n    rows:\n      - id: x\n        cells: [«one»]\n",
    ),
    # From note to note
    note("unknown-note", "    builds_on: [«on»]\n"),
    chapter(
        "unseen-note",
        "definitions:\n  - id: «two»\n    term: Term\n    definition: |\n      Text\n    cards: []\n",
    ),
    note(
        "unknown-note",
        f"    builds_on: [«table»]\n{TABLE}",
    ),
    chapter(
        "circular-builds-on",
        "definitions:\n"
        "  - {id: a, term: A, definition: x, builds_on: [b]}\n"
        "  - {id: b, term: B, definition: x, builds_on: [c]}\n"
        "  - {id: c, term: C, definition: x, builds_on: [«a»]}\n",
    ),
    chapter("similar-deck", f"deck: «Sample::Two»\n{CLOZED.format('two')}"),
    Fault(
        "similar-deck",
        {
            "source/one.yaml": f"deck: 1 Wind\n{CLOZED.format('one')}",
            "source/two.yaml": f"deck: «1 wind»\n{CLOZED.format('two')}",
        },
    ),
    Fault(
        "builds-on-later",
        {
            "source/one.yaml": "deck: 1\n" + CLOZED.format("one") + "    builds_on: [«two»]\n",
            "source/two.yaml": "deck: 2\n" + CLOZED.format("two"),
        },
    ),
    # Markup and media
    prose("bad-html", "A «<script>»alert(1)</script>"),
    prose("bad-html", 'A <b «onclick»="x">b</b>'),
    prose("bad-html", "A «<b>»b"),
    prose("bad-html", "H<sub>2«<sub>»O"),
    prose("bad-html", "<i>H<sub>2«<sub>»O</i> and CO<sub>2</sub>"),
    prose("bad-html", "A «</div>» b"),
    prose("bad-html", "«<!-- hidden -->»"),
    prose("bad-link", "A [link](«javascript:alert(1)»)"),
    prose("bad-link", "A [link](«chapter-two»)"),
    prose("bad-link", "![a](media/a.png) [Two boats](«media/a.png»)", a_png=PNG),
    Fault("bad-link", {"source/deck.yaml": "id: sample\ntitle: Sample\nfeedback: «example.org»\n"}),
    prose("bad-link", "![a tree](«media/my tree.png»)"),
    prose("bad-math", "A $«\\href»{javascript:x}{y}$"),
    prose("bad-math", "A $«\\left»( x$"),
    prose("bad-math", "A $«x^2^»3$".replace("«x^2^»", "x«^2^»")),
    prose("lost-text", "A $12«%» \\pm 1\\%$"),
    prose("yaml-syntax", "«<<<<<<<» HEAD\n      A\n      =======\n      B\n      >>>>>>> ann"),
    prose("bad-html", 'A <img src="media/a.png" alt="a tree">«</img>»', a_png=PNG),
    cloze("bad-cloze", "A «{\u200b{c1::»text}} in sight."),
    term("wrong-type", "«[»Fe/H]"),
    chapter("yaml-syntax", "deck: 1 Sky::Northern:«:»\ndefinitions: []\n"),
    chapter("yaml-syntax", 'definitions:\n  - id: two\n    "term": "A"«,»\n    definition: x\n'),
    prose("bad-math", "A \\(«\\href»{javascript:x}{y}\\)"),
    prose("bad-math", "A \\\\(«\\href»{javascript:x}{y}\\\\)"),
    prose("bad-math", "A [$$]«\\unicode»{x}{y}[/$$]"),
    prose("bad-math", "A $«\\bbox»[position:fixed]{y}$"),
    prose("bad-math", "A $«\\def»\\x{y}$"),
    prose("bad-math", "A $«\\mmlToken»{mi}{y}$"),
    term("bad-math", "\\(«\\href»{javascript:x}{y}\\)"),
    prose("lost-text", "«[Note]: remember»"),
    prose("lost-text", "«[1]: https://example.org»"),
    prose("lost-text", "| a | b |\n      |---|---|\n      | c | d | «e» |"),
    prose("lost-text", "Text.\n\n      «[x]: y»"),
    prose("missing-media", "The tree «![[tree.png]]» of names.", tree_png=PNG),
    prose("bad-link", 'A <A HREF="«javascript:alert(1)»">x</A>'),
    prose("bad-link", "A <a href = '«javascript:alert(1)»'>x</a>"),
    prose("bad-link", '«A <a href="&#106;avascript:alert(1)">x</a>»'),
    prose("remote-media", '<IMG SRC="«https://a.b/x.png»" alt="x">'),
    prose("remote-media", "<img alt=x src = «https://a.b/x.png»>"),
    prose("bad-html", '<a href="https://a.b" «HREF»="https://c.d">x</a>'),
    prose("bad-html", '<p «src»="x.png">x</p>'),
    prose("bad-html", "A «<b/>»b"),
    prose("bad-html", "<div>\n      «<b/title=x>»y</b>\n      </div>"),
    prose("remote-media", "![a](«https://example.org/a.png»)"),
    prose("missing-media", "![a](«media/a.png»)"),
    prose("missing-media", "[sound:«media/a.mp3»]"),
    prose("missing-media", "![a](«media\\tree.png»)"),
    prose("missing-media", "![a](«source/media/a.png»)", a_png=PNG),
    prose("unreadable-media", "![a](«../../a.png»)"),
    prose("unreadable-media", "![a](«media/a.png»)", a_png=b""),
    prose("broken-media", "![a](«media/a.png»)", a_png=POINTER),
    prose("broken-media", "![a](«media/a.png»)", a_png=PNG[:-1]),
    prose("broken-media", "![a](«media/a.png»)", a_png=PNG.replace(b"\r\n", b"\n")),
    prose("broken-media", "![a](«media/a.jpg»)", a_jpg="<!DOCTYPE html>\n<title>Not Found</title>\n"),
    prose("broken-media", "![a](«media/a.svg»)", a_svg="<svg xmlns='http://www.w3.org/2000/svg'>"),
    prose("broken-media", '<img alt="a" src="«media/a.svg»">', a_svg=PNG),
    prose("broken-media", "[sound:«media/a.mp3»]", a_mp3="No sound.\n"),
    prose("broken-media", "[sound:«media/a.mp3»]", a_mp3=PNG),
    prose("media-type", "![a](«media/a.pdf»)", a_pdf=b"x"),
    prose("media-type", "![a](«media/a.mp3»)", a_mp3=MP3),
    shown("large-media", "a.png", PNG[:-12] + png_chunk(b"teXt", bytes(4_000_000)) + PNG[-12:]),
    shown("photo-place", "a.png", PNG[:-12] + png_chunk(b"eXIf", GPS) + PNG[-12:]),
    shown("incomplete-svg", "a.svg", SVG.format('<image href="a.png"/>')),
    shown("incomplete-svg", "a.svg", SVG.format("<style>@import 'a.css';</style>")),
    shown("incomplete-svg", "a.svg", SVG.format('<rect fill="url(a.svg#b)"/>')),
    Fault("unused-media", {"source/media/a.png": PNG}, whole="source/media/a.png"),
    Fault("missing-language", {"source/one.yaml": ARABIC}, whole="source/deck.yaml"),
    Fault("missing-words", {"source/deck.yaml": f"{DECK}«language»: it\n"}),
    Fault(
        "missing-words",
        {"templates/base/words.html.j2": '[% set why = "Why so" %]\n'},
        whole="templates/base/words.html.j2",
    ),
    Fault("unknown-color", {"templates/base/theme.css.j2": ".card { «--acent»: red; }\n"}),
    css("unknown-color", ".a { color: var(«--ikn»); }\n"),
    # Lists, images and choices
    typed("wrong-type", "state", "«stat»"),
    typed("wrong-type", "state", "«[»state]"),
    typed("missing-media", "media/The court.png", "«media/A court.png»"),
    typed("missing-media", "media/The court.png", "«The court.png»"),
    typed("media-type", "media/The court.png", "«two.yaml»"),
    typed("remote-media", "media/The court.png", "«https://example.org/a.png»"),
    typed("unreadable-media", "media/The court.png", "«../../one.png»"),
    Fault(
        "broken-media",
        {
            **CASES,
            "source/two.yaml": TARASOFF.replace("media/The court.png", "«media/The court.png»"),
            "source/media/The court.png": POINTER,
        },
    ),
    typed("unknown-key", "alt:", "alt: x\n      «title»:"),
    typed(
        "missing-key",
        """file: media/The court.png
      alt:""",
        "«a»lt:",
    ),
    typed(
        "wrong-type",
        """photo:
      file: media/The court.png
      alt: A court "in" <Sacramento>""",
        "photo: «A court»",
    ),
    typed("misplaced-cloze", "A therapist", "A «{{c1»::therapist}}"),
    typed("bad-html", "A therapist", "A «</b>»"),
    typed(
        "wrong-type",
        "      - |\n        A therapist *must* protect\n      - whom a client threatens",
        "      «whom a client threatens»",
    ),
    typed(
        "empty-value",
        """
      - |
        A therapist *must* protect
      - whom a client threatens""",
        " «[»]",
    ),
    # Kinds and faces
    kind("bad-kind", KIND.replace("section: laws", "section: «takeaways»")),
    kind("bad-kind", KIND.replace("from: rule", "from: «rul»")),
    kind("bad-kind", KIND.replace("id: 2", "id: «1»")),
    kind("bad-kind", KIND.replace("name: Rule", "name: «Tags»")),
    kind(
        "bad-kind",
        KIND.replace("{type: text, required: true}", "{type: text}").replace("from: name", "from: «name»"),
    ),
    kind("bad-kind", KIND.replace("normal", "«cloze»")),
    kind("wrong-type", KIND + "applies: «yes»\n"),
    kind("bad-kind", KIND.replace("  rule:", "  «more»: {type: text}\n  rule:")),
    Fault(
        "unknown-key",
        {**kind("", KIND).files, "source/two.yaml": "laws:\n  - id: two\n    name: x\n    «extra»: y\n"},
    ),
    Fault(
        "unknown-note",
        {
            **kind("", KIND.replace("markdown", "notes")).files,
            "source/two.yaml": "laws:\n  - id: two\n    name: x\n    rule: [«nope»]\n",
        },
    ),
    Fault("unknown-key", {"source/deck.yaml": "id: sample\n«titel»: Sample\n"}),
    chapter("unknown-key", "definitions:\n  - «Id»: two\n    term: x\n    definition: y\n"),
    kind("wrong-type", KIND.replace("normal", "«norml»")),
    kind("wrong-type", KIND.replace("id: 2,", "id: «9007199254740992»,")),
    kind("unknown-key", KIND + "«card»: x\n"),
    kind("yaml-syntax", KIND.replace("  - {name: Rule", " «-» {name: Rule")),
    kind("yaml-syntax", KIND.replace("  rule:", "   «r»ule:")),
    kind("duplicate-key", KIND.replace("  rule:", "  «name»: {type: text}\n  rule:")),
    kind("unknown-key", KIND.replace("required: true", "«requird»: true")),
    kind("unknown-key", KIND.replace("type: text", "«type:text»")),
    kind("wrong-type", KIND.replace("markdown", "«markdwn»")),
    kind("wrong-type", KIND.replace("{type: markdown}", "«markdown»")),
    kind("missing-key", KIND.replace("{name: Rule, id: 2,", "«{»name: Rule,")),
    kind("bad-kind", KIND.replace("name: Rule", "name: «name»")),
    kind("bad-kind", KIND.replace("title: Law", "title: «Definition»")),
    kind("bad-kind", KIND.replace("cards:", "«cards»: []\n").partition("[]")[0] + "[]\n"),
    kind(
        "bad-kind",
        KIND.replace("cards:", "  - {name: More, id: 9}\n«cards»:").replace("face: card", "reserve: More"),
        card_front="",
        card_back="",
    ),
    kind(
        "bad-kind",
        KIND.replace("cards:", "  - {name: More, id: 9}\ncards:")
        + "  - {name: B, id: 2, reserve: More}\n  - {name: C, id: 3, reserve: «More»}\n",
    ),
    kind("bad-kind", KIND.replace("cards:", MARK.format("No Card", 9, "«card»") + "cards:")),
    kind(
        "bad-kind",
        KIND.replace("cards:", MARK.format("A", 8, "Card") + MARK.format("B", 9, "«Card»") + "cards:"),
    ),
    kind("bad-kind", KIND.replace("from: rule", "from: rule, without: «Card»")),
    kind("bad-kind", KIND.replace("from: rule", "from: «cards»")),
    Fault(
        "bad-kind",
        {
            **kind("", KIND.replace("title: Law", "title: «Definition»")).files,
            "source/two.yaml": "cards: {laws: [Card]}\n",
        },
    ),
    Fault(
        "bad-kind",
        {
            **kind("", KIND.replace("name: Rule", "name: «name»")).files,
            "source/two.yaml": "cards: {laws: [Card]}\n",
        },
    ),
    kind("bad-kind", KIND.replace("  rule:", "  «cards»: {type: text}\n  rule:")),
    kind("bad-kind", KIND.replace("  rule:", "  «tags»: {type: text}\n  rule:")),
    kind("bad-kind", KIND.replace("  rule:", "  «the.rule»:")),
    kind("bad-kind", KIND.replace("markdown", "texts").replace("from: rule", "from: «rule»")),
    kind("bad-kind", KIND.replace("  rule:", "  «more»: {type: texts}\n  rule:")),
    kind("bad-kind", KIND.replace("fields:", "«table_keys»:\n  columns: {type: texts}\nfields:")),
    kind("bad-kind", KIND.replace("{type: markdown}", "{type: «choice»}")),
    kind("bad-kind", KIND.replace("{type: markdown}", "{type: markdown, «values»: [a]}")),
    kind("bad-kind", KIND.replace("{type: markdown}", "{type: choice, values: [a, «a»]}")),
    kind("empty-value", KIND.replace("{type: markdown}", "{type: choice, values: «[»]}")),
    kind("bad-kind", KIND.replace("keys:", "gist: «rul»\nkeys:")),
    kind("bad-kind", KIND.replace("keys:", "gist: «rule.rest»\nkeys:")),
    kind("bad-kind", KIND.replace("keys:", "gist: «builds_on»\nkeys:")),
    kind("bad-kind", KIND.replace("face: card", "face: «card.front.html.j2»")),
    kind("bad-kind", KIND.replace(", face: card", "").replace("- {name: Card", "- «{»name: Card")),
    Fault(
        "bad-kind",
        {name.replace("law", "my law"): text for name, text in kind("", KIND).files.items()},
        whole="templates/my law/kind.yaml",
    ),
    Fault("unreadable-file", {"templates/law/kind.yml": KIND}, whole="templates/law/kind.yaml"),
    Fault("unused-template", {"templates/base/theme.css": ""}, whole="templates/base/theme.css"),
    Fault("unused-template", {"templates/card.front.html.j2": ""}, whole="templates/card.front.html.j2"),
    Fault(
        "unused-template",
        {**kind("", KIND).files, "templates/law/card.front.html": ""},
        whole="templates/law/card.front.html",
    ),
    Fault("template-syntax", {"templates/base/theme.css.j2": ".card {\n  /* was [#0b5c6b] */⟵\n}\n"}),
    face("anki-syntax", card_back="{{Name}}\n«{Rule}}»\n"),
    face("anki-syntax", card_back="{{Name}}\n<p>«{Rule}»</p>\n"),
    face("template-syntax", card_back=f"{LAYOUT}{{% block body %}}⟵\n{{{{Name}}}}\n[% endblock %]\n"),
    face("template-syntax", card_back='x\n[[ deck["„title“"] ~ „so“ ]]⟵\n{{Name}}\n'),
    face("template-syntax", card_back='x\n[% set a = "the "best" one" %]⟵\n{{Name}}\n'),
    Fault("missing-words", {"templates/base/words.html.j2": misnamed_word()}),
    face("anki-syntax", card_back="{{Name}} «{{»Rule}\n"),
    face("anki-syntax", card_back="x\n«{{»Name}</div>\n{{#Rule}}y{{/Rule}}\n"),
    Fault(
        "missing-face",
        {
            "templates/law/kind.yaml": KIND.replace("face: card", "face: «card»"),
            "templates/law/card.front.html.j2": "{{Name}}",
        },
    ),
    face("missing-face", card_back='x\n[% include "base/other.html.j2" %]⟵\n'),
    face("template-syntax", card_back="x\n[% if %]⟵\n"),
    face("template-failed", card_back="x\n[[ dek.title ]]⟵\n"),
    face(
        "template-failed",
        card_back='[% extends "base/layout.html.j2" %]\n[% block body %]\n[[ deck.titel ]]⟵\n[% endblock %]',
    ),
    face("template-failed", card_back="[[ ''.__class__.__mro__ ]]⟵\n"),
    face("template-failed", card_back="x\n[[ 1 // 0 ]]⟵\n"),
    face("template-failed", card_back=f'{LAYOUT}[% block more %]\n[[ m.prt("x", "Rule") ]]⟵\n[% endblock %]'),
    face("template-failed", card_back=f'{LAYOUT}[% block more %]\n[[ m.part("x") ]]⟵\n[% endblock %]'),
    face("unknown-field", card_back=f'{LAYOUT}[% block more %]\n[[ m.part("x", "«Rul»") ]]\n[% endblock %]'),
    face("template-failed", card_back='x\n[[ m.part("x", "Rule") ]]⟵\n'),
    face("template-failed", card_back=f"{LAYOUT}[% block bdy %]⟵\n{{{{Name}}}}\n[% endblock %]\n"),
    face("template-failed", card_back="x\n[% for each in range(10**9) %]⟵\nx[% endfor %]\n"),
    face("template-failed", card_back="x\n" + "[% for a in range(999) %]" * 3 + "⟵\n" + "[% endfor %]" * 3),
    face("template-failed", card_back="x\n[% macro a() %]\n[[ a() ]]⟵\n[% endmacro %]\n[[ a() ]]\n"),
    face("template-failed", card_back='x\n[% include "law/card.back.html.j2" %]⟵\n'),
    face("template-failed", card_back='[% extends "law/card.back.html.j2" %]⟵\nx\n'),
    face("template-syntax", card_back=f"{LAYOUT}[% block body %]⟵\n{{{{Name}}}}\n"),
    face("template-syntax", card_back="x\n[% if deck %]⟵\n[% if kind %]\ny\n[% endif %]\n"),
    face("template-syntax", card_back="x\n[% for each in fields %]\n[% endif %]⟵\n"),
    face("template-syntax", card_back="x\n[% fro each in fields %]⟵\n"),
    face("template-syntax", card_back="x\n[[ deck.title|uper ]]⟵\n"),
    face("template-syntax", card_back="x\n[[ deck.title ]⟵\n"),
    face("anki-syntax", card_back="x\n«{%» if x %}y{% endif %}\n"),
    face("unknown-field", card_back="x\n«{{ deck.title }}»\n"),
    face("unknown-field", card_front_browser="x\n«{{Nam}}»\n"),
    css("template-failed", ".a {\n  color: [[ colour ]];⟵\n}\n"),
    css("missing-media", '.a {\n  src: url("[[ media("a.woff") ]]");⟵\n}\n'),
    face("missing-media", card_back='x\n<img src="[[ media("seal.svg") ]]">⟵\n'),
    face("missing-media", card_back='x\n<img src="[[ media("../law/seal.svg") ]]">⟵\n'),
    face("missing-media", card_back='x\n<img src="[[ media(1) ]]">⟵\n'),
    face("media-type", card_back='x\n<img src="[[ media("kind.yaml") ]]">⟵\n'),
    Fault(
        "unreadable-media",
        {
            **face("", card_back='x\n<img src="[[ media("seal.svg") ]]">⟵\n').files,
            "templates/law/seal.svg": b"",
        },
    ),
    Fault(
        "broken-media",
        {
            **face("", card_back='x\n<img src="[[ media("seal.svg") ]]">⟵\n').files,
            "templates/law/seal.svg": b"<svg/>",
        },
    ),
    Fault(
        "broken-media",
        {
            **css("", '.a {\n  src: url("[[ media("a.woff2") ]]");⟵\n}\n').files,
            "templates/base/a.woff2": b"wOF2\0\1\0\0\0\1\0\0",
        },
    ),
    face("anki-syntax", card_back="x\n{{Name}} «{{#Rule}}» y\n"),
    face("anki-syntax", card_back="x\n«{{»Name\n"),
    face("anki-syntax", card_back="x {{Name}}«{{/Rule}}»\n"),
    face("anki-syntax", card_back="x {{Name}}\n«{{{Rule}}»}\n"),
    face("unknown-field", card_back="x\n  «{{Rules}}»\n"),
    face("unknown-field", card_back="x\n  «{{text: Rule}}»\n"),
    face("unknown-field", card_back="<!-- {{Nope}} --> <!-- «{{Rules}}»\n"),
    face("unknown-field", card_back="x «{{#FrontSide}}»y{{/FrontSide}}\n"),
    face("unknown-field", card_back="x {{#c1}}y{{/c1}}«{{c1}}»\n"),
    face("unknown-field", card_front="{{Name}} «{{FrontSide}}»\n"),
    face("unknown-filter", card_back="x\n  «{{txt:Rule}}»\n"),
    face("unknown-filter", card_back="x {{type:nc:Name}}\n  «{{nc:Rule}}»\n"),
    face("unknown-filter", card_back="x {{tts en_US speed=0.8:Name}}\n  «{{tts speed=0.8:Rule}}»\n"),
    face("blank-front", card_front="Static⟵\n"),
    face("blank-front", card_front="{{^Rule}}{{#Name}}{{Rule}}{{/Name}}{{/Rule}}⟵\n"),
    face("blank-front", card_front="{{#c1}}{{Name}}{{/c1}}⟵\n"),
    face("blank-front", card_front="{{^c1}}{{Name}}{{/c1}}⟵\n"),
    face("blank-front", card_front="{{^Deck}}{{Name}}{{/Deck}}⟵\n"),
    face("blank-front", card_front="{{^Rule}}{{Deck}}{{/Rule}}⟵\n"),
    face("blank-front", card_front="{{#Rule}}{{Type}}{{/Rule}}⟵\n"),
    face("blank-front", card_front="{{#Tags}}{{Tags}}{{/Tags}}⟵\n"),
    face("blank-front", card_front="{{^Tags}}{{Card}} {{Name}}{{/Tags}}⟵\n"),
    face("blank-front", card_front="{{cloze:Name}}⟵\n"),
    Fault(
        "blank-front",
        {
            **face("", card_front="{{#Name}}{{Deck}} {{^Rule}}{{Name}}{{/Rule}}{{/Name}}").files,
            "source/two.yaml": "laws:\n  - id: «two»\n    name: x\n    rule: y\n",
        },
    ),
    face("blank-front", card_front="{{Name}} {{Deck}}⟵\n"),
    # What has been released
    ledger("bad-ledger", '"note":"one"', '"note":1', line=3),
    ledger("bad-ledger", '{"note":"one",', '{"note":"one"', line=3),
    ledger("bad-ledger", '"due":1000', '"due":-1', line=3),
    ledger("bad-ledger", '"mod":1700000000,"due"', '"mod":9999999999,"due"', line=3),
    ledger("bad-ledger", '{"release"', '\n{"release"', line=4),
    ledger("bad-ledger", r'(\{"note".*\n)', r"\1\1", line=4),
    ledger("bad-ledger", r'(\{"type".*\n)', r"\1\1", line=3),
    ledger("bad-ledger", r'(\{"release".*\n)', r"\1\1", line=5),
    ledger("bad-ledger", r'(\{"ledger".*\n)', r"\1\1", line=2),
    ledger("bad-ledger", r'\{"ledger".*\n', ""),
    ledger("bad-ledger", r'\{"type".*\n', ""),
    ledger("bad-ledger", r'\{"release".*\n', ""),
    ledger("bad-ledger", r'\{"note".*\n', ""),
    ledger("ledger-conflict", r'(\{"note".*\n)', r"<<<<<<< HEAD\n\1=======\n>>>>>>> x\n", line=3),
    Fault("lost-ledger", {}, whole="source/ledger.jsonl", before={}, lost=True),
    ledger("newer-ledger", '"ledger":2', '"ledger":3', line=1),
    released("changed-deck", {"source/deck.yaml": "«id»: other\ntitle: Sample\n"}),
    released("changed-deck", {"source/deck.yaml": "id: sample\n«title»: Other\n"}),
    released("note-gone", {"source/one.yaml": CLOZED.format("«new»").replace("A {{", "B {{")}),
    released(
        "note-gone",
        {"source/two.yaml": TABLE[: TABLE.index("      - id: b")].replace("id: a", "id: «a»")},
        before={"source/two.yaml": TABLE},
    ),
    released(
        "note-gone",
        {"source/two.yaml": TABLE.replace("id: table", "id: «stances»")},
        before={"source/two.yaml": TABLE},
    ),
    released(
        "note-gone",
        {"source/one.yaml": CLOZED.format("one\n    cards: «[»]") + again("two", "builds_on: [one]")},
    ),
    released("used-id", {"source/one.yaml": CLOZED.format("one") + again("«two»", "was: one")}),
    released("unknown-was", {"source/one.yaml": CLOZED.format("one") + again("«two»", "was: on")}),
    released("never-released", {"source/one.yaml": CLOZED.format("one") + again("«two»", "retired: Why.")}),
    released(
        "builds-on-retired",
        {
            "source/one.yaml": CLOZED.format("one\n    retired: Why.") + again("two", "builds_on: [«one»]"),
        },
    ),
    released(
        "changed-kind",
        {"source/one.yaml": "definitions:\n  - id: «one»\n    term: A\n    definition: |\n      B\n"},
    ),
    released(
        "moved-cloze",
        {"source/one.yaml": "takeaways:\n  - id: one\n    text: |\n      {{c1::a}} «{{c2::»b}}\n"},
        {"source/one.yaml": "takeaways:\n  - id: one\n    text: |\n      {{c1::a}} {{c1::b}}\n"},
    ),
    released(
        "dead-card",
        {"source/one.yaml": "takeaways:\n  - id: «one»\n    text: |\n      {{c2::x}}\n"},
    ),
    released("moved-notes", {"source/one.yaml": "deck: Sub\n" + CHAPTER.replace("one", "«one»")}),
    released(
        "unused-accept",
        {"source/deck.yaml": f"{DECK}accept:\n  - «c»ode: moved-cloze\n    id: one\n    because: So.\n"},
    ),
    released(
        "wide-change",
        {"source/deck.yaml": f"{DECK}«tags»: [new]\n", "source/many.yaml": MANY},
        {"source/many.yaml": MANY},
    ),
    released(
        "wide-change",
        {"source/many.yaml": f"«tags»: [new]\n{MANY}"},
        {"source/many.yaml": MANY},
    ),
    grown(GROWN.replace("cards:", "  - «{»name: More, id: 9}\ncards:")),
    grown(GROWN.replace("cards:", "  - «{»name: More, id: 9, without: Card}\ncards:")),
    grown(
        GROWN.replace("{name: Rule, id: 2, from: rule", "«{»name: Rule, id: 2, without: Card").replace(
            "  rule: {type: markdown}\n", ""
        )
    ),
    grown(GROWN.replace("{name: Rule, id: 2", "«{»name: Rule, id: 7")),
    grown(GROWN.replace("fields:", "«fields»:").replace("  - {name: Reserve 2, id: 4}\n", "")),
    grown(
        GROWN.replace("id: 3}", "id: 0}")
        .replace("{name: Reserve 2, id: 4", "{name: Reserve 2, id: 3")
        .replace("{name: Reserve 1, id: 0", "«{»name: Reserve 1, id: 4")
    ),
    grown(GROWN + "  - «{»name: Second, id: 3, face: card}\n"),
    grown(
        GROWN.replace("  rule:", "  text:").replace(
            "{name: Rule, id: 2, from: rule", "«{»name: Rule, id: 2, from: text"
        )
    ),
    grown(GROWN.replace("{name: Dormant, id: 2, reserve: Reserve 1", "«{»name: Dormant, id: 2, face: card")),
    grown(
        GROWN.replace(
            "{name: Dormant, id: 2, reserve: Reserve 1", "«{»name: Dormant, id: 2, reserve: Reserve 2"
        )
    ),
    grown(
        GROWN.replace("  rule:", "  hint: {type: text}\n  rule:")
        .replace("{name: Reserve 1, id: 3", "{name: Hint, id: 3, from: hint")
        .replace("{name: Dormant, id: 2, reserve: Reserve 1", "«{»name: Dormant, id: 2, face: card")
    ),
    Fault(
        "changed-note-type",
        {
            **kind(
                "",
                GROWN.replace("  rule:", "  hint: {type: text}\n  rule:")
                .replace("{name: Reserve 1, id: 3", "{name: Hint, id: 3, from: hint")
                .replace("{name: Dormant, id: 2, reserve: Reserve 1", "«{»name: Dormant, id: 2, face: new"),
                new_front="{{#Hint}}{{Hint}}{{/Hint}}{{^Tags}}{{^Hint}}{{#Rule}}{{Name}}{{/Rule}}{{/Hint}}{{/Tags}}",
                new_back="x",
            ).files,
            **LAW,
        },
        before=kind("", GROWN).files | LAW,
    ),
    # Silencing
    note("wrong-type", "    allow: [«same-tern»]\n"),
    note("wrong-type", "    allow: [«bad-id»]\n"),
    note("unused-allow", "    allow: [«same-term»]\n"),
    Fault(
        "wrong-type",
        {"source/deck.yaml": f"{DECK}checks: [«same-term»]\n".replace("[«s", "«[»s").replace("m»]", "m]")},
    ),
    Fault("wrong-type", {"source/deck.yaml": f"{DECK}checks:\n  same-term: «on»\n  because: So.\n"}),
    Fault("wrong-type", {"source/deck.yaml": f"{DECK}checks:\n  «same-trem»: off\n  because: So.\n"}),
    Fault("wrong-type", {"source/deck.yaml": f"{DECK}checks:\n  «bad-id»: off\n  because: So.\n"}),
    Fault("missing-key", {"source/deck.yaml": f"{DECK}«checks»:\n  same-term: off\n"}),
    Fault("wrong-type", {"source/deck.yaml": f"{DECK}exam_options: «nine»\n"}),
    Fault("wrong-type", {"source/deck.yaml": f"{DECK}exam_options: «9»\n"}),
    Fault("wrong-type", {"source/deck.yaml": f"{DECK}order: «writen»\n"}),
    # The blueprint
    blueprint("unknown-key", "  - tag: a\n    weight: 100\n    «wieght»: 1\n"),
    blueprint("missing-key", "  - «t»ag: a\n"),
    blueprint("wrong-type", "  - tag: a\n    weight: «much»\n"),
    blueprint("wrong-type", "  - tag: a\n    weight: «24 %»\n"),
    blueprint("wrong-type", "  - tag: a\n    weight: «0»\n"),
    blueprint("wrong-type", "  - tag: a\n    weight: «100.5»\n"),
    blueprint("wrong-type", "  «a»: 100\n"),
    blueprint("blueprint-tag", "  - tag: a\n    weight: 50\n  - tag: «A»\n    weight: 50\n"),
    blueprint("bad-tag", "  - tag: «domain 1»\n    weight: 100\n"),
    blueprint("empty-value", "  «[»]\n"),
    Fault("blueprint-tag", {"source/deck.yaml": f"{DECK}blueprint:\n  - tag: «a»\n    weight: 100\n"}),
    Fault(
        "blueprint-weights",
        {"source/deck.yaml": f"{DECK}tags: [a]\n«blueprint»:\n  - tag: a\n    weight: 99.4\n"},
    ),
    Fault("unread-file", {"two.yaml": CHAPTER}, whole="two.yaml"),
    Fault("unread-file", {"source/two.yaml.txt": "takeaways:\n"}, whole="source/two.yaml.txt"),
    Fault("unread-file", {"source/One.yaml~": CHAPTER}, whole="source/One.yaml~"),
    Fault("unread-file", {"source/two.txt": CHAPTER}, whole="source/two.txt"),
    Fault("unused-template", {"source/theme.css.j2": ""}, whole="source/theme.css.j2"),
    Fault("unused-template", {"template/base/theme.css.j2": ""}, whole="template"),
    Fault("wrong-type", {"source/deck.yaml": f"{DECK}language: «jp»\n"}),
    Fault("wrong-type", {"source/deck.yaml": f"{DECK}language: «eng»\n"}),
    Fault("bad-link", {"source/deck.yaml": f"{DECK}feedback: «me@example.org»\n"}),
    Fault("bad-link", {"source/deck.yaml": f"{DECK}feedback: «mailto:me@example.org?subject={{{{id}}}}»\n"}),
    Fault("bad-link", {"source/deck.yaml": f"{DECK}feedback: «https://example.org/{{NOTE_ID}}»\n"}),
    # Adopted note types
    adopted("adopted-face", "{{Meaning}}", "<b>«{{Meening}}»</b>"),
    adopted("adopted-face", "{{Meaning}}", "«{{edit:Meaning}}»"),
    adopted("adopted-blank", "id: dog\n    word: a dog", "id: «dog»"),
    adopted("bad-cards", "    meaning: an", "    cards: «[»Card 1]\n    meaning: an"),
    adopted("missing-key", "  note_type: Basic", "  «s»tock: 1"),
    adopted("bad-kind", "  note_type: Basic", "  note_type: Basic\n  sort_field: «Word 2»"),
    adopted("wrong-type", "name: Word,", "name: Word, id: «x»,"),
    adopted("wrong-type", "name: Word,", "name: Word, tag: «-1»,"),
    adopted("unknown-key", "face: card", "face: card, «reserve»: Word"),
    adopted("shared-look", "adopted:", "«adopted»:\n  latex_svg: true", before=WORD),
    adopted("changed-note-type", "{name: Card 1", "«{»name: Card 2", before=WORD),
    adopted("changed-note-type", "adopted:", "«adopted»:\n  sort_field: Meaning", before=WORD),
)
