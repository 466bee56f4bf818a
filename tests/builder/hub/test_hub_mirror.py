"""Ingest a Parquet mirror straight from a Hub."""

from pathlib import Path

import hub_client
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hub_client import Run, hub_command
from servers.hub import Hub

from photoshop_request_builder.store.corpus import open_corpus
from photoshop_request_builder.store.incoming import read_parts

pytestmark = pytest.mark.slow


def _mirror(path: Path, month: int, rows: int, **columns: list[object]) -> Path:
    """Write a file with the columns of open-index/arctic that both kinds have. Every tenth row is the subreddit's."""
    path.parent.mkdir(parents=True)
    known = {
        "id": [f"{month}{at:04d}" for at in range(rows)],
        "author": ["somebody"] * rows,
        "subreddit": ["PhotoshopRequest" if at % 10 == 0 else "pics" for at in range(rows)],
        "score": [1] * rows,
        "created_utc": [1_672_531_200 + month * 2_600_000 + at for at in range(rows)],
    }
    pq.write_table(pa.table(known | columns), path, row_group_size=1000)
    return path


def test_a_mirror_is_read_from_the_hub(client: Run, hub: Hub, repo: str, tmp_path: Path) -> None:
    """Each file is a part, known by the next run, which asks for nothing but names and sizes."""
    rows = 3000
    for month in (1, 2):
        texts = {"title": [f"Remove {at}" for at in range(rows)], "selftext": [""] * rows, "url": [""] * rows}
        _mirror(tmp_path / f"data/submissions/2023/{month:02}/000.parquet", month, rows, **texts)
        bodies = {"body": ["done"] * rows, "link_id": [f"t3_{month}{at:04d}" for at in range(rows)]}
        parents = {"parent_id": bodies["link_id"]}
        _mirror(tmp_path / f"data/comments/2023/{month:02}/000.parquet", month, rows, **bodies, **parents)
    client(hub_client.api, "create_repo", repo, repo_type="dataset")
    client(
        hub_client.api,
        "upload_folder",
        repo_id=repo,
        repo_type="dataset",
        folder_path=str(tmp_path / "data"),
        path_in_repo="data",
    )
    corpus = tmp_path / "corpus"
    addresses = [f"hf://datasets/{repo}/data/{kind}/2023/*/*.parquet" for kind in ("submissions", "comments")]
    for _ in range(2):
        done = client(hub_command, "ingest", corpus, *addresses)
        assert done.returncode == 0, done.stderr
        parts = read_parts(open_corpus(corpus))
        assert [(part.submissions, part.comments, part.other_subreddits) for part in parts] == [
            *[(0, rows // 10, rows - rows // 10)] * 2,
            *[(rows // 10, 0, rows - rows // 10)] * 2,
        ]
    assert {part.ending for part in parts} == {"complete"}
