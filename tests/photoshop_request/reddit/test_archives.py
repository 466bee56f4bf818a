"""Read the same lines from every compression, and everything before a fault from a damaged file."""

import bz2
import gzip
import lzma
import struct

import pytest
import zstandard
from made_dumps_of_arctic_shift import block_of, zst_blocks

from photoshop_request.errors import InputError
from photoshop_request.reddit.archives import Archive, ArchiveStatus

LINES = [b'{"id": "%d", "text": "%s"}' % (number, b"word " * (number % 50)) for number in range(3000)]
DATA = b"\n".join(LINES) + b"\n"


def _long_window(data: bytes) -> bytes:
    parameters = zstandard.ZstdCompressionParameters(window_log=31, enable_ldm=True)
    return zstandard.ZstdCompressor(compression_params=parameters).compress(data)


def _several_frames(data: bytes) -> bytes:
    third = len(data) // 3
    return b"".join(zstandard.compress(data[start : start + third]) for start in range(0, len(data), third))


def _skippable_first(data: bytes) -> bytes:
    return b"\x50\x2a\x4d\x18\x04\x00\x00\x00abcd" + zstandard.compress(data)


FORMATS = {
    "long.zst": _long_window,
    "frames.zst": _several_frames,
    "skippable.zst": _skippable_first,
    "x.jsonl": bytes,
    "x.jsonl.gz": gzip.compress,
    "two.gz": lambda data: gzip.compress(data[:5000]) + gzip.compress(data[5000:]),
    "x.bz2": bz2.compress,
    "two.bz2": lambda data: bz2.compress(data[:5000]) + bz2.compress(data[5000:]),
    "x.xz": lzma.compress,
    "padded.xz": lambda data: lzma.compress(data[:5000]) + bytes(8) + lzma.compress(data[5000:]) + bytes(4),
    "padded.gz": lambda data: gzip.compress(data[:5000]) + bytes(3) + gzip.compress(data[5000:]) + bytes(50_000),
    "padded.zst": lambda data: _several_frames(data) + bytes(1000),
    "padded.bz2": lambda data: bz2.compress(data) + bytes(1),
    "utf16.jsonl": lambda data: data.decode().encode("utf-16"),
    "utf16.zst": lambda data: zstandard.compress(data.decode().encode("utf-16-be")),
    "no-bom.jsonl": lambda data: data.decode().encode("utf-16-le"),
    "x.zst_blocks": lambda data: zst_blocks(data.splitlines()),
    "padded.zst_blocks": lambda data: zst_blocks(data.splitlines()) + bytes(10),
}


def _lines(archive: Archive) -> list[bytes]:
    return [line for batch in archive.batches() for line in batch.lines]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_every_line(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(FORMATS[name](DATA))
    archive = Archive(path)
    assert _lines(archive) == LINES
    assert archive.status is ArchiveStatus.COMPLETE
    assert archive.consumed == archive.size == path.stat().st_size


def test_the_bytes_tell_the_format_not_the_name(tmp_path):
    path = tmp_path / "comments.json"
    path.write_bytes(zstandard.compress(DATA))
    assert _lines(Archive(path)) == LINES


@pytest.mark.parametrize("name", ["long.zst", "frames.zst", "x.jsonl.gz", "x.xz", "x.zst_blocks"])
@pytest.mark.parametrize("share", [0.3, 0.75])
def test_a_cut_file_gives_what_came_before_and_says_so(tmp_path, name, share):
    path = tmp_path / name
    whole = FORMATS[name](DATA)
    path.write_bytes(whole[: int(len(whole) * share)])
    archive = Archive(path)
    found = b"\n".join(_lines(archive))
    assert DATA.startswith(found)
    assert archive.status is ArchiveStatus.TRUNCATED
    assert "middle of a frame" in archive.detail


def test_a_cut_keeps_all_blocks_before_it(tmp_path):
    path = tmp_path / "cut.zst"
    path.write_bytes(_several_frames(DATA)[:-10])
    assert len(_lines(Archive(path))) > 1900


def test_a_damaged_file_gives_what_came_before_and_says_so(tmp_path):
    path = tmp_path / "damaged.zst"
    path.write_bytes(zstandard.compress(DATA) + b"this is not a frame")
    archive = Archive(path)
    assert _lines(archive) == LINES
    assert archive.status is ArchiveStatus.CORRUPT


def test_progress_grows_while_reading(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_bytes(DATA * 40)
    archive = Archive(path)
    next(archive.blocks())
    assert 0 < archive.consumed < archive.size


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: None, "cannot be read"),
        (lambda path: path.touch(), "is empty"),
        (lambda path: path.mkdir(), "is a folder"),
    ],
)
def test_what_is_no_file_is_refused_by_name(tmp_path, make, says):
    path = tmp_path / "RS_2020-01.zst"
    make(path)
    with pytest.raises(InputError, match=f"RS_2020-01.zst: {says}"):
        Archive(path)


def test_any_fsspec_address_is_read():
    import fsspec

    with fsspec.open("memory://dumps/x.zst", "wb") as file:
        file.write(zstandard.compress(DATA))
    assert _lines(Archive("memory://dumps/x.zst")) == LINES


@pytest.mark.parametrize("damage", ["bytes", "bomb", "row", "size"])
def test_damaged_blocks_give_what_came_before_and_say_so(tmp_path, damage):
    blocks = {
        "bytes": (8).to_bytes(4, "little") + b"\x28\xb5\x2f\xfd\xff\xff\xff\xff",
        "bomb": block_of(bytes(70 << 20)),
        "row": block_of(struct.pack("<III", 1, 0, 100) + b"short"),
        "size": (2**31).to_bytes(4, "little"),
    }
    path = tmp_path / "RS_2023-03.zst_blocks"
    path.write_bytes(zst_blocks(LINES[:10]) + blocks[damage])
    archive = Archive(path)
    assert _lines(archive) == LINES[:10]
    assert archive.status is ArchiveStatus.CORRUPT


def test_the_unfinished_line_follows_the_last_newline(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_bytes(DATA + b"unfinished")
    archive = Archive(path)
    assert list(archive.blocks())
    assert archive.unfinished_line == b"unfinished"
