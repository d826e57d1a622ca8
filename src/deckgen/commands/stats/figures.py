"""What a deck is made of, in figures: how many notes and cards of what, how long, and what they lack."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from deckgen.anki.cloze import clozes, uncovered
from deckgen.anki.tags import folded
from deckgen.cards.media import from_project
from deckgen.checks.prose import is_unspaced, length, plain, size
from deckgen.deck.key_types.options import options_in
from deckgen.deck.notes import place, values_of
from deckgen.deck.values import statements
from deckgen.source import Scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from deckgen.build import Build
    from deckgen.deck.blueprint import Domain
    from deckgen.deck.kinds import Kind
    from deckgen.deck.notes import Note

_LONGEST = 3  # notes that are named as the longest
LETTERS = "ABCDEFGH"
_PARTS = ("question", "answer", "other option")


@dataclass(slots=True)
class Count:
    """How many notes there are of something, and how many cards they make.

    Attributes:
        name: Of what.
        notes: So many notes.
        cards: So many cards.
    """

    name: str
    notes: int = 0
    cards: int = 0

    def add(self, cards: int) -> None:
        """Count a note with so many cards."""
        self.notes += 1
        self.cards += cards


@dataclass(frozen=True, slots=True)
class Share:
    """A domain of the exam beside what the deck has of it.

    Attributes:
        tag: The tag that stands for it.
        title: What it is called.
        weight: Its share of the exam, in percent.
        notes: How many notes have the tag.
        cards: How many cards they make.
        notes_share: Their share of all notes, in percent.
        notes_difference: The same less the weight, in points.
        cards_share: Their share of all cards, in percent.
        cards_difference: The same less the weight, in points.
    """

    tag: str
    title: str
    weight: float
    notes: int
    cards: int
    notes_share: float
    notes_difference: float
    cards_share: float
    cards_difference: float


@dataclass(frozen=True, slots=True)
class Where:
    """A note, and where its id stands.

    Attributes:
        id: Its id.
        path: The file, from the deck's folder.
        line: From 1.
        words: How long it is, in words or characters, where that is what it is named for.
    """

    id: str
    path: str
    line: int
    words: int = 0


@dataclass(frozen=True, slots=True)
class Length:
    """How many words the texts of one sort have, or characters in a script without blanks between words.

    Attributes:
        kind: The kind of their notes.
        part: `question`, `answer`, or `other option` for the wrong ones of a vignette.
        unit: `words`, or `characters` where most of the texts are in Chinese, Japanese, Thai or the like.
        texts: How many there are.
        shortest: In this unit, as all the others.
        median: Half of them are longer.
        longest: The longest.
        longest_notes: The few notes with the longest ones.
    """

    kind: str
    part: str
    unit: str
    texts: int
    shortest: int
    median: float
    longest: int
    longest_notes: list[Where]


@dataclass(frozen=True, slots=True)
class File:
    """A media file.

    Attributes:
        path: Where it lies, from the deck's folder.
        bytes: How large it is in the package.
    """

    path: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What a deck is made of; its retired notes are counted, and else left out.

    Attributes:
        title: The deck's title.
        notes: How many notes it has.
        cards: How many cards they make.
        retired: How many notes are retired.
        kinds: Notes and cards by kind, in the order in which kinds first stand in the source.
        decks: By deck in Anki, in the same order.
        tags: By tag, the most frequent first.
        domains: By domain of the exam, in the order of the blueprint.
        no_domain: The notes that no domain covers; None without a blueprint.
        several_domains: Those that more than one covers; None without a blueprint.
        lengths: In words, by kind and part.
        options: How many vignettes have so many options.
        answer_places: How many vignettes have their right option in each place, by its letter.
        without_reference: The notes without a `reference`.
        without_reason: The notes without a `why`, of the kinds that have one.
        media: The media files that its cards show, the largest first.
    """

    title: str
    notes: int
    cards: int
    retired: int
    kinds: list[Count]
    decks: list[Count]
    tags: list[Count]
    domains: list[Share]
    no_domain: Count | None
    several_domains: Count | None
    lengths: list[Length]
    options: dict[str, int]
    answer_places: dict[str, int]
    without_reference: list[Where]
    without_reason: list[Where]
    media: list[File]

    def as_json(self) -> dict[str, Any]:
        """The figures as `--format json` prints them."""
        made = asdict(self)
        for note in (*made["without_reference"], *made["without_reason"]):
            del note["words"]
        for count in filter(None, (made["no_domain"], made["several_domains"])):
            del count["name"]
        return made


