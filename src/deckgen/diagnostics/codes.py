"""The codes of diagnostics, each with its level and a sentence."""

from __future__ import annotations

from typing import Literal

from deckgen.diagnostics.wording import did_you_mean

Level = Literal["error", "warning"]
CATALOGUE: dict[str, tuple[Level, str]] = {
    # Files and YAML
    "unreadable-file": ("error", "A file of the source cannot be read, or lies outside the project."),
    "not-utf8": ("error", "A file is not UTF-8 text."),
    "too-large": ("error", "A file is larger than deckgen reads."),
    "too-deep": ("error", "Lists and mappings are nested deeper than deckgen reads."),
    "yaml-syntax": ("error", "The text is not YAML."),
    "yaml-alias": ("error", "YAML anchors and aliases (`&name`, `*name`) are not used in a deck."),
    "yaml-tag": ("error", "YAML tags (`!name`) are not used in a deck."),
    "yaml-documents": ("error", "A file holds more than one YAML document."),
    "duplicate-key": ("error", "A key stands twice in one mapping."),
    "control-character": ("error", "A text holds an invisible control character."),
    "cut-by-comment": ("error", "A text is cut short, because YAML reads ` #` as the start of a comment."),
    # Keys and values
    "unknown-key": ("error", "A key is not one that this place knows."),
    "missing-key": ("error", "A key that must be there is not."),
    "empty-value": ("error", "A key that must have a value has none."),
    "wrong-type": ("error", "A value is of another type than its key asks for."),
    "bad-id": ("error", "An id is not made of small letters, digits and hyphens."),
    "duplicate-id": ("error", "Two notes have one id."),
    "bad-tag": ("error", "Anki would split, change or drop a tag, or it is several in one."),
    "single-colon": ("warning", "A tag or a subdeck has one colon, where two make a level."),
    "missing-language": ("warning", "The deck does not say in which language it is, and it is not English."),
    "bad-deck-name": ("error", "Anki would change the name of a deck."),
    "no-notes": ("error", "The deck has no notes."),
    # Clozes, options, rows
    "no-cloze": ("error", "A takeaway hides nothing, so it has no card."),
    "bad-cloze": ("error", "A cloze is not written as Anki reads it."),
    "no-card": ("error", "Anki would make no card of a note."),
    "misplaced-cloze": ("error", "A cloze stands where no card hides it."),
    "correct-option": ("error", "Not exactly one option of a vignette is correct."),
    "option-count": ("error", "A vignette has too few or too many options."),
    "row-cells": ("error", "A row has not one cell for each column."),
    # From note to note
    "unknown-note": ("error", "A note builds on one that does not exist."),
    "circular-builds-on": ("error", "Notes build on each other in a circle."),
    "builds-on-later": ("warning", "A note builds on one in a subdeck that Anki shows later."),
    "similar-deck": ("warning", "A subdeck repeats the title, or another subdeck's name but for capitals."),
    # Markup and media
    "bad-html": ("error", "Raw HTML that a card may not hold."),
    "lost-text": ("error", "Part of a text would be on no card."),
    "bad-link": ("error", "A link has an address that a card may not hold."),
    "bad-math": ("error", "A formula holds a command that a card may not hold."),
    "remote-media": ("error", "An image or sound lies on the network, so it is missing without one."),
    "missing-media": ("error", "An image or sound does not exist."),
    "unreadable-media": ("error", "An image or sound cannot be read, or lies outside source/."),
    "broken-media": ("error", "A media file is damaged, or holds something else than its name says."),
    "media-type": ("error", "A file is not of a type that Anki shows or plays."),
    "large-media": ("warning", "An image is so large that it loads slowly."),
    "photo-place": ("warning", "A photograph tells where it was taken."),
    "incomplete-svg": ("warning", "An SVG names files outside itself, which no card shows."),
    "unused-media": ("warning", "A media file in source/ is on no card."),
    # Kinds and faces
    "bad-kind": ("error", "A kind.yaml contradicts itself or another."),
    "missing-words": ("warning", "Cards say something by themselves that is not in the deck's language."),
    "unknown-color": ("warning", "A style names a color or measure that leads nowhere."),
    "unused-template": ("warning", "A file under templates/ is one that nothing reads."),
    "unshown-field": ("warning", "Notes fill a field that no card shows."),
    "missing-face": ("error", "A card's face does not exist."),
    "template-syntax": ("error", "A template is not Jinja."),
    "template-failed": ("error", "A template failed while it was rendered."),
    "anki-syntax": ("error", "Anki's part of a template, `{{…}}`, is broken."),
    "unknown-field": ("error", "A template names a field that its note type does not have."),
    "unknown-filter": ("error", "A template uses a filter that Anki does not have."),
    "blank-front": ("error", "A front makes no card of any note, or one that shows nothing of its note."),
    # What has been released
    "bad-ledger": ("error", "The ledger is damaged, or lines of it have been lost."),
    "ledger-conflict": ("error", "The ledger holds the marks of a merge that git could not finish."),
    "lost-ledger": ("error", "The deck has been released, and its ledger is missing."),
    "newer-ledger": ("error", "The ledger was written by a newer deckgen."),
    "changed-deck": ("error", "The id or the title of a released deck has changed."),
    "note-gone": ("error", "A released note is no longer in the source."),
    "used-id": ("error", "An id belongs to another released note."),
    "unknown-was": ("warning", "No released note had the id that `was` names."),
    "changed-kind": ("error", "A released note has become another kind of note."),
    "changed-note-type": (
        "error",
        "Fields or cards of a released kind changed in a way that Anki cannot follow.",
    ),
    "moved-cloze": ("error", "What a cloze hides stands under another released number."),
    "dead-card": ("warning", "A released card is gone; learners keep it until they empty cards."),
    "moved-notes": ("warning", "Released notes are in another subdeck; cards that learners have stay."),
    "wide-change": ("warning", "One change sends more than a tenth of the released notes again."),
    "never-released": ("warning", "A note is retired that has never been released."),
    "unused-accept": ("warning", "An acceptance in deck.yaml accepts nothing, or nothing any more."),
    "builds-on-retired": ("warning", "A note builds on one that is retired."),
    # Good cards
    "long-answer": ("warning", "An answer is too long to be recalled at once."),
    "cloze-hides-all": ("warning", "A cloze leaves too little of its sentence to tell what is asked."),
    "cloze-hides-little": ("warning", "A cloze hides a word that carries no meaning."),
    "cloze-gap": ("warning", "The cloze numbers of a text leave one out."),
    "term-in-definition": ("warning", "A term stands in the text by which a card asks for it."),
    "missing-reason": ("warning", "A note or an option lacks its reason, or the reason says nothing."),
    "no-question": ("warning", "The question of a vignette asks nothing."),
    "longest-option": ("warning", "The right option is by far the longest."),
    "hedged-option": ("warning", "Only the right option is hedged."),
    "absolute-words": ("warning", "Absolute words stand in wrong options alone."),
    "echoed-stem": ("warning", "Only the right option repeats words of the question."),
    "all-of-the-above": ("warning", "An option refers to other options."),
    "negative-stem": ("warning", "A question asks for what is not so, without emphasis on that word."),
    "overlapping-options": ("warning", "One option contains another, or is the same."),
    "unparallel-options": ("warning", "An option is not built like the others."),
    "few-options": ("warning", "A vignette has fewer options than the exam's questions."),
    "answer-places": ("warning", "The right option stands mostly in one place, or never in one."),
    "same-question": ("warning", "Two notes ask the same, or nearly the same."),
    "repeated-text": ("warning", "A long text stands in two places, word for word."),
    "same-term": ("warning", "A term is defined twice."),
    "undefined-abbreviation": ("warning", "No card says what an abbreviation stands for."),
    "missing-reference": ("warning", "A note has no reference, and its neighbours have one."),
    "blueprint-tag": ("warning", "A tag of the blueprint is on no note, or stands for two domains."),
    "blueprint-weights": ("warning", "The weights of the blueprint are not 100 in all."),
    # Typing
    "placeholder": ("warning", "A text is still to be written."),
    "swallowed-key": ("warning", "A line of a text looks like a key that is indented too far."),
    "missing-alt": ("warning", "An image has no text alternative."),
    "upper-case": ("warning", "A text is mostly in capitals."),
    "doubled-word": ("warning", "A word stands twice in a row."),
    "doubled-space": ("warning", "Several spaces stand between two words."),
    "trailing-space": ("warning", "Blanks at the end of a line break it unseen."),
    "changed-text": ("warning", "A card shows a text otherwise than it was typed."),
    "stray-markdown": ("warning", "Markdown does not take effect, so learners see its signs."),
    "curly-quotes": ("warning", "A value stands in curly quotes, which learners see."),
    "direction-override": (
        "warning",
        "Invisible characters override the direction of a text, or turn it and are not closed.",
    ),
    "unread-file": ("warning", "A file looks like a chapter, and is not read."),
    "unused-allow": ("warning", "An `allow` silences nothing."),
}
"""Every code, with its level and a sentence about it. A released code never changes."""


def not_a_warning(code: str) -> tuple[str, str] | None:
    """A message and a hint if a word is not the code of a warning; None if it is."""
    if code not in CATALOGUE:
        return f"`{code}` is not a code", did_you_mean(code, CATALOGUE) or "`deckgen explain` lists them"
    if CATALOGUE[code][0] == "error":
        return (
            f"`{code}` is an error, which cannot be switched off",
            f"`deckgen explain {code}` says how to mend it",
        )
    return None
