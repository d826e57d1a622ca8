"""What adopting a package as the source of a deck would meet: a table of all sorts, with what each means."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from deckgen.commands.inspect import of_notes, of_types
from deckgen.commands.inspect.figures import example
from deckgen.commands.inspect.markup import of_templates
from deckgen.commands.inspect.media import odd_names
from deckgen.diagnostics import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from deckgen.commands.inspect.markup import Markup, Use
    from deckgen.commands.inspect.references import Reference
    from deckgen.package import Contents


@dataclass(frozen=True, slots=True)
class Meeting:
    """Something that an author who adopts a package has to know.

    Attributes:
        code: Its sort.
        what: What there is, as a sentence without a period.
        means: What that means for the author.
        examples: Where it is: all places.
    """

    code: str
    what: str
    means: str
    examples: list[str]


@dataclass(frozen=True)
class Package:
    """What is looked at.

    Attributes:
        contents: The package.
        markup: What is in its fields.
    """

    contents: Contents
    markup: Markup

    @cached_property
    def ids(self) -> of_notes.Ids:
        """Notes whose first field gives no id of its own."""
        return of_notes.ids(self.contents)

    @cached_property
    def remote(self) -> list[tuple[Reference, str]]:
        """What cards load from the internet, each with its place; note types without notes have no cards."""
        in_templates = of_templates(self.contents.used_note_types.values())
        notes = {note.id: note for note in self.contents.notes}
        in_fields = ((each, example(notes[note])) for each, note in self.markup.remote.items())
        return [*((each, where) for each, where in in_templates.items() if each.remote), *in_fields]


class _Sort(NamedTuple):
    """A sort of difficulty.

    Attributes:
        code: Its name.
        noun: What is counted.
        rest: What follows it.
        means: What it means for the author.
        find: Lists what there is; nothing where all is well.
    """

    code: str
    noun: str
    rest: str
    means: str
    find: Callable[[Package], list[str]]


def meets(contents: Contents, markup: Markup) -> list[Meeting]:
    """What adopting a package would meet, in the order in which it matters.

    Args:
        contents: The package.
        markup: What is in its fields.
    """
    package = Package(contents, markup)
    found = [(sort, sort.find(package)) for sort in _SORTS]
    first = [] if contents.notes else [_NO_NOTES]
    return first + [
        Meeting(sort.code, f"{counted(len(examples), sort.noun)} {sort.rest}", sort.means, examples)
        for sort, examples in found
        if examples
    ]


def _of_contents(find: Callable[[Contents], list[str]]) -> Callable[[Package], list[str]]:
    return lambda package: find(package.contents)


def _from_internet(sort: str) -> Callable[[Package], list[str]]:
    """A function that lists the addresses of some sort, each with its first place."""

    def find(package: Package) -> list[str]:
        places: dict[str, str] = {}
        for each, where in package.remote:
            if each.sort == sort:
                places.setdefault(each.address, where)
        return [f"{address} ({where})" for address, where in places.items()]

    return find


def _used(uses: Iterable[Use]) -> list[str]:
    return [f"{each.name} ({each.times:,})" for each in uses]


def _odd_names(package: Package) -> list[str]:
    return [f"{name}: {why}" for name, why in odd_names(each.name for each in package.contents.media)]


_NO_NOTES = Meeting("no-notes", "the package contains no notes", "There is nothing to adopt.", [])
_CHECK = "Run Tools > Check Database in Anki, and export the package again."
_SORTS = (
    _Sort(
        "empty-guid",
        "note",
        "without a guid",
        "Anki finds a note again by its guid. `deckgen adopt` leaves these notes out.",
        _of_contents(of_notes.empty_guids),
    ),
    _Sort(
        "double-guid",
        "guid",
        "that several notes have",
        "An import cannot tell these notes apart. `deckgen adopt` takes the first one.",
        _of_contents(of_notes.double_guids),
    ),
    _Sort(
        "no-note-type",
        "note",
        "whose note type is missing",
        f"The package is damaged. {_CHECK}",
        _of_contents(of_notes.of_no_type),
    ),
    _Sort(
        "field-count",
        "note",
        "with more or fewer fields than the note type",
        f"The package is damaged. {_CHECK}",
        _of_contents(of_notes.odd_field_counts),
    ),
    _Sort(
        "no-templates",
        "note type",
        "without card templates",
        "Their notes cannot have cards, so `deckgen adopt` leaves them out.",
        _of_contents(of_types.without_templates),
    ),
    _Sort(
        "no-ids",
        "note type",
        "with fields or card templates that have no ids",
        "Anki finds these by their names, so you cannot rename them.",
        _of_contents(of_types.without_ids),
    ),
    _Sort(
        "large-ids",
        "note type",
        "with ids below zero or above 2^53",
        "`deckgen adopt` keeps them. Spreadsheets, JavaScript and others round them.",
        _of_contents(of_types.with_large_ids),
    ),
    _Sort(
        "sort-field",
        "note type",
        "sorted by a field that is not the first",
        "`deckgen adopt` keeps it. If it changed, learners' notes would get no new text.",
        _of_contents(of_types.sorted_by_another),
    ),
    _Sort(
        "deck-override",
        "card template",
        "with a deck override",
        "New cards go to this deck, whatever deck the note is added to.",
        _of_contents(of_types.with_decks),
    ),
    _Sort(
        "stock-note-type",
        "note type",
        "with a name that Anki itself uses",
        "Learners may use these for their own notes, too. A change of the look shows on all of them.",
        _of_contents(of_types.stock),
    ),
    _Sort(
        "stock-origin",
        "note type",
        "made from one that Anki provides",
        "If the name is just Anki's in your language, learners may use it for their own notes, too.",
        _of_contents(of_types.from_stock),
    ),
    _Sort(
        "script",
        "side",
        "of card templates with scripts",
        "Scripts work differently on phones and computers. Try these cards in your learners' apps.",
        _of_contents(of_types.with_scripts),
    ),
    _Sort(
        "speech",
        "side",
        "of card templates with text to speech",
        "The learner's device reads these aloud. It needs a voice for the language.",
        _of_contents(of_types.with_speech),
    ),
    _Sort(
        "remote-script",
        "script",
        "from the internet",
        "They do not run offline, and the owner of the address can change them. `--keep-remote` adopts them.",
        _from_internet("script"),
    ),
    _Sort(
        "remote-style",
        "style sheet",
        "from the internet",
        "Cards look different offline. Copy what you need into your own style. `--keep-remote` adopts them.",
        _from_internet("style"),
    ),
    _Sort(
        "remote-font",
        "font",
        "from the internet",
        "Cards look different offline. Save the fonts, and add them to the deck's media. "
        "`--keep-remote` adopts them.",
        _from_internet("font"),
    ),
    _Sort(
        "remote-image",
        "media file",
        "from the internet",
        "Learners who are offline do not get these. `deckgen adopt` leaves them out of texts. "
        "Save them, and add them to the deck's media. In card templates, `--keep-remote` adopts them.",
        _from_internet("image"),
    ),
    _Sort(
        "remote-page",
        "page",
        "from the internet, shown inside a card",
        "Nothing shows there offline. `--keep-remote` adopts them.",
        _from_internet("page"),
    ),
    _Sort(
        "image-occlusion",
        "note",
        "with image occlusion",
        "deckgen cannot edit boxes on images. The fields of these notes can only stay as they are.",
        _of_contents(of_notes.image_occlusions),
    ),
    _Sort(
        "no-cards",
        "note",
        "without cards",
        "Nobody studies these notes. `deckgen adopt` leaves them out.",
        _of_contents(of_notes.without_cards),
    ),
    _Sort(
        "no-clozes",
        "note",
        "of a cloze type without a cloze",
        "There is nothing to answer. Add a cloze, or leave the notes out.",
        _of_contents(of_notes.without_clozes),
    ),
    _Sort(
        "several-decks",
        "note",
        "with cards in several decks",
        "In deckgen, a note has one deck. Cards that learners have already stay where they are.",
        _of_contents(of_notes.in_several_decks),
    ),
    _Sort(
        "filtered-deck",
        "note",
        "with cards in a filtered deck",
        "A filtered deck belongs to one person. What counts is the deck that the cards come from.",
        _of_contents(of_notes.in_filtered_decks),
    ),
    _Sort(
        "reviews",
        "note",
        "with reviews",
        "The package contains how one person studied it. Your learners need none of that.",
        _of_contents(of_notes.with_reviews),
    ),
    _Sort(
        "personal-tag",
        "note",
        "tagged `leech` or `marked`",
        "Anki sets these tags for one person, and removes them at an import.",
        _of_contents(of_notes.personal_tags),
    ),
    _Sort(
        "no-id",
        "note",
        "whose first field gives no id",
        "A note id needs letters from a to z. `deckgen adopt` takes a part of the guid.",
        lambda package: package.ids.none,
    ),
    _Sort(
        "double-id",
        "note",
        "whose first field gives the same id as another",
        "Each note needs a different id, so `deckgen adopt` adds a part of the guid.",
        lambda package: package.ids.double,
    ),
    _Sort(
        "element",
        "HTML element",
        "that deckgen does not allow on cards",
        "`deckgen adopt` keeps the text. `--map-tag` keeps an element as another one.",
        lambda package: _used(package.markup.barred),
    ),
    _Sort(
        "attribute",
        "HTML attribute",
        "that deckgen does not allow on cards",
        "The look of cards is set in the theme. Without these attributes, the text stays.",
        lambda package: _used(package.markup.attributes),
    ),
    _Sort(
        "media-name",
        "media file name",
        "that some systems cannot store",
        "Git cannot write these files everywhere. `deckgen adopt` renames them, also in the notes.",
        _odd_names,
    ),
)
