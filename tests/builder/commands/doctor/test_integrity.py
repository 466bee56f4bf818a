"""Damaged files of a corpus are found, named and made again with the same bytes."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from commands import Sample, command, dataset_bytes, succeed

from photoshop_request.errors import CorpusError
from photoshop_request_builder.cli import doctor as cli
from photoshop_request_builder.cli.program import load_command
from photoshop_request_builder.commands.doctor import CheckState, Finding, damages
from photoshop_request_builder.commands.doctor.integrity import DamageKind
from photoshop_request_builder.engine.planning import plan
from photoshop_request_builder.stages.declared import stage_named
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


def test_repair_survives_damage_in_every_file_at_once(own_corpus: Path) -> None:
    """Each file is named. What only a backup brings back stays, with exit code 1."""
    succeed("takedown", own_corpus, "add", "t3_zcoffee")
    kept = [own_corpus / "takedown" / name for name in ("tombstones.json", "withdrawn.json", "numbers.json")]
    harmed = [
        path for path in own_corpus.rglob("*") if path.is_file() and path.suffix in {".parquet", ".json", ".sqlite"}
    ]
    harmed = [path for path in harmed if path.parent != own_corpus / "report"] + [_any_picture(own_corpus)]
    for path in harmed:
        _flip(path, 0.4)
    done = command("doctor", own_corpus, "--deep", "--repair", "--offline")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    read_with_their_record = {"incoming", "dataset"}  # the damaged record of a file hides the file
    for path in harmed:
        if path.relative_to(own_corpus).parts[0] not in read_with_their_record or path.name == "part.json":
            assert str(path) in done.stdout, path
    assert [path for path in kept if f"{path}: not repaired" not in done.stderr] == []
    assert [path for path in (*kept, own_corpus / "corpus.toml") if not path.exists()] == []
    again = command("doctor", own_corpus, "--deep", "--repair", "--offline")
    bad = [line for line in again.stdout.splitlines() if line.startswith("BAD")]
    assert len(bad) == len(kept)
    assert [line for line in bad if not any(str(path) in line for path in kept)] == []
    assert again.returncode == 1


def _any_picture(corpus: Path) -> Path:
    return next(path for path in corpus.glob("images/*/*/*") if path.is_file())


@pytest.mark.parametrize("state", list(CheckState))
def test_the_machine_decides_the_exit_code_of_a_repair_too(
    own_corpus: Path, monkeypatch: pytest.MonkeyPatch, state: CheckState
) -> None:
    """All damage is repaired, but a run would still fail."""
    monkeypatch.setattr(cli, "check_environment", lambda *_, **__: [Finding("disk", state, "as said")])
    for harm in (False, True):
        if harm:
            _cut(_table(own_corpus, "texts"))
        done = CliRunner().invoke(load_command("doctor"), [str(own_corpus), "--repair", "--offline"])
        assert done.exit_code == (state is CheckState.BAD), harm


def test_a_missing_file_of_a_part_is_a_sentence(own_corpus: Path) -> None:
    """`part.json` names it, so its rows would be lost."""
    path = max(own_corpus.glob("incoming/archive/*/*.parquet"), key=lambda path: path.stat().st_size)
    path.unlink()
    for table in own_corpus.glob("shards/*/comments.parquet"):
        table.unlink()
    corpus = open_corpus(own_corpus)
    assert [Path(damage.path) for damage in damages(corpus, deep=False, on_path=str)] == [path]
    [job] = [job for job in plan(stage_named("merge"), corpus) if job.unit == f"shard {path.name[:5]}"]
    with pytest.raises(CorpusError, match=f"{path}: damaged .missing.*doctor"):
        job.run()


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
