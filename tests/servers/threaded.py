"""Serve the loopback hosts in a thread of their own, for code that runs its own event loop."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from servers.hosts import Hosts, hosts


@contextmanager
def served(routes: dict[str, Any]) -> Iterator[Hosts]:
    """Serve `routes` until the block ends."""
    ready: list[Hosts] = []
    began, end = threading.Event(), threading.Event()

    async def main() -> None:
        async with hosts(routes) as state:
            ready.append(state)
            began.set()
            await asyncio.to_thread(end.wait)

    thread = threading.Thread(target=lambda: asyncio.run(main()))
    thread.start()
    began.wait(10)
    try:
        yield ready[0]
    finally:
        end.set()
        thread.join()
