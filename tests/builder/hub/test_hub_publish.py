"""Tests of publishing to a Hub over HTTP with the real clients."""

import hashlib
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import hub_client
import pyarrow.parquet as pq
import pytest
from commands import Sample, command
from hub_client import Run, hub_environment
from made_triplets import triplets
from PIL import Image
from servers.hub import TOKEN, Hub

from photoshop_request.media.files.metadata import without_metadata
from photoshop_request_builder.dataset.card.facts import Facts
from photoshop_request_builder.dataset.card.header import header
from photoshop_request_builder.dataset.files import DatasetFile, built_records
from photoshop_request_builder.dataset.parquet_writer import write_rows
from photoshop_request_builder.store.corpus import open_corpus

Bytes = dict[tuple[str, str], bytes]
"""(comment, column) -> bytes of the picture."""


def _pictures(rows: list[dict]) -> Bytes:
    columns = ("source_image", "edited_image")
    return {(row["comment_id"], name): row[name]["bytes"] for row in rows for name in columns}


def _in_parquet(corpus: Path) -> Bytes:
    tables = [pq.read_table(path).to_pylist() for path in sorted((corpus / "dataset" / "triplets").glob("*.parquet"))]
    return _pictures([row for table in tables for row in table])


def test_pictures_survive_byte_for_byte(client: Run, hub: Hub, repo: str, sample_corpus: Path, sample: Sample) -> None:
    """Fetched, built, loaded with one and two processes, and streamed pictures are equal."""
    done = client(hub_client.publish, sample_corpus, repo)
    fetched = {hashlib.sha256(file.read_bytes()).hexdigest() for file in (sample.folder / "files").iterdir()}
    built = _in_parquet(sample_corpus)
    assert len(built) >= 30
    for data in built.values():
        assert hashlib.sha256(data).hexdigest() in fetched
    assert done["sent"] > 0
    for processes in (1, 2):
        loaded = client(hub_client.load, repo, "triplets", decode=False, num_proc=processes)
        assert _pictures([row for rows in loaded.values() for row in rows]) == built
    streamed = [row for split in loaded for row in client(hub_client.stream, repo, "triplets", split)]
    assert _pictures(streamed) == built
    for row in streamed:
        for name in ("source", "edited"):
            assert hashlib.sha256(row[f"{name}_image"]["bytes"]).hexdigest() == row[f"{name}_sha256"]


def test_a_location_is_removed_from_a_picture(
    client: Run, hub: Hub, repo: str, own_corpus: Path, with_gps: Callable[[Path], dict[str, bytes]]
) -> None:
    """The row records it, no pixel changes, and other rows stay as fetched."""
    (fetched,) = with_gps(own_corpus).values()
    client(hub_client.publish, own_corpus, repo)
    assert client(hub_client.verify, own_corpus, repo) == ()
    rows = [row for rows in client(hub_client.load, repo, "triplets", decode=False).values() for row in rows]
    changed = [row for row in rows if row["bytes_changed"]]
    assert 0 < len(changed) < len(rows)
    for row in changed:
        assert row["edited_sha256"] == hashlib.sha256(fetched).hexdigest()
        published = row["edited_image"]["bytes"]
        assert published == without_metadata(fetched).data
        assert row["edited_published_sha256"] == hashlib.sha256(published).hexdigest()
        assert row["bytes_changed"] == ["gps", "metadata"]
        pixels = [Image.open(io.BytesIO(data)).convert("RGB").tobytes() for data in (published, fetched)]
        assert pixels[0] == pixels[1]
    for row in rows:
        assert row["gps_removed"] == ("gps" in row["bytes_changed"])
        if not row["bytes_changed"]:
            assert hashlib.sha256(row["edited_image"]["bytes"]).hexdigest() == row["edited_sha256"]


def test_the_command_publishes_verifies_and_prints_how_to_load(
    hub: Hub, repo: str, sample_corpus: Path, client: Run
) -> None:
    """The printed call works, and no output contains the token."""
    done = client(hub_client.hub_command, "publish", sample_corpus, repo, "--private", "--tag", "v1.0")
    assert done.returncode == 0, done.stderr
    assert f'load_dataset("{repo}", "triplets", revision="v1.0")' in done.stdout
    assert "loaded back and compared" in done.stderr
    assert TOKEN not in done.stdout + done.stderr
    assert hub.repos[repo].private
    assert hub.repos[repo].tags["v1.0"] == hub.repos[repo].heads["main"]
    assert client(hub_client.load, repo, "triplets", revision="v1.0")["train"]


def test_a_second_publish_sends_nothing_and_commits_nothing(
    client: Run, hub: Hub, repo: str, sample_corpus: Path
) -> None:
    """No upload is requested."""
    first = client(hub_client.publish, sample_corpus, repo)
    received, commits = hub.received.copy(), len(hub.repos[repo].commits)
    again = client(hub_client.publish, sample_corpus, repo)
    assert (again["sent"], again["revision"]) == (0, first["revision"])
    assert hub.received == received
    assert len(hub.repos[repo].commits) == commits


def test_the_charts_of_the_card_are_published(client: Run, hub: Hub, repo: str, sample_corpus: Path) -> None:
    """All charts in the card equal those in the corpus."""
    client(hub_client.publish, sample_corpus, repo)
    files = hub.files(repo)
    shown = re.findall(r"^!\[.+\]\((.+)\)$", hub.text(repo, "README.md"), re.MULTILINE)
    assert {path for path in files if path.startswith("figures/")} == set(shown)
    assert all(files[path].data == (sample_corpus / "dataset" / path).read_bytes() for path in shown)
    assert "figures/funnel.svg" in shown


def test_a_dry_run_reports_changes_and_sends_nothing(hub: Hub, client: Run, repo: str, sample_corpus: Path) -> None:
    """Rows, files and bytes, as JSON."""
    done = client(hub_client.hub_command, "publish", sample_corpus, repo, "--dry-run", "--json")
    shown = json.loads(done.stdout)
    records = built_records(open_corpus(sample_corpus))
    mine = {dataset_file: record for dataset_file, record in records.items() if dataset_file.config == "triplets"}
    rows = sum(record["rows"] for record in mine.values())
    assert shown["configs"]["triplets"] == {"added": rows, "removed": 0, "kept": 0}
    assert shown["bytes"] == sum(record["bytes"] for record in records.values())
    assert repo not in hub.repos
    assert not hub.received


def test_only_the_file_of_a_new_request_is_sent(
    client: Run, hub: Hub, repo: str, large_corpus: Path, drop_request: Callable[[Path, str], None]
) -> None:
    """Files are ranges of shards, so a request stays in its file."""
    corpus = open_corpus(large_corpus)
    before = {dataset_file: record["sha256"] for dataset_file, record in built_records(corpus).items()}
    triplets = [
        dataset_file for dataset_file in before if dataset_file.config == "triplets" and dataset_file.split == "train"
    ]
    assert len(triplets) == corpus.shards
    request = pq.read_table(corpus.path("dataset", "triplets", triplets[1].name))["submission_id"][0].as_py()
    without = large_corpus.with_name("without")
    large_corpus.rename(without)
    drop_request(without, request)
    smaller = client(hub_client.publish, without, repo, configs=("triplets",))
    assert smaller["sent"] == len([dataset_file for dataset_file in before if dataset_file.config == "triplets"])
    hub.received.clear()
    drop_request(without, "")
    dry = client(hub_client.hub_command, "publish", without, repo, "--config", "triplets", "--dry-run", "--json")
    assert dry.returncode == 0, dry.stderr
    change = json.loads(dry.stdout)
    assert change["send"] == [f"triplets/{triplets[1].name}"]
    assert change["configs"]["triplets"]["removed"] == 0
    assert change["configs"]["triplets"]["added"] > 0
    full = client(hub_client.publish, without, repo, configs=("triplets",))
    assert full["sent"] == 1
    assert set(hub.received) == {before[triplets[1]]}


