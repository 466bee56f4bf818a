"""Decode a suspicious file in a separate process with limits on memory and time.

Run as a program, the module decodes the file on stdin and prints JSON: `null`, or the verdict and detail of `Rejected`.
"""

import asyncio
import contextlib
import json
import sys

from photoshop_request.media.files.decode import Rejected, decode
from photoshop_request.media.http.body import Body
from photoshop_request.verdicts import Verdict

_SECONDS = 60.0
_MEMORY = 4 * 2**30
"""Bytes of address space."""


async def check_in_sandbox(body: Body, *, seconds: float = _SECONDS) -> Rejected | None:
    """Return the reason why the file is not a complete picture, or None if every pixel decodes.

    A file that takes too much time or memory, or crashes the decoder, is `corrupt`.
    """
    data = body.data if body.data is not None else await asyncio.to_thread(_read, body)
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
    except TimeoutError:
        reason = [Verdict.CORRUPT, f"not decoded within {seconds:g} s"]
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
