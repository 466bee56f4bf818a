"""Read the inputs that all rows of a build share."""

from dataclasses import dataclass

from photoshop_request.text.thread.preferences import FirstPosterAdvantage, VotePolicy
from photoshop_request_builder.dataset.pseudonyms import Pseudonymizer, pseudonymizer
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus


@dataclass(frozen=True, slots=True)
class Context:
    """Inputs that all rows of a build share."""

    pseudonym: Pseudonymizer
    first_poster: FirstPosterAdvantage
    """The advantage of the first poster, estimated from the whole corpus."""
    votes: VotePolicy


def read_context(corpus: Corpus) -> Context:
    """Read the context of a build of `corpus`."""
    return Context(pseudonymizer(), read_first_poster_advantage(corpus), VotePolicy())


def read_first_poster_advantage(corpus: Corpus) -> FirstPosterAdvantage:
    """Read the estimate of the stage `votes`. Before its first run, there is no advantage."""
    path = corpus.path("votes.json")
    stored = storage.read_json(corpus.fs, path)
    if stored is None:
        return FirstPosterAdvantage()
    values = {name: value for name, value in stored.items() if name != "fingerprint"}
    return storage.convert(values, FirstPosterAdvantage, path)
