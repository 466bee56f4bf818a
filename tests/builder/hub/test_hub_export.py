"""Tests of loading with filters, and of exporting, from a Hub."""

from pathlib import Path

import hub_client
import pyarrow.parquet as pq
import pytest
from hub_client import Run
from servers.hub import Hub

from photoshop_request.errors import InputError
from photoshop_request.loading import load

pytestmark = pytest.mark.slow


def test_exported_pictures_equal_the_built_ones(
    client: Run, hub: Hub, repo: str, sample_corpus: Path, tmp_path: Path
) -> None:
    """The selected rows' pictures, byte for byte."""
    client(hub_client.publish, sample_corpus, repo)
    out = tmp_path / "out"
    done = client(hub_client.hub_command, "export", repo, "imagefolder", out, "--min-locality", "0.7")
    assert done.returncode == 0, done.stderr
    table = pq.read_table(sample_corpus / "dataset" / "triplets" / "train-00000-of-00001.parquet")
    selected = [row for row in table.to_pylist() if row["locality"] >= 0.7]
    assert selected
    built = {row[name]["bytes"] for row in selected for name in ("source_image", "edited_image")}
    assert {path.read_bytes() for folder in ("input", "edited") for path in (out / folder).iterdir()} == built


def test_selected_rows_are_loaded_by_name(client: Run, hub: Hub, repo: str, sample_corpus: Path) -> None:
    """The counts equal those of the built files."""
    client(hub_client.publish, sample_corpus, repo)
    table = pq.read_table(sample_corpus / "dataset" / "triplets" / "train-00000-of-00001.parquet")
    accepted = sum(table["accepted"].to_pylist())
    assert accepted
    assert len(client(load, repo, accepted_only=True, columns=["instruction"])) == accepted
    assert len(client(load, repo, "triplets", "validation", since="2100-01-01")) == 0
    assert client(load, repo).num_rows == table.num_rows


def test_an_unknown_dataset_is_refused(client: Run, hub: Hub, repo: str) -> None:
    """The message says so."""
    with pytest.raises(InputError, match="no dataset found"):
        client(load, repo)