def figures(result: Build) -> Figures:
    """Count what a deck is made of.

    Args:
        result: A build without errors.
    """
    deck = result.deck
    cards = {each.note: len(each.cards) for each in result.notes if not each.note.retired}
    notes = [note for note in deck.notes if note in cards]
    total = Count(deck.title, len(notes), sum(cards.values()))
    kinds = _counted((note.kind.name, cards[note]) for note in notes)
    decks = _counted((note.chapter.deck, cards[note]) for note in notes)
    shares, none, several = _shares(deck.blueprint, cards, total)
    right = [each for note in notes for each in _right(note)]
    most = max((count for count, _ in right), default=0)
    places = Counter(number for _, number in right)
    return Figures(
        title=total.name,
        notes=total.notes,
        cards=total.cards,
        retired=sum(1 for note in deck.notes if note.retired),
        kinds=kinds,
        decks=decks,
        tags=_by_tag(cards),
        domains=shares,
        no_domain=none,
        several_domains=several,
        lengths=_lengths(notes),
        options={str(count): times for count, times in sorted(Counter(count for count, _ in right).items())},
        answer_places={LETTERS[number]: places[number] for number in range(most)},
        without_reference=_without("reference", notes),
        without_reason=_without("why", notes),
        media=_media(result),
    )


def _media(result: Build) -> list[File]:
    """The media files of the package, the largest first."""
    media = result.package.media if result.package else ()
    files = [File(from_project(file.path, result.project), file.size) for file in media]
    return sorted(files, key=lambda file: (-file.bytes, file.path))


def _counted(found: Iterable[tuple[str, int]]) -> list[Count]:
    """Notes and cards by name, from one pair of name and cards for each note."""
    counts: dict[str, Count] = {}
    for name, cards in found:
        counts.setdefault(name, Count(name)).add(cards)
    return list(counts.values())


def _by_tag(cards: dict[Note, int]) -> list[Count]:
    """Notes and cards by tag, the most frequent first; capitals make no other tag, as in Anki."""
    counts: dict[str, Count] = {}
    for note, number in cards.items():
        for tag in note.tags:
            counts.setdefault(folded(tag), Count(tag)).add(number)
    return sorted(counts.values(), key=lambda count: (-count.notes, count.name))


def _shares(
    blueprint: tuple[Domain, ...], cards: dict[Note, int], total: Count
) -> tuple[list[Share], Count | None, Count | None]:
    """The domains beside what the deck has of them, what it has of none, and what of several."""
    if not blueprint:
        return [], None, None
    counts = [Count(domain.tag) for domain in blueprint]
    none, several = Count("none"), Count("several")
    for note, number in cards.items():
        mine = [count for domain, count in zip(blueprint, counts, strict=True) if domain.covers(note.tags)]
        for count in mine or [none]:
            count.add(number)
        if len(mine) > 1:
            several.add(number)
    shares = [_share(domain, count, total) for domain, count in zip(blueprint, counts, strict=True)]
    return shares, none, several


def _share(domain: Domain, count: Count, total: Count) -> Share:
    """A domain beside what the deck has of it."""
    notes, cards = (
        round(100 * part / whole, 1)
        for part, whole in ((count.notes, total.notes), (count.cards, total.cards))
    )
    # what is shown adds up: the difference is that of the rounded share; + 0.0 makes no -0.0 of it
    differences = [round(share - domain.weight, 1) + 0.0 for share in (notes, cards)]
    return Share(
        domain.tag,
        domain.title,
        domain.weight,
        count.notes,
        count.cards,
        notes,
        differences[0],
        cards,
        differences[1],
    )


