"""A Ray cluster, and a corpus with more shards than the sample's."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import ray_jobs
from commands import MadeOnce, Sample, succeed
from servers.ray_cluster import QUIET, RayCluster, cluster


@pytest.fixture(autouse=True, scope="session")
def _quiet() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in QUIET.items():
            patch.setenv(name, value)
        patch.delenv("RAY_ADDRESS", raising=False)
        # the nodes find `ray_jobs` as this process does
        patch.setenv(
            "PYTHONPATH", os.pathsep.join([str(Path(ray_jobs.__file__).parent), os.environ.get("PYTHONPATH", "")])
        )
        yield


@pytest.fixture
def ray_cluster() -> Iterator[RayCluster]:
    with cluster() as running:
        yield running


@pytest.fixture(scope="session")
def undisturbed(sample: Sample, made_once: MadeOnce) -> Path:
    """Return the sample in 16 shards, made by the local engine. Read only."""
    return made_once(
        "undisturbed", lambda corpus: succeed(*sample.run_arguments(corpus, "--workers", "1", "--shards", "16"))
    )


@pytest.fixture
def half_done(undisturbed: Path, tmp_path: Path) -> Path:
    """Return a copy without candidates."""
    corpus = Path(shutil.copytree(undisturbed, tmp_path / "corpus"))
    for path in corpus.glob("shards/*/candidates.parquet"):
        path.unlink()
    return corpus