def test_obsolete_files_are_removed_in_the_same_commit(
    client: Run, hub: Hub, repo: str, large_corpus: Path, sample_corpus: Path
) -> None:
    """Four files become one. Other people's files stay."""
    client(hub_client.publish, large_corpus, repo)
    client(
        hub_client.api, "upload_file", path_or_fileobj=b"x", path_in_repo="notes.txt", repo_id=repo, repo_type="dataset"
    )
    commits = len(hub.repos[repo].commits)
    client(hub_client.publish, sample_corpus, repo)
    assert len(hub.repos[repo].commits) == commits + 1
    names = [path for path in hub.files(repo) if path.startswith("triplets/train")]
    assert names == ["triplets/train-00000-of-00001.parquet"]
    assert "notes.txt" in hub.files(repo)
    assert client(hub_client.verify, sample_corpus, repo) == ()


def test_a_pull_request_changes_nothing_on_main(client: Run, hub: Hub, repo: str, sample_corpus: Path) -> None:
    """It holds the whole dataset."""
    client(hub_client.push_table, repo, "extra", [1])
    main = hub.repos[repo].heads["main"]
    done = client(hub_client.publish, sample_corpus, repo, create_pr=True)
    assert done["pull_request"].endswith(f"/datasets/{repo}/discussions/1")
    assert hub.repos[repo].heads["main"] == main
    assert client(hub_client.verify, sample_corpus, repo, done["revision"]) == ()


def test_a_missing_branch_is_created(client: Run, hub: Hub, repo: str, sample_corpus: Path) -> None:
    """The main branch stays."""
    client(hub_client.publish, sample_corpus, repo, revision="next")
    assert set(hub.repos[repo].heads) == {"main", "next"}
    assert not hub.files(repo, "main")
    assert client(hub_client.verify, sample_corpus, repo, "next") == ()


def test_a_tag_on_another_commit_is_refused(
    client: Run, hub: Hub, repo: str, sample_corpus: Path, large_corpus: Path
) -> None:
    """Nothing is sent."""
    first = client(hub_client.publish, sample_corpus, repo, tag="v1")
    hub.received.clear()
    other = client(hub_client.publish, large_corpus, repo, configs=("triplets",), revision="next", tag="v1")
    assert other.get("error") == "InputError"
    assert "'v1'" in other["message"]
    assert not hub.received
    again = client(hub_client.publish, sample_corpus, repo, tag="v1")
    assert again["revision"] == first["revision"]


def test_one_commit_per_config(client: Run, hub: Hub, repo: str, sample_corpus: Path) -> None:
    """The result equals that of one commit."""
    configs = {dataset_file.config for dataset_file in built_records(open_corpus(sample_corpus))}
    client(hub_client.publish, sample_corpus, repo, commit_each=True)
    assert len(hub.repos[repo].commits) == 1 + len(configs)
    assert client(hub_client.verify, sample_corpus, repo) == ()


def test_private_is_refused_for_a_public_dataset(client: Run, hub: Hub, repo: str, sample_corpus: Path) -> None:
    """Nothing is sent."""
    client(hub_client.push_table, repo, "extra", [1])
    outcome = client(hub_client.publish, sample_corpus, repo, private=True)
    assert outcome["error"] == "InputError"
    assert "already public" in outcome["message"]


@pytest.mark.parametrize(
    ("token", "code", "hint"), [(None, 5, "HF_TOKEN"), ("hf_of_somebody_else", 5, "write permission")]
)
def test_a_missing_or_wrong_token_is_explained(
    hub: Hub, tmp_path: Path, repo: str, sample_corpus: Path, token: str | None, code: int, hint: str
) -> None:
    """The exit code is 5, and no output contains the token."""
    done = command("publish", sample_corpus, repo, variables=hub_environment(hub, tmp_path, token))
    assert done.returncode == code, done.stderr
    assert hint in done.stderr
    assert "Traceback" not in done.stderr
    assert token is None or token not in done.stdout + done.stderr


