"""What rows depend on besides their own request."""

from dataclasses import dataclass

from photoshop_request.text.preferences import FirstComer, VotePolicy
from photoshop_request_builder.corpus import Corpus
from photoshop_request_builder.dataset.people import Naming, naming
from photoshop_request_builder.stages.votes import correction_of


@dataclass(frozen=True, slots=True)
class Context:
    """The same for every row of a build."""

    name_of: Naming
    correction: FirstComer
    """What it is worth to come first, estimated from the whole corpus."""
    votes: VotePolicy


def context_of(corpus: Corpus) -> Context:
    """The context of a build of `corpus` now."""
    return Context(naming(), correction_of(corpus), VotePolicy())
