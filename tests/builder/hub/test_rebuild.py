"""Tests of a release without pictures, and of rebuilding from its manifest."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import datasets
import hub_client
import pyarrow.parquet as pq
import pytest
from commands import FAST, Sample
from hub_client import Run
from PIL import Image
from servers.hub import Hub

from photoshop_request.media.addresses.people import published_address
from photoshop_request.schema import CONFIGS
from photoshop_request_builder.commands.decisions import decision_lines
from photoshop_request_builder.commands.demo.server import Hosts, serve
from photoshop_request_builder.store.corpus import open_corpus

pytestmark = pytest.mark.slow


def _manifest(corpus: Path) -> list[dict[str, Any]]:
    return [
        row for path in sorted((corpus / "dataset" / "manifest").glob("*")) for row in pq.read_table(path).to_pylist()
    ]


def test_the_manifest_has_every_link(sample_corpus: Path) -> None:
    """It equals `decisions` and has no picture columns. An address that leads to no picture may be a profile: it is null."""
    rows = _manifest(sample_corpus)
    said = [
        (line["submission_id"], line["comment_id"], published_address(line["url"], str), line["decision"])
        for line in decision_lines(open_corpus(sample_corpus))
    ]
    listed = [(row["submission_id"], row["comment_id"], row["url"], row["decision"]) for row in rows]
    assert sorted(listed, key=str) == sorted(said, key=str)
    assert not [column for column in CONFIGS["manifest"] if "image" in column.kind]
    published = [row for row in rows if row["instruction"]]
    assert len(published) == sum(
        pq.read_metadata(path).num_rows for path in (sample_corpus / "dataset" / "triplets").glob("*")
    )


@pytest.fixture
def changed_hosts(sample: Sample, tmp_path: Path) -> Iterator[tuple[Hosts, dict[str, str]]]:
    """Serve the sample's files with one edit re-encoded, one replaced and one gone. Yield the hosts and each file's change."""
    folder = Path(shutil.copytree(sample.folder, tmp_path / "later"))
    files = folder / "files"
    changes = {"coffee-blue.jpg": "reencoded", "dahlia-purple.jpg": "other_picture", "rocket-bright.jpg": "gone"}
    image = Image.open(files / "coffee-blue.jpg")
    image.save(files / "coffee-blue.jpg", quality=70)
    shutil.copy(files / "stars.jpg", files / "dahlia-purple.jpg")
    routes = json.loads((folder / "routes.json").read_text())
    for address, route in routes.items():
        if route.get("file", "").endswith("rocket-bright.jpg"):
            routes[address] = {"status": 404}
    (folder / "routes.json").write_text(json.dumps(routes))
    with serve(folder) as hosts:
        yield hosts, changes


def test_rebuild_from_a_manifest_on_the_hub(
    client: Run,
    hub: Hub,
    repo: str,
    sample_corpus: Path,
    sample: Sample,
    changed_hosts: tuple[Hosts, dict[str, str]],
    tmp_path: Path,
) -> None:
    """Pictures are checked by digest, or by perceptual hash if re-encoded."""
    hosts, changes = changed_hosts
    done = client(hub_client.hub_command, "publish", sample_corpus, repo, "--manifest-only")
    assert done.returncode == 0, done.stderr
    assert {path.split("/")[0] for path in hub.files(repo)} == {"README.md", "figures", "manifest"}
    assert all(b"\xff\xd8\xff" not in data for data in hub.objects.values())
    corpus = tmp_path / "rebuilt"
    done = client(hub_client.hub_command, "rebuild", corpus, repo, "--mirror", hosts.address, "--rate", FAST)
    assert done.returncode == 0, done.stderr
    before = {
        row["comment_id"]: row
        for path in (sample_corpus / "dataset" / "triplets").glob("*")
        for row in pq.read_table(path).to_pylist()
    }
    loaded = datasets.load_dataset(str(corpus / "dataset"), cache_dir=str(tmp_path / "cache"))
    after = {row["comment_id"]: row for rows in loaded.values() for row in rows.with_format("arrow")[:].to_pylist()}
    digests = {name: hashlib.sha256((sample.folder / "files" / name).read_bytes()).hexdigest() for name in changes}
    lost = {digests["dahlia-purple.jpg"], digests["rocket-bright.jpg"]}
    assert set(after) == {comment for comment, row in before.items() if row["edited_sha256"] not in lost}
    reencoded = digests["coffee-blue.jpg"]
    for comment, row in after.items():
        was = before[comment]
        assert row["source_image"]["bytes"] == was["source_image"]["bytes"]
        assert row["instruction"] == was["instruction"]
        assert (row["edited_image"]["bytes"] == was["edited_image"]["bytes"]) == (was["edited_sha256"] != reencoded)
        assert hashlib.sha256(row["edited_image"]["bytes"]).hexdigest() == row["edited_sha256"]
        assert row["edited_published_sha256"] == row["edited_sha256"]
        assert row["source_published_sha256"] == row["source_sha256"]
        assert (row["bytes_changed"], row["gps_removed"]) == ([], False)
    assert "reencoded 1" in done.stdout
    assert "other_picture 1" in done.stdout
    assert "gone 1" in done.stdout
    asked = hosts.requests.total()
    again = client(hub_client.hub_command, "rebuild", corpus, repo, "--mirror", hosts.address, "--rate", FAST)
    assert again.returncode == 0, again.stderr
    assert hosts.requests.total() == asked


def test_a_dataset_without_manifest_is_refused(hub: Hub, client: Run, tmp_path: Path) -> None:
    """The message says so."""
    done = client(hub_client.hub_command, "rebuild", tmp_path / "corpus", "org/nothing-here")
    assert done.returncode == 3
    assert "no manifest here" in done.stderr
