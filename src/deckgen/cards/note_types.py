"""Faces: Jinja files to Anki's card templates and css. The only room that knows Jinja.

A deck from a stranger must not run code on the builder's machine: the environment is sandboxed, and
templates come from the kinds' folders and base/ alone.
"""

from __future__ import annotations

import dataclasses
import html
import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from jinja2 import TemplateError, TemplateNotFound, TemplateSyntaxError
from markupsafe import Markup

from deckgen.anki import template
from deckgen.anki.card_rules import CardRules, is_of_clozes
from deckgen.anki.template import Replacement
from deckgen.cards import jinja_errors, styles, words
from deckgen.cards.key_types import HTML
from deckgen.cards.loader import MAX_CODE, FaceMedia, Loader, MediaError
from deckgen.cards.sandbox import Sandbox
from deckgen.cards.template_values import Function, UseError
from deckgen.diagnostics import Diagnostic, Problem, Span, did_you_mean, listing, nearest
from deckgen.project import kind_folders

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from collections.abc import Mapping as ReadOnly

    from jinja2 import Template

    from deckgen.anki.template import Part
    from deckgen.cards.media import Media
    from deckgen.deck.kinds import Kind
    from deckgen.deck.kinds_in_force import Kinds
    from deckgen.deck.notes import Deck
    from deckgen.project import Folder, Project

_WAYS_OUT = 4  # that a hint names
_MOST_PAIRS = 1_000_000  # of ways through a front, which take a second
_T = TypeVar("_T")
_KNOWN = ("deck", "kind", "fields", "side", "media")
_RIGHT_TO_LEFT = frozenset(
    ["ar", "arc", "ckb", "dv", "fa", "he", "ks", "ku", "ps", "sd", "syr", "ug", "ur", "yi"]
)


@dataclass(frozen=True, slots=True)
class Face:
    """A card template as Anki gets it.

    Attributes:
        name: As learners see it.
        id: Its id.
        front: Its front.
        back: Its back.
        browser_front: What the list of Anki's browser shows as the question; empty for the front.
        browser_back: What it shows as the answer; empty for the back.
    """

    name: str
    id: int
    front: str
    back: str
    browser_front: str = ""
    browser_back: str = ""


