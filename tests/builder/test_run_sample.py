"""Tests of complete runs over the embedded sample, with real processes that are killed and resumed."""

import hashlib
import json
import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import datasets
import pyarrow as pa
import pytest
from commands import Sample, command, dataset_bytes, decisions, start, succeed

from photoshop_request.schema import CONFIGS, features
from photoshop_request_builder.dataset.files import corpus_fingerprint
from photoshop_request_builder.dataset.rows import dataset_rows
from photoshop_request_builder.photoshop_request import PhotoshopRequest
from photoshop_request_builder.stages.declared import STAGES
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import open_corpus

Wait = Callable[[Callable[[], bool]], None]


def test_the_dataset_loads_with_pictures_and_instruction_first(sample_corpus: Path) -> None:
    """`load_dataset` reads the folder, as the README says."""
    loaded = datasets.load_dataset(str(sample_corpus / "dataset"), cache_dir=str(sample_corpus / "cache"))
    for split in loaded.values():
        assert split.column_names[:3] == ["source_image", "instruction", "edited_image"]
        assert split.column_names == [column.name for column in CONFIGS["triplets"]]
        row = split[0]
        assert row["source_image"].size == (row["source_width"], row["source_height"])
        assert row["edited_image"].size == (row["edited_width"], row["edited_height"])
        assert row["instruction"]


def test_every_config_loads_with_its_columns(sample_corpus: Path, tmp_path: Path) -> None:
    """Each loads by name, map-style and streaming."""
    address = str(sample_corpus / "dataset")
    for config, columns in CONFIGS.items():
        names = [column.name for column in columns]
        loaded = datasets.load_dataset(address, config, cache_dir=str(tmp_path))
        assert loaded["train"].column_names == names, config
        assert loaded["train"].features == features(config), config
        first = next(iter(datasets.load_dataset(address, config, streaming=True, split="train")))
        assert list(first) == names, config


def test_the_mask_of_a_local_edit_has_the_size_of_its_source(sample_corpus: Path, tmp_path: Path) -> None:
    """It covers less than half of the source."""
    loaded = datasets.load_dataset(str(sample_corpus / "dataset"), cache_dir=str(tmp_path), split="train")
    local = [row for row in loaded if row["locality"] > 0.7]
    assert local
    for row in local:
        assert row["change_mask"].size == row["source_image"].size
        assert 0 < row["changed_fraction"] < 0.5
        assert row["psnr"] > 30


def test_published_bytes_are_the_fetched_bytes(sample_corpus: Path, sample: Sample) -> None:
    """Loaded rows have the server's bytes."""
    served = {hashlib.sha256(file.read_bytes()).hexdigest() for file in (sample.folder / "files").iterdir()}
    loaded = datasets.load_dataset(str(sample_corpus / "dataset"), cache_dir=str(sample_corpus / "cache"))
    rows = 0
    for split in loaded.values():
        for column in ("source", "edited"):
            split = split.cast_column(f"{column}_image", datasets.Image(decode=False))  # noqa: PLW2901 - both columns
        for row in split:
            for column in ("source", "edited"):
                digest = hashlib.sha256(row[f"{column}_image"]["bytes"]).hexdigest()
                assert digest == row[f"{column}_sha256"]
                assert digest in served
            rows += 1
    assert rows >= 12


def test_every_link_of_the_sample_has_the_right_decision(sample_corpus: Path, sample: Sample) -> None:
    """Edits are kept. Every other link has its reason."""
    truth = [json.loads(line) for line in (sample.folder / "truth.jsonl").read_text().splitlines()]
    allowed = {
        "triplet": {"edit"},
        "same": {"same_image"},
        "unrelated": {"unrelated"},
        "op_image": {"requesters_own"},
        "gone": {"gone"},
        "placeholder": {"placeholder"},
        "html": {"not_an_image"},
        "corrupt": {"corrupt"},
        "not_image": {"not_an_image"},
        "blocked": {"blocked_address"},
        "source": {"source"},
        "bot": {"bot"},
        "duplicate": {"edit", "duplicate_edit"},
    }
    found = {
        (line["submission_id"], line["comment_id"], line["url"]): line["decision"] for line in decisions(sample_corpus)
    }
    by_comment = {key[:2]: decision for key, decision in found.items()}
    for link in truth:
        key = link["submission_id"], link["comment_id"], link["url"]
        decision = found.get(key) or by_comment[key[:2]]
        assert decision in allowed[link["expect"]], f"{key}: {decision}, expected {link['expect']}"


