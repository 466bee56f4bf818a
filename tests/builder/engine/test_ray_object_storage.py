"""Work on a corpus in object storage with a cluster, without a shared file system."""

import subprocess
from pathlib import Path

import pytest
from commands import COMMAND, Sample, dataset_bytes, environment

pytest.importorskip("ray", reason="needs Ray, which the extra `ray` brings")


@pytest.mark.slow
def test_a_corpus_in_object_storage(
    storage_variables: dict[str, str], sample: Sample, sample_corpus: Path, tmp_path: Path
) -> None:
    """Build the same dataset, and find nothing to do in a second run."""
    import s3fs

    arguments = sample.run_arguments(Path("s3:/"), "--engine", "ray", "--workers", "2")
    command = [*COMMAND, *("s3://photos/by-ray" if each == Path("s3:/") else str(each) for each in arguments)]
    for turn in range(2):
        done = subprocess.run(
            command,
            env={**environment(), **storage_variables},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )
        assert done.returncode == 0, done.stderr
        assert ("build: nothing to do" in done.stderr) == (turn == 1)
    files = s3fs.S3FileSystem(
        endpoint_url=storage_variables["AWS_ENDPOINT_URL"], key="somebody", secret="of this machine only"
    )
    files.get("photos/by-ray/dataset", str(tmp_path / "copy" / "dataset"), recursive=True)
    assert dataset_bytes(tmp_path / "copy") == dataset_bytes(sample_corpus)
