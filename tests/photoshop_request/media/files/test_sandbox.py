"""Decode hostile files in a separate process, so that they cannot crash the run."""

import asyncio
import io
import stat
import struct
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image

from photoshop_request.media.files.decode import Rejected
from photoshop_request.media.files.sandbox import check_in_sandbox
from photoshop_request.media.http.body import Body
from photoshop_request.verdicts import Verdict


def body(data: bytes) -> Body:
    return Body(data, None, len(data), data[:4096], data[-65536:])


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((100, 100), 50).save(out, "JPEG")
    return out.getvalue()


def png_bomb() -> bytes:
    """Return a PNG of 60,000 x 60,000 pixels in a few kilobytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100_000))


def test_a_whole_picture_is_fine() -> None:
    """None means that every pixel decodes."""
    assert asyncio.run(check_in_sandbox(body(jpeg()))) is None


def test_a_spooled_picture_is_read_from_its_file(tmp_path: Path) -> None:
    """Large bodies are in a part file."""
    part = tmp_path / "1.part"
    part.write_bytes(jpeg()[:-900])
    rejected = asyncio.run(check_in_sandbox(Body(None, part, 1, b"", b"")))
    assert rejected is not None
    assert rejected.verdict is Verdict.CORRUPT


def test_a_decompression_bomb_is_rejected_by_its_header() -> None:
    """Its 10 GB of pixels are not decompressed."""
    rejected = asyncio.run(check_in_sandbox(body(png_bomb())))
    assert rejected is not None
    assert rejected.verdict is Verdict.TOO_LARGE


def program(folder: Path, text: str) -> str:
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.mark.parametrize("text", ["kill -SEGV $$", "kill -KILL $$", "exit 3"])
def test_a_crash_of_the_decoder_makes_only_its_picture_corrupt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """Crashes, the kernel's out-of-memory killer and other exits count alike."""
    monkeypatch.setattr(sys, "executable", program(tmp_path, f"cat > /dev/null; {text}"))
    assert asyncio.run(check_in_sandbox(body(jpeg()))) == Rejected(Verdict.CORRUPT, "took the decoder down")


def test_a_decoder_that_hangs_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time limit counts as corrupt too."""
    monkeypatch.setattr(sys, "executable", program(tmp_path, "cat > /dev/null; exec sleep 60"))
    rejected = asyncio.run(check_in_sandbox(body(jpeg()), seconds=0.2))
    assert rejected is not None
    assert rejected.verdict is Verdict.CORRUPT
