"""Run jobs in order or on processes, with the same results and files."""

import gc
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import cv2
import pytest

from photoshop_request.errors import InputError, PhotoshopRequestError
from photoshop_request_builder.engine.jobs import Job, local_engine
from photoshop_request_builder.store.settings import default_workers


def square(folder: str, number: int) -> int:
    """Leave a file, so that a test sees that the job ran."""
    (Path(folder) / str(number)).touch()
    return number * number


def fail(folder: str, number: int) -> int:
    """Raise an error at 2."""
    if number == 2:
        raise InputError("number 2: cannot be read")
    return square(folder, number)


def die(folder: str, number: int) -> int:
    """Kill the process, as the system does when memory is short."""
    if number == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return square(folder, number)


def jobs(task: object, folder: Path, count: int) -> list[Job[int]]:
    return [Job(f"unit {number}", partial(task, str(folder), number)) for number in range(count)]


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_jobs(tmp_path: Path, workers: int) -> None:
    """Report each end once."""
    told: list[str] = []
    with local_engine(workers) as engine:
        results = engine.run(jobs(square, tmp_path, 5), on_done=lambda job, _: told.append(job.unit))
    assert results == [0, 1, 4, 9, 16]
    assert sorted(told) == [f"unit {number}" for number in range(5)]


@pytest.mark.parametrize("workers", [1, 2])
def test_jobs_use_one_thread_of_opencv(workers: int) -> None:
    """Jobs share the cores with those of other processes."""
    before = cv2.getNumThreads()
    try:
        with local_engine(workers) as engine:
            assert engine.run([Job(f"unit {number}", cv2.getNumThreads) for number in range(3)]) == [1, 1, 1]
    finally:
        cv2.setNumThreads(before)


@pytest.mark.parametrize("workers", [1, 2])
def test_the_first_failure_stops_the_rest(tmp_path: Path, workers: int) -> None:
    """Keep finished jobs, and start few others."""
    with local_engine(workers) as engine:
        with pytest.raises(InputError, match="number 2"):
            engine.run(jobs(fail, tmp_path, 50))
        assert (tmp_path / "0").exists()
        assert len(list(tmp_path.iterdir())) < 10
        assert engine.run(jobs(square, tmp_path, 3)) == [0, 1, 4]


def whoami() -> int:
    """Return the id of the process."""
    return os.getpid()


def test_processes_stay_from_stage_to_stage() -> None:
    """Save the second that each takes to start."""
    asked = [Job(str(number), whoami) for number in range(6)]
    with local_engine(2) as engine:
        stages = [set(engine.run(asked)) for _ in range(4)]
    assert len(set().union(*stages)) <= 2
    assert os.getpid() not in stages[0]


def test_a_dead_worker_names_the_unit(tmp_path: Path) -> None:
    """Name the units that were running."""
    with pytest.raises(PhotoshopRequestError, match="unit 1"), local_engine(2) as engine:
        engine.run(jobs(die, tmp_path, 6))


_ENDLESS = """
import time
from functools import partial
from photoshop_request_builder.engine.jobs import Job, local_engine
if __name__ == "__main__":
    with local_engine(2) as engine:
        engine.run([Job("begun", partial(print, "begun", flush=True)), *[Job("waits", partial(time.sleep, 600))] * 3])
"""


def test_workers_end_with_a_killed_command(tmp_path: Path) -> None:
    """Leave no process behind that would hold memory and pipes."""
    program = tmp_path / "endless.py"
    program.write_text(_ENDLESS)
    process = subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "begun\n"
    process.kill()
    process.communicate(timeout=30)  # ends when the last that holds the pipe has ended


@pytest.mark.parametrize("workers", [1, 2])
def test_the_collector_is_calm_while_jobs_run(workers: int) -> None:
    """Restore the thresholds afterwards."""
    before = gc.get_threshold()
    with local_engine(workers) as engine:
        found = engine.run([Job(str(number), gc.get_threshold) for number in range(3)])
    assert {threshold[0] >= 50_000 for threshold in found} == {True}
    assert gc.get_threshold() == before


def test_there_is_at_least_one_worker() -> None:
    """Ignore a machine that reports no cores."""
    assert default_workers() >= 1
