"""Read the records of the original lines from a Parquet mirror."""

import datetime as dt
import json
import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from photoshop_request.reddit import parquet_mirror
from photoshop_request.reddit.archives import Archive, ArchiveStatus
from photoshop_request.reddit.parse import parse
from photoshop_request.reddit.records import Submission

THING = {
    "id": "abc", "title": "T &amp; T", "subreddit": "PhotoshopRequest", "created_utc": 1_600_000_000, "author": "me",
    "selftext": "", "url": "https://x", "permalink": "/r/x/", "score": 3, "is_gallery": True,
    "gallery_data": {"items": [{"media_id": "zz", "id": 1}, {"media_id": "aa", "id": 2}]},
    "media_metadata": {"aa": {"status": "valid", "e": "Image"}, "zz": {"status": "valid", "e": "Image"}},
}  # fmt: skip


def _records(path):
    return [parse(line) for batch in Archive(path).batches() for line in batch.lines]


def _write(path, columns):
    pq.write_table(pa.table(columns), path)
    return path


def test_structs_of_several_rows_do_not_leak_keys_into_each_other(tmp_path):
    other = {**THING, "id": "def", "media_metadata": {"bb": {"status": "valid", "e": "Image"}}, "gallery_data": None}
    path = tmp_path / "x.parquet"
    pq.write_table(pa.Table.from_pylist([THING, other]), path)
    assert _records(path) == [parse(json.dumps(thing).encode()) for thing in (THING, other)]


def test_json_in_strings_and_timestamps_are_opened(tmp_path):
    columns = {key: [json.dumps(value) if isinstance(value, dict) else value] for key, value in THING.items()}
    columns["created_utc"] = [dt.datetime.fromtimestamp(1_600_000_000, dt.UTC)]
    assert _records(_write(tmp_path / "x.parquet", columns)) == [parse(json.dumps(THING).encode())]


def test_missing_and_unknown_columns_are_tolerated(tmp_path):
    keys = ("id", "title", "created_utc", "subreddit")
    [record] = _records(_write(tmp_path / "x.parquet", {**{key: [THING[key]] for key in keys}, "novel": [b"\xff"]}))
    assert isinstance(record, Submission)
    assert (record.score, record.media) == (None, ())


def test_progress_reaches_the_size(tmp_path):
    path = _write(tmp_path / "x.parquet", {"id": ["a"] * 2500, "title": ["t"] * 2500})
    archive = Archive(path)
    numbers = [batch.number for batch in archive.batches()]
    assert numbers == [1, 1001, 2001]
    assert archive.consumed == archive.size


@pytest.mark.parametrize("keep", [0.5, 0.9])
def test_a_cut_copy_says_so(tmp_path, keep):
    path = _write(tmp_path / "x.parquet", {"id": ["a"] * 2500, "title": ["t"] * 2500})
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    archive = Archive(path)
    assert list(archive.batches()) == []
    assert archive.status is ArchiveStatus.CORRUPT


@pytest.mark.parametrize(
    "column",
    [
        pa.Array.from_buffers(pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"\xe9\xff")]),
        pa.array([10**15], pa.timestamp("s")),
    ],
)
def test_values_that_cannot_be_end_the_copy(tmp_path, column):
    archive = Archive(_write(tmp_path / "x.parquet", {"id": ["a"], "body": column}))
    assert list(archive.batches()) == []
    assert archive.status is ArchiveStatus.CORRUPT


def _mirror(path, rows, **options):
    """Write rows (subreddit, title) as a mirror with row groups of 100."""
    columns = {
        "id": [f"{at:x}" for at in range(len(rows))],
        "subreddit": [s for s, _ in rows],
        "title": [t for _, t in rows],
    }
    pq.write_table(pa.table(columns), path, row_group_size=100, **options)
    return path


@pytest.mark.parametrize("span", [1, 250, 10**6])
def test_only_rows_of_wanted_subreddits_become_lines(tmp_path, monkeypatch, span):
    """Keep rows in any spelling and rows without a subreddit. Count the others, in order, and number rows of the file."""
    monkeypatch.setattr(parquet_mirror, "_SPAN", span)
    names = ["PhotoshopRequest", "pics", "photoshoprequest", None, "PHOTOSHOPREQUESTS", "Estoration"]
    rows = [(names[at * at % 6], f"title {at}") for at in range(1050)]
    archive = Archive(_mirror(tmp_path / "odd [1] *.parquet", rows))
    found = list(archive.rows(["photoshopRequest", "estoration"]))
    wanted = [
        at
        for at, (name, _) in enumerate(rows, 1)
        if (name or "estoration").lower() in {"photoshoprequest", "estoration"}
    ]
    assert [number for matches in found for _, number, _ in matches.lines] == wanted
    assert [json.loads(line)["title"] for matches in found for line, *_ in matches.lines] == [
        rows[at - 1][1] for at in wanted
    ]
    assert sum(matches.other_lines for matches in found) == len(rows) - len(wanted)
    assert all(matches.other_lines >= 0 for matches in found)
    assert (archive.consumed, archive.status) == (archive.size, ArchiveStatus.COMPLETE)


def test_row_groups_without_a_wanted_row_are_not_read(tmp_path):
    """Read the subreddits of all row groups, and the texts of one in ten."""
    text = random.Random(1)
    rows = [("PhotoshopRequest" if at < 100 else "pics", text.randbytes(2000).hex()) for at in range(1000)]
    archive = Archive(_mirror(tmp_path / "[x].parquet", rows, compression="none"))
    read = []

    class Counting(parquet_mirror._SharedFile):
        def read(self, size):
            data = super().read(size)
            read.append(len(data))
            return data

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet_mirror, "_SharedFile", Counting)
        assert sum(len(matches.lines) for matches in archive.rows(["PhotoshopRequest"])) == 100
    assert 0.1 * archive.size < sum(read) < 0.3 * archive.size
