"""Refused changes, and the author's acceptances of some of them in deck.yaml."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from deckgen.history.ledger import Acceptance

if TYPE_CHECKING:
    from collections.abc import Iterable

    from deckgen.deck.notes import Accept, Deck
    from deckgen.diagnostics import Diagnostic, Problem, Span
    from deckgen.history.ledger import Ledger


class Refusal(NamedTuple):
    """A change that is refused unless its author accepts it.

    Attributes:
        span: The place of the change.
        problem: The problem, with a hint.
    """

    span: Span
    problem: Problem


class Judgement(NamedTuple):
    """Refusals, compared with the acceptances of the author.

    Attributes:
        diagnostics: The refusals that the author has not accepted.
        accepted: The acceptances of the others.
    """

    diagnostics: tuple[Diagnostic, ...] = ()
    accepted: tuple[Accept, ...] = ()


class Acceptances:
    """The acceptances of a deck, compared with those that releases have used up."""

    def __init__(self, deck: Deck, ledger: Ledger) -> None:
        """Prepare for a deck and its ledger."""
        self._all = deck.accept
        self._used = {entry for _, entry in ledger.accepted()}

    def is_spent(self, accept: Accept) -> bool:
        """Whether a release has used an acceptance up."""
        return Acceptance(accept.code, accept.id, accept.because) in self._used

    def valid(self, code: str) -> list[Accept]:
        """The acceptances of a code that no release has used up."""
        return [each for each in self._all if each.code == code and not self.is_spent(each)]

    def judge(self, name: str, refusals: Iterable[Refusal]) -> Judgement:
        """The refusals that are not accepted, and the acceptances of the others.

        Args:
            name: Their subject: the id of a note or of the deck, or the name of a kind.
            refusals: The refusals.
        """
        diagnostics: list[Diagnostic] = []
        accepted: list[Accept] = []
        for refusal in refusals:
            code = refusal.problem.code
            accept = next((each for each in self.valid(code) if each.id == name), None)
            if accept is None:
                way_out = self._way_out(code, name)
                problem = replace(refusal.problem, hint=f"{refusal.problem.hint}; {way_out}")
                diagnostics.append(problem.at(refusal.span))
            elif accept not in accepted:
                accepted.append(accept)
        return Judgement(tuple(diagnostics), tuple(accepted))

    def _way_out(self, code: str, name: str) -> str:
        """A hint for how to accept a refused change."""
        if any((each.code, each.id) == (code, name) for each in self._all):
            return (
                "the entry under `accept` in deck.yaml has been used by a release; add a new one "
                "with a new reason"
            )
        entry = f"{{code: {code}, id: {name}, because: why}}"
        lines = f"the item `- {entry}` under `accept`" if self._all else f"`accept: [{entry}]`"
        return f"or accept it in deck.yaml, with {lines}, and replace `why` with your reason"
