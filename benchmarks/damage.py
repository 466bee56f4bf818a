"""Measure what the checks for damage cost and find: `python benchmarks/damage.py`.

Times are processor time, the median of many, with and without the check in turn. Shares are of the processor time of
whole stages, over candidates that all have a mask. Flips are the bits of every seventh byte of a small table.
"""

import io
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import fsspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from made_corpus import make_corpus
from quiet import QUIET

from photoshop_request.errors import CorpusError
from photoshop_request_builder.dataset.parquet_writer import write_rows
from photoshop_request_builder.engine.running import run_stage
from photoshop_request_builder.engine.stage import ShardInputs
from photoshop_request_builder.stages.declared import stage_named
from photoshop_request_builder.stages.merge import merge_shard
from photoshop_request_builder.store import seals, storage
from photoshop_request_builder.store.corpus import Corpus, create_corpus
from photoshop_request_builder.store.tables import CANDIDATES, COMMENTS

ROUNDS = 40
STEP = 7
"""Bytes between two flipped ones."""
_WORDS = np.array([f"{number:x}" for number in range(1000, 31_000)])


def main() -> None:
    """Measure and print. A picture has 0.5 MB on average, as in the subreddit."""
    print("read of a shard of r/PhotoshopRequest       without ms    with ms   ratio")
    with tempfile.TemporaryDirectory() as folder:
        for name, table, columns in (
            ("comments, all columns, as rows", _comments(16_000), None),
            ("comments, id and author, as rows", _comments(16_000), ["id", "author"]),
            ("candidates, all columns, as rows", _candidates(6_000), None),
            ("candidates, 3 columns, as rows", _candidates(6_000), ["submission_id", "verdict", "sha256"]),
        ):
            fs, path = fsspec.filesystem("file"), str(Path(folder, "t.parquet"))
            storage.write_table(fs, path, table, "made")
            read = _reader(fs, path, columns)
            _compare(name, read, lambda: storage.read_table(fs, path, columns).to_pylist())  # noqa: B023 - called here
        _compare("stage merge, a shard of 16,000 comments", *_merges(Path(folder, "corpus")))
        path = Path(folder, "train-00000-of-00001.parquet")
        write_rows(path, "triplets", _triplets(12))
        for name, decode in (("a training row, undecoded", False), ("a training row, decoded", True)):
            _compare(name, lambda: _row(path, decode, False), lambda: _row(path, decode, True))  # noqa: B023 - called here
        print("\nstage over 60,000 candidates           s in all   s checks   share")
        _stages(make_corpus(Path(folder, "stages"), 60_000, shards=8))
    print("\nbits of a table of 3 rows             flipped   unseen")
    for name, written, check in (
        ("nothing checked", {}, False),
        ("page checksums", {"write_page_checksum": True}, True),
        ("seal", None, False),
    ):
        print(f"{name:36} {_unseen(written, check)}")


def _compare(name: str, without: Callable[[], Any], checked: Callable[[], Any]) -> None:
    times: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(ROUNDS):
        for is_checked, read in ((False, without), (True, checked)):
            begin = time.process_time()
            read()
            times[is_checked].append(time.process_time() - begin)
    plain, sealed = (median(times[is_checked]) * 1e3 for is_checked in (False, True))
    print(f"{name:40} {plain:12.2f} {sealed:10.2f} {sealed / plain:7.3f}")


def _reader(fs: Any, path: str, columns: list[str] | None) -> Callable[[], Any]:
    """Return the read of 0.1.0, which checks nothing."""
    disk = pa.fs.LocalFileSystem()

    def read() -> Any:
        with pq.ParquetFile(path, filesystem=disk) as file:
            return file.read(columns, use_threads=False).to_pylist()

    assert fs.exists(path)
    return read


def _merges(folder: Path) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """Return the stage `merge` over one shard, without and with the check of what it reads."""
    corpus = create_corpus(folder, shards=1)
    path = corpus.path("incoming", "part.parquet")
    raw = pa.array([b"{}"] * 16_000, pa.binary())
    storage.write_table(corpus.fs, path, _comments(16_000).append_column("raw", raw), "made")
    inputs = ShardInputs(corpus, 0, {"paths": {"submissions": [], "comments": [path]}}, frozenset())
    check = seals.check_table

    def merge(do_check: Callable[[bytes], bool]) -> None:
        seals.check_table = do_check
        for number, table in enumerate(merge_shard(inputs)):
            storage.write_table(corpus.fs, corpus.path(f"{number}.parquet"), table, "made")
        seals.check_table = check

    return partial(merge, lambda _: True), partial(merge, check)


