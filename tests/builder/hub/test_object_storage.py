"""Tests of a corpus in object storage, on moto's S3 server through s3fs."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import hub_client
import pytest
from commands import COMMAND, Sample, dataset_bytes
from fsspec import AbstractFileSystem
from hub_client import Run, hub_environment
from servers.hub import Hub

from photoshop_request_builder.store import storage

pytest.importorskip("s3fs", reason="needs s3fs, which the extra `test` brings")
ADDRESS = "s3://photos/corpus"


def _command(environment: Mapping[str, str], folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done


def _files(variables: Mapping[str, str]) -> AbstractFileSystem:
    import s3fs

    return s3fs.S3FileSystem(
        endpoint_url=variables["AWS_ENDPOINT_URL"],
        key="somebody",
        secret="of this machine only",
        use_listings_cache=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("data", [b"", b"bytes"])
def test_all_bytes_of_an_object_are_read(storage_variables: dict[str, str], data: bytes) -> None:
    """S3 rejects a range request for an empty object, which must not fail."""
    files = _files(storage_variables)
    with pytest.raises(FileNotFoundError):
        storage.read_bytes(files, f"photos/{len(data)} not there")
    storage.write_bytes(files, f"photos/{len(data)} bytes", data)
    assert storage.read_bytes(files, f"photos/{len(data)} bytes") == data


@pytest.mark.slow
def test_a_corpus_in_object_storage_gives_the_same_dataset(
    storage_variables: dict[str, str],
    sample: Sample,
    sample_corpus: Path,
    tmp_path: Path,
    hub: Hub,
    hub_home: Path,
    repo: str,
    client: Run,
) -> None:
    """Run, rerun, publish and take down. The bytes equal those of a local corpus, and only the ledger is on disk."""
    environment = {**hub_environment(hub, hub_home), **storage_variables}
    _command(environment, tmp_path, *sample.run_arguments(ADDRESS, "--workers", "1"))
    files = _files(storage_variables)
    files.get("photos/corpus/dataset", str(tmp_path / "copy" / "dataset"), recursive=True)
    assert dataset_bytes(tmp_path / "copy") == dataset_bytes(sample_corpus)
    again = _command(environment, tmp_path, *sample.run_arguments(ADDRESS, "--workers", "1"))
    for stage in ("ingest", "fetch", "pair", "build"):
        assert f"{stage}: nothing to do" in again.stderr
    assert urlsplit(ADDRESS).netloc == "photos"
    assert not [path for path in tmp_path.iterdir() if path.suffix in {".parquet", ".jpg"}]
    _command(environment, tmp_path, "publish", ADDRESS, repo)
    assert client(hub_client.verify, sample_corpus, repo) == ()
    _command(environment, tmp_path, "takedown", ADDRESS, "add", "t3_zcoffee")
    _command(environment, tmp_path, "takedown", ADDRESS, "publish", repo)
    loaded = client(hub_client.load, repo, "triplets", decode=False)
    assert "zcoffee" not in {row["submission_id"] for rows in loaded.values() for row in rows}
