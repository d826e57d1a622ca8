"""Faces: Jinja files to Anki's card templates and css. The only room that knows Jinja.

A deck from a stranger must not run code on the builder's machine: the environment is sandboxed, and
templates come from the kinds' folders and base/ alone.
"""

from __future__ import annotations

import html
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from jinja2 import BaseLoader, TemplateError, TemplateNotFound, TemplateSyntaxError
from markupsafe import Markup

from deckgen import anki_template
from deckgen.anki_template import CardRules
from deckgen.diagnostics import Diagnostic, Span, did_you_mean, listing
from deckgen.sandbox import Sandbox
from deckgen.source import MAX_SMALL, Document, control_characters, load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from jinja2 import Environment, Template

    from deckgen.kinds import Kind
    from deckgen.notes import Deck

MAX_CODE = 256 * 1024
"""The most Jinja in all templates of a deck, in characters: it takes time to read."""

_WORDS = "base/words.html.j2"
_T = TypeVar("_T")
_OPENS = re.compile(r"\[\[|\[%")
_KNOWN = ("deck", "kind", "fields", "side")
_RIGHT_TO_LEFT = frozenset(
    ["ar", "arc", "ckb", "dv", "fa", "he", "ks", "ku", "ps", "sd", "syr", "ug", "ur", "yi"]
)


@dataclass(frozen=True)
class Folder:
    """A folder of templates, or a folder or file in it.

    Attributes:
        path: Where it lies.
        shown: Its path as diagnostics show it.
        top: The folder that its files must lie in, resolved, whatever links lead to them.
    """

    path: Path
    shown: str
    top: Path

    def __truediv__(self, name: str) -> Folder:
        """What lies in it under a name."""
        return Folder(self.path / name, f"{self.shown}/{name}", self.top)


@dataclass(frozen=True, slots=True)
class Face:
    """A card template as Anki gets it."""

    name: str
    id: int
    front: str
    back: str


@dataclass(frozen=True)
class NoteType:
    """What Anki gets for a kind.

    Attributes:
        kind: The kind.
        faces: Its card templates, the dormant one included.
        css: Its style.
        rules: Which cards its notes have.
    """

    kind: Kind
    faces: tuple[Face, ...]
    css: str
    rules: CardRules

    @property
    def asked(self) -> list[frozenset[str]]:
        """For each card, the keys whose values its front shows; the dormant one is left out."""
        keys = {field.name: field.key for field in self.kind.fields if field.key}
        live = [front for card, front in zip(self.kind.cards, self.rules.fronts, strict=True) if card.face]
        return [
            frozenset(
                keys[tag.field]
                for tag in anki_template.tags(front)
                if isinstance(tag, anki_template.Replacement) and tag.field in keys
            )
            for front in live
        ]


def kind_folders(folders: Iterable[Folder]) -> list[Folder]:
    """The folders of the kinds in force, by name; a later folder's kind takes an earlier one's place."""
    kinds: dict[str, Folder] = {}
    for folder in folders:
        if folder.path.is_dir():
            for path in folder.path.iterdir():
                if path.name != "base" and not path.name.startswith(".") and path.is_dir():
                    kinds[path.name] = folder / path.name
    return [kinds[name] for name in sorted(kinds)]


class _Loader(BaseLoader):
    """Loads KIND/FILE from the kind's folder, and base/FILE from the last folder that has it."""

    def __init__(self, folders: Iterable[Folder], kinds: Iterable[Folder]) -> None:
        self.bases = [folder / "base" for folder in folders]
        self.kinds = {folder.path.name: folder for folder in kinds}
        self.texts: dict[str, str] = {}
        """The templates loaded so far, by their paths as diagnostics show them."""
        self.unreadable: list[Diagnostic] = []
        self.code = 0
        """How much of them is Jinja, in characters."""

    def find(self, template: str) -> Folder | None:
        """The file of a template; None where there is none."""
        first, _, name = template.partition("/")
        if not name or "/" in name or "\\" in name or name.startswith("."):
            return None
        owners = (
            reversed(self.bases) if first == "base" else [self.kinds[first]] if first in self.kinds else []
        )
        for owner in owners:
            # also a folder, a pipe or a link to nowhere of that name, which is told when it is read
            if os.path.lexists(owner.path / name):
                return owner / name
        return None

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """The text of a template, for Jinja."""
        del environment
        found = self.find(template)
        if found is None:
            raise TemplateNotFound(template)
        text, fault = load(found.path, found.shown, found.top, MAX_SMALL)
        text = self.texts[found.shown] = text.replace("\r\n", "\n")
        if self.code > MAX_CODE:
            raise TemplateNotFound(template)  # which has been told
        self.code += sum(map(len, _tags_of_jinja(text)))
        if self.code > MAX_CODE and not fault:
            message = (
                f"up to here the templates have more than {MAX_CODE >> 10} KiB between `[[ ]]` and `[% %]`"
            )
            fault = Diagnostic("too-large", message, Span(found.shown))
        fault = fault or next(control_characters(Document(found.shown, text)), None)
        if fault:
            self.unreadable.append(fault)
            raise TemplateNotFound(template)
        return self.texts[found.shown], found.shown, lambda: True


