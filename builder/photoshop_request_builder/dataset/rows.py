"""Make the rows of a config from the corpus's shards, with their pictures."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from photoshop_request.rows import RowFilter, select_dicts
from photoshop_request_builder.dataset.configs import ROWS, read_context
from photoshop_request_builder.dataset.publication import read_policy
from photoshop_request_builder.dataset.published_pictures import fill_pictures, picture_reader
from photoshop_request_builder.dataset.thread import read_threads
from photoshop_request_builder.store.corpus import Corpus


def dataset_rows(
    corpus: Corpus,
    config: str,
    shards: Iterable[int],
    split: str,
    filters: RowFilter | None = None,
    change: Callable[[bytes], bytes] | None = None,
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield each row that `filters` keep, in order, with the index of its shard in `shards`.

    `change` rewrites each picture. Holds the pictures of one row and two more pictures.
    """
    active = filters.active() if filters else {}
    context, policy = read_context(corpus), read_policy(corpus)
    read = picture_reader(corpus, change)
    for place, shard in enumerate(shards):
        for thread in read_threads(corpus, shard, split, policy):
            rows = list(ROWS[config](thread, context))
            for row in select_dicts(rows, active, config):
                yield place, fill_pictures(row, read)
