"""The verbs as plain functions: each runs its stages in order, over whatever is not done yet."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from photoshop_request.errors import CutInputError, EmptyInputError, InputError
from photoshop_request.reddit.archives import Archive, Ending
from photoshop_request.reddit.inputs import find_archives
from photoshop_request_builder.corpus import Corpus, scratch_folder
from photoshop_request_builder.engine import Job, run_jobs
from photoshop_request_builder.incoming import IngestSummary
from photoshop_request_builder.ledger import open_ledger
from photoshop_request_builder.meter import Meter
from photoshop_request_builder.stages import (
    accept,
    build,
    fetch,
    gather,
    ingest,
    link,
    measure,
    merge,
    nsfw,
    pair,
    rank,
    remove,
    rewrite,
    settle,
    split,
    text,
    votes,
)
from photoshop_request_builder.stages.fetch import Fetched, FetchSettings

R = TypeVar("R")


class Progress(Protocol):
    """Opened with a stage's name, its number of units and what they are; gives what to call with the units done."""

    def __call__(self, what: str, total: float, unit: str = "units") -> AbstractContextManager[Callable[[float], None]]:
        """Begin to show it."""


@dataclass(frozen=True, slots=True)
class Reporter:
    """How the pipeline tells what it does."""

    say: Callable[[str], None]
    progress: Progress


def ingest_verb(corpus: Corpus, files: Sequence[str], *, workers: int, reporter: Reporter) -> list[InputError]:
    """Read the files, merge, and find the addresses; returns what was wrong with files that could not be read whole.

    Raises:
        InputError: a file is missing; nothing has been done then.
    """
    files = find_archives(files)
    results, troubles = _read_files(corpus, files, workers=workers, reporter=reporter)
    troubles += [result for result in results if isinstance(result, InputError)]
    named = {str(trouble).partition(":")[0] for trouble in troubles}
    troubles += [cut for path in files if path not in named and (cut := _cut(corpus, path))]
    for trouble in troubles:
        reporter.say(f"warning: {trouble}")
    run_stage("merge", merge.plan(corpus), workers=workers, reporter=reporter)
    run_stage("link", link.plan(corpus), workers=workers, reporter=reporter)
    return troubles


def fetch_verb(corpus: Corpus, settings: FetchSettings, *, reporter: Reporter) -> Fetched:
    """Fetch every picture that is not decided yet, and note for each link what came of it.

    Raises:
        Interrupted: stopped by a signal; everything finished is kept.
    """
    with open_ledger(corpus.ledger_path) as ledger:
        fetch.load_links(corpus, ledger)
        pending = sum(ledger.hosts().values())
    if pending or settings.retry:
        with reporter.progress("fetch", pending, "addresses") as advance:
            fetched = fetch.fetch_corpus(corpus, settings, on_done=lambda _: advance(1), say=reporter.say)
        states = ", ".join(f"{state} {count:,}" for state, count in Counter(fetched.states).most_common())
        reporter.say(f"fetch: {sum(fetched.states.values()):,} addresses: {states or 'none'}")
    else:
        fetched = Fetched(0, {}, 0)
        reporter.say("fetch: nothing to do")
    run_stage("gather", gather.plan(corpus), workers=1, reporter=reporter)
    return fetched


def pair_verb(corpus: Corpus, *, workers: int, reporter: Reporter) -> int:
    """Judge every candidate; returns the number of shards that were to be done."""
    return len(run_stage("pair", pair.plan(corpus), workers=workers, reporter=reporter))


def build_verb(corpus: Corpus, *, workers: int, reporter: Reporter) -> int:
    """Make the texts, the splits and the dataset; returns the number of units that were to be done."""
    done: list[None] = []
    # opt-in: of this nothing is said where nobody has reviewed
    if jobs := settle.plan(corpus):
        done += run_stage("settle", jobs, workers=1, reporter=reporter)
    done += run_stage("text", text.plan(corpus), workers=workers, reporter=reporter)
    done += run_stage("split", split.plan(corpus), workers=1, reporter=reporter)
    done += run_stage("rank", rank.plan(corpus), workers=1, reporter=reporter)
    done += run_stage("accept", accept.plan(corpus), workers=workers, reporter=reporter)
    done += run_stage("votes", votes.plan(corpus), workers=1, reporter=reporter)
    done += run_stage("remove", remove.plan(corpus), workers=1, reporter=reporter)
    # opt-in: of these nothing is said where they were never asked for
    if jobs := nsfw.plan(corpus):
        done += run_stage("nsfw", jobs, workers=workers, reporter=reporter)
    if jobs := rewrite.plan(corpus):
        done += run_stage("rewrite", jobs, workers=workers, reporter=reporter)
    done += run_stage("measure", measure.plan(corpus), workers=workers, reporter=reporter)
    done += run_stage("build", build.plan(corpus), workers=workers, reporter=reporter)
    build.finish(corpus)
    return len(done)


def run_stage(name: str, jobs: Sequence[Job[R]], *, workers: int, reporter: Reporter) -> list[R]:
    """Run the jobs of one stage, with progress; says so where there is nothing to do."""
    if not jobs:
        reporter.say(f"{name}: nothing to do")
        return []
    with reporter.progress(name, len(jobs), "units") as advance:
        results = run_jobs(jobs, workers=workers, on_done=lambda _job, _result: advance(1))
    reporter.say(f"{name}: {len(jobs)} done")
    return results


def _read_files(
    corpus: Corpus, files: Sequence[str], *, workers: int, reporter: Reporter
) -> tuple[list[IngestSummary | InputError], list[InputError]]:
    """Read the files that are not in the corpus yet; also what is wrong with those that cannot be read at all."""
    with scratch_folder(corpus) as folder:
        meter = Meter(Path(folder))
        jobs, troubles, size = _plan_files(corpus, files, meter)
        if not jobs:
            reporter.say("ingest: nothing to do")
            return [], troubles
        with reporter.progress("ingest", size, "bytes") as advance:
            shown = 0

            def tick() -> None:
                nonlocal shown
                now = max(meter.total(), shown)
                advance(now - shown)
                shown = now

            results = run_jobs(jobs, workers=workers, on_done=lambda _job, _result: tick(), on_tick=tick)
    reporter.say(f"ingest: {len(jobs)} done")
    return results, troubles


def _plan_files(
    corpus: Corpus, files: Sequence[str], meter: Meter
) -> tuple[list[Job[IngestSummary | InputError]], list[InputError], int]:
    """Jobs for the files that are not in the corpus yet, what is wrong with others, and the bytes that the jobs read."""
    jobs: list[Job[IngestSummary | InputError]] = []
    troubles: list[InputError] = []
    size = 0
    for path in files:
        try:
            planned = ingest.plan(corpus, [path], partial(_note, meter))
            jobs += [Job(job.unit, partial(_attempt, job.run)) for job in planned]
            size += Archive(path).size if planned else 0
        except EmptyInputError as error:
            troubles.append(error)
    return jobs, troubles, size


def _note(meter: Meter, path: str, consumed: int, _size: int, _kept: int) -> None:
    meter.note(path, consumed)


def _attempt(read: Callable[[], IngestSummary]) -> IngestSummary | InputError:
    """One bad file does not keep the good ones from being read."""
    try:
        return read()
    except InputError as error:
        return error


def _cut(corpus: Corpus, path: str) -> CutInputError | None:
    summary = ingest.ingested(corpus, path)
    if summary is None or summary.ending == Ending.COMPLETE:
        return None
    return CutInputError(
        f"{path}: {summary.ending}, {summary.detail}. The {summary.kept:,} rows before that are kept; "
        "fetch the file again for the rest."
    )
