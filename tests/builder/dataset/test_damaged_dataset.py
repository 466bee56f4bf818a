"""Every reader of a dataset refuses a page with a changed bit."""

import itertools
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from made_triplets import triplets

from photoshop_request.errors import InputError
from photoshop_request.export import FORMATS
from photoshop_request.loading import load
from photoshop_request.rows import RowFilter
from photoshop_request.training.row_source import rows_of_files
from photoshop_request_builder.commands.export import export
from photoshop_request_builder.dataset.parquet_writer import write_rows

ROWS = 5
CARD = """---
configs:
- config_name: triplets
  data_files:
  - split: train
    path: triplets/train-*
---
"""


def _load(folder: Path) -> list[Any]:
    return load(folder).with_format("arrow")[:].to_pylist()


def _train(folder: Path) -> list[Any]:
    rows = rows_of_files(folder, "train")
    read = rows.reader()
    return [rows.index.to_pylist(), [read(number) for number in range(ROWS)]]


def _export(folder: Path) -> list[Any]:
    out = folder / "out"
    done = export(str(folder), FORMATS["imagefolder"], out, split="train", filters=RowFilter(), advance=lambda _: None)
    files = {path.relative_to(out): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}
    return [done, files]


def _dataset(folder: Path, data: bytes) -> Path:
    """Make a dataset of one file. A folder of its own, because `datasets` caches by path."""
    (folder / "triplets").mkdir(parents=True)
    (folder / "README.md").write_text(CARD)
    (folder / "triplets" / "train-00000-of-00001.parquet").write_bytes(data)
    return folder


@pytest.mark.parametrize("read", [_load, _train, _export])
def test_a_changed_bit_of_a_page_is_refused(read: Callable[[Path], list[Any]], tmp_path: Path) -> None:
    """In texts, numbers and pictures alike. Without checksums, most would be read."""
    path = tmp_path / "intact.parquet"
    rows = [row | {"comment_id": f"abc{number}"} for number, row in enumerate(triplets(ROWS, 2_000))]
    for row, column in itertools.product(rows, ("source_image", "edited_image")):
        row |= {"submission_id": "abcdef", column: {"bytes": b"\xff\xd8\xff" + row[column]["bytes"], "path": None}}
    write_rows(path, "triplets", rows)
    before = read(_dataset(tmp_path / "intact", path.read_bytes()))
    group = pq.read_metadata(path).row_group(0)
    chance = random.Random(10)
    refused = []
    for name in ("instruction", "comment_id", "source_image.bytes", "edited_image.bytes"):
        column = next(each for each in map(group.column, range(group.num_columns)) if each.path_in_schema == name)
        start = column.dictionary_page_offset or column.data_page_offset
        for number in range(3):
            data = bytearray(path.read_bytes())
            data[start + chance.randrange(column.total_compressed_size)] ^= 1 << chance.randrange(8)
            try:
                assert read(_dataset(tmp_path / f"{name}-{number}", bytes(data))) == before
            except InputError as error:
                refused.append(str(error))
    assert len(refused) > 8
    assert [each for each in refused if "a file is damaged" not in each] == []


def test_the_file_is_named_if_rows_are_read_by_number(tmp_path: Path) -> None:
    path = tmp_path / "triplets" / "train-00000-of-00001.parquet"
    path.parent.mkdir(parents=True)
    write_rows(path, "triplets", triplets(ROWS, 2_000))
    reader = rows_of_files(tmp_path, "train").reader()
    picture = pq.read_table(path)["edited_image"][2]["bytes"].as_py()
    data = path.read_bytes()
    path.write_bytes(data.replace(picture, picture[:-1] + bytes([picture[-1] ^ 1])))
    with pytest.raises(InputError, match=rf"{path}: a file is damaged"):
        reader(2)


def test_an_error_of_the_system_is_no_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fails is not repaired by another download."""
    path = tmp_path / "triplets" / "train-00000-of-00001.parquet"
    path.parent.mkdir(parents=True)
    write_rows(path, "triplets", triplets(ROWS, 2_000))

    def fail(*_: object, **__: object) -> pa.Table:
        raise OSError(5, "Input/output error")

    reader = rows_of_files(tmp_path, "train").reader()
    monkeypatch.setattr(pq.ParquetFile, "read_row_group", fail)
    with pytest.raises(OSError, match="Input/output error"):
        reader(2)
