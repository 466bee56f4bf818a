"""Run the Ray engine on a cluster of this machine: results, errors, and unfit nodes."""

import dataclasses
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import ray_jobs

from photoshop_request.errors import CorpusError, InputError, StorageError
from photoshop_request_builder.engine import ray_engine as module
from photoshop_request_builder.engine.jobs import Job
from photoshop_request_builder.engine.ray_engine import RayEngine, ray_engine
from photoshop_request_builder.engine.running import wait_until_seen
from photoshop_request_builder.store.corpus import Corpus, create_corpus


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return create_corpus(tmp_path_factory.mktemp("ray") / "corpus", shards=1)


@pytest.fixture(scope="module")
def engine(corpus: Corpus) -> Iterator[RayEngine]:
    pytest.importorskip("ray", reason="needs Ray, which the extra `ray` brings")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PHOTOSHOP_REQUEST_PSEUDONYM_KEY", "secret")
        patch.setenv("SOMETHING_ELSE", "of this process")
        with ray_engine(corpus, None, 2) as running:
            patch.delenv("PHOTOSHOP_REQUEST_PSEUDONYM_KEY")
            yield running


@pytest.mark.slow
def test_results_come_in_the_order_of_the_jobs(engine: RayEngine, tmp_path: Path) -> None:
    """Run and report each job once, in a second stage too."""
    for turn in range(2):
        told: list[str] = []
        jobs = [
            Job(f"{turn}-{number}", partial(ray_jobs.noted, tmp_path, f"{turn}-{number}", partial(pow, number, 2)))
            for number in range(9)
        ]
        assert engine.run(jobs, on_done=lambda job, _: told.append(job.unit)) == [n * n for n in range(9)]  # noqa: B023 - called before the next turn
        assert sorted(told) == [job.unit for job in jobs]
        assert all(ray_jobs.attempts(tmp_path, job.unit) == 1 for job in jobs)


@pytest.mark.slow
def test_what_a_job_raises_is_raised_and_not_tried_again(engine: RayEngine, tmp_path: Path) -> None:
    """Cancel the other jobs, and run the next stage on the same engine."""
    slow = [
        Job(str(number), partial(ray_jobs.noted, tmp_path, f"slow{number}", partial(int, "1"), seconds=0.3))
        for number in range(30)
    ]
    with pytest.raises(InputError, match="number 2: cannot be read"):
        engine.run([Job("refused", partial(ray_jobs.refused, tmp_path)), *slow])
    assert ray_jobs.attempts(tmp_path, "refused") == 1
    assert len(list(tmp_path.glob("slow*"))) < 15
    assert engine.run([Job("next", partial(int, "7"))]) == [7]


@pytest.mark.slow
def test_a_fault_of_ours_comes_with_where_it_was(engine: RayEngine) -> None:
    """Attach the traceback of the node."""
    with pytest.raises(KeyError) as caught:
        engine.run([Job("broken", ray_jobs.broken)])
    assert "ray_jobs.py" in "".join(caught.value.__notes__)


@pytest.mark.slow
def test_settings_of_the_environment_go_with_the_jobs(engine: RayEngine) -> None:
    """Take them as they were when the engine began. Never send credentials of Reddit's API."""
    names = ("PHOTOSHOP_REQUEST_PSEUDONYM_KEY", "PHOTOSHOP_REQUEST_CONTACT")
    assert engine.run([Job(name, partial(ray_jobs.variable, name)) for name in names]) == ["secret", None]
    assert not [name for name in engine.variables if "REDDIT" in name or "TOKEN" in name]


def test_a_node_with_other_versions_does_nothing(corpus: Corpus) -> None:
    """Name the version to install, since results could differ."""
    task = RayEngine(corpus, {}, None, 1).task()
    with pytest.raises(InputError, match=r"pillow [\d.]+, not 1\.0"):
        dataclasses.replace(task, versions={**task.versions, "pillow": "1.0"})(b"")


def test_a_node_that_does_not_see_the_corpus_does_nothing(corpus: Corpus, tmp_path: Path) -> None:
    """Refuse a missing corpus and another one."""
    task = RayEngine(corpus, {}, None, 1).task()
    elsewhere = dataclasses.replace(corpus, root=str(tmp_path))
    for other in ({"toml": b"another"}, {"corpus": elsewhere}):
        with pytest.raises(CorpusError, match="does not see"):
            dataclasses.replace(task, **other)(b"")


def test_without_ray_it_says_what_to_install(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    """Raise before anything is done."""
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"pip install 'photoshop-request\[ray\]'"), module.ray_engine(corpus, None, 1):
        pass


def test_what_other_machines_wrote_is_waited_for() -> None:
    """Wait up to two minutes, then name the missing units."""
    now = [0.0]
    answers = [["shard 00001"], ["shard 00001"], []]
    wait_until_seen(lambda: answers.pop(0), lambda: now[0], lambda seconds: now.__setitem__(0, now[0] + seconds))
    assert (now, answers) == ([2.0], [])
    with pytest.raises(StorageError, match=r"shard 00007: written by another node"):
        wait_until_seen(lambda: ["shard 00007"], lambda: now[0], lambda seconds: now.__setitem__(0, now[0] + seconds))
    assert 120 < now[0] < 130