def _stages(corpus: Corpus) -> None:
    for shard in range(corpus.shards):
        path = corpus.shard_path(shard, "candidates")
        stamp, table = storage.read_stamp(corpus.fs, path), storage.read_table(corpus.fs, path)
        place = table.schema.get_field_index("change_mask")
        table = table.set_column(place, table.schema.field(place), pa.array(_masks(table.num_rows), pa.binary()))
        storage.write_table(corpus.fs, path, table, stamp.fingerprint)
    check, spent = seals.check_table, [0.0]

    def timed(data: bytes | memoryview) -> bool:
        begin = time.process_time()
        is_sealed = check(data)
        spent[0] += time.process_time() - begin
        return is_sealed

    seals.check_table = timed
    for name in ("withdraw", "split", "rank", "accept", "votes", "remove"):
        spent[0], begin = 0.0, time.process_time()
        run_stage(stage_named(name), corpus, reporter=QUIET)
        seconds = time.process_time() - begin
        print(f"{name:36} {seconds:10.3f} {spent[0]:10.3f} {spent[0] / seconds:7.1%}")
    seals.check_table = check


def _masks(count: int) -> list[bytes]:
    chance = np.random.default_rng(4)
    return [chance.bytes(size) for size in chance.integers(300, 3_000, count).tolist()]


def _row(path: Path, decode: bool, check: bool) -> Any:
    with pq.ParquetFile(path, memory_map=True, page_checksum_verification=check) as file:
        row = file.read_row_group(0, columns=["source_image", "edited_image", "instruction"], use_threads=False)
    first = row.slice(0, 1).to_pylist()[0]
    return [
        np.asarray(Image.open(io.BytesIO(first[name]["bytes"]))) if decode else first[name]
        for name in ("source_image", "edited_image")
    ]


def _unseen(written: dict[str, Any] | None, check: bool) -> str:
    table = _comments(3)
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd", **(written or {}))
    if written is None:
        seals.seal_table(buffer)
    data = buffer.getvalue()
    unseen = 0
    for at in range(0, len(data), STEP):
        for bit in range(8):
            flipped = data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]
            with suppress(ValueError, OSError, pa.ArrowException, CorpusError):
                if written is None:
                    seals.check_table(flipped)
                with pq.ParquetFile(pa.BufferReader(flipped), page_checksum_verification=check) as file:
                    unseen += not file.read(use_threads=False).equals(table)
    return f"{len(range(0, len(data), STEP)) * 8:9,} {unseen:8,}"


def _comments(rows: int) -> pa.Table:
    chance = np.random.default_rng(1)
    ids = [f"{value:x}" for value in chance.integers(2**35, 2**36, rows).tolist()]
    values = {
        "id": ids,
        "submission_id": [f"{value:x}" for value in chance.integers(2**29, 2**30, rows).tolist()],
        "author": chance.choice(_WORDS, rows).tolist(),
        "body": [" ".join(chance.choice(_WORDS, size)) for size in chance.integers(5, 60, rows).tolist()],
        "created_utc": chance.integers(1_500_000_000, 1_700_000_000, rows).tolist(),
        "score": chance.integers(-5, 100, rows).tolist(),
    }
    return _table(COMMENTS, values, rows)


def _candidates(rows: int) -> pa.Table:
    chance = np.random.default_rng(2)
    digests = [chance.bytes(32).hex() for _ in range(rows)]
    values = {
        "submission_id": [f"{value:x}" for value in chance.integers(2**29, 2**30, rows).tolist()],
        "comment_id": [f"{value:x}" for value in chance.integers(2**35, 2**36, rows).tolist()],
        "url": [f"https://i.imgur.com/{digest[:7]}.png" for digest in digests],
        "sha256": digests,
        "verdict": chance.choice(["edit", "same_image", "unrelated"], rows).tolist(),
        "change_mask": _masks(rows),
    }
    return _table(CANDIDATES, values, rows)


def _table(schema: pa.Schema, values: dict[str, list[Any]], rows: int) -> pa.Table:
    return pa.Table.from_arrays(
        [pa.array(values.get(each.name, [None] * rows), each.type) for each in schema], schema=schema
    )


def _triplets(rows: int) -> list[dict[str, Any]]:
    chance = np.random.default_rng(3)
    made = []
    for number in range(rows):
        small = chance.integers(0, 255, (90, 120, 3), dtype=np.uint8)
        picture = io.BytesIO()
        Image.fromarray(small).resize((1800, 1350), Image.Resampling.BICUBIC).save(picture, "JPEG", quality=95)
        image = {"bytes": picture.getvalue(), "path": None}
        made.append({"source_image": image, "edited_image": image, "instruction": f"Remove number {number}"})
    return made


if __name__ == "__main__":
    main()
