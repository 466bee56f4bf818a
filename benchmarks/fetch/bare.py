"""Fetch pictures with plain aiohttp, as the lower limit of time. Usage: bare.py FOLDER BASE NUMBER CONCURRENCY [write]

Prints JSON. With `write`, saves each picture to a file. There are no limits, ledger, digests, flushes or checks.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

import aiohttp


async def main() -> None:
    """Fetch NUMBER pictures, CONCURRENCY at a time."""
    folder, base, number, concurrency = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    write = sys.argv[5:] == ["write"]
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - before the clock runs
    numbers = iter(range(number))

    async def worker(session: aiohttp.ClientSession) -> None:
        for i in numbers:
            async with session.get(f"{base}/bench.example.org/{i}.jpg") as response:
                data = await response.read()
            if write:
                (folder / f"{i}.jpg").write_bytes(data)

    start, cpu = time.perf_counter(), time.process_time()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=concurrency)) as session:
        await asyncio.gather(*(worker(session) for _ in range(concurrency)))
    print(json.dumps({"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu}))


if __name__ == "__main__":
    asyncio.run(main())
