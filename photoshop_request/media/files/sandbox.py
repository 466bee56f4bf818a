"""Decodes a suspicious file in a process of its own: one that may die, with bounds on memory and time.

Run as a program it reads a file from stdin and prints what `decode` says of it: `null`, or verdict and detail.
"""

import asyncio
import contextlib
import json
import sys

from photoshop_request.media.files.decode import Rejected, decode
from photoshop_request.media.http.body import Body
from photoshop_request.verdicts import Verdict

__all__ = ["inspect"]

_SECONDS = 60.0
_MEMORY = 4 * 2**30


async def inspect(body: Body, *, seconds: float = _SECONDS) -> Rejected | None:
    """Why the file is no whole picture; None when it decodes to its last pixel.

    What takes too long, too much memory or the process itself down is `corrupt`.
    """
    data = body.data if body.data is not None else await asyncio.to_thread(_read, body)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "photoshop_request.media.files.sandbox",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C stops the run, and must not look like a broken picture
    )
    try:
        out, _ = await asyncio.wait_for(process.communicate(data), seconds)
        said = json.loads(out) if process.returncode == 0 else [Verdict.CORRUPT, "took the decoder down"]
    except TimeoutError:
        said = [Verdict.CORRUPT, f"not decoded within {seconds:g} s"]
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return Rejected(Verdict(said[0]), said[1]) if said else None


def _read(body: Body) -> bytes:
    assert body.part is not None
    return body.part.read_bytes()


def _main() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # not on every system

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    result = decode(sys.stdin.buffer.read())
    json.dump([result.verdict, result.detail] if isinstance(result, Rejected) else None, sys.stdout)


if __name__ == "__main__":
    _main()
