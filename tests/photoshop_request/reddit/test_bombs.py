"""Archives that decompress to much more than they hold. Memory stays bounded in every format."""

import bz2
import gzip
import lzma
import random
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from photoshop_request.reddit import newlines, parquet_mirror
from photoshop_request.reddit.archives import Archive, ArchiveStatus

MIB = 1 << 20
PACKERS = {"zst": zstandard.compress, "gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress, "jsonl": bytes}
READ = """
import resource, sys
from photoshop_request.reddit import parquet_mirror
from photoshop_request.reddit.archives import Archive
from photoshop_request.reddit.parse import parse
from photoshop_request.reddit.scan import scan
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
before, archive = peak(), Archive(sys.argv[1])
if sys.argv[2] == "scan":
    lines = sum(len(found.lines) + found.other_lines for found in scan(archive.blocks(), ["PhotoshopRequest"]))
else:
    lines = 0
    for batch in archive.batches():
        lines += len(batch.lines)
        for line in batch.lines[:2]:
            parse(line)
print(lines, archive.status, peak() - before)
"""


def read(path, how="batches"):
    """Return the number of lines, the status, and the growth of memory in MB, measured in a process of its own."""
    result = subprocess.run(
        [sys.executable, "-c", READ, str(path), how], capture_output=True, text=True, check=True, timeout=300
    )
    lines, status, grown = result.stdout.split()
    return int(lines), status, int(grown)


@pytest.mark.parametrize("how", ["batches", "scan"])
@pytest.mark.parametrize("name", ["zst", "gz", "bz2", "xz"])
def test_a_bomb_of_newlines_takes_little_memory(tmp_path, name, how):
    """Read 32 million newlines from a file of a few kB, which took 256 MB of pointers."""
    path = tmp_path / f"bomb.{name}"
    path.write_bytes(PACKERS[name](b"\n" * (32 * MIB)))
    lines, status, grown = read(path, how)
    assert (lines, status) == (32 * MIB, "complete")
    assert grown < 100


@pytest.mark.parametrize("name", ["zst", "gz", "bz2", "xz"])
def test_a_line_without_end_comes_in_parts(tmp_path, name):
    """Read one line of 128 MB."""
    path = tmp_path / f"line.{name}"
    path.write_bytes(PACKERS[name](b"x" * (128 * MIB)))
    lines, _, grown = read(path)
    assert lines == 128 * MIB // newlines.MAX_LINE
    assert grown < 100


@pytest.mark.parametrize("unit", [b"{},", b"[],", b'"\xc3\xa9",', b"9e9,"])
def test_the_longest_line_parses_in_bounded_memory(tmp_path, unit):
    """Parse lines of maximum length whose values take many times their bytes as Python objects."""
    path = tmp_path / "long.jsonl"
    # a score that is no number makes the parser convert every key on its own
    head, tail = b'{"title": "x", "score": "x", "x": [', b"1]}"
    path.write_bytes(head + unit * ((newlines.MAX_LINE - 100) // len(unit)) + tail + b"\n")
    lines, _, grown = read(path)
    assert lines == 1
    assert grown < 400


@pytest.mark.parametrize("name", PACKERS)
def test_every_block_is_short_and_nothing_is_lost(tmp_path, name):
    """Give blocks of at most 512 KiB, which together are the whole content."""
    data = (b"\0" * 300_000 + bytes(range(256)) * 10) * 20
    path = tmp_path / f"x.{name}"
    path.write_bytes(PACKERS[name](data) * (1 if name == "jsonl" else 2))
    archive = Archive(path)
    blocks = list(archive.blocks())
    assert max(map(len, blocks)) <= 512 << 10
    assert b"".join(blocks) == data * (1 if name == "jsonl" else 2)
    assert archive.status is ArchiveStatus.COMPLETE


@pytest.mark.parametrize("name", ["zst", "gz", "bz2"])
def test_a_truncated_bomb_gives_everything_before_the_cut(tmp_path, name):
    """Give what the decompressor still holds when the file ends."""
    path = tmp_path / f"cut.{name}"
    path.write_bytes(PACKERS[name](b"\n" * (32 * MIB))[:-4])
    archive = Archive(path)
    assert sum(map(len, archive.blocks())) > 31 * MIB
    assert archive.status is ArchiveStatus.TRUNCATED


def test_xz_asks_for_no_more_memory_than_the_window_of_zstd(tmp_path):
    """Call a file corrupt whose dictionary is larger."""
    path = tmp_path / "x.xz"
    packed = bytearray(lzma.compress(b"x" * 1000))
    at = packed.index(b"\x21\x01", 12)  # the LZMA2 filter, its length, and the code of the dictionary's size
    packed[at + 2] = 40  # 4 GiB
    import zlib

    size = (packed[12] + 1) * 4
    packed[12 + size - 4 : 12 + size] = zlib.crc32(packed[12 : 12 + size - 4]).to_bytes(4, "little")
    path.write_bytes(packed)
    archive = Archive(path)
    assert list(archive.blocks()) == []
    assert archive.status is ArchiveStatus.CORRUPT
    assert "memory" in archive.detail.lower()


def test_a_parquet_bomb_is_refused(tmp_path):
    """Refuse a column that decompresses a thousandfold, before a page of it is read."""
    path = tmp_path / "bomb.parquet"
    pq.write_table(pa.table({"body": ["x" * (256 * MIB)]}), path, compression="zstd")
    assert path.stat().st_size < MIB
    lines, status, grown = read(path)
    assert (lines, status) == (0, "corrupt")
    assert grown < 200


def test_a_value_that_every_row_repeats_takes_little_memory(tmp_path):
    """Read few rows at a time, where 1,000 rows would repeat a dictionary's only value to 10 GB."""
    path = tmp_path / "repeated.parquet"
    text = random.Random(1).randbytes(5 * MIB).hex()
    pq.write_table(pa.table({"body": pa.array([text] * 200).dictionary_encode()}), path)
    lines, status, grown = read(path)
    assert (lines, status) == (200, "complete")
    assert grown < 400


def test_a_long_row_of_a_mirror_is_cut(tmp_path, monkeypatch):
    """Cut the line of a row at the maximum length."""
    monkeypatch.setattr(parquet_mirror, "MAX_LINE", 50)
    path = tmp_path / "long.parquet"
    pq.write_table(pa.table({"body": ["x" * 100, "y"]}), path)
    assert [len(line) for batch in Archive(path).batches() for line in batch.lines] == [50, 12]
