"""What rows depend on besides their own request."""

from dataclasses import dataclass

from photoshop_request.text.thread.preferences import FirstComer, VotePolicy
from photoshop_request_builder.dataset.first_comer import read_first_comer
from photoshop_request_builder.dataset.pseudonyms import Pseudonymizer, pseudonymizer
from photoshop_request_builder.store.corpus import Corpus


@dataclass(frozen=True, slots=True)
class Context:
    """The same for every row of a build."""

    name_of: Pseudonymizer
    correction: FirstComer
    """What it is worth to come first, estimated from the whole corpus."""
    votes: VotePolicy


def context_of(corpus: Corpus) -> Context:
    """The context of a build of `corpus` now."""
    return Context(pseudonymizer(), read_first_comer(corpus), VotePolicy())
