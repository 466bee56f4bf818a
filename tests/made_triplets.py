"""Make rows with pictures of a given size from random bytes."""

import random
from collections.abc import Iterator
from typing import Any

from photoshop_request.schema import CONFIGS


def triplets(count: int, size: int, *, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Return rows with two pictures of `size` bytes each."""
    dice = random.Random(seed)
    for number in range(count):
        row = {column.name: [] if column.kind.startswith("list<") else None for column in CONFIGS["triplets"]}
        pictures = {name: {"bytes": dice.randbytes(size), "path": None} for name in ("source_image", "edited_image")}
        yield (
            row
            | pictures
            | {"instruction": f"Remove number {number}", "comment_id": f"{number:07}", "accepted": number % 2 == 0}
        )
