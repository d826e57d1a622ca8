"""The figures of a deck: numbers of notes and cards, lengths of texts, and missing parts."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from deckgen.anki.cloze import clozes, uncovered
from deckgen.anki.tags import folded
from deckgen.cards.media import from_project
from deckgen.checks.context import RuleContext
from deckgen.checks.giveaway import guesses
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

_LONGEST = 3  # notes named as the longest
LETTERS = "ABCDEFGH"
_PARTS = ("question", "answer", "other option")


@dataclass(slots=True)
class Count:
    """The numbers of notes and cards in a group.

    Attributes:
        name: The name of the group.
        notes: The number of notes.
        cards: The number of cards.
    """

    name: str
    notes: int = 0
    cards: int = 0

    def add(self, cards: int) -> None:
        """Count a note with its cards."""
        self.notes += 1
        self.cards += cards


@dataclass(frozen=True, slots=True)
class Share:
    """A domain of the exam, compared with the deck's share of it.

    Attributes:
        tag: Its tag.
        title: Its title.
        weight: Its share of the exam, in percent.
        notes: The number of notes with the tag.
        cards: The number of their cards.
        notes_share: Their share of all notes, in percent.
        notes_difference: This share minus the weight, in points.
        cards_share: Their share of all cards, in percent.
        cards_difference: This share minus the weight, in points.
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
    """A note, with the place of its id.

    Attributes:
        id: Its id.
        path: The file, from the deck's folder.
        line: Its line, from 1.
        words: Its length in words or characters, if it is named for its length.
    """

    id: str
    path: str
    line: int
    words: int = 0


@dataclass(frozen=True, slots=True)
class Length:
    """The lengths of one sort of texts, in words, or in characters for scripts without blanks between words.

    Attributes:
        kind: The kind of their notes.
        part: `question`, `answer`, or `other option` for the wrong ones of a vignette.
        unit: `words`, or `characters` if most of the texts are in Chinese, Japanese, Thai or the like.
        texts: The number of texts.
        shortest: The length of the shortest, in this unit.
        median: The median length.
        longest: The length of the longest.
        longest_notes: The few notes with the longest texts.
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
class Guessed:
    """How many right options can be guessed by the words of the options alone.

    Attributes:
        vignettes: The number of vignettes that were judged.
        found: The number of right options that were guessed; of several equal guesses each counts in part.
        chance: The number that blind guesses find on average.
    """

    vignettes: int
    found: float
    chance: float


@dataclass(frozen=True, slots=True)
class File:
    """A media file.

    Attributes:
        path: Its path from the deck's folder.
        bytes: Its size in the package.
    """

    path: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a deck. Retired notes count only in `retired`.

    Attributes:
        title: The deck's title.
        notes: The number of its notes.
        cards: The number of their cards.
        retired: The number of retired notes.
        kinds: Notes and cards by kind, in the order of first occurrence in the source.
        decks: By deck in Anki, in the same order.
        tags: By tag, the most frequent first.
        domains: By domain of the exam, in the order of the blueprint.
        no_domain: The notes that no domain covers; None without a blueprint.
        several_domains: Those that more than one covers; None without a blueprint.
        lengths: In words, by kind and part.
        options: The numbers of vignettes, by their number of options.
        answer_places: The numbers of vignettes, by the letter of their right option.
        guessed: How many right options their words alone give away; None with too few vignettes to tell.
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
    guessed: Guessed | None
    without_reference: list[Where]
    without_reason: list[Where]
    media: list[File]

    def as_json(self) -> dict[str, Any]:
        """The figures as `--format json` prints them."""
        members = asdict(self)
        for note in (*members["without_reference"], *members["without_reason"]):
            del note["words"]
        for count in filter(None, (members["no_domain"], members["several_domains"])):
            del count["name"]
        return members


def figures(result: Build) -> Figures:
    """The figures of a deck.

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
        guessed=_guessed(result),
        without_reference=_without("reference", notes),
        without_reason=_without("why", notes),
        media=_media(result),
    )


def _guessed(result: Build) -> Guessed | None:
    """How many right options their words alone give away."""
    made = guesses(RuleContext(result.deck, result.note_types, frozenset()).vignettes)
    return Guessed(made.vignettes, round(made.found, 1), round(made.chance, 1)) if made else None


