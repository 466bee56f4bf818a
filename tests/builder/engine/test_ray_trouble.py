"""Kill workers, nodes and heads in the middle of a job: the output is the same."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import ray_jobs
from commands import Sample, command, succeed, written
from servers.ray_cluster import RayCluster, cluster

from photoshop_request.errors import NetworkError, PhotoshopRequestError
from photoshop_request_builder.engine.jobs import HERE, Job
from photoshop_request_builder.engine.planning import plan
from photoshop_request_builder.engine.ray_engine import ray_engine
from photoshop_request_builder.stages import ingest
from photoshop_request_builder.stages.declared import stage_named
from photoshop_request_builder.store.corpus import create_corpus, open_corpus

pytest.importorskip("ray", reason="needs Ray, which the extra `ray` brings")
pytestmark = pytest.mark.slow


def _changed(jobs: Sequence[Job[Any]], folder: Path, how: Any, **more: Any) -> list[Job[Any]]:
    """Return the same jobs, recorded in `folder` and disturbed."""
    folder.mkdir(exist_ok=True)
    return [Job(job.unit, partial(how, folder, job.unit, job.run, **more)) for job in jobs]


def test_a_worker_killed_while_it_compares(half_done: Path, undisturbed: Path, tmp_path: Path) -> None:
    """Kill the first attempt of each shard at another moment. The second attempt succeeds."""
    corpus = open_corpus(half_done)
    planned = plan(stage_named("pair"), corpus)[:6]
    jobs = [
        Job(job.unit, partial(ray_jobs.killed_midway, tmp_path, job.unit, job.run, seconds=0.01 + number * 0.06))
        for number, job in enumerate(planned)
    ]
    told: list[str] = []
    with ray_engine(corpus, None, 2) as engine:
        engine.run(jobs, on_done=lambda job, _: told.append(job.unit))
    assert sorted(told) == [job.unit for job in planned]
    assert {ray_jobs.attempts(tmp_path, job.unit) for job in planned} == {2}
    HERE.run(plan(stage_named("pair"), corpus))
    assert written(half_done) == written(undisturbed)


def test_a_worker_killed_while_it_reads(sample: Sample, undisturbed: Path, tmp_path: Path) -> None:
    """Leave nothing of the first attempt behind."""
    corpus = create_corpus(tmp_path / "corpus", shards=16)
    planned = ingest.plan(corpus, [str(path) for path in sample.files])
    jobs = _changed(planned, tmp_path / "notes", ray_jobs.killed_midway, seconds=0.02)
    with ray_engine(corpus, None, 2) as engine:
        assert [summary.part for summary in engine.run(jobs)] == [
            f"{job.unit}-{_hash(undisturbed, job.unit)}" for job in planned
        ]
    HERE.run(plan(stage_named("merge"), corpus))
    now, then = written(Path(corpus.root)), written(undisturbed)
    assert now.items() <= then.items()
    assert len([path for path in now if "shards" in path]) == 32


def _hash(corpus: Path, name: str) -> str:
    return next((corpus / "incoming" / "archive").glob(f"{name}-*")).name[-8:]


def test_a_worker_that_dies_every_time_is_given_up(half_done: Path, tmp_path: Path) -> None:
    """Name the unit after four attempts."""
    corpus = open_corpus(half_done)
    jobs = _changed(
        plan(stage_named("pair"), corpus)[:1], tmp_path / "notes", ray_jobs.killed_midway, seconds=0.0, times=9
    )
    with (
        ray_engine(corpus, None, 2) as engine,
        pytest.raises(PhotoshopRequestError, match=f"{jobs[0].unit}: workers died"),
    ):
        engine.run(jobs)
    assert ray_jobs.attempts(tmp_path / "notes", jobs[0].unit) == 4


def test_a_job_that_takes_too_much_memory_is_given_up(half_done: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Limit the retries that Ray would repeat forever when memory is short."""
    monkeypatch.setenv("RAY_memory_usage_threshold", "0.001")
    monkeypatch.setenv("RAY_memory_monitor_refresh_ms", "100")
    monkeypatch.setenv("RAY_task_oom_retry_delay_base_ms", "100")
    with (
        ray_engine(open_corpus(half_done), None, 1) as engine,
        pytest.raises(PhotoshopRequestError, match=r"large: workers died in all 4 attempts .*more memory"),
    ):
        engine.run([Job("large", ray_jobs.large)])


def test_a_node_killed_in_the_middle(
    ray_cluster: RayCluster,
    half_done: Path,
    undisturbed: Path,
    tmp_path: Path,
    wait_until: Callable[[Callable[[], bool]], None],
) -> None:
    """Run its tasks on the other node."""
    corpus, notes = open_corpus(half_done), tmp_path / "notes"
    planned = plan(stage_named("pair"), corpus)
    jobs = _changed(planned, notes, ray_jobs.noted, seconds=1.0)
    told: list[str] = []

    def done(job: Job[Any], _result: object) -> None:
        told.append(job.unit)
        if len(told) == 3:
            # two are done at a time: when six have begun, both nodes are in the middle of one
            wait_until(lambda: len(list(notes.iterdir())) >= 6)
            ray_cluster.kill_node()

    with ray_engine(corpus, ray_cluster.address, 2) as engine:
        engine.run(jobs, on_done=done)
    assert sorted(told) == [job.unit for job in planned]
    assert len(list(notes.iterdir())) > len(planned)  # something was begun again
    assert plan(stage_named("pair"), corpus) == []
    assert written(half_done) == written(undisturbed)


@pytest.mark.parametrize("goes_on", ["here", "on another cluster"])
def test_a_lost_head(half_done: Path, undisturbed: Path, tmp_path: Path, goes_on: str) -> None:
    """Say what was lost, keep finished work, and finish it elsewhere with the same command."""
    corpus, notes = open_corpus(half_done), tmp_path / "notes"
    planned = plan(stage_named("pair"), corpus)
    jobs = _changed(planned, notes, ray_jobs.noted, seconds=1.0)
    told: list[str] = []
    with cluster() as first:

        def done(job: Job[Any], _result: object) -> None:
            told.append(job.unit)
            if len(told) == 3:
                first.kill_head()

        with (
            ray_engine(corpus, first.address, 2) as engine,
            pytest.raises(NetworkError, match=r"was lost: .* Everything finished is kept"),
        ):
            engine.run(jobs, on_done=done)
    left = {job.unit for job in plan(stage_named("pair"), corpus)}
    assert left
    assert left.isdisjoint(told)
    if goes_on == "here":
        succeed("pair", half_done)
    else:
        with cluster() as second:
            succeed("pair", half_done, "--engine", "ray", "--address", second.address)
    assert written(half_done) == written(undisturbed)


def test_a_whole_run_on_a_cluster(ray_cluster: RayCluster, sample: Sample, undisturbed: Path, tmp_path: Path) -> None:
    """Write the same bytes as the local engine, by the command line."""
    corpus = tmp_path / "corpus"
    arguments = sample.run_arguments(corpus, "--shards", "16", "--engine", "ray", "--address", ray_cluster.address)
    done = succeed(*arguments)
    assert "fetch: runs on this machine only" in done.stderr
    assert written(corpus) == written(undisturbed)
    again = succeed(*arguments)
    assert again.stderr.count("nothing to do") >= 8


def test_a_cluster_that_is_not_there(half_done: Path) -> None:
    """Exit with the code of network errors, and say what to do."""
    done = command("pair", half_done, "--engine", "ray", "--address", "127.0.0.1:9")
    assert done.returncode == NetworkError.exit_code
    assert "error: No Ray cluster answers at 127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr
