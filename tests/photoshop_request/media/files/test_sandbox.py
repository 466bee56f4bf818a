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
from photoshop_request.media.files.sandbox import make_inspector
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
    assert asyncio.run(make_inspector()(body(jpeg()))) is None


def test_a_jpeg_that_lacks_its_end_marker_only_is_whole() -> None:
    assert asyncio.run(make_inspector()(body(jpeg()[:-2]))) is None


def test_a_spooled_picture_is_read_from_its_file(tmp_path: Path) -> None:
    """Large bodies are in a part file."""
    part = tmp_path / "1.part"
    part.write_bytes(jpeg()[:-900])
    rejected = asyncio.run(make_inspector()(Body(None, part, 1, b"", b"")))
    assert rejected is not None
    assert rejected.verdict is Verdict.CORRUPT


def test_a_decompression_bomb_is_rejected_by_its_header() -> None:
    """Its 10 GB of pixels are not decompressed."""
    rejected = asyncio.run(make_inspector()(body(png_bomb())))
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
    assert asyncio.run(make_inspector()(body(jpeg()))) == Rejected(Verdict.CORRUPT, "took the decoder down")


def test_a_decoder_that_hangs_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slow machine does not make a picture corrupt."""
    monkeypatch.setattr(sys, "executable", program(tmp_path, "cat > /dev/null; exec sleep 60"))
    with pytest.raises(TimeoutError):
        asyncio.run(make_inspector(0.2)(body(jpeg())))


def test_one_file_is_decoded_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty pictures of 1 GB each would take 40 GB."""
    log = tmp_path / "log"
    script = f"cat > /dev/null; echo begin >> {log}; sleep 0.02; echo end >> {log}; echo null"
    monkeypatch.setattr(sys, "executable", program(tmp_path, script))

    async def inspect_all() -> list[Rejected | None]:
        inspect = make_inspector()
        return await asyncio.gather(*(inspect(body(jpeg())) for _ in range(10)))

    assert asyncio.run(inspect_all()) == [None] * 10
    assert log.read_text().split() == ["begin", "end"] * 10
