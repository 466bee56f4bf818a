"""Read what the rows of a build depend on besides their own request."""

from dataclasses import dataclass

from photoshop_request.text.thread.preferences import FirstPosterAdvantage, VotePolicy
from photoshop_request_builder.dataset.pseudonyms import Pseudonymizer, pseudonymizer
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus


@dataclass(frozen=True, slots=True)
class Context:
    """The same for all rows of a build."""

    pseudonym: Pseudonymizer
    first_poster: FirstPosterAdvantage
    """The advantage of the first poster, estimated from the whole corpus."""
    votes: VotePolicy


def read_context(corpus: Corpus) -> Context:
    """Read the context of a build of `corpus`."""
    return Context(pseudonymizer(), read_first_poster_advantage(corpus), VotePolicy())


def read_first_poster_advantage(corpus: Corpus) -> FirstPosterAdvantage:
    """Read the estimate of the stage `votes`. No advantage before its first run."""
    stored = storage.read_json(corpus.fs, corpus.path("votes.json"))
    return FirstPosterAdvantage(tuple(stored["advantage"]), stored["threads"]) if stored else FirstPosterAdvantage()
