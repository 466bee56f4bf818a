"""Loading with selections, and exporting, from a Hub over HTTP."""

from pathlib import Path

import hub_client
import pyarrow.parquet as pq
import pytest
from hub_client import Run, hub_command, hub_environment
from servers.hub import Hub

from photoshop_request.errors import InputError
from photoshop_request.loading import load

pytestmark = pytest.mark.slow


def test_what_is_exported_from_the_hub_is_what_was_built(
    client: Run, hub: Hub, repo: str, hub_home: Path, sample_corpus: Path, tmp_path: Path
) -> None:
    """The wanted rows' pictures, byte for byte."""
    client(hub_client.publish, sample_corpus, repo)
    out = tmp_path / "out"
    done = hub_command(hub_environment(hub, hub_home), "export", repo, "imagefolder", out, "--min-locality", "0.7")
    assert done.returncode == 0, done.stderr
    table = pq.read_table(sample_corpus / "dataset" / "triplets" / "train-00000-of-00001.parquet")
    wanted = [row for row in table.to_pylist() if row["locality"] >= 0.7]
    assert wanted
    built = {row[name]["bytes"] for row in wanted for name in ("source_image", "edited_image")}
    assert {path.read_bytes() for folder in ("input", "edited") for path in (out / folder).iterdir()} == built


def test_selected_rows_are_loaded_by_name(client: Run, hub: Hub, repo: str, sample_corpus: Path) -> None:
    """As many as the built files hold."""
    client(hub_client.publish, sample_corpus, repo)
    table = pq.read_table(sample_corpus / "dataset" / "triplets" / "train-00000-of-00001.parquet")
    accepted = sum(table["accepted"].to_pylist())
    assert accepted
    assert len(client(load, repo, accepted_only=True, columns=["instruction"])) == accepted
    assert len(client(load, repo, "triplets", "validation", since="2100-01-01")) == 0
    assert client(load, repo).num_rows == table.num_rows


def test_a_name_that_is_not_there_is_said(client: Run, hub: Hub, repo: str) -> None:
    """With what to give instead."""
    with pytest.raises(InputError, match="no dataset found"):
        client(load, repo)
