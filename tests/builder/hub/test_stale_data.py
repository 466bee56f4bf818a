"""Test that loading never returns stale data: by path, by the builder, from the Hub."""

from pathlib import Path

import datasets
import hub_client
from hub_client import Run
from quiet import QUIET
from servers.hub import Hub

from photoshop_request_builder.commands.run import run_stages
from photoshop_request_builder.photoshop_request import PhotoshopRequest
from photoshop_request_builder.store.corpus import open_corpus
from photoshop_request_builder.store.tombstones import TombstoneKind, TombstoneTarget, add_tombstones

REQUEST = "zcoffee"


def test_a_changed_dataset_is_loaded_again(own_corpus: Path, client: Run, hub: Hub, repo: str) -> None:
    """All loads share a cache. `datasets` identifies a local folder by its README only."""
    corpus = open_corpus(own_corpus)

    def loads() -> list[set[str]]:
        by_path = datasets.load_dataset(corpus.path("dataset"), "requests", cache_dir=corpus.path("cache"))
        builder = PhotoshopRequest(corpus=corpus.root, config_name="requests", cache_dir=corpus.path("cache"))
        builder.download_and_prepare()
        client(hub_client.publish, own_corpus, repo)
        there = client(hub_client.load, repo, "requests")
        return [
            set(by_path["train"]["submission_id"]),
            set(builder.as_dataset("train")["submission_id"]),
            {row["submission_id"] for row in there["train"]},
        ]

    assert all(REQUEST in ids for ids in loads())
    add_tombstones(corpus, [TombstoneTarget(TombstoneKind.SUBMISSION, REQUEST)])
    run_stages("build", corpus, reporter=QUIET)
    after = loads()
    assert after[0] == after[1] == after[2]
    assert REQUEST not in after[0]
