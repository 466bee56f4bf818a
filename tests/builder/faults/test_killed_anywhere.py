"""Send SIGKILL at random points of every stage until the work is done: the output is the same."""

import contextlib
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from commands import FAST, MadeOnce, Sample, dataset_bytes, start, start_at_once, start_work, succeed
from quiet import QUIET

from photoshop_request_builder.engine.jobs import HERE
from photoshop_request_builder.engine.running import run_stage
from photoshop_request_builder.stages import ingest
from photoshop_request_builder.stages.declared import STAGES, stage_named
from photoshop_request_builder.store.corpus import clean_scratch, lock_corpus, open_corpus
from photoshop_request_builder.store.tables import TABLES

pytestmark = pytest.mark.slow

KILLS = 20
"""Kills of each command. Together they meet every stage."""
SLOW = "*=30,i.redd.it=30,imgur.com=30"
"""Rates at which fetching the sample takes long enough to be killed in its middle."""
VERBS = ("ingest", "fetch", "pair", "build")


def _arguments(sample: Sample, corpus: Path, verb: str) -> list[str | Path]:
    # workers take seconds to start, so that most blows would meet that: one verb has them
    if verb == "ingest":
        return ["ingest", corpus, *sample.files, "--shards", "4", "--workers", "1"]
    if verb == "fetch":
        return ["fetch", corpus, "--mirror", sample.hosts.address, "--rate", SLOW]
    return [verb, corpus, "--workers", "2" if verb == "pair" else "1"]


@pytest.fixture(scope="module")
def before(sample: Sample, made_once: MadeOnce) -> Path:
    """Return a folder with a corpus as it is before each command, and `seconds.json` with their durations."""

    def make(place: Path) -> None:
        corpus, seconds = place / "corpus", {}
        place.mkdir()
        for verb in VERBS:
            if corpus.exists():
                shutil.copytree(corpus, place / verb)
            process = start_at_once(place / "talk.txt", *_arguments(sample, corpus, verb))
            began = time.monotonic()
            process.join()
            seconds[verb] = time.monotonic() - began
            assert process.exitcode == 0, (place / "talk.txt").read_text()
        (place / "seconds.json").write_text(json.dumps(seconds))

    return made_once("before", make)


def _finished(corpus: Path) -> list[str]:
    """Return the addresses that the ledger has as fetched."""
    if not (corpus / "ledger.sqlite").exists():
        return []
    with contextlib.closing(sqlite3.connect(corpus / "ledger.sqlite")) as database:
        return [row[0] for row in database.execute("SELECT address FROM address WHERE state = 'ok'")]


def _unfinished(corpus: Path) -> list[Path]:
    """Return the part files that nobody removed."""
    return [path for path in corpus.rglob("*") if path.is_file() and ".part" in path.relative_to(corpus).as_posix()]


def _kill_after(seconds: float, process: ForkServerProcess, talk: Path) -> bool:
    """Kill the process and its workers after some seconds. Return True if it was still running."""
    process.join(seconds)
    if process.exitcode is None:
        with contextlib.suppress(ProcessLookupError):  # ended by itself in this very moment
            os.killpg(process.pid, signal.SIGKILL)
        process.join()
    assert process.exitcode in {-signal.SIGKILL, 0}, talk.read_text()
    return process.exitcode != 0


@pytest.mark.parametrize("verb", VERBS)
def test_the_dataset_is_the_same_however_often_it_was_killed(
    verb: str, before: Path, sample: Sample, sample_corpus: Path, tmp_path: Path
) -> None:
    """Request nothing again that was finished before a kill."""
    kept, seconds = before / verb, json.loads((before / "seconds.json").read_text())[verb]
    corpus, talk = tmp_path / "corpus", tmp_path / "talk.txt"
    chance = random.Random(verb)
    kills = lives = 0
    while kills < KILLS:
        if not corpus.exists() and kept.exists():
            shutil.copytree(kept, corpus)
        finished = _finished(corpus)
        asked = {address: sample.hosts.requests[address] for address in finished}
        process = start_at_once(talk, *_arguments(sample, corpus, verb))
        if _kill_after(chance.uniform(0.05, 1.0) * seconds, process, talk):
            kills += 1
        else:
            lives += 1
            shutil.rmtree(corpus)
        assert {address: sample.hosts.requests[address] for address in finished} == asked
        assert lives < KILLS, "nearly every run ended before it could be killed"
    succeed(*sample.run_arguments(corpus))
    assert dataset_bytes(corpus) == dataset_bytes(sample_corpus)
    succeed("doctor", corpus, "--deep", "--offline")
    assert _unfinished(corpus) == []


