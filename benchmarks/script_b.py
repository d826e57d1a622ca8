"""What a careful author writes in an evening: PyYAML, markdown-it-py, Jinja and genanki, no checks."""

from __future__ import annotations

import sys
from pathlib import Path

import genanki
import yaml
from jinja2 import Template
from markdown_it import MarkdownIt

CLOZE = genanki.Model(
    1607392319,
    "Bench Cloze",
    fields=[{"name": "Text"}, {"name": "Why"}],
    templates=[{"name": "Cloze", "qfmt": "{{cloze:Text}}", "afmt": "{{cloze:Text}}<hr>{{Why}}"}],
    model_type=genanki.Model.CLOZE,
)
BASIC = genanki.Model(
    1607392320,
    "Bench Basic",
    fields=[{"name": "Front"}, {"name": "Back"}],
    templates=[{"name": "Card", "qfmt": "{{Front}}", "afmt": "{{FrontSide}}<hr>{{Back}}"}],
)
BACK = Template("<div>{{ definition }}</div>{% if example %}<p>Example</p>{{ example }}{% endif %}")
WHY = Template("<div>{{ why }}</div>")
QUESTION = Template(
    "<div>{{ scenario }}</div>{{ question }}<ol>"
    "{% for each in options %}<li>{{ each.text }}</li>{% endfor %}</ol>"
)
REASONS = Template(
    "<ol>{% for each in options %}<li{% if each.correct %} class=right{% endif %}>"
    "{{ each.text }} {{ each.why }}</li>{% endfor %}</ol>"
)


def main(source: Path, output: Path) -> None:
    """Build the decks under a source folder."""
    markdown = MarkdownIt()
    decks = []
    for path in sorted(source.glob("0*.yaml")):
        chapter = yaml.safe_load(path.read_text(encoding="utf-8"))
        deck = genanki.Deck(1 + abs(hash(chapter["deck"])), f"Bench::{chapter['deck']}")
        for note in chapter.get("takeaways", []):
            fields = [markdown.render(note["text"]), WHY.render(why=markdown.render(note["why"]))]
            deck.add_note(genanki.Note(CLOZE, fields, guid=note["id"], tags=chapter["tags"]))
        for note in chapter.get("definitions", []):
            example = markdown.render(note["example"])
            fields = [
                note["term"],
                BACK.render(definition=markdown.render(note["definition"]), example=example),
            ]
            deck.add_note(genanki.Note(BASIC, fields, guid=note["id"], tags=chapter["tags"]))
        for note in chapter.get("vignettes", []):
            options = [
                {**each, "text": markdown.render(each["text"]), "why": markdown.render(each["why"])}
                for each in note["options"]
            ]
            question = QUESTION.render(
                scenario=markdown.render(note["scenario"]),
                question=markdown.render(note["question"]),
                options=options,
            )
            fields = [question, REASONS.render(options=options)]
            deck.add_note(genanki.Note(BASIC, fields, guid=note["id"], tags=chapter["tags"]))
        decks.append(deck)
    genanki.Package(decks).write_to_file(output)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
