"""Adopted note types in the collection's format: with all options that Anki has for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deckgen.cards.note_types import Face
    from deckgen.deck.adopted import Adopted, CardOptions, FieldOptions
    from deckgen.deck.kinds import Field


def field_entry(field: Field, options: FieldOptions) -> dict[str, Any]:
    """A field of an adopted note type."""
    return {
        "name": field.name,
        **_given(id=field.id, tag=options.tag),
        "font": options.font,
        "size": options.size,
        "rtl": options.right_to_left,
        "sticky": options.sticky,
        "description": options.description,
        "plainText": options.plain_text,
        "collapsed": options.collapsed,
        "excludeFromSearch": options.unsearched,
        "preventDeletion": options.undeletable,
    }


def template_entry(face: Face, options: CardOptions) -> dict[str, Any]:
    """A card template of an adopted note type."""
    return {
        "name": face.name,
        **_given(id=face.id),
        "qfmt": face.front,
        "afmt": face.back,
        "bqfmt": face.browser_front,
        "bafmt": face.browser_back,
        "did": options.deck_id or None,
        "bfont": options.browser_font,
        "bsize": options.browser_size,
    }


def of_note_type(adopted: Adopted) -> dict[str, Any]:
    """What an adopted note type has besides its fields, card templates, style and name."""
    return {
        "sortf": adopted.sort_field,
        "latexPre": adopted.latex_pre,
        "latexPost": adopted.latex_post,
        "latexsvg": adopted.latex_svg,
        **_given(originalStockKind=adopted.stock or None, originalId=adopted.original_id),
    }


def _given(**members: int | None) -> dict[str, int]:
    """The members that there are."""
    return {name: value for name, value in members.items() if value is not None}
