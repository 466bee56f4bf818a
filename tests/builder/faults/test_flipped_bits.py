"""Flip bits in every file of a corpus: each command ends with the same dataset, or names the file."""

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from commands import MadeOnce, Sample, dataset_bytes, start_at_once, succeed

from photoshop_request.errors import PhotoshopRequestError
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.cli.execution import exclusive
from photoshop_request_builder.commands.doctor import damages
from photoshop_request_builder.hub.local import built_files
from photoshop_request_builder.store.corpus import open_corpus
from photoshop_request_builder.store.decisions import CandidateOrder, ReviewItem, open_decisions
from photoshop_request_builder.store.final_verdicts import read_candidates

FLIPS, MANY_FLIPS = 3, 25
"""Flips in the files of each class, in the fast and in the slow test: 400 in all."""
CLASSES = {
    "settings": "corpus.toml",
    "part notes": "incoming/*/*/part.json",
    "part rows": "incoming/*/*/*.parquet",
    "tables": "shards/*/*.parquet",
    "near": "near.parquet",
    "votes": "votes.json",
    "records": "built/*/*.json",
    "dataset": "dataset/*/*.parquet",
    "card": "dataset/README.md",
    "pictures": "images/*/*/*",
    "ledger": "ledger.sqlite",
    "ledger digest": "ledger.sqlite.digest",
    "decisions": "decisions.sqlite",
    "tombstones": "takedown/tombstones.json",
    "withdrawn": "takedown/withdrawn.json",
    "salt": "takedown/salt",
}
MADE_AGAIN = {"card"}
"""Classes that `doctor` does not check, because each run writes them again."""


@pytest.fixture(scope="module")
def full_corpus(sample: Sample, sample_corpus: Path, made_once: MadeOnce) -> Path:
    """Return the sample's corpus with a takedown and a review decision. To be read, not changed."""

    def make(corpus: Path) -> None:
        shutil.copytree(sample_corpus, corpus)
        opened = open_corpus(corpus)
        rows = [row for shard in range(opened.shards) for row in read_candidates(opened, shard).to_pylist()]
        edits = [row for row in rows if row["verdict"] == Verdict.EDIT]
        succeed("takedown", corpus, "add", f"t1_{edits[0]['comment_id']}")
        key = [edits[-1][name] for name in ("submission_id", "comment_id", "position", "index", "sha256")]
        with open_decisions(opened.decisions_path) as store:
            store.decide(ReviewItem(*key, Verdict.EDIT, 0.9), "reviewer", Verdict.REJECTED, CandidateOrder.DOUBT)
        succeed(*sample.run_arguments(corpus))
        succeed("doctor", corpus, "--deep", "--offline")

    return made_once("full", make)


def _flips(corpus: Path, name: str, count: int) -> Iterator[tuple[Path, int, int]]:
    """Yield file, byte and bit of random flips in the files of one class."""
    chance = random.Random(f"19 {name}")
    files = sorted(corpus.glob(CLASSES[name]))
    assert files
    for _ in range(count):
        path = chance.choice(files)
        yield path.relative_to(corpus), chance.randrange(path.stat().st_size), chance.randrange(8)


@contextmanager
def _flipped(path: Path, byte: int, bit: int) -> Iterator[None]:
    """Flip one bit for the length of the block."""
    intact = path.read_bytes()
    changed = bytearray(intact)
    changed[byte] ^= 1 << bit
    path.write_bytes(changed)
    try:
        yield
    finally:
        path.write_bytes(intact)


def _names(text: str, place: Path) -> bool:
    """Return True if a message names the file. A digest is named with its database, a file of the dataset by config."""
    return "/".join(place.parts[-2:]).removesuffix(".digest") in text


def _error(work: Callable[[Path], str], corpus: Path) -> str:
    """Return what `work` returns, or its error."""
    try:
        return work(corpus)
    except PhotoshopRequestError as error:
        return str(error)


def _uploads(corpus: Path) -> str:
    """Do what `publish --dry-run` does before it asks the Hub."""
    opened = open_corpus(corpus)
    with exclusive(opened):
        built_files(opened)
    return ""


def _damage(corpus: Path) -> str:
    return "\n".join(f"{each.path}: {each.why}" for each in damages(open_corpus(corpus), deep=True, on_path=str))


@pytest.mark.parametrize("flips", [FLIPS, pytest.param(MANY_FLIPS, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", CLASSES)
def test_doctor_and_publish_name_the_file(full_corpus: Path, tmp_path: Path, name: str, flips: int) -> None:
    """Flips in this process. Otherwise `publish` lists the files as they were built."""
    corpus = Path(shutil.copytree(full_corpus, tmp_path / "corpus"))
    before = dataset_bytes(corpus)
    for place, byte, bit in _flips(full_corpus, name, flips):
        with _flipped(corpus / place, byte, bit):
            found, refusal = _error(_damage, corpus), _error(_uploads, corpus)
            assert name in MADE_AGAIN or _names(found, place), f"{place} {byte} {bit}: {found or 'nothing found'}"
            assert _names(refusal, place) if refusal else dataset_bytes(corpus) == before, (
                f"{place} {byte} {bit}: {refusal}"
            )
    assert not _damage(corpus)


@pytest.mark.slow
@pytest.mark.parametrize("name", CLASSES)
def test_every_command_ends_with_the_same_dataset_or_names_the_file(
    full_corpus: Path, sample: Sample, tmp_path: Path, name: str
) -> None:
    """One flip with real processes: `doctor --deep`, then `run`, which may make the file again."""
    before = dataset_bytes(full_corpus)
    for number, (place, byte, bit) in enumerate(_flips(full_corpus, name, 1)):
        corpus = Path(shutil.copytree(full_corpus, tmp_path / str(number)))
        data = bytearray((corpus / place).read_bytes())
        data[byte] ^= 1 << bit
        (corpus / place).write_bytes(data)
        for arguments in (["doctor", corpus, "--deep", "--offline"], sample.run_arguments(corpus)):
            process = start_at_once(tmp_path / "talk.txt", *arguments)
            process.join()
            said = f"{place} {byte} {bit}: {arguments[0]} ended with {process.exitcode}\n{(tmp_path / 'talk.txt').read_text()}"
            assert "Traceback" not in said
            if process.exitcode:
                assert _names(said.partition("\n")[2], place), said
            elif arguments[0] == "run":
                assert dataset_bytes(corpus) == before, said
            else:
                assert name in MADE_AGAIN, said
        shutil.rmtree(corpus)