@dataclass(frozen=True)
class NoteType:
    """What Anki gets for a kind.

    Attributes:
        kind: The kind.
        faces: Its card templates, dormant ones included.
        css: Its style.
        rules: Which cards its notes have.
        media: The files that its faces and css show.
        sound: Whether nothing is wrong with its faces, so that `rules` are what their author meant.
    """

    kind: Kind
    faces: tuple[Face, ...]
    css: str
    rules: CardRules
    media: tuple[Media, ...] = ()
    sound: bool = True
    _fronts: dict[frozenset[str], list[frozenset[str]]] = dataclasses.field(
        default_factory=dict, compare=False, repr=False
    )

    @cached_property
    def shown(self) -> frozenset[str]:
        """The keys whose values some card shows, on its front or its back."""
        live = [face for card, face in zip(self.kind.cards, self.faces, strict=True) if card.face]
        parts = (template.parse(text).parts for face in live for text in (face.front, face.back))
        names = {tag.field for each in parts for tag in _shown_on(each)}
        return frozenset(field.key for field in self.kind.fields if field.key and field.name in names)

    @cached_property
    def mentioned(self) -> frozenset[str]:
        """The names of the fields that some card names at all, on one of its sides or as a condition."""
        live = [face for card, face in zip(self.kind.cards, self.faces, strict=True) if card.face]
        sides = (
            side for face in live for side in (face.front, face.back, face.browser_front, face.browser_back)
        )
        return frozenset(tag.field for side in sides for tag in template.tags(template.parse(side).parts))

    def fronts(self, filled: Collection[str]) -> list[frozenset[str]]:
        """For each card of a note with values for some keys, the keys whose values its front shows.

        Dormant ones are left out.
        """
        has = frozenset(filled)
        known = self._fronts.get(has)
        if known is None:
            known = self._fronts[has] = list(self._fronts_of(has | {"id"}))
        return known

    def _fronts_of(self, filled: frozenset[str]) -> Iterator[frozenset[str]]:
        keys = {field.name: field.key for field in self.kind.fields if field.key}
        names = {name for name, key in keys.items() if key in filled} | {"Tags"}
        rules = self.rules
        if rules.cloze:
            for front in rules.fronts:
                yield frozenset(keys[tag.field] for tag in _shown_on(front) if tag.field in keys) & filled
            return
        for card, made, shown in zip(self.kind.cards, rules.ways, rules.shown, strict=True):
            if card.face and any(way.is_open(names) for way in made):
                yield frozenset(keys[way.field] for way in shown if way.field in keys and way.is_open(names))

    def fault_of_cards(self, cards: Sequence[int], values: Sequence[str], *, tagged: bool) -> Problem | None:
        """The problem with the cards of a note; None where there is none.

        Args:
            cards: Their ordinals.
            values: The HTML of its fields, in order.
            tagged: Whether it has tags.
        """
        if not cards:
            message = "Anki would make no card of this note: its fronts show nothing that it has"
            return Problem("no-card", message, self._way_out(self.rules.filled(values, tagged=tagged)))
        blank = self.rules.blank(cards, values, tagged=tagged)
        if not blank:
            return None
        if self.kind.cloze:
            message = f"the front does not show c{blank[0] + 1} of this note, so that card asks nothing"
            hint = "is `{{cloze:…}}` in a section that this note or number leaves closed?"
            return Problem("blank-front", message, hint)
        name = self.kind.cards[blank[0]].name
        message = f"the card `{name}` of this note would be blank: its front shows no field that the note has"
        return Problem("blank-front", message, "put the whole front in a section of a field that it shows")

    def _way_out(self, filled: Collection[str]) -> str:
        """What an author can do to give a note a card, by the names of what is filled."""
        kind = self.kind
        of_table = kind.table_keys.keys() - kind.keys.keys()
        keys = {
            field.name: f"`{field.key}`{' of the table' * (field.key in of_table)}"
            for field in kind.fields
            if field.key
        }
        keys["Tags"] = "`tags`"
        ways: dict[tuple[tuple[str, ...], tuple[str, ...]], None] = {}
        for made in self.rules.ways:
            for way in sorted(made, key=lambda way: (sorted(way.filled), sorted(way.empty))):
                missing, spare = way.filled.difference(filled), way.empty.intersection(filled)
                if missing | spare <= keys.keys():
                    add, drop = ([keys[name] for name in sorted(names)] for names in (missing, spare))
                    ways[tuple(dict.fromkeys(add)), tuple(dict.fromkeys(drop))] = None
        fewest = min((len(add) + len(drop) for add, drop in ways), default=0)
        shortest = [way for way in ways if len(way[0]) + len(way[1]) == fewest][:_WAYS_OUT]
        said = (
            " and ".join([*(f"fill {key}" for key in add), *(f"leave {key} out" for key in drop)])
            for add, drop in shortest
        )
        return f"{', or '.join(said)}: then it has one" if fewest else ""


@dataclass(frozen=True)
class NoteTypes:
    """What Anki gets for all kinds of a deck.

    Attributes:
        by_kind: The note types, by the names of the kinds.
        words: What faces, and the deck's page in Anki, say by themselves, by the names in
            base/words.html.j2.
        texts: The templates that were read, by their paths as diagnostics show them.
        used: The paths of all files that were read or shown.
        sound: Whether nothing is wrong with the kinds or their faces.
        diagnostics: What is.
    """

    by_kind: dict[str, NoteType]
    words: ReadOnly[str, str]
    texts: dict[str, str]
    used: set[str]
    sound: bool
    diagnostics: list[Diagnostic]


