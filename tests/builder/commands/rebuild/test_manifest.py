"""Test that a stranger's manifest is refused row by row, or as a whole with a sentence."""

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from commands import FAST, Sample, command, succeed

from photoshop_request.errors import InputError
from photoshop_request.schema import CONFIGS, features
from photoshop_request_builder.commands.rebuild.dataset import plan_fetching
from photoshop_request_builder.commands.rebuild.manifest import ManifestFault, read_manifest
from photoshop_request_builder.store.corpus import create_corpus

DIGEST = "0f" * 32
README = "---\nconfigs:\n- config_name: manifest\n  data_files:\n  - split: train\n    path: manifest/train-*\n---\n"
FAULTS: list[tuple[ManifestFault, str, Any]] = [
    *((ManifestFault.INVALID_ID, "submission_id", value) for value in (None, "", "../../x", "t3_1ab", "1AB", "1\n")),
    *((ManifestFault.INVALID_ID, "comment_id", value) for value in (None, "", "../x", "a" * 14)),
    *((ManifestFault.INVALID_ROLE, "role", value) for value in (None, "", "source", "king")),
    (ManifestFault.HIDDEN_URL, "url", None),
    (ManifestFault.INVALID_URL, "url", ""),
    *((ManifestFault.INVALID_SHA256, "sha256", value) for value in (None, "", "../x", DIGEST.upper(), DIGEST + "\n")),
    *((ManifestFault.INVALID_SHA256, "source_sha256", value) for value in (None, "x", "../../../../x")),
    *((ManifestFault.INVALID_PHASH, "phash", value) for value in ("", "zz", "-1", "0" * 17, "0x" + "0" * 14)),
    *((ManifestFault.INVALID_SIZE, name, value) for name in ("width", "height") for value in (0, -5)),
]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's cache clean."""
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")


def _edit(**other: Any) -> dict[str, Any]:
    """Return the row of a published edit."""
    row: dict[str, Any] = {column.name: None for column in CONFIGS["manifest"]}
    row |= {"submission_id": "s1", "comment_id": "c1", "position": 0, "index": 0, "role": "candidate"}
    row |= {"url": "https://i.imgur.com/abcdefg.jpg", "decision": "edit", "sha256": DIGEST, "source_sha256": DIGEST}
    row |= {"width": 80, "height": 64, "phash": "0" * 16, "hash_version": 1, "task_types": [], "instruction": "Go."}
    return row | other


def _folder(folder: Path, rows: list[dict[str, Any]]) -> Path:
    (folder / "manifest").mkdir(parents=True)
    (folder / "README.md").write_text(README)
    made = datasets.Dataset.from_list(rows, features=features("manifest"))
    made.to_parquet(str(folder / "manifest" / "train-00000-of-00001.parquet"))
    return folder


def test_hostile_rows_are_refused_and_counted(tmp_path: Path) -> None:
    """Keep the good rows, in the shards of their requests."""
    source = _edit(comment_id=None, role="source", decision="source", source_sha256=None)
    hostile = [_edit(**{name: value}) for _, name, value in FAULTS]
    rows, refused = read_manifest(str(_folder(tmp_path / "d", [_edit(), *hostile, source])))
    assert rows.num_rows == 2
    assert refused == Counter(fault for fault, _, _ in FAULTS)
    corpus = create_corpus(str(tmp_path / "corpus"))
    plan_fetching(corpus, rows)
    links = [
        row for shard in range(corpus.shards) for row in pq.read_table(corpus.shard_path(shard, "links")).to_pylist()
    ]
    assert sorted(link["role"] for link in links) == ["candidate", "source"]


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "http://169.254.169.254/x.jpg", "http://[::1", "\u202e", "//", "javascript:1", "a" * 10**6],
)
def test_hostile_addresses_are_never_fetched(url: str, tmp_path: Path) -> None:
    """Give each link a reason, so that no request is made."""
    rows, refused = read_manifest(str(_folder(tmp_path / "d", [_edit(url=url)])))
    assert not refused
    corpus = create_corpus(str(tmp_path / "corpus"))
    plan_fetching(corpus, rows)
    links = [
        row for shard in range(corpus.shards) for row in pq.read_table(corpus.shard_path(shard, "links")).to_pylist()
    ]
    assert [link["reason"] for link in links] != [None]


def test_a_manifest_of_hostile_rows_only_is_refused(tmp_path: Path) -> None:
    """Say what is wrong with them."""
    with pytest.raises(InputError, match=r"none of the 2 rows is one of a manifest \(invalid_url 1, invalid_id 1\)"):
        read_manifest(str(_folder(tmp_path / "d", [_edit(url=""), _edit(submission_id="../x")])))