def _pattern(name: str) -> str:
    """Return the glob pattern of a table, or of another file or folder of the corpus."""
    return f"shards/*/{name}.parquet" if name in TABLES else name


WRITTEN = {
    stage.name: tuple(map(_pattern, (*stage.writes, *stage.stores)))
    for stage in STAGES
    if stage.name != "fetch" and not stage.is_opt_in
}
"""Outputs of each stage, except `fetch`, which has a test of its own, and the opt-in stages."""


def _stage(corpus: Path, stage: str, files: Sequence[Path]) -> None:
    """Run one stage in this process, as a command does."""
    found = open_corpus(corpus)
    with lock_corpus(found):
        clean_scratch(found)
        if stage == "ingest":
            HERE.run(ingest.plan(found, list(map(str, files))))
        else:
            run_stage(stage_named(stage), found, reporter=QUIET)


def _undo(corpus: Path, stage: str) -> None:
    for path in (path for pattern in WRITTEN[stage] for path in corpus.glob(pattern)):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _files(corpus: Path, stage: str) -> dict[str, str]:
    """Return the SHA-256 of each file that a stage wrote. Skip the card, which names the folder of the corpus."""
    found = (path for pattern in WRITTEN[stage] for top in corpus.glob(pattern) for path in (top, *top.rglob("*")))
    return {
        str(path.relative_to(corpus)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in found
        if path.is_file() and path.name != "README.md"
    }


@pytest.mark.parametrize("stage", WRITTEN)
def test_a_stage_writes_the_same_however_often_it_was_killed(
    stage: str, sample: Sample, sample_corpus: Path, own_corpus: Path, tmp_path: Path
) -> None:
    """Run each stage alone, killed anywhere until it is done. No part file is left."""
    talk, work = tmp_path / "talk.txt", partial(_stage, own_corpus, stage, sample.files)
    _undo(own_corpus, stage)
    process = start_work(talk, work)
    began = time.monotonic()
    process.join()
    seconds = time.monotonic() - began
    assert process.exitcode == 0, talk.read_text()
    _undo(own_corpus, stage)
    chance = random.Random(stage)
    kills = lives = 0
    while kills < KILLS:
        if _kill_after(chance.uniform(0.05, 1.0) * seconds, start_work(talk, work), talk):
            kills += 1
        else:
            lives += 1
            _undo(own_corpus, stage)
        assert lives < 20 * KILLS, "nearly every run ended before it could be killed"
    process = start_work(talk, work)
    process.join()
    assert process.exitcode == 0, talk.read_text()
    assert _files(own_corpus, stage) == _files(sample_corpus, stage) != {}
    assert _unfinished(own_corpus) == []


@pytest.mark.parametrize("seed", range(5))
def test_sigterm_at_any_point_is_a_clean_stop(seed: int, sample: Sample, sample_corpus: Path, tmp_path: Path) -> None:
    """Exit with 130 and no traceback, then finish with the same bytes."""
    corpus = tmp_path / "corpus"
    process = start(*sample.run_arguments(corpus, "--workers", "2"))
    # from when the command line is up: before that Python itself answers a signal
    while process.poll() is None and not (corpus / "corpus.toml").exists():
        time.sleep(0.01)
    time.sleep(random.Random(seed).uniform(0.0, 4.0))
    process.terminate()
    _, talk = process.communicate(timeout=60)
    assert process.returncode in {0, 130}, talk
    assert "Traceback" not in talk
    done = succeed(*sample.run_arguments(corpus, "--rate", FAST))
    assert "error" not in done.stderr
    assert dataset_bytes(corpus) == dataset_bytes(sample_corpus)


def test_sigterm_in_each_stage_is_a_clean_stop(
    sample: Sample, sample_corpus: Path, tmp_path: Path, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    """Stop one corpus at the start of each stage, one run after the other."""
    corpus = tmp_path / "corpus"
    order = [*WRITTEN]
    order.insert(order.index("gather"), "fetch")
    ends = []
    for before in [None, *order[:-1]]:
        with start(*sample.run_arguments(corpus, "--workers", "1")) as process:
            assert process.stderr
            if before is None:
                wait_until(lambda: process.poll() is not None or (corpus / "corpus.toml").exists())
            talk = ""
            for line in process.stderr if before else ():
                talk += line
                if line.startswith(f"{before}: "):
                    break
            process.terminate()
            talk += process.communicate(timeout=60)[1]
        assert process.returncode in {0, 130}, talk
        assert "Traceback" not in talk
        ends.append(process.returncode)
    assert ends[:-1] == [130] * (len(order) - 1), "all but the last stage have something after them"
    succeed(*sample.run_arguments(corpus))
    assert dataset_bytes(corpus) == dataset_bytes(sample_corpus)
