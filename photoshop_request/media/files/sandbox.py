"""Decode a suspicious file in a separate process with limits on memory and time, one file at a time.

Run as a program, the module decodes the file on stdin and prints JSON: `null`, or the verdict and detail of `Rejected`.
"""

import asyncio
import contextlib
import json
import sys
from collections.abc import Awaitable, Callable

from photoshop_request.media.files.decode import Rejected, decode
from photoshop_request.media.http.body import Body
from photoshop_request.verdicts import Verdict

_SECONDS = 60.0
"""Far more than `budget` allows on any machine."""
_MEMORY = 4 * 2**30
"""Bytes of address space."""


def make_inspector(seconds: float = _SECONDS) -> Callable[[Body], Awaitable[Rejected | None]]:
    """Return a function that returns the reason why a file is not a complete picture, or None if every pixel decodes.

    It decodes one file at a time, each within `budget.MAX_MEMORY`. A file that takes too much memory or crashes the
    decoder is `corrupt`. TimeoutError is raised if the machine does not decode a file within `seconds`.
    """
    turn = asyncio.Lock()

    async def inspect(body: Body) -> Rejected | None:
        async with turn:
            data = body.data if body.data is not None else await asyncio.to_thread(_read, body)
            return await _inspected(data, seconds)

    return inspect


async def _inspected(data: bytes, seconds: float) -> Rejected | None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "photoshop_request.media.files.sandbox",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C must not reach the decoder and look like a broken picture
    )
    try:
        out, _ = await asyncio.wait_for(process.communicate(data), seconds)
        reason = json.loads(out) if process.returncode == 0 else [Verdict.CORRUPT, "took the decoder down"]
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return Rejected(Verdict(reason[0]), reason[1]) if reason else None


def _read(body: Body) -> bytes:
    assert body.part is not None
    return body.part.read_bytes()


def _main() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # missing on Windows

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    result = decode(sys.stdin.buffer.read())
    json.dump([result.verdict, result.detail] if isinstance(result, Rejected) else None, sys.stdout)


if __name__ == "__main__":
    _main()