def _media(result: Build) -> list[File]:
    """The media files of the package, the largest first."""
    media = result.package.media if result.package else ()
    files = [File(from_project(file.path, result.project), file.size) for file in media]
    return sorted(files, key=lambda file: (-file.bytes, file.path))


def _counted(pairs: Iterable[tuple[str, int]]) -> list[Count]:
    """Notes and cards by name, from one pair of name and cards for each note."""
    counts: dict[str, Count] = {}
    for name, cards in pairs:
        counts.setdefault(name, Count(name)).add(cards)
    return list(counts.values())


def _by_tag(cards: dict[Note, int]) -> list[Count]:
    """Notes and cards by tag, the most frequent first; the case of letters does not matter, as in Anki."""
    counts: dict[str, Count] = {}
    for note, number in cards.items():
        for tag in note.tags:
            counts.setdefault(folded(tag), Count(tag)).add(number)
    return sorted(counts.values(), key=lambda count: (-count.notes, count.name))


def _shares(
    blueprint: tuple[Domain, ...], cards: dict[Note, int], total: Count
) -> tuple[list[Share], Count | None, Count | None]:
    """The shares of the domains, the notes of no domain, and the notes of several."""
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
    """A domain compared with the deck's share of it."""
    notes, cards = (
        round(100 * part / whole, 1)
        for part, whole in ((count.notes, total.notes), (count.cards, total.cards))
    )
    # the difference is from the rounded share, so that the page adds up; + 0.0 avoids -0.0
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
    """The lengths of questions and answers, by kind."""
    by_part: dict[tuple[str, str], list[tuple[str, Note]]] = {}
    for note in notes:
        for part, text in _parts(note):
            by_part.setdefault((note.kind.name, part), []).append((plain(text), note))
    kinds = list(dict.fromkeys(note.kind.name for note in notes))
    lengths = []
    for kind, part in sorted(by_part, key=lambda each: (kinds.index(each[0]), _PARTS.index(each[1]))):
        pairs = by_part[kind, part]
        by_character = sum(is_unspaced(text) for text, _ in pairs) * 2 > len(pairs)
        measure, unit = (length, "characters") if by_character else (size, "words")
        texts = [(measure(text), note) for text, note in pairs]
        texts.sort(key=lambda each: -each[0])
        middle = texts[(len(texts) - 1) // 2][0] + texts[len(texts) // 2][0]
        longest: dict[Note, int] = {}
        for words, note in texts:
            if len(longest) == _LONGEST:
                break
            longest.setdefault(note, words)
        longest_notes = [_where(note, words) for note, words in longest.items()]
        median = middle / 2 if middle % 2 else middle // 2
        lengths.append(Length(kind, part, unit, len(texts), texts[-1][0], median, texts[0][0], longest_notes))
    return lengths


def _parts(note: Note) -> Iterator[tuple[str, str]]:
    """The questions and answers of a note, as texts.

    The question of a cloze is its whole sentence, and the text that one card hides is an answer. The question
    of a vignette is everything except the options. The question of another note is its label, and the answer
    is all its other required texts.
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
        texts = [text.value for text in statements(value)]
        if name == label:
            question += texts[:1]
            answer += texts[1:]
        else:
            (answer if label else question).extend(texts)
    if question:
        yield "question", " ".join(question)
    if answer:
        yield "answer", " ".join(answer)
    for value in options:
        for option in value.items:
            yield "answer" if option.correct else "other option", option.text.value


def _cloze_parts(note: Note) -> Iterator[tuple[str, str]]:
    """The sentences of a note with clozes, and the hidden text of each of its cards."""
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
    """The required keys of a kind whose values are texts."""
    return [key.name for key in kind.keys.values() if key.required and key.type.own_words]


def _right(note: Note) -> Iterator[tuple[int, int]]:
    """The number of options of a vignette, and the index of the right one, from 0."""
    for _, options in options_in(note.values):
        yield len(options.items), next(at for at, option in enumerate(options.items) if option.correct)


def _without(key: str, notes: list[Note]) -> list[Where]:
    """The notes that lack a key which their kind has."""
    return [_where(note) for note in notes if key in note.kind.keys and key not in values_of(note)]


def _where(note: Note, words: int = 0) -> Where:
    """A note and its place."""
    at = place(note)
    return Where(note.id, at.path, at.line, words)