def _tags_of_jinja(text: str) -> Iterator[str]:
    """What stands between the marks of Jinja in a template."""
    end = 0
    while match := _OPENS.search(text, end):
        close = text.find("]]" if match.group() == "[[" else "%]", match.end())
        end = close + 2 if close >= 0 else len(text)
        yield text[match.start() : end]


class Faces:
    """Renders the faces of a deck's kinds.

    Attributes:
        found: The diagnostics so far.
        words: What faces say themselves, by the names in base/words.html.j2.
    """

    def __init__(self, deck: Deck, folders: list[Folder], kinds: list[Folder]) -> None:
        """Prepare for a deck.

        Args:
            deck: The deck, whose title, language and feedback address faces may show.
            folders: The shipped templates, then the project's.
            kinds: The folders of the kinds in force.
        """
        self.found: list[Diagnostic] = []
        self.words: dict[str, str] = {}
        self._deck = deck
        self._loader = _Loader(folders, kinds)
        self._environment = Sandbox(self._loader)

    @property
    def texts(self) -> dict[str, str]:
        """The templates read so far, by their paths as diagnostics show them."""
        return self._loader.texts

    def note_type(self, kind: Kind) -> NoteType:
        """The card templates and css of a kind; what is wrong with them is in `found` afterwards."""
        module = self._use(_WORDS, kind, lambda template: template.module)
        words = vars(module) if module else {}
        self.words |= {name: word for name, word in words.items() if isinstance(word, str)}
        faces = []
        for card in kind.cards:
            if card.reserve:
                front = "{{#R}}{{R}}{{/R}}".replace("R", card.reserve)
                faces.append(Face(card.name, card.id, front, front))
                continue
            front = self._side(kind, card.face, "front")
            back = self._side(kind, card.face, "back")
            faces.append(Face(card.name, card.id, front, back))
        css = self._render("base/style.css.j2", kind, "")
        if self._loader.find(f"{kind.name}/style.css.j2"):
            css += "\n" + self._render(f"{kind.name}/style.css.j2", kind, "")
        names = [field.name for field in kind.fields]
        rules = CardRules(names, [face.front for face in faces], cloze=kind.cloze)
        if not self.found:
            self._check_fronts(kind, rules)
        return NoteType(kind, tuple(faces), css.strip() + "\n", rules)

    def _side(self, kind: Kind, face: str, side: str) -> str:
        """One side of a card, checked as Anki would read it."""
        name = f"{kind.name}/{face}.{side}.html.j2"
        before = set(self._loader.texts)
        text = re.sub(r"\n\s*\n+", "\n", self._render(name, kind, side)).strip()
        found = self._loader.find(name)
        if found is None:
            return ""
        files = [found.shown, *(set(self._loader.texts) - before - {found.shown}), *sorted(before)]
        fields = [field.name for field in kind.fields]
        for fault in anki_template.check(anki_template.parse(text), fields, front=side == "front"):
            rest = text[fault.offset :].split("\n", 1)[0]
            span = self._locate(rest, text[fault.offset : fault.offset + fault.length], files)
            self.found.append(Diagnostic(fault.code, fault.message, span, fault.hint))
        return text

    def _locate(self, rest: str, written: str, files: list[str]) -> Span:
        """Where a tag of a rendered face stands in its templates, or the face's first line."""
        word = written.strip("{}#^/ ").rpartition(":")[2]
        for piece in (rest, written, word):
            for path in files:
                offset = self._loader.texts[path].find(piece) if piece else -1
                if offset >= 0:
                    line = self._loader.texts[path].count("\n", 0, offset) + 1
                    column = offset - (self._loader.texts[path].rfind("\n", 0, offset) + 1) + 1
                    length = len((word if piece is word else written).split("\n", 1)[0])
                    return Span(path, line, column, column + length)
        return Span(files[0], 1)

    def _render(self, name: str, kind: Kind, side: str) -> str:
        """A rendered template; empty, reported, where that fails."""
        known = {
            "deck": self._deck_for(kind),
            "kind": {"name": kind.name, "title": kind.title},
            "fields": [field.name for field in kind.fields],
            "side": side,
        }
        return self._use(name, kind, lambda template: template.render(known)) or ""

    def _use(self, name: str, kind: Kind, use: Callable[[Template], _T]) -> _T | None:
        """What is made of a template; None, reported, where that fails."""
        if self._environment.spent:
            return None  # which has been told
        try:
            return use(self._environment.get_template(name))
        except TemplateNotFound as error:
            self._not_found(error, name, kind)
        except TemplateSyntaxError as error:
            # Jinja's lexer gives the file's name as the template's
            paths = (path for path in (error.filename, error.name) if path and path in self._loader.texts)
            span = Span(next(paths, kind.document.path), error.lineno)
            message = error.message or "this is not Jinja"
            hint = (
                "`[#` begins a comment of the template, which ends with `#]`" if "comment" in message else ""
            )
            self.found.append(Diagnostic("template-syntax", message, span, hint))
        except Exception as error:  # noqa: BLE001 (whatever a stranger's template does is a diagnostic)
            span = self._failed_at(error, name, kind)
            message = error.message if isinstance(error, TemplateError) and error.message else str(error)
            message = message.strip().removesuffix(".")
            if isinstance(error, (RecursionError, MemoryError, SyntaxError)):
                message = "this is nested too deep, or it calls itself"
            hint = ""
            if match := re.search(r"'dict object' has no attribute '(\w+)'", message):
                known = [*self._deck_for(kind), "name", "title"]
                message, hint = f"there is no `{match[1]}` here", did_you_mean(match[1], known)
            elif match := re.search(r"'(\w+)' is undefined", message):
                hint = did_you_mean(match[1], _KNOWN) or f"a face knows {listing(_KNOWN)}"
            self.found.append(Diagnostic("template-failed", message, span, hint))
        return None

    def _not_found(self, error: TemplateNotFound, name: str, kind: Kind) -> None:
        if self._loader.unreadable:
            self.found += self._loader.unreadable
            self._loader.unreadable.clear()
            return
        if self._loader.code > MAX_CODE:
            return
        span = Span(kind.document.path) if error.name == name else self._failed_at(error, name, kind)
        self.found.append(Diagnostic("missing-face", f"there is no template `{error.name}`", span))

    def _failed_at(self, error: Exception, name: str, kind: Kind) -> Span:
        """The innermost line of a template that an exception came through."""
        found = self._loader.find(name)
        span = Span(found.shown if found else kind.document.path, 1)
        trace = error.__traceback__
        while trace is not None:
            path = trace.tb_frame.f_code.co_filename
            if path in self._loader.texts:
                span = Span(path, trace.tb_lineno)
            trace = trace.tb_next
        return span

    def _deck_for(self, kind: Kind) -> dict[str, object]:
        """What a face may show of the deck."""
        deck = self._deck
        feedback: object = ""
        id_field = next((field.name for field in kind.fields if field.key == "id"), "")
        if deck.feedback and id_field:
            address = html.escape(deck.feedback.replace("{id}", "\0")).replace("{", "%7B")
            feedback = Markup(address.replace("\0", f"{{{{{id_field}}}}}"))  # noqa: S704 (escaped above)
        return {
            "id": deck.id,
            "title": deck.title,
            "language": deck.language,
            "direction": "rtl" if deck.language.lower().split("-")[0] in _RIGHT_TO_LEFT else "ltr",
            "feedback": feedback,
            "note_id": Markup(f"{{{{{id_field}}}}}") if id_field else "",  # noqa: S704 (a field's name)
        }

    def _check_fronts(self, kind: Kind, rules: CardRules) -> None:
        """Report fronts that leave some note without a card, or with a blank one."""
        if kind.cloze:
            self._check_cloze_front(kind, rules)
            return
        required = {key.name for key in kind.keys.values() if key.required}
        required |= {key.name for key in kind.table_keys.values() if key.required}
        filled = ["x" if field.key in required else "" for field in kind.fields]
        everything = ["x" for _ in kind.fields]
        made, possible = rules.cards(filled), rules.cards(everything, tagged=True)
        always = rules.cards([""] * len(kind.fields), tagged=True)
        for number, card in enumerate(kind.cards):
            found = self._loader.find(f"{kind.name}/{card.face}.front.html.j2") if card.face else None
            if found and number not in possible:
                message = f"the front of `{card.name}` shows no field, so Anki makes no card of it"
                self.found.append(Diagnostic("blank-front", message, Span(found.shown, 1)))
            elif found and number in always:
                message = f"the front of `{card.name}` makes a card of every note, also where it is blank"
                hint = "Anki takes its own fields (Deck, Subdeck, Tags, …) for filled: show them on the back"
                self.found.append(Diagnostic("blank-front", message, Span(found.shown, 1), hint))
            elif found and number == 0 and not made:
                message = f"the front of `{card.name}` shows no required field, so some notes get no card"
                self.found.append(Diagnostic("blank-front", message, Span(found.shown, 1)))

    def _check_cloze_front(self, kind: Kind, rules: CardRules) -> None:
        """Report the front of a cloze kind that does not hide the clozes that authors write."""
        hidden = {field.key for field in kind.fields if field.name in rules.read_as_cloze}
        for field in kind.fields:
            key = kind.keys.get(field.key)
            if key and key.type == "cloze" and field.key not in hidden:
                found = self._loader.find(f"{kind.name}/{kind.cards[0].face}.front.html.j2")
                message = f"the front of `{kind.cards[0].name}` does not hide the clozes of `{field.name}`"
                hint = f"show the field as `{{{{cloze:{field.name}}}}}`"
                span = Span(found.shown if found else kind.document.path, 1)
                self.found.append(Diagnostic("blank-front", message, span, hint))