@pytest.mark.parametrize("column", ["width", "submission_id", "task_types"])
def test_a_column_of_another_type_is_named_with_its_first_row(column: str, tmp_path: Path) -> None:
    """Name file, split, row and column."""
    folder = _folder(tmp_path / "d", [_edit(), _edit(), _edit()])
    file = folder / "manifest" / "train-00000-of-00001.parquet"
    table = pq.read_table(file).replace_schema_metadata()
    bad = pa.array([None, None, "\u00fcber"]) if column == "width" else pa.array([None, None, {"a": 1}])
    place = table.schema.get_field_index(column)
    pq.write_table(table.set_column(place, column, bad), file)
    with pytest.raises(InputError, match=rf"d: split train, row [02]: column '{column}' holds no .* not a manifest"):
        read_manifest(str(folder))


def test_a_text_that_is_not_utf_8_is_named(tmp_path: Path) -> None:
    """Name the row, not the decoder of Python."""
    folder = _folder(tmp_path / "d", [_edit(), _edit()])
    file = folder / "manifest" / "train-00000-of-00001.parquet"
    table = pq.read_table(file).replace_schema_metadata()
    broken = pa.array([b"ok", b"\xff\xfe"], pa.binary()).view(pa.string())
    pq.write_table(table.set_column(table.schema.get_field_index("url"), "url", broken), file)
    with pytest.raises(InputError, match="row 1: column 'url' holds no string"):
        read_manifest(str(folder))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("readme", "name", "data"),
    [
        ("---\nconfigs: [:::\n---\n", "train-0.parquet", b""),
        ("---\nconfigs: 5\n---\n", "train-0.parquet", b""),
        ("---\ndataset_info:\n  config_name: manifest\n  features: 7\n" + README[4:], "train-0.json", b"{}"),
        (
            "---\ndataset_info:\n- config_name: manifest\n  features:\n  - name: a\n    dtype: image\n" + README[4:],
            *("train-0.json", b'{"a": 1}\n'),
        ),
        (README.replace("split: train", "split: ../x"), "train-0.json", b'{"a": 1}\n'),
        (README, "train-0.parquet", b""),
        (README, "train-0.parquet", b"PAR1junkjunkPAR1"),
        (README, "train-0.json", b'{"a": 1}\n'),
        (README, "train-0.csv", b"a,b\n1,2\n"),
        (README, "train-0.txt", b"hello\n"),
        (README, "train-0.zip", b"PK"),
    ],
)
def test_files_that_are_no_manifest_are_refused(readme: str, name: str, data: bytes, tmp_path: Path) -> None:
    """Raise an `InputError` for every broken card and file."""
    (tmp_path / "d" / "manifest").mkdir(parents=True)
    (tmp_path / "d" / "README.md").write_text(readme)
    (tmp_path / "d" / "manifest" / name).write_bytes(data)
    with pytest.raises(InputError, match=r"no manifest here|lacks the column"):
        read_manifest(str(tmp_path / "d"))


@pytest.mark.slow
def test_hostile_rows_change_nothing_in_a_rebuilt_dataset(sample_corpus: Path, sample: Sample, tmp_path: Path) -> None:
    """Rebuild the sample from its manifest, with hostile rows in a second file and without."""
    made = {}
    for name in ("clean", "hostile"):
        folder = Path(shutil.copytree(sample_corpus / "dataset", tmp_path / name))
        (folder / "README.md").write_text(README)  # the sample's own card counts the rows
        if name == "hostile":
            rows = [_edit(**{column: value}) for _, column, value in FAULTS]
            extra = datasets.Dataset.from_list(rows, features=features("manifest"))
            extra.to_parquet(str(folder / "manifest" / "train-00001-of-00002.parquet"))
        before = {path: path.read_bytes() for path in tmp_path.rglob("*.parquet")}
        corpus = tmp_path / f"{name}-corpus"
        done = succeed("rebuild", corpus, folder, "--mirror", sample.hosts.address, "--rate", FAST)
        assert {path: path.read_bytes() for path in before} == before
        made[name] = {path.name: path.read_bytes() for path in (corpus / "dataset" / "triplets").iterdir()}
    assert made["hostile"] == made["clean"]
    assert f"invalid_id {sum(fault == ManifestFault.INVALID_ID for fault, _, _ in FAULTS)}" in done.stdout
    readme = (corpus / "dataset" / "README.md").read_text()
    for fault in ("invalid_url", "hidden_url"):
        assert f"refused rows of the manifest, {fault}: 1" in readme
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "README.md").write_text("---\nconfigs: [:::\n---\n")
    refused = command("rebuild", tmp_path / "none", broken)
    assert refused.returncode == 3
    assert "Traceback" not in refused.stderr
