"""The verbs as plain functions: each runs its stages in order, over whatever is not done yet."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TypeVar

from photoshop_request_builder.corpus import Corpus
from photoshop_request_builder.engine import Job, run_jobs
from photoshop_request_builder.stages import build, pair, split, text

R = TypeVar("R")
Progress = Callable[[str, float], AbstractContextManager[Callable[[float], None]]]
"""Opened with a stage's name and its number of units; gives what to call with the units done."""


@dataclass(frozen=True, slots=True)
class Reporter:
    """How the pipeline tells what it does."""

    say: Callable[[str], None]
    progress: Progress


def pair_verb(corpus: Corpus, *, workers: int, reporter: Reporter) -> int:
    """Judge every candidate; returns the number of shards that were to be done."""
    return len(run_stage("pair", pair.plan(corpus), workers=workers, reporter=reporter))


def build_verb(corpus: Corpus, *, workers: int, reporter: Reporter) -> int:
    """Make the texts, the splits and the dataset; returns the number of units that were to be done."""
    done = run_stage("text", text.plan(corpus), workers=workers, reporter=reporter)
    done += run_stage("split", split.plan(corpus), workers=1, reporter=reporter)
    done += run_stage("build", build.plan(corpus), workers=workers, reporter=reporter)
    build.finish(corpus)
    return len(done)


def run_stage(name: str, jobs: Sequence[Job[R]], *, workers: int, reporter: Reporter) -> list[R]:
    """Run the jobs of one stage, with progress; says so where there is nothing to do."""
    if not jobs:
        reporter.say(f"{name}: nothing to do")
        return []
    with reporter.progress(name, len(jobs)) as advance:
        results = run_jobs(jobs, workers=workers, on_done=lambda _job, _result: advance(1))
    reporter.say(f"{name}: {len(jobs)} done")
    return results
