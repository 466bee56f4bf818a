"""Test reading the rows of many files in any order."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from photoshop_request.training.row_source import SAMPLE_COLUMNS, _read_files, _survey

FILES, ROWS = 12, 7


def _folder(folder: Path) -> list[Path]:
    paths = [folder / f"train-{number:05d}.parquet" for number in range(FILES)]
    for number, path in enumerate(paths):
        values = [f"{number}-{row}" for row in range(ROWS)]
        pq.write_table(pa.table(dict.fromkeys(SAMPLE_COLUMNS, values)), path, row_group_size=2)
    return paths


def test_rows_are_found_wherever_they_lie_and_few_files_stay_open(tmp_path: Path) -> None:
    """Bound footers and handles, which thousands of files would exhaust."""
    files = _survey(_folder(tmp_path))
    assert files.begins[-1] == FILES * ROWS
    read = _read_files(files, cached_groups=1, handles=2)
    for number in np.random.default_rng(0).permutation(FILES * ROWS).tolist():
        assert read(number)["comment_id"] == f"{number // ROWS}-{number % ROWS}"
    maps = Path("/proc/self/maps")
    mapped = maps.read_text() if maps.exists() else ""
    assert len({line.split()[-1] for line in mapped.splitlines() if str(tmp_path) in line}) <= 2