def render_note_types(deck: Deck, kinds: Kinds, project: Project) -> NoteTypes:
    """Render the faces and styles of a deck's kinds.

    Args:
        deck: The deck, whose title, language and feedback address faces may show.
        kinds: Its kinds.
        project: Where the templates lie.
    """
    folders = project.template_folders()
    faces = _Faces(deck, folders, kind_folders(folders))
    made = {kind.name: faces.note_type(kind) for kind in kinds.in_force}
    sound = kinds.complete and not faces.diagnostics
    diagnostics = [*faces.diagnostics, *faces.about_words({note.kind.name for note in deck.notes})]
    if sound:
        diagnostics += faces.about_styles()
    return NoteTypes(made, faces.words, faces.texts, faces.used, sound, diagnostics)


class _Faces:
    """Renders the faces of a deck's kinds.

    Attributes:
        diagnostics: The diagnostics so far.
        words: What faces say themselves, by the names in base/words.html.j2.
    """

    def __init__(self, deck: Deck, folders: list[Folder], kinds: list[Folder]) -> None:
        """Prepare for a deck.

        Args:
            deck: The deck, whose title, language and feedback address faces may show.
            folders: The shipped templates, then the project's.
            kinds: The folders of the kinds in force.
        """
        self.diagnostics: list[Diagnostic] = []
        self.words: dict[str, str] = {}
        self._lacking: list[str] = []
        self._own_words: dict[str, object] = {}
        self._shipped_words: dict[str, object] = {}
        self._speaking: set[str] = set()
        self._styles: list[str] = []
        self._deck = deck
        self._loader = Loader(folders, kinds)
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
        """The card templates and css of a kind; what is wrong with them is in `found` afterwards."""
        before = len(self.diagnostics)
        self._use(words.PATH, kind, self._fill_words)
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
            if self._sound(start):
                sound_fronts.add(number)
            sides.append(self._side(kind, f"{card.face}.back", "back"))
            for side in ("front", "back"):
                name = f"{card.face}.{side}.browser"
                there = self._loader.find(f"{kind.name}/{name}.html.j2")
                sides.append(self._side(kind, name, side) if there else "")
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
        return NoteType(kind, tuple(faces), css.strip() + "\n", rules, tuple(media), self._sound(before))

    def _fill_words(self, template: Template) -> None:
        """Let a deck's words be whole: deckgen's stand in for those that its file lacks."""
        if not self.words:
            text = self._loader.shipped(words.PATH.partition("/")[2])
            shipped = _exported(self._environment.from_string(text))
            self._shipped_words = {name: shipped[name] for name in jinja_errors.defined(text)}
            self._own_words = _exported(template)
            known, self._lacking = words.filled(self._own_words, self._shipped_words)
            self.words = words.texts(known)
            vars(template.module).update({name: known[name] for name in self._shipped_words})

    def about_words(self, kinds: Collection[str]) -> Iterator[Diagnostic]:
        """Warnings about words that cards say in another language than the deck's, or not as it words them.

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
        if foreign and words.english(self.words, self._shipped_words):
            place = self._deck.document.place_of("language")
            if is_own and (left := words.untranslated(self._own_words, self._shipped_words)):
                yield words.about_untranslated(self._deck.language, left, Span(own.shown))
            elif not is_own:
                path = str(self._loader.bases[0].path / "words.html.j2")
                yield words.about_language(self._deck.language, path, place)

    def about_styles(self) -> Iterator[Diagnostic]:
        """Warnings about names in the styles of all kinds rendered so far that lead nowhere."""
        own = {path: text for path, text in self.texts.items() if self._loader.is_own(path)}
        yield from styles.odd_names("\n".join(self._styles), self._loader.shipped("theme.css.j2"), own)

    def _sound(self, before: int) -> bool:
        """Whether nothing went wrong since there were so many diagnostics, nor before in a way that lasts."""
        return (
            len(self.diagnostics) == before and not self._environment.spent and self._loader.code <= MAX_CODE
        )

    def _side(self, kind: Kind, face: str, side: str) -> str:
        """One side of a card, checked as Anki would read it; the face without the end of its file's name."""
        name = f"{kind.name}/{face}.html.j2"
        start, before = len(self.diagnostics), dict.fromkeys(self._loader.texts)
        text = re.sub(r"\n\s*\n+", "\n", self._render(name, kind, side)).strip()
        found = self._loader.find(name)
        if found is None:
            return ""
        new = [file for file in self._loader.texts if file not in before]
        files = list(dict.fromkeys((found.shown, *new, *before)))
        fields = [field.name for field in kind.fields]
        for fault in template.check(template.parse(text), fields, front=side == "front"):
            rest = text[fault.offset :].split("\n", 1)[0]
            written = text[fault.offset : fault.offset + fault.length]
            hint = fault.hint
            if fault.code == "unknown-field" and written.strip("{} ").partition(".")[0] in _KNOWN:
                hint = f"what Jinja knows stands in square brackets: `[[ {written.strip('{} ')} ]]`"
            self.diagnostics.append(
                Diagnostic(fault.code, fault.message, self._locate(rest, written, files), hint)
            )
        for written in jinja_errors.single_braces(text, fields):
            message = f"`{written}` is text, which a learner would see"
            span = self._locate("", written, files)
            self.diagnostics.append(
                Diagnostic("anki-syntax", message, span, f"as a field write `{{{written}}}`")
            )
        if match := re.search(r"\{%.*", text):
            hint = "the marks of Jinja are square here: `[% … %]`"
            span = self._locate(match.group(), "{%", files)
            self.diagnostics.append(Diagnostic("anki-syntax", "a learner would see this `{%`", span, hint))
        if len(self.diagnostics) == start:
            self._check_blocks(name)
        return text

    def _check_blocks(self, name: str) -> None:
        """Report blocks of a template that the one that it extends does not have: nobody would see them."""
        found, outlines = self._loader.find(name), self._environment.outlines
        if found is None or found.shown not in outlines:
            return
        outline = outlines[found.shown]
        above: set[str] = set()
        parent, top = outline.extends, ""
        while parent and (file := self._loader.find(parent)) and file.shown in outlines:
            above |= outlines[file.shown].blocks
            parent, top = outlines[file.shown].extends, file.shown
        for block, line in outline.own.items() if outline.extends else ():
            if block not in above:
                message = f"`{outline.extends}` has no block `{block}`, so nobody sees what stands in it"
                hint = did_you_mean(block, sorted(above))
                hint = hint or (f"its blocks are {listing(sorted(above))}" if above else "")
                span = Span(found.shown, line)
                if top and not self._loader.is_own(found.shown):
                    message = f"this has no block `{block}`, in which `{name}` of deckgen's puts something"
                    hint, span = (
                        f"write `[% block {block} %][% endblock %]` where that is to stand",
                        Span(top),
                    )
                self.diagnostics.append(Diagnostic("template-failed", message, span, hint))

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
            "media": Function('[[ media("seal.svg") ]]', lambda file: self._media.named(kind.name, file)),
        }
        return self._use(name, kind, lambda template: self._environment.rendered(template, known)) or ""

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
            path = next(paths, kind.document.path)
            text = self._loader.texts.get(path, "")
            message, line, hint = jinja_errors.of_syntax(error.message or "", text, error.lineno)
            self.diagnostics.append(Diagnostic("template-syntax", message, Span(path, line), hint))
        except MediaError as error:
            self.diagnostics.append(
                Diagnostic(error.code, str(error), self._failed_at(error, name, kind), error.hint)
            )
        except Exception as error:  # noqa: BLE001 (whatever a stranger's template does is a diagnostic)
            span = self._failed_at(error, name, kind)
            message = error.message if isinstance(error, TemplateError) and error.message else str(error)
            message = message.strip().removesuffix(".")
            if isinstance(error, (RecursionError, MemoryError, SyntaxError)):
                message = "this is nested too deep, or it calls itself"
            of_deck = [*self._deck_for(kind), "name", "title"]
            said, hint = jinja_errors.of_running(message, of_deck, _KNOWN, self._loader.texts.values())
            hint = error.hint if isinstance(error, UseError) else hint
            self.diagnostics.append(Diagnostic("template-failed", said, span, hint))
        return None

    def _not_found(self, error: TemplateNotFound, name: str, kind: Kind) -> None:
        if self._loader.unreadable:
            self.diagnostics += self._loader.unreadable
            self._loader.unreadable.clear()
            return
        if self._loader.code > MAX_CODE:
            return
        wanted = str(error.name)
        if wanted == name:
            self._no_face(name.partition("/")[2], kind)
            return
        known = self._loader.names(kind.name)
        hint = did_you_mean(wanted, known)
        if "/" not in wanted:
            hint = f"a template is named with its folder: `{kind.name}/{wanted}` or `base/{wanted}`"
        span = self._failed_at(error, name, kind)
        self.diagnostics.append(Diagnostic("missing-face", f"there is no template `{wanted}`", span, hint))

    def _no_face(self, file: str, kind: Kind) -> None:
        """Report that the file of a side is not there, at the card that needs it."""
        face = re.sub(r"\.(?:front|back)\.html\.j2$", "", file)
        message = f"there is no file `{file}` beside this kind.yaml"
        end = file.removeprefix(face)
        names = (each.partition("/")[2] for each in self._loader.names(kind.name))
        others = sorted(each.removesuffix(end) for each in names if each.endswith(end))
        spare = [path.name for path in kind.folder.iterdir() if path.name not in kind.files]
        hint = (
            did_you_mean(face, others) or f"make it; it says what the {end.split('.')[1]} of the card shows"
        )
        if misnamed := nearest(file, sorted(name for name in spare if name != "kind.yaml")):
            hint = f"is it `{misnamed}`? then call that file `{file}`"
        place = next((card.at for card in kind.cards if card.face == face), None)
        span = place or Span(kind.document.path)
        self.diagnostics.append(Diagnostic("missing-face", message, span, hint))

    def _failed_at(self, error: Exception, name: str, kind: Kind) -> Span:
        """The innermost line of a template that an exception came through.

        Where a macro is given too little, it is the line that calls it.
        """
        found = self._loader.find(name)
        spans = [Span(found.shown if found else kind.document.path, 1)]
        trace = error.__traceback__
        while trace is not None:
            path = trace.tb_frame.f_code.co_filename
            if path in self._loader.texts:
                spans.append(Span(path, trace.tb_lineno))
            trace = trace.tb_next
        if isinstance(error, RecursionError):
            return Counter(spans).most_common(1)[0][0]  # where it ran out is chance
        if lacks := jinja_errors.lacking(str(error)):
            spans += self._own_instead(lacks)
        # what is wrong in a file of deckgen's was given to it
        called = spans[:-1] if len(spans) > 2 and "was not provided" in str(error) else spans  # noqa: PLR2004 (the call and the macro)
        return ([span for span in called if self._loader.is_own(span.path)] or called)[-1]

    def _own_instead(self, name: str) -> list[Span]:
        """The deck's own files in the place of those in which deckgen defines a name for other templates."""
        bases = {path.rpartition("/")[2]: path for path in self._loader.texts if "/base/" in path}
        shipped = {base: path for base, path in bases.items() if self._loader.is_own(path)}
        return [
            Span(path)
            for base, path in shipped.items()
            if len(self._loader.bases) > 1 and name in jinja_errors.defined(self._loader.shipped(base))
        ]

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

    def _check_fronts(self, kind: Kind, rules: CardRules, sound: Collection[int]) -> None:
        """Report fronts that make no card of any note, or blank ones; the rest is asked of each note.

        Args:
            kind: The kind.
            rules: Which cards its notes have.
            sound: The numbers of the cards whose fronts have no other fault.
        """
        if kind.cloze and 0 in sound:
            self._check_cloze_front(kind, rules)
        for number in sound if not kind.cloze else ():
            card = kind.cards[number]
            found = self._loader.find(f"{kind.name}/{card.face}.front.html.j2") if card.face else None
            if found and (fault := _fault_of_front(rules, number)):
                message, hint = fault
                message = f"the front of `{card.name}` {message}"
                self.diagnostics.append(Diagnostic("blank-front", message, Span(found.shown, 1), hint))

    def _check_cloze_front(self, kind: Kind, rules: CardRules) -> None:
        """Report the front of a cloze kind that does not hide the clozes that authors write."""
        hidden = {field.key for field in kind.fields if field.name in rules.read_as_cloze}
        for field in kind.fields:
            key = kind.keys.get(field.key)
            if key and key.type.clozes and field.key not in hidden:
                found = self._loader.find(f"{kind.name}/{kind.cards[0].face}.front.html.j2")
                message = f"the front of `{kind.cards[0].name}` does not hide the clozes of `{field.name}`"
                hint = f"show the field as `{{{{cloze:{field.name}}}}}`"
                if any(is_of_clozes(tag) and tag.field == field.name for tag in _shown_on(rules.fronts[0])):
                    hint = f"the sections around `{{{{cloze:{field.name}}}}}` are open on no card"
                path = found.shown if found else kind.document.path
                span = self._locate("", f"{{{{{field.name}}}}}", [path])
                self.diagnostics.append(Diagnostic("blank-front", message, span, hint))


