"""One reviewer at work: which candidate is next, what was decided, what the page is told."""

from collections.abc import Mapping
from typing import Any

from photoshop_request.verdicts import Verdict
from photoshop_request_builder.dataset.analysis.agreement import agreements
from photoshop_request_builder.pages.review.candidates import JUDGED, Deck
from photoshop_request_builder.pages.review.pictures import addresses
from photoshop_request_builder.pages.viewer.cards import card
from photoshop_request_builder.store.decisions import CandidateOrder, Decisions

__all__ = ["GIVEN", "Desk"]

GIVEN = (*JUDGED, Verdict.REJECTED)
"""What a reviewer may say."""


class Desk:
    """What the page talks to. Not thread-safe: one event loop asks."""

    def __init__(self, deck: Deck, store: Decisions, reviewer: str, order: CandidateOrder) -> None:
        self.deck = deck
        self._store, self._reviewer, self._order = store, reviewer, order
        mine = [decision for decision in store.decisions() if decision.reviewer == reviewer]
        self._said: dict[Any, Verdict] = {decision.item.key: decision.verdict for decision in mine}

    def undecided(self, start: int) -> int | None:
        """The first candidate from `start` on that this reviewer has not decided and that may be shown."""
        for number in range(max(0, start), len(self.deck)):
            if self.deck.item(number).key not in self._said and self.deck.request(number)[1] is not None:
                return number
        return None

    def show(self, number: int | None) -> dict[str, Any]:
        """All that the page needs of one candidate; without `card` where there is none, or it may not be shown."""
        told: dict[str, Any] = {"number": number, **self._progress()}
        if number is None or not 0 <= number < len(self.deck):
            return told
        request, place = self.deck.request(number)
        if place is None:
            return told
        said = self._said.get(self.deck.item(number).key)
        return {**told, "card": card(request, place, addresses(number, request, place)), "said": said}

    def decide(self, number: int, verdict: Verdict) -> dict[str, Any]:
        """Keep what the reviewer says of a candidate; what comes next."""
        item = self.deck.item(number)
        self._store.decide(item, self._reviewer, verdict, self._order)
        self._said[item.key] = verdict
        return self.show(self.undecided(number + 1))

    def undo(self) -> dict[str, Any] | None:
        """Take back the last decision; the candidate that it was of. None where there is none."""
        item = self._store.undo(self._reviewer)
        if item is None:
            return None
        self._said = {
            decision.item.key: decision.verdict
            for decision in self._store.decisions()
            if decision.reviewer == self._reviewer
        }
        number = self.deck.find(item)
        return self.show(number if number is not None else self.undecided(0))

    def agreement(self) -> list[Mapping[str, Any]]:
        """With every other reviewer, as JSON values."""
        return [
            {"first": each.first, "second": each.second, "both": each.both, "same": each.same, "kappa": each.kappa}
            for each in agreements(self._store.decisions())
            if self._reviewer in {each.first, each.second}
        ]

    def _progress(self) -> dict[str, Any]:
        return {"decided": len(self._said), "total": len(self.deck)}
