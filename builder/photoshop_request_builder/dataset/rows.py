"""The rows of a config: from the threads of the corpus's shards, with their pictures read."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from photoshop_request_builder.dataset.configs import ROWS, context_of
from photoshop_request_builder.dataset.publication import read_policy
from photoshop_request_builder.dataset.published_pictures import fill_pictures, picture_reader
from photoshop_request_builder.dataset.row_selection import Wanted, keep, shrink
from photoshop_request_builder.dataset.thread import read_threads
from photoshop_request_builder.store.corpus import Corpus

__all__ = ["dataset_rows"]


def dataset_rows(
    corpus: Corpus, config: str, shards: Iterable[int], split: str, wanted: Wanted | None = None
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each shard's place among `shards` with a row of it, in order. One row's pictures are held at a time, and two more."""
    wanted = wanted or Wanted()
    context, policy = context_of(corpus), read_policy(corpus)
    change = partial(shrink, max_side=wanted.max_side, form=wanted.reencode or "") if wanted.max_side else None
    read = picture_reader(corpus, change)
    for place, shard in enumerate(shards):
        for thread in read_threads(corpus, shard, split, policy):
            for row in keep(ROWS[config](thread, context), wanted):
                yield place, fill_pictures(row, read)