def _says_words(kind: Kind) -> bool:
    """Whether fields of a kind say something in words that a deck can translate."""
    types = {key.type.name for key in kind.keys.values()}
    return any(HTML[name].says_words for name in types & HTML.keys())


def _exported(template: Template) -> dict[str, object]:
    """What a template defines for others."""
    return {name: value for name, value in vars(template.module).items() if not name.startswith("_")}


def _shown_on(front: Iterable[Part]) -> list[Replacement]:
    """The fields that a front shows, in whatever sections."""
    return [tag for tag in template.tags(front) if isinstance(tag, Replacement)]


def _fault_of_front(rules: CardRules, number: int) -> tuple[str, str] | None:
    """What is wrong with a front whatever its notes hold, and a hint; None where some note has its card."""
    made, shown = rules.ways[number], rules.shown[number]
    written = _shown_on(rules.fronts[number])
    if not written:
        return "shows no field, so Anki makes no card of it", ""
    if not made:
        hint = "the sections around its fields are never open: while Anki makes cards its own fields are "
        hint += "filled, cloze numbers (`c1`) are not, and no field is filled and empty at once"
        return "shows a field of no note, so Anki makes no card of it", hint
    hint = "Anki takes its own fields (Deck, Subdeck, Tags, …) for filled: show them on the back"
    few = len(made) * len(shown) <= _MOST_PAIRS
    if few and not any(way.goes_with(other) for way in made for other in shown):
        if of_clozes := next((tag.field for tag in written if is_of_clozes(tag)), ""):
            hint = f"nothing is left of `{{{{cloze:{of_clozes}}}}}` in a kind of `type: normal`: "
            hint += f"write `{{{{{of_clozes}}}}}`"
        elif any(way.field in rules.fields for way in made):
            hint = f"`c{number + 1}` is empty while Anki makes the card, and filled when it shows it"
        return "makes blank cards only, which show no field of their note", hint
    if any(way.filled <= {"Tags"} for way in made):
        field = min(way.field for way in shown)
        hint += f", or between `{{{{#{field}}}}}` and `{{{{/{field}}}}}`"
        return "makes a card also of notes of which it shows no field", hint
    return None
