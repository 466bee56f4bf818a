"""Read the advantage of the first edit in a thread, which `preferences` subtracts."""

from photoshop_request.text.thread.preferences import FirstPosterAdvantage
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus


def read_first_poster_advantage(corpus: Corpus) -> FirstPosterAdvantage:
    """The estimate that lies in the corpus; none if there is none yet."""
    stored = storage.read_json(corpus.fs, corpus.path("votes.json"))
    return FirstPosterAdvantage(tuple(stored["advantage"]), stored["threads"]) if stored else FirstPosterAdvantage()
