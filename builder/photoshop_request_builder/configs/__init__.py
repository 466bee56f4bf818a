"""The published configs: one module each, a plain function from a shard of the corpus to rows."""

from collections.abc import Callable, Iterator
from typing import Any

from photoshop_request_builder.configs import triplets
from photoshop_request_builder.corpus import Corpus

ROWS: dict[str, Callable[[Corpus, int, str], Iterator[dict[str, Any]]]] = {"triplets": triplets.rows}
"""Config name -> its rows of one shard and split."""