def test_an_outdated_build_is_refused(client: Run, hub: Hub, repo: str, own_corpus: Path) -> None:
    """The message names the command that builds it."""
    next((own_corpus / "dataset" / "triplets").glob("*.parquet")).unlink()
    outcome = client(hub_client.publish, own_corpus, repo)
    assert outcome["error"] == "CorpusError"
    assert "photoshop-request build" in outcome["message"]
    assert repo not in hub.repos


def test_loading_back_finds_differences(client: Run, hub: Hub, repo: str, sample_corpus: Path) -> None:
    """A replaced file differs in bytes and rows."""
    client(hub_client.publish, sample_corpus, repo)
    path = "triplets/train-00000-of-00001.parquet"
    other = next(name for name in hub.files(repo) if name.startswith("triplets/") and name != path)
    data = hub.objects[hub.files(repo)[other].sha256]
    client(hub_client.api, "upload_file", path_or_fileobj=data, path_in_repo=path, repo_id=repo, repo_type="dataset")
    differences = client(hub_client.verify, sample_corpus, repo)
    assert f"{path}: other bytes" in differences
    assert any("row 0" in difference for difference in differences)


def test_the_script_publishes(hub: Hub, hub_home: Path, repo: str, sample_corpus: Path) -> None:
    """It does the same as the command."""
    script = Path(__file__).resolve().parents[3] / "scripts" / "push_to_hub.py"
    done = subprocess.run(
        [sys.executable, script, sample_corpus, repo, "--tag", "v1"],
        env=hub_environment(hub, hub_home),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert f'load_dataset("{repo}", revision="v1")' in done.stdout
    assert "triplets/train-00000-of-00001.parquet" in hub.files(repo, "v1")


_FIRST_ROW = """
import os, sys, datasets
options = {"storage_options": {"hf": {"block_size": int(sys.argv[2])}}} if sys.argv[2:] else {}
rows = datasets.load_dataset(sys.argv[1], split="train", streaming=True, **options).decode(False)
print(next(iter(rows))["comment_id"], flush=True)
os._exit(0)  # Arrow's threads read ahead
"""


@pytest.mark.slow
def test_the_first_row_of_a_stream_needs_few_bytes(
    client: Run, hub: Hub, hub_home: Path, repo: str, tmp_path: Path
) -> None:
    """A 200 MB file needs its footer, one row group, and the read-ahead of Arrow and the Hub's client (5 MB)."""
    name, path = "triplets/train-00000-of-00001.parquet", tmp_path / "x.parquet"
    written = write_rows(path, "triplets", triplets(330, 300_000))
    dataset_file = DatasetFile("triplets", "train", 0, 1, (0,))
    text = header([(dataset_file, {"rows": written.rows, "bytes": written.bytes})], _NO_FACTS, local=False)
    client(hub_client.api, "create_repo", repo, repo_type="dataset")
    for data, where in ((str(path), name), (f"---\n{text}\n---\n".encode(), "README.md")):
        client(
            hub_client.api, "upload_file", path_or_fileobj=data, path_in_repo=where, repo_id=repo, repo_type="dataset"
        )
    for ahead, most in (([str(2**20)], 6_500_000), ([], 6_500_000 + 5 * 2**20)):
        hub.sent = 0
        done = subprocess.run(
            [sys.executable, "-c", _FIRST_ROW, repo, *ahead],
            env=hub_environment(hub, hub_home),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout.split() == ["0000000"], done.stderr
        assert hub.sent < most


_NO_FACTS = Facts(0, 0, 0, {}, (), (), {}, {}, None, None, None, 0, 0, 0, 0)
