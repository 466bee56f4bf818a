"""Tests of the Parquet writer: bounded row groups, small footers, the same bytes for the same rows."""

import hashlib
import io
from pathlib import Path

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from made_triplets import triplets

from photoshop_request.schema import CONFIGS, features
from photoshop_request_builder.dataset.parquet_writer import GROUP_BYTES, write_rows


def test_row_groups_are_bounded_by_bytes_not_by_rows(tmp_path: Path) -> None:
    """Small pictures share a group. A large one has its own."""
    rows = [*triplets(20, 200_000), *triplets(2, 5_000_000), *triplets(200, 2_000)]
    write_rows(tmp_path / "x.parquet", "triplets", rows)
    footer = pq.read_metadata(tmp_path / "x.parquet")
    groups = [footer.row_group(number) for number in range(footer.num_row_groups)]
    assert sum(group.num_rows for group in groups) == footer.num_rows == len(rows)
    assert all(group.total_byte_size < GROUP_BYTES * 1.1 or group.num_rows == 1 for group in groups)
    assert [group.num_rows for group in groups if group.total_byte_size > GROUP_BYTES * 1.1] == [1, 1]
    assert groups[0].num_rows == 3
    assert len(groups) < 12


def test_a_row_of_the_largest_pictures_stays_under_the_viewers_limit(tmp_path: Path) -> None:
    """Two files of 40 MB, the most that is fetched: under 100 MB in one group."""
    write_rows(tmp_path / "x.parquet", "triplets", triplets(1, 40 * 2**20))
    assert pq.read_metadata(tmp_path / "x.parquet").row_group(0).total_byte_size < 100_000_000


def test_the_written_size_and_digest_are_returned(tmp_path: Path) -> None:
    """The file is not read again."""
    path = tmp_path / "x.parquet"
    written = write_rows(path, "triplets", triplets(7, 1000))
    data = path.read_bytes()
    assert (written.rows, written.bytes, written.sha256) == (7, len(data), hashlib.sha256(data).hexdigest())


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    """Time and place do not matter."""
    first = write_rows(tmp_path / "a.parquet", "triplets", triplets(50, 20_000))
    again = write_rows(tmp_path / "b.parquet", "triplets", triplets(50, 20_000))
    assert first == again


@pytest.mark.parametrize("config", CONFIGS)
def test_an_empty_file_has_the_features_of_its_config(tmp_path: Path, config: str) -> None:
    """`load_dataset` reads them from the file alone."""
    write_rows(tmp_path / "x.parquet", config, [])
    assert datasets.Features.from_arrow_schema(pq.read_schema(tmp_path / "x.parquet")) == features(config)


def test_a_value_of_another_type_is_refused(tmp_path: Path) -> None:
    """It is not converted."""
    rows = [row | {"accepted": "yes"} for row in triplets(1, 10)]
    with pytest.raises((pa.ArrowInvalid, pa.ArrowTypeError)):
        write_rows(tmp_path / "x.parquet", "triplets", rows)


def test_a_filter_reads_only_groups_that_may_match(tmp_path: Path) -> None:
    """Only numbers and flags have minimum and maximum in the footer."""
    write_rows(tmp_path / "x.parquet", "triplets", triplets(8, 400_000))
    group = pq.read_metadata(tmp_path / "x.parquet").row_group(0)
    columns = [group.column(number) for number in range(group.num_columns)]
    known = {column.path_in_schema for column in columns if column.is_stats_set and column.statistics.has_min_max}
    assert "accepted" in known
    assert not known & {"instruction", "source_image.bytes"}


def test_a_source_of_several_rows_is_stored_once(tmp_path: Path) -> None:
    """Edits of one request follow each other."""
    rows = list(triplets(4, 200_000))
    shared = [row | {"source_image": rows[0]["source_image"]} for row in rows]
    written = write_rows(tmp_path / "x.parquet", "triplets", shared)
    assert written.bytes < 5.3 * 200_000
    assert pq.read_table(tmp_path / "x.parquet")["source_image"].to_pylist() == [rows[0]["source_image"]] * 4


def test_unchanged_pictures_keep_their_bytes(tmp_path: Path) -> None:
    """A new row in the middle leaves all other pictures intact, so that chunked uploads stay small."""
    rows = list(triplets(60, 100_000))
    write_rows(tmp_path / "a.parquet", "triplets", rows)
    write_rows(tmp_path / "b.parquet", "triplets", [*rows[:30], *triplets(1, 100_000, seed=9), *rows[30:]])
    before, after = ((tmp_path / name).read_bytes() for name in ("a.parquet", "b.parquet"))
    # pictures are stored uncompressed: each is whole in both files
    for row in rows:
        assert row["source_image"]["bytes"] in before
        assert row["source_image"]["bytes"] in after


def test_the_first_row_is_near_the_start(tmp_path: Path) -> None:
    """Footer and first group take under 5 MB in a file of 200 MB with pictures of usual size."""
    path = tmp_path / "x.parquet"
    write_rows(path, "triplets", triplets(330, 300_000))
    counted = _Counted(path.read_bytes())
    file = pq.ParquetFile(counted, pre_buffer=False)
    next(file.iter_batches(batch_size=1, row_groups=[0]))
    assert path.stat().st_size > 190_000_000
    assert counted.bytes_read < 5_000_000


class _Counted(io.BytesIO):
    bytes_read = 0

    def read(self, size: int | None = -1) -> bytes:
        """Count the bytes read."""
        data = super().read(size)
        self.bytes_read += len(data)
        return data
