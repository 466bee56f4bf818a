"""Damaged files of a corpus are found, named and made again with the same bytes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import Sample, command, dataset_bytes, succeed

from photoshop_request_builder.commands.doctor import damages
from photoshop_request_builder.commands.doctor.integrity import DamageKind
from photoshop_request_builder.store.corpus import open_corpus


def _flip(path: Path, at: float) -> None:
    """Change one byte in place: sizes stay."""
    data = bytearray(path.read_bytes())
    data[int(len(data) * at)] ^= 0xFF
    path.write_bytes(data)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def _table(corpus: Path, name: str) -> Path:
    return max(corpus.glob(f"shards/*/{name}.parquet"), key=lambda path: path.stat().st_size)


def _published(corpus: Path) -> Path:
    return max((corpus / "dataset" / "triplets").glob("*.parquet"), key=lambda path: path.stat().st_size)


def _picture(corpus: Path) -> Path:
    """Return a picture of the dataset."""
    lines = map(json.loads, succeed("decisions", corpus).stdout.splitlines())
    digest = next(line["sha256"] for line in lines if line["decision"] == "edit")
    return next(corpus.glob(f"images/*/*/{digest}.*"))


def test_an_undamaged_corpus_has_no_damage(sample_corpus: Path) -> None:
    assert list(damages(open_corpus(sample_corpus), deep=True, on_path=print)) == []


@pytest.mark.slow
@pytest.mark.parametrize("harm", [_cut, Path.unlink, lambda path: _flip(path, 0.3)])
def test_damaged_files_are_named_and_made_again(
    own_corpus: Path, sample_corpus: Path, sample: Sample, harm: Callable[[Path], None]
) -> None:
    """Files of every kind are cut, removed or changed by a byte. Only --deep sees a changed byte."""
    harmed = {_published(own_corpus): DamageKind.DATASET, _picture(own_corpus): DamageKind.PICTURE}
    harmed |= {_table(own_corpus, name): DamageKind.TABLE for name in ("comments", "candidates", "texts")}
    for path in harmed:
        harm(path)
    if harm is Path.unlink:  # a missing table is pending work, not damage
        harmed = {path: kind for path, kind in harmed.items() if kind is not DamageKind.TABLE}
    damaged = damages(open_corpus(own_corpus), deep=True, on_path=print)
    assert {Path(damage.path): damage.kind for damage in damaged} == harmed
    refused = command("doctor", own_corpus, "--deep", "--offline")
    assert refused.returncode == 1
    assert [path for path in harmed if str(path) not in refused.stdout] == []
    succeed("doctor", own_corpus, "--deep", "--repair", "--offline")
    succeed(*sample.run_arguments(own_corpus))
    assert dataset_bytes(own_corpus) == dataset_bytes(sample_corpus)
    succeed("doctor", own_corpus, "--deep", "--offline")


def test_a_damaged_picture_is_not_published(own_corpus: Path) -> None:
    """`build` fails and names the picture and the next command."""
    path = _picture(own_corpus)
    _flip(path, 0.5)
    for built in (own_corpus / "built").rglob("*.json"):
        built.unlink()
    done = command("build", own_corpus)
    assert done.returncode == 4
    assert str(path) in done.stderr
    assert "doctor" in done.stderr


@pytest.mark.slow
def test_a_damaged_part_is_read_again(own_corpus: Path, sample_corpus: Path, sample: Sample) -> None:
    """The same input is read again, and the tables stay the same."""
    part = max(own_corpus.glob("incoming/archive/*/*.parquet"), key=lambda path: path.stat().st_size)
    _cut(part)
    done = succeed("doctor", own_corpus, "--repair", "--offline")
    assert str(part.parent) in done.stderr
    assert not part.parent.exists()
    succeed(*sample.run_arguments(own_corpus))
    assert part.exists()
    assert dataset_bytes(own_corpus) == dataset_bytes(sample_corpus)


@pytest.mark.slow
def test_a_damaged_ledger_is_moved_aside_and_filled_again(
    own_corpus: Path, sample_corpus: Path, sample: Sample
) -> None:
    ledger = own_corpus / "ledger.sqlite"
    ledger.write_bytes(b"no ledger" * 1000)
    done = command("doctor", own_corpus, "--offline")
    assert done.returncode == 1
    assert str(ledger) in done.stdout
    succeed("doctor", own_corpus, "--repair", "--offline")
    assert ledger.with_name("ledger.sqlite.damaged").exists()
    succeed(*sample.run_arguments(own_corpus))
    assert dataset_bytes(own_corpus) == dataset_bytes(sample_corpus)
