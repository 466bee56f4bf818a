"""Make the rows of each published config. Each module turns a request's thread into the rows of one config."""

from collections.abc import Callable, Iterator
from typing import Any

from photoshop_request_builder.dataset.configs import conversations, manifest, preferences, requests, triplets, turns
from photoshop_request_builder.dataset.configs.context import Context, read_context
from photoshop_request_builder.dataset.thread import Thread

__all__ = ["ROWS", "Context", "Rows", "read_context"]

Rows = Callable[[Thread, Context], Iterator[dict[str, Any]]]

ROWS: dict[str, Rows] = {
    "triplets": triplets.rows,
    "requests": requests.rows,
    "preferences": preferences.rows,
    "conversations": conversations.rows,
    "turns": turns.rows,
    "manifest": manifest.rows,
}
"""Config name -> function that makes its rows of one request."""
