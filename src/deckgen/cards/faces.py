"""Faces: from Jinja files to Anki's card templates and css.

A deck from a stranger must not run code on the machine of the author who builds it. So the environment is
sandboxed, and templates come only from the folders of the kinds and from base/.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, TypeVar

from jinja2 import TemplateError, TemplateNotFound, TemplateSyntaxError

from deckgen.anki import template
from deckgen.anki.card_rules import CardRules, is_of_clozes
from deckgen.cards import jinja_errors, styles, words
from deckgen.cards.key_types import HTML
from deckgen.cards.loader import MAX_CODE, FaceMedia, Loader, MediaError
from deckgen.cards.note_types import Face, NoteType, NoteTypes, fault_of_front, shown_on
from deckgen.cards.sandbox import Sandbox
from deckgen.cards.template_values import Function, UseError, deck_values
from deckgen.diagnostics import Diagnostic, Span, did_you_mean, listing, nearest
from deckgen.project import kind_folders

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from jinja2 import Template

    from deckgen.deck.kinds import Kind
    from deckgen.deck.kinds_in_force import Kinds
    from deckgen.deck.notes import Deck
    from deckgen.project import Folder, Project

_T = TypeVar("_T")
_KNOWN = ("deck", "kind", "fields", "side", "media")


class FaceRenderer:
    """Renders the faces of a deck's kinds.

    Attributes:
        diagnostics: The diagnostics so far.
        warnings: Warnings about adopted faces, which are valid nevertheless.
        words: The fixed words on faces, by the names in base/words.html.j2.
    """

    def __init__(self, deck: Deck, folders: list[Folder], kinds: list[Folder]) -> None:
        """Prepare for a deck.

        Args:
            deck: The deck, whose title, language and feedback address faces may show.
            folders: The shipped templates, then the project's.
            kinds: The folders of the kinds in force.
        """
        self.diagnostics: list[Diagnostic] = []
        self.warnings: list[Diagnostic] = []
        self.words: dict[str, str] = {}
        self._lacking: list[str] = []
        self._own_words: dict[str, object] = {}
        self._shipped_words: dict[str, object] = {}
        self._english: dict[str, object] = {}
        self._speaking: set[str] = set()
        self._styles: list[str] = []
        self._deck = deck
        self._loader = Loader(folders, kinds, deck.language)
        self._media = FaceMedia(self._loader)
        self._environment = Sandbox(self._loader)

    @property
    def texts(self) -> dict[str, str]:
        """The templates read so far, by their paths as diagnostics show them."""
        return self._loader.texts

    @property
    def used(self) -> set[str]:
        """The files that have been read or shown so far, by their paths as diagnostics show them."""
        return {*self._loader.texts, *self._media.known}

    def note_type(self, kind: Kind) -> NoteType:
        """The card templates and css of a kind; their faults are added to `diagnostics`."""
        before = len(self.diagnostics)
        self._use(words.PATH, kind, self._fill_words)
        if kind.adopted:
            return self._adopted(kind)
        faces = []
        sound_fronts = set()
        self._media.shown.clear()
        self._environment.asked.clear()
        for number, card in enumerate(kind.cards):
            if card.reserve:
                front = "{{#R}}{{R}}{{/R}}".replace("R", card.reserve)
                faces.append(Face(card.name, card.id, front, front))
                continue
            start = len(self.diagnostics)
            sides = [self._side(kind, f"{card.face}.front", "front")]
            if self._is_valid(start):
                sound_fronts.add(number)
            sides.append(self._side(kind, f"{card.face}.back", "back"))
            for side in ("front", "back"):
                name = f"{card.face}.{side}.browser"
                there = self._loader.find(f"{kind.name}/{name}.html.j2")
                sides.append(self._side(kind, name, side) if there else "")
            if card.name in kind.marks:
                # notes of learners, and those from before the field, leave it empty: they keep the card
                mark = kind.fields[kind.marks[card.name]].name
                sides[0] = f"{{{{^{mark}}}}}{sides[0]}{{{{/{mark}}}}}"
            faces.append(Face(card.name, card.id, *sides))
        if words.PATH in self._environment.asked or _says_words(kind):
            self._speaking.add(kind.name)
        css = self._render("base/style.css.j2", kind, "")
        if self._loader.find(f"{kind.name}/style.css.j2"):
            css += "\n" + self._render(f"{kind.name}/style.css.j2", kind, "")
        css = styles.completed(css, self._loader.shipped("theme.css.j2"))
        names = [field.name for field in kind.fields]
        rules = CardRules(names, [face.front for face in faces], cloze=kind.cloze)
        self._check_fronts(kind, rules, sound_fronts)
        self._styles += [css, *(face.front + face.back for face in faces)]
        media = sorted(self._media.shown.values(), key=lambda file: file.name)
        return NoteType(kind, tuple(faces), css.strip() + "\n", rules, tuple(media), self._is_valid(before))

    def _adopted(self, kind: Kind) -> NoteType:
        """The card templates and css of an adopted note type: as they were, and nothing beside them.

        What Anki shows an error for stays, too; a warning tells of it.
        """
        before = len(self.diagnostics)
        self._media.shown.clear()
        fields = [field.name for field in kind.fields]
        faces = []
        for card in kind.cards:
            sides = []
            for end in ("front", "back", "front.browser", "back.browser"):
                name = f"{kind.name}/{card.face}.{end}.html.j2"
                file = self._loader.find(name)
                side = end.split(".")[0]
                needed = file is not None or end == side
                text = self._render(name, kind, side) if needed else ""
                sides.append(text)
                if file is None:
                    continue
                for fault in template.check(template.parse(text), fields, front=side == "front"):
                    span = self._place(fault, text, [file.shown])
                    self.warnings.append(Diagnostic("adopted-face", fault.message, span, fault.hint))
            faces.append(Face(card.name, card.id, *sides))
        style = f"{kind.name}/style.css.j2"
        css = self._render(style, kind, "") if self._loader.find(style) else ""
        rules = CardRules(fields, [face.front for face in faces], cloze=kind.cloze)
        self.diagnostics += self._media.keep(kind.name)
        media = sorted(self._media.shown.values(), key=lambda file: file.name)
        return NoteType(kind, tuple(faces), css, rules, tuple(media), self._is_valid(before))

    def _fill_words(self, template: Template) -> None:
        """Complete the words of a deck: deckgen's in its language replace those that its file lacks."""
        if not self.words:
            self._english = self._defined(self._loader.shipped(words.ENGLISH), template)
            self._shipped_words = self._defined(self._loader.shipped_words(), template)
            self._own_words = _exported(template)
            complete, self._lacking = words.filled(self._own_words, self._shipped_words)
            self.words = words.texts(complete)
            vars(template.module).update({name: complete[name] for name in self._shipped_words})

    def _defined(self, text: str, template: Template) -> dict[str, object]:
        """The words that a file of deckgen's defines; `template` is that of the deck's words."""
        if text != self.texts.get(template.filename or ""):
            template = self._environment.from_string(text)
        exported = vars(template.make_module())
        return {name: exported[name] for name in jinja_errors.defined(text)}

    def about_words(self, kinds: Collection[str]) -> Iterator[Diagnostic]:
        """Warnings about words on cards that are not in the deck's language, or not those of its own file.

        Args:
            kinds: The names of the kinds that have notes.
        """
        own = self._loader.find(words.PATH)
        if own is None or self._speaking.isdisjoint(kinds):
            return
        is_own = self._loader.is_own(own.shown)
        if is_own and self._lacking:
            text = self.texts.get(own.shown, "")
            yield from words.about_lacking(
                self._lacking, self._own_words, self._shipped_words, own.shown, text
            )
        foreign = self._deck.language.lower().split("-")[0] != "en"
        if foreign and words.is_english(self.words, self._english):
            left = words.untranslated(self._own_words, self._english, self._shipped_words)
            if is_own and left:
                has_words = self._shipped_words != self._english
                yield words.about_untranslated(
                    self._deck.language, left, Span(own.shown), has_words=has_words
                )
            elif not is_own:
                path = str(self._loader.bases[0].path / words.ENGLISH)
                place = self._deck.document.place_of("language")
                yield words.about_language(self._deck.language, path, place)

    def about_styles(self) -> Iterator[Diagnostic]:
        """Warnings about unknown names in the styles of all kinds rendered so far."""
        own = {path: text for path, text in self.texts.items() if self._loader.is_own(path)}
        yield from styles.odd_names("\n".join(self._styles), self._loader.shipped("theme.css.j2"), own)

    def _is_valid(self, before: int) -> bool:
        """Whether there are no new diagnostics since there were `before`, and no limit has been exceeded."""
        return (
            len(self.diagnostics) == before and not self._environment.spent and self._loader.code <= MAX_CODE
        )

    def _side(self, kind: Kind, face: str, side: str) -> str:
        """One side of a card, checked as Anki reads it; `face` is the file name without its ending."""
        name = f"{kind.name}/{face}.html.j2"
        start, before = len(self.diagnostics), dict.fromkeys(self._loader.texts)
        text = re.sub(r"\n\s*\n+", "\n", self._render(name, kind, side)).strip()
        template_file = self._loader.find(name)
        if template_file is None:
            return ""
        new = [file for file in self._loader.texts if file not in before]
        files = list(dict.fromkeys((template_file.shown, *new, *before)))
        fields = [field.name for field in kind.fields]
        for fault in template.check(template.parse(text), fields, front=side == "front"):
            tag = text[fault.offset : fault.offset + fault.length]
            hint = fault.hint
            if fault.code == "unknown-field" and tag.strip("{} ").partition(".")[0] in _KNOWN:
                hint = f"write Jinja names in square brackets: `[[ {tag.strip('{} ')} ]]`"
            self.diagnostics.append(
                Diagnostic(fault.code, fault.message, self._place(fault, text, files), hint)
            )
        for tag in jinja_errors.single_braces(text, fields):
            message = f"`{tag}` is plain text, which learners would see"
            span = self._loader.locate("", tag, files)
            self.diagnostics.append(
                Diagnostic("anki-syntax", message, span, "to show a field, write `{{tag}}`")
            )
        if match := re.search(r"\{%.*", text):
            hint = "Jinja uses square brackets here: `[% … %]`"
            span = self._loader.locate(match.group(), "{%", files)
            self.diagnostics.append(Diagnostic("anki-syntax", "learners would see this `{%`", span, hint))
        if len(self.diagnostics) == start:
            self._check_blocks(name)
        return text

    def _place(self, fault: template.Fault, text: str, files: list[str]) -> Span:
        """The place of a fault of a rendered face in its templates; `files` has its own first."""
        rest = text[fault.offset :].split("\n", 1)[0]
        return self._loader.locate(rest, text[fault.offset : fault.offset + fault.length], files)

    def _check_blocks(self, name: str) -> None:
        """Report blocks that are missing in the template which this one extends: nobody would see them."""
        file_of_name, outlines = self._loader.find(name), self._environment.outlines
        if file_of_name is None or file_of_name.shown not in outlines:
            return
        outline = outlines[file_of_name.shown]
        above: set[str] = set()
        parent, top = outline.extends, ""
        while parent and (file := self._loader.find(parent)) and file.shown in outlines:
            above |= outlines[file.shown].blocks
            parent, top = outlines[file.shown].extends, file.shown
        for block, line in outline.own.items() if outline.extends else ():
            if block not in above:
                message = f"`{outline.extends}` has no block `{block}`, so no card shows its content"
                hint = did_you_mean(block, sorted(above))
                hint = hint or (f"its blocks are {listing(sorted(above))}" if above else "")
                span = Span(file_of_name.shown, line)
                if top and not self._loader.is_own(file_of_name.shown):
                    message = f"this has no block `{block}`, which deckgen's `{name}` fills"
                    hint, span = (
                        f"write `[% block {block} %][% endblock %]` where its content should appear",
                        Span(top),
                    )
                self.diagnostics.append(Diagnostic("template-failed", message, span, hint))

    def _render(self, name: str, kind: Kind, side: str) -> str:
        """A rendered template; empty, with a diagnostic, if that fails."""
        values = {
            "deck": deck_values(self._deck, kind),
            "kind": {"name": kind.name, "title": kind.title},
            "fields": [field.name for field in kind.fields],
            "side": side,
            "media": Function('[[ media("seal.svg") ]]', lambda file: self._media.named(kind.name, file)),
        }
        return self._use(name, kind, lambda template: self._environment.rendered(template, values)) or ""

    def _use(self, name: str, kind: Kind, use: Callable[[Template], _T]) -> _T | None:
        """The result of a function of a template; None, with a diagnostic, if that fails."""
        if self._environment.spent:
            return None  # there is a diagnostic already
        try:
            return use(self._environment.get_template(name))
        except TemplateNotFound as error:
            self._not_found(error, name, kind)
        except TemplateSyntaxError as error:
            # Jinja's lexer gives the file's name as the template's
            paths = (path for path in (error.filename, error.name) if path and path in self._loader.texts)
            path = next(paths, kind.document.path)
            text = self._loader.texts.get(path, "")
            message, line, hint = jinja_errors.of_syntax(error.message or "", text, error.lineno)
            self.diagnostics.append(Diagnostic("template-syntax", message, Span(path, line), hint))
        except MediaError as error:
            self.diagnostics.append(
                Diagnostic(error.code, str(error), self._failed_at(error, name, kind), error.hint)
            )
        except Exception as error:  # noqa: BLE001 (any failure of a stranger's template becomes a diagnostic)
            span = self._failed_at(error, name, kind)
            message = error.message if isinstance(error, TemplateError) and error.message else str(error)
            message = message.strip().removesuffix(".")
            if isinstance(error, (RecursionError, MemoryError, SyntaxError)):
                message = "this includes or calls itself, or is nested too deeply"
            of_deck = [*deck_values(self._deck, kind), "name", "title"]
            summary, hint = jinja_errors.of_running(message, of_deck, _KNOWN, self._loader.texts.values())
            hint = error.hint if isinstance(error, UseError) else hint
            self.diagnostics.append(Diagnostic("template-failed", summary, span, hint))
        return None

    def _not_found(self, error: TemplateNotFound, name: str, kind: Kind) -> None:
        if self._loader.unreadable:
            self.diagnostics += self._loader.unreadable
            self._loader.unreadable.clear()
            return
        if self._loader.code > MAX_CODE:
            return
        missing = str(error.name)
        if missing == name:
            self._no_face(name.partition("/")[2], kind)
            return
        names = self._loader.names(kind.name)
        hint = did_you_mean(missing, names)
        if "/" not in missing:
            hint = f"write the template's name with its folder: `{kind.name}/{missing}` or `base/{missing}`"
        span = self._failed_at(error, name, kind)
        self.diagnostics.append(Diagnostic("missing-face", f"there is no template `{missing}`", span, hint))

    def _no_face(self, file: str, kind: Kind) -> None:
        """Report that the file of a side is missing, at the card that needs it."""
        face = re.sub(r"\.(?:front|back)\.html\.j2$", "", file)
        message = f"there is no file `{file}` next to this kind.yaml"
        end = file.removeprefix(face)
        names = (each.partition("/")[2] for each in self._loader.names(kind.name))
        others = sorted(each.removesuffix(end) for each in names if each.endswith(end))
        spare = [path.name for path in kind.folder.iterdir() if path.name not in kind.files]
        hint = did_you_mean(face, others) or f"create it; it defines the {end.split('.')[1]} of the card"
        if misnamed := nearest(file, sorted(name for name in spare if name != "kind.yaml")):
            hint = f"is it `{misnamed}`? then rename it to `{file}`"
        place = next((card.at for card in kind.cards if card.face == face), None)
        span = place or Span(kind.document.path)
        self.diagnostics.append(Diagnostic("missing-face", message, span, hint))

    def _failed_at(self, error: Exception, name: str, kind: Kind) -> Span:
        """The innermost line of a template in an exception's traceback.

        If a call of a macro lacks an argument, it is the line of the call.
        """
        template_file = self._loader.find(name)
        spans = [Span(template_file.shown if template_file else kind.document.path, 1)]
        trace = error.__traceback__
        while trace is not None:
            path = trace.tb_frame.f_code.co_filename
            if path in self._loader.texts:
                spans.append(Span(path, trace.tb_lineno))
            trace = trace.tb_next
        if isinstance(error, RecursionError):
            return Counter(spans).most_common(1)[0][0]  # the line at which the limit was reached is chance
        if lacks := jinja_errors.lacking(str(error)):
            spans += self._own_instead(lacks)
        # an error in a file of deckgen's comes from the file that calls it
        callers = spans[:-1] if len(spans) > 2 and "was not provided" in str(error) else spans  # noqa: PLR2004 (the call and the macro)
        return ([span for span in callers if self._loader.is_own(span.path)] or callers)[-1]

    def _own_instead(self, name: str) -> list[Span]:
        """The deck's own files that replace a file in which deckgen defines a name for other templates."""
        bases = {path.rpartition("/")[2]: path for path in self._loader.texts if "/base/" in path}
        shipped = {base: path for base, path in bases.items() if self._loader.is_own(path)}
        return [
            Span(path)
            for base, path in shipped.items()
            if len(self._loader.bases) > 1 and name in jinja_errors.defined(self._loader.shipped(base))
        ]

    def _check_fronts(self, kind: Kind, rules: CardRules, valid: Collection[int]) -> None:
        """Report fronts that make no card of any note, or only blank ones; other faults depend on the note.

        Args:
            kind: The kind.
            rules: The rules for the cards of its notes.
            valid: The numbers of the cards whose fronts have no other fault.
        """
        if kind.cloze and 0 in valid:
            self._check_cloze_front(kind, rules)
        for number in valid if not kind.cloze else ():
            card = kind.cards[number]
            template_file = self._loader.find(f"{kind.name}/{card.face}.front.html.j2") if card.face else None
            if template_file and (fault := fault_of_front(rules, number)):
                message, hint = fault
                message = f"the front of `{card.name}` {message}"
                self.diagnostics.append(
                    Diagnostic("blank-front", message, Span(template_file.shown, 1), hint)
                )

    def _check_cloze_front(self, kind: Kind, rules: CardRules) -> None:
        """Report the front of a cloze kind if it does not hide the clozes of its notes."""
        hidden = {field.key for field in kind.fields if field.name in rules.read_as_cloze}
        for field in kind.fields:
            key = kind.keys.get(field.key)
            if key and key.type.clozes and field.key not in hidden:
                template_file = self._loader.find(f"{kind.name}/{kind.cards[0].face}.front.html.j2")
                message = f"the front of `{kind.cards[0].name}` does not hide the clozes of `{field.name}`"
                hint = f"show the field as `{{{{cloze:{field.name}}}}}`"
                if any(is_of_clozes(tag) and tag.field == field.name for tag in shown_on(rules.fronts[0])):
                    hint = f"the sections around `{{{{cloze:{field.name}}}}}` are not open on any card"
                path = template_file.shown if template_file else kind.document.path
                span = self._loader.locate("", f"{{{{{field.name}}}}}", [path])
                self.diagnostics.append(Diagnostic("blank-front", message, span, hint))


def _says_words(kind: Kind) -> bool:
    """Whether fields of a kind contain fixed words, which a deck can translate."""
    types = {key.type.name for key in kind.keys.values()}
    return any(HTML[name].says_words for name in types & HTML.keys())


def _exported(template: Template) -> dict[str, object]:
    """The names that a template defines for others, with their values."""
    return {name: value for name, value in vars(template.module).items() if not name.startswith("_")}


def render_note_types(deck: Deck, kinds: Kinds, project: Project, used: Collection[str]) -> NoteTypes:
    """Render the faces and styles of a deck's kinds.

    Args:
        deck: The deck, whose title, language and feedback address faces may show.
        kinds: Its kinds.
        project: The project, with its templates.
        used: The names of the kinds that have notes.
    """
    folders = project.template_folders()
    faces = FaceRenderer(deck, folders, kind_folders(folders))
    by_kind = {kind.name: faces.note_type(kind) for kind in kinds.in_force}
    valid = kinds.complete and not faces.diagnostics
    diagnostics = [*faces.diagnostics, *faces.warnings, *faces.about_words(used)]
    if valid:
        diagnostics += faces.about_styles()
    return NoteTypes(by_kind, faces.words, faces.texts, faces.used, valid, diagnostics)
