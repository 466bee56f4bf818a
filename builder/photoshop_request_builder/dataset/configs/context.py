"""What rows depend on besides their own request."""

from dataclasses import dataclass

from photoshop_request.text.thread.preferences import FirstPosterAdvantage, VotePolicy
from photoshop_request_builder.dataset.first_poster import read_first_poster_advantage
from photoshop_request_builder.dataset.pseudonyms import Pseudonymizer, pseudonymizer
from photoshop_request_builder.store.corpus import Corpus


@dataclass(frozen=True, slots=True)
class Context:
    """The same for every row of a build."""

    name_of: Pseudonymizer
    correction: FirstPosterAdvantage
    """What it is worth to come first, estimated from the whole corpus."""
    votes: VotePolicy


def context_of(corpus: Corpus) -> Context:
    """The context of a build of `corpus` now."""
    return Context(pseudonymizer(), read_first_poster_advantage(corpus), VotePolicy())