def test_no_forbidden_address_was_requested(sample_corpus: Path, sample: Sample) -> None:
    """The sample has an address of this machine."""
    assert any(line["decision"] == "blocked_address" for line in decisions(sample_corpus))
    assert not [address for address in sample.hosts.requests if "127.0.0.1" in address or "localhost" in address]


def test_a_second_run_does_nothing_and_says_so(own_corpus: Path, sample: Sample) -> None:
    """Take seconds and send no request."""
    before, requests = dataset_bytes(own_corpus), sample.hosts.requests.total()
    times = {path: path.stat().st_mtime_ns for path in own_corpus.rglob("*.parquet")}
    began = time.monotonic()
    done = succeed(*sample.run_arguments(own_corpus))
    assert time.monotonic() - began < 30
    assert [stage.name for stage in STAGES if stage.is_opt_in == (f"{stage.name}: nothing to do" in done.stderr)] == []
    assert dataset_bytes(own_corpus) == before
    assert {path: path.stat().st_mtime_ns for path in own_corpus.rglob("*.parquet")} == times
    assert sample.hosts.requests.total() == requests


def test_two_workers_make_the_same_bytes_as_one(sample_corpus: Path, sample: Sample, tmp_path: Path) -> None:
    """The path of the corpus does not matter."""
    succeed(*sample.run_arguments(tmp_path / "corpus", "--workers", "2"))
    assert dataset_bytes(tmp_path / "corpus") == dataset_bytes(sample_corpus)


def _fetching(corpus: Path) -> bool:
    return len(list((corpus / "images").rglob("*.*"))) >= 5


def test_a_killed_run_goes_on_to_the_same_bytes(
    sample_corpus: Path, sample: Sample, tmp_path: Path, wait_until: Wait
) -> None:
    """SIGKILL hits while files are written. The same command finishes, and removes leftovers."""
    corpus = tmp_path / "corpus"
    process = start(*sample.run_arguments(corpus, "--workers", "1"))
    wait_until(lambda: any((corpus / ".scratch").rglob("*.parquet")) or process.poll() is not None)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL, "ended before it could be killed"
    succeed(*sample.run_arguments(corpus, "--workers", "1"))
    assert dataset_bytes(corpus) == dataset_bytes(sample_corpus)
    assert not (corpus / ".scratch").exists() or not list((corpus / ".scratch").iterdir())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_says_that_all_is_kept(
    sample: Sample, tmp_path: Path, wait_until: Wait, number: signal.Signals
) -> None:
    """The exit code is 130."""
    corpus = tmp_path / "corpus"
    arguments = sample.run_arguments(corpus)
    arguments[arguments.index("--rate") + 1] = "*=5,i.redd.it=5,imgur.com=5"
    process = start(*arguments)
    wait_until(lambda: _fetching(corpus) or process.poll() is not None)
    process.send_signal(number)
    _, talk = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "kept" in talk
    assert "Traceback" not in talk


def test_a_second_process_on_one_corpus_is_refused(sample: Sample, tmp_path: Path, wait_until: Wait) -> None:
    """The message is clear, the exit code is 8, and the first process goes on."""
    corpus = tmp_path / "corpus"
    arguments = sample.run_arguments(corpus)
    arguments[arguments.index("--rate") + 1] = "*=5,i.redd.it=5,imgur.com=5"
    process = start(*arguments)
    wait_until(lambda: _fetching(corpus) or process.poll() is not None)
    refused = command("fetch", corpus)
    process.kill()
    process.communicate()
    assert refused.returncode == 8
    assert "another photoshop-request is working on this corpus" in refused.stderr


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # datasets leaves its pool of processes to the collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_builder_class_makes_the_same_rows(sample_corpus: Path, tmp_path: Path) -> None:
    """Use `PhotoshopRequest(corpus=…)` with one process and with two, map-style and streaming."""
    one = PhotoshopRequest(corpus=str(sample_corpus), cache_dir=str(tmp_path / "one"))
    one.download_and_prepare()
    two = PhotoshopRequest(corpus=str(sample_corpus), cache_dir=str(tmp_path / "two"))
    two.download_and_prepare(num_proc=2)
    published = datasets.load_dataset(str(sample_corpus / "dataset"), cache_dir=str(tmp_path / "published"))
    rows = published["train"]["comment_id"]
    assert one.as_dataset("train")["comment_id"] == rows
    assert two.as_dataset("train")["comment_id"] == rows
    assert [row["comment_id"] for row in one.as_streaming_dataset("train")] == list(rows)


