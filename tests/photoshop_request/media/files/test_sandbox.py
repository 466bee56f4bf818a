"""Decoding a hostile file cannot take the run down: it happens in a process that may die."""

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
from photoshop_request.media.files.sandbox import inspect
from photoshop_request.media.http.body import Body
from photoshop_request.verdicts import Verdict


def body(data: bytes) -> Body:
    return Body(data, None, len(data), data[:4096], data[-65536:])


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((100, 100), 50).save(out, "JPEG")
    return out.getvalue()


def png_bomb() -> bytes:
    """A PNG of 60,000 x 60,000 pixels in a few kilobytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100_000))


def test_a_whole_picture_is_fine() -> None:
    """None means that it decodes to its last pixel, from memory or from a file."""
    assert asyncio.run(inspect(body(jpeg()))) is None


def test_a_spooled_picture_is_read_from_its_file(tmp_path: Path) -> None:
    """Large bodies lie in a part file."""
    part = tmp_path / "1.part"
    part.write_bytes(jpeg()[:-900])
    found = asyncio.run(inspect(Body(None, part, 1, b"", b"")))
    assert found is not None
    assert found.verdict is Verdict.CORRUPT


def test_a_decompression_bomb_is_refused_by_its_header() -> None:
    """Ten gigabytes of pixels are not unpacked."""
    found = asyncio.run(inspect(body(png_bomb())))
    assert found is not None
    assert found.verdict is Verdict.TOO_LARGE


def program(folder: Path, text: str) -> str:
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.mark.parametrize("text", ["kill -SEGV $$", "kill -KILL $$", "exit 3"])
def test_a_decoder_that_dies_takes_only_its_picture_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """A crash, the system's killer, or memory's end: corrupt."""
    monkeypatch.setattr(sys, "executable", program(tmp_path, f"cat > /dev/null; {text}"))
    assert asyncio.run(inspect(body(jpeg()))) == Rejected(Verdict.CORRUPT, "took the decoder down")


def test_a_decoder_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After its time it is killed."""
    monkeypatch.setattr(sys, "executable", program(tmp_path, "cat > /dev/null; exec sleep 60"))
    found = asyncio.run(inspect(body(jpeg()), seconds=0.2))
    assert found is not None
    assert found.verdict is Verdict.CORRUPT
