"""Diagnostics for authors, with their codes and places. Other wings import their names from here."""

from deckgen.diagnostics.codes import CATALOGUE, Level
from deckgen.diagnostics.model import (
    MOST_OF_ALL,
    MOST_TOLD,
    CallError,
    Diagnostic,
    Diagnostics,
    Problem,
    Span,
    not_a_warning,
    sorted_diagnostics,
)
from deckgen.diagnostics.wording import (
    composed,
    counted,
    did_you_mean,
    listed,
    listing,
    natural,
    nearest,
    proposal,
    same,
    visible,
)

__all__ = [
    "CATALOGUE",
    "MOST_OF_ALL",
    "MOST_TOLD",
    "CallError",
    "Diagnostic",
    "Diagnostics",
    "Level",
    "Problem",
    "Span",
    "composed",
    "counted",
    "did_you_mean",
    "listed",
    "listing",
    "natural",
    "nearest",
    "not_a_warning",
    "proposal",
    "same",
    "sorted_diagnostics",
    "visible",
]