def _lengths(notes: list[Note]) -> list[Length]:
    """How many words questions and answers have, by kind."""
    said: dict[tuple[str, str], list[tuple[str, Note]]] = {}
    for note in notes:
        for part, text in _parts(note):
            said.setdefault((note.kind.name, part), []).append((plain(text), note))
    kinds = list(dict.fromkeys(note.kind.name for note in notes))
    made = []
    for kind, part in sorted(said, key=lambda each: (kinds.index(each[0]), _PARTS.index(each[1]))):
        written = said[kind, part]
        by_character = sum(is_unspaced(text) for text, _ in written) * 2 > len(written)
        measure, unit = (length, "characters") if by_character else (size, "words")
        texts = [(measure(text), note) for text, note in written]
        texts.sort(key=lambda each: -each[0])
        middle = texts[(len(texts) - 1) // 2][0] + texts[len(texts) // 2][0]
        longest: dict[Note, int] = {}
        for words, note in texts:
            if len(longest) == _LONGEST:
                break
            longest.setdefault(note, words)
        named = [_where(note, words) for note, words in longest.items()]
        median = middle / 2 if middle % 2 else middle // 2
        made.append(Length(kind, part, unit, len(texts), texts[-1][0], median, texts[0][0], named))
    return made


def _parts(note: Note) -> Iterator[tuple[str, str]]:
    """The questions and answers of a note, as texts.

    The question of a cloze is its whole sentence, and what one card hides of it is an answer. Of a vignette
    all but the options is the question. Of another note the question is what it is called, and the answer
    all else that it must have.
    """
    kind = note.kind
    if kind.cloze:
        yield from _cloze_parts(note)
        return
    options = [value for _, value in options_in(note.values)]
    label = "" if options else kind.label
    required = {name: note.values[name] for name in _required(kind) if name in note.values}
    question, answer = [], []
    for name, value in required.items():
        said = [text.value for text in statements(value)]
        if name == label:
            question += said[:1]
            answer += said[1:]
        else:
            (answer if label else question).extend(said)
    if question:
        yield "question", " ".join(question)
    if answer:
        yield "answer", " ".join(answer)
    for value in options:
        for option in value.items:
            yield "answer" if option.correct else "other option", option.text.value


def _cloze_parts(note: Note) -> Iterator[tuple[str, str]]:
    """The sentences of a note with clozes, and what each of its cards hides."""
    for name, key in note.kind.keys.items():
        value = note.values.get(name)
        if not key.type.clozes or not isinstance(value, Scalar):
            continue
        text = value.value
        yield "question", uncovered(text)
        answers: dict[int, list[str]] = {}
        for cloze in clozes(text):
            for number in cloze.numbers:
                answers.setdefault(number, []).append(uncovered(text[cloze.inner : cloze.answer_end]))
        for hidden in answers.values():
            yield "answer", " ".join(hidden)


def _required(kind: Kind) -> list[str]:
    """The keys of texts that every note of a kind has."""
    return [key.name for key in kind.keys.values() if key.required and key.type.own_words]


def _right(note: Note) -> Iterator[tuple[int, int]]:
    """How many options a vignette has, and the place of the right one, from 0."""
    for _, options in options_in(note.values):
        yield len(options.items), next(at for at, option in enumerate(options.items) if option.correct)


def _without(key: str, notes: list[Note]) -> list[Where]:
    """The notes that lack a key which their kind has."""
    return [_where(note) for note in notes if key in note.kind.keys and key not in values_of(note)]


def _where(note: Note, words: int = 0) -> Where:
    """A note and its place."""
    at = place(note)
    return Where(note.id, at.path, at.line, words)
