"""Test the command `export`."""

import json
from pathlib import Path

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from commands import succeed
from made_rows import dataset_folder, picture, triplet
from typer.testing import CliRunner, Result

from photoshop_request.errors import InputError
from photoshop_request.rows import RowFilter
from photoshop_request_builder.cli.program import app
from photoshop_request_builder.commands.export import dataset_of, export, format_of, rows_in

pytestmark = pytest.mark.slow

ROWS = [
    triplet(0, locality=0.9, task_types=["delete"]),
    triplet(1, locality=0.2, task_types=["add"]),
    triplet(2, locality=0.9, second_source_image=picture(50)),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a dataset of three triplets."""
    return dataset_folder(tmp_path_factory.mktemp("export") / "dataset", {"triplets": ROWS})


def run(*arguments: str | Path) -> Result:
    """Run the command in this process, which saves seconds."""
    return CliRunner().invoke(app, ["export", *map(str, arguments)])


def test_a_corpus_is_exported_and_loads(sample_corpus: Path, tmp_path: Path) -> None:
    """Compare the report and the files with the corpus."""
    out = tmp_path / "made" / "pairs"
    done = succeed("export", sample_corpus, "imagefolder", out)
    loaded = datasets.load_dataset("imagefolder", data_dir=str(out), cache_dir=str(tmp_path / "cache"))["train"]
    original = datasets.load_dataset(str(sample_corpus / "dataset"), cache_dir=str(tmp_path / "cache"))["train"]
    single = [row for row in original if row["second_source_image"] is None]
    assert f"{len(single)} of {len(original)} rows of triplets" in done.stdout
    assert f"--train_data_dir {out}" in done.stdout
    assert loaded["edit_prompt"][:] == [" ".join(row["instruction"].split()) for row in single]
    assert [path.name for path in out.parent.iterdir()] == ["pairs"]


def test_every_config_of_a_corpus_has_a_format_that_takes_it(sample_corpus: Path, tmp_path: Path) -> None:
    """Export real rows of each config, with absolute paths of the final folder."""
    for name in ("bagel-turns", "editreward", "ms-swift"):
        assert run(sample_corpus, name, tmp_path / name).exit_code == 0
    pairs = json.loads((tmp_path / "editreward" / "train.json").read_text())
    assert all(Path(pair["path1"]).is_relative_to(tmp_path / "editreward") for pair in pairs)
    assert all(Path(pair[key]).is_file() for pair in pairs for key in ("path_src", "path1", "path2"))


def test_filters_reach_the_export(folder: Path, tmp_path: Path) -> None:
    """Report the rows that were left out."""
    done = run(folder, "diffusion-pipe", tmp_path / "out", "--task-type", "delete", "--min-locality", "0.5")
    assert "1 of 2 rows of triplets" in done.stdout
    assert "needs_second_source 1" in done.stdout
    assert [path.stem for path in (tmp_path / "out" / "control").iterdir()] == ["0000000-s0-c0"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("pictures", "out"), "format: 'pictures' is not one of diffusers,"),
        (("imagefolder", "full"), "output folder is not empty"),
        (("imagefolder", "out", "--split", "test"), "split 'test'"),
        (("imagefolder", "out", "--min-locality", "0.99"), "no rows match"),
        (("trl", "out"), "'conversations'"),
    ],
)
def test_an_impossible_export_leaves_nothing(
    folder: Path, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    """Say what to do."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").write_text("mine")
    form, out, *more = arguments
    done = run(folder, form, tmp_path / out, *more)
    assert isinstance(done.exception, InputError)
    assert said in str(done.exception)
    assert done.stdout == ""
    assert [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")] == ["full", "full/thesis.tex"]


def test_an_empty_folder_is_taken_and_leftovers_are_removed(folder: Path, tmp_path: Path) -> None:
    """Remove what a killed run left beside OUT."""
    (tmp_path / "out").mkdir()
    (tmp_path / ".out.part").mkdir()
    (tmp_path / ".out.part" / "half.jpg").write_text("")
    assert run(folder, "webdataset", tmp_path / "out").exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["train-000000.tar"]


def test_a_failure_in_the_middle_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    """Remove the unfinished folder beside OUT."""

    def fail(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(
            str(folder), format_of("imagefolder"), tmp_path / "out", split="train", filters=RowFilter(), advance=fail
        )
    assert list(tmp_path.iterdir()) == []


def test_progress_advances_row_by_row(folder: Path, tmp_path: Path) -> None:
    """Count as many rows as the footers."""
    told: list[float] = []
    export(
        str(folder), format_of("webdataset"), tmp_path / "out", split="train", filters=RowFilter(), advance=told.append
    )
    assert sum(told) == rows_in(str(folder), "triplets", "train") == 3
    assert rows_in("org/name", "triplets", "train") is None


def test_object_storage_is_refused(tmp_path: Path) -> None:
    """Explain what to do; accept names on the Hub."""
    with pytest.raises(InputError, match="publish"):
        dataset_of("s3://bucket/corpus")
    assert dataset_of("org/name") == "org/name"


def test_a_text_that_is_not_utf_8_ends_with_a_sentence(tmp_path: Path) -> None:
    """Raise `InputError`, and leave nothing beside OUT."""
    place = dataset_folder(tmp_path / "dataset", {"triplets": ROWS})
    file = place / "triplets" / "train-00000-of-00001.parquet"
    table = pq.read_table(file).replace_schema_metadata()
    broken = pa.array([b"ok", b"\xff", b"ok"], pa.binary()).view(pa.string())
    pq.write_table(table.set_column(table.schema.get_field_index("instruction"), "instruction", broken), file)
    done = run(place, "imagefolder", tmp_path / "out")
    assert isinstance(done.exception, InputError)
    assert "holds a value of another type" in str(done.exception)
    assert [path.name for path in tmp_path.iterdir()] == ["dataset"]


def test_hostile_rows_are_reported(tmp_path: Path) -> None:
    """Print each reason with its count, and write the good rows."""
    hostile = triplet(3, submission_id="../../victim")
    place = dataset_folder(tmp_path / "dataset", {"triplets": [*ROWS, hostile]})
    done = run(place, "webdataset", tmp_path / "out")
    assert "3 of 4 rows of triplets" in done.stdout
    assert "left out    invalid_id 1" in done.stdout