def test_a_split_without_matching_rows_is_empty(sample_corpus: Path, tmp_path: Path) -> None:
    """`datasets` alone returns no split if one has no row."""
    builder = PhotoshopRequest(corpus=str(sample_corpus), cache_dir=str(tmp_path), min_locality=1.0)
    builder.download_and_prepare()
    found = builder.as_dataset()
    assert set(found) == {"train", "validation", "test"}
    assert 0 in set(found.num_rows.values())
    assert all(split.features == builder.info.features for split in found.values())
    assert found.num_rows == {name: len(builder.as_dataset(name)) for name in found}


def test_the_first_poster_advantage_changes_only_preferences(sample_corpus: Path, tmp_path: Path) -> None:
    """It changes whenever the corpus grows. Files of other configs must not be uploaded again for it."""
    corpus = open_corpus(sample_corpus)
    before = {config: corpus_fingerprint(corpus, config) for config in CONFIGS}
    copied = tmp_path / "corpus"
    shutil.copytree(sample_corpus, copied)
    changed = open_corpus(copied)
    votes = {"fingerprint": "other", "advantage": [0.3, -0.1], "threads": 40}
    storage.write_json(changed.fs, changed.path("votes.json"), votes)
    after = {config: corpus_fingerprint(changed, config) for config in CONFIGS}
    assert [config for config in CONFIGS if before[config] != after[config]] == ["preferences"]


def test_changed_content_has_another_cache_folder(sample_corpus: Path) -> None:
    """The fingerprint of the corpus is part of the builder's identity."""
    first = PhotoshopRequest(corpus=str(sample_corpus))
    other = PhotoshopRequest(corpus=str(sample_corpus), fingerprint="of another content")
    assert first.cache_dir != other.cache_dir
    assert first.cache_dir == PhotoshopRequest(corpus=str(sample_corpus)).cache_dir


def test_status_and_config_print_json(sample_corpus: Path) -> None:
    """The funnel adds up at every stage and ends with the dataset's rows."""
    status = json.loads(succeed("status", sample_corpus, "--json").stdout)
    for step in status["funnel"]:
        assert step["total"] == step["kept"] + sum(step["reasons"].values()), step["stage"]
    assert (
        sum(each["rows"] for each in status["dataset"] if each["config"] == "triplets") == status["funnel"][-1]["kept"]
    )
    config = json.loads(succeed("config", sample_corpus, "--json").stdout)
    assert config["mirror"] == {"value": None, "origin": "default"}


def test_user_names_in_flairs_are_hidden(own_corpus: Path) -> None:
    """Flairs may be free text."""
    corpus = open_corpus(own_corpus)
    for shard in range(corpus.shards):
        path = corpus.shard_path(shard, "submissions")
        table = storage.read_table(corpus.fs, path)
        flairs = pa.array(["Solved by u/some_body"] * table.num_rows, pa.string())
        changed = table.set_column(table.schema.get_field_index("flair"), table.schema.field("flair"), flairs)
        storage.write_table(corpus.fs, path, changed, "changed")
    for config in ("requests", "triplets"):
        rows = [row for _, row in dataset_rows(corpus, config, range(corpus.shards), "train")]
        assert {row["flair"] for row in rows} == {"Solved by u/[user]"}


def test_no_user_name_is_in_the_dataset(sample_corpus: Path) -> None:
    """Neither rows nor the card contain one."""
    import pyarrow.parquet as pq

    names = set()
    for table in ("submissions", "comments"):
        for path in sample_corpus.glob(f"shards/*/{table}.parquet"):
            names |= set(pq.read_table(path, columns=["author"]).column("author").to_pylist())
    names = {name.encode() for name in names if name}
    assert len(names) > 10
    for path in (sample_corpus / "dataset").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert [name for name in names if name in content] == []
