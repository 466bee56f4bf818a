"""The published configs: one module each, a plain function from a request's thread to rows; pictures as references."""

from collections.abc import Callable, Iterator
from typing import Any

from photoshop_request_builder.dataset.configs import conversations, manifest, preferences, requests, triplets, turns
from photoshop_request_builder.dataset.configs.context import Context, context_of
from photoshop_request_builder.dataset.thread import Thread

__all__ = ["ROWS", "Context", "Rows", "context_of"]

Rows = Callable[[Thread, Context], Iterator[dict[str, Any]]]

ROWS: dict[str, Rows] = {
    "triplets": triplets.rows,
    "requests": requests.rows,
    "preferences": preferences.rows,
    "conversations": conversations.rows,
    "turns": turns.rows,
    "manifest": manifest.rows,
}
"""Config name -> its rows of one request."""
