"""Tests of training from a Hub: the example script, and the calls of diffusers' script."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import hub_client
import pyarrow.parquet as pq
import pytest
from hub_client import Run, hub_environment
from servers.hub import Hub

from photoshop_request.training import bucket_shapes

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _trainers() -> None:
    for name in ("torch", "diffusers", "transformers", "accelerate"):
        pytest.importorskip(name, reason=f"needs {name}: pip install 'photoshop-request[train,train-example]'")


def rows_of(corpus: Path) -> int:
    """Count the triplets of the train split."""
    return sum(pq.read_metadata(file).num_rows for file in (corpus / "dataset" / "triplets").glob("train-*"))


def test_the_example_learns_from_the_published_dataset(
    client: Run, hub: Hub, repo: str, hub_home: Path, sample_corpus: Path, tmp_path: Path
) -> None:
    """The loss falls on a fixed batch and on held-out triplets. A second run resumes the first."""
    client(hub_client.publish, sample_corpus, repo)

    def train(steps: int) -> dict[int, dict[str, float]]:
        command = [sys.executable, ROOT / "scripts" / "train_example.py", repo, "--steps", str(steps), "--every", "20"]
        environment = hub_environment(hub, hub_home) | {"OMP_NUM_THREADS": "1"}  # threads spin while they wait
        done = subprocess.run(
            [*command, "--out", tmp_path / "out"], capture_output=True, text=True, env=environment, check=False
        )
        assert done.returncode == 0, done.stderr
        said = re.findall(r"^(\d+) (\{.+\})$", done.stdout, re.MULTILINE)
        return {int(step): ast.literal_eval(losses) for step, losses in said}

    first, second = train(40), train(60)
    assert list(first) == [0, 20, 40]
    assert list(second) == [40, 60]
    for what in ("fixed batch", "held out"):
        assert second[60][what] < 0.7 * first[0][what], what
        assert second[40][what] == pytest.approx(first[40][what], abs=0.002)
    picture = (tmp_path / "out" / "loss.svg").read_text()
    assert picture.count("<polyline") == 3
    assert f"held out: {first[0]['held out']:.2f} to {second[60]['held out']:.2f}" in picture


def test_a_loader_takes_a_name_on_the_hub(client: Run, hub: Hub, repo: str, sample_corpus: Path) -> None:
    """Only the split's files are downloaded, and only once."""
    client(hub_client.publish, sample_corpus, repo)
    file = sample_corpus / "dataset" / "triplets" / "train-00000-of-00001.parquet"
    sent = []
    for _ in range(2):
        before = hub.sent
        batches = client(hub_client.loaded_batches, repo, resolution=64, batch_size=4, drop_last=False)
        seen = sorted(comment for _, ids in batches for comment in ids)
        assert seen == sorted(pq.read_table(file)["comment_id"].to_pylist())
        assert {shape for shape, _ in batches} <= set(bucket_shapes(64))
        sent.append(hub.sent - before)
    assert sent[1] < file.stat().st_size / 10
    assert not hub.count_requests("GET", r"/(validation|test)-")


def test_instruct_pix2pix_of_diffusers_takes_the_dataset(client: Run, hub: Hub, repo: str, sample_corpus: Path) -> None:
    """Use the column flags that docs/training.md gives."""
    readme = (ROOT / "docs" / "training.md").read_text(encoding="utf-8")
    flags = dict(re.findall(r"--(original_image_column|edit_prompt_column) (\w+)", readme))
    client(hub_client.publish, sample_corpus, repo)
    columns = (flags["original_image_column"], "edited_image", flags["edit_prompt_column"])
    batches = client(hub_client.instruct_pix2pix, repo, *columns, 32)
    assert sum(len(batch["words"]) for batch in batches) == rows_of(sample_corpus)
    for batch in batches:
        for name in ("original", "edited"):
            assert batch[name].shape == (len(batch["words"]), 3, 32, 32)
            assert (batch[name].min() >= -1, batch[name].max() <= 1) == (True, True)
        assert all(batch["words"])
