"""The verbs as plain functions: each runs its stages in order, over whatever is not done yet."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from photoshop_request.errors import CutInputError, EmptyInputError, InputError
from photoshop_request.reddit.archive_paths import find_archives
from photoshop_request.reddit.archives import Archive, ArchiveStatus
from photoshop_request_builder.engine.jobs import HERE, Engine, Job
from photoshop_request_builder.engine.progress_files import Meter
from photoshop_request_builder.engine.running import Reporter, run_stage, wait_until_seen
from photoshop_request_builder.stages import fetch, ingest
from photoshop_request_builder.stages.declared import STAGES
from photoshop_request_builder.stages.fetch import Fetched, FetchSettings
from photoshop_request_builder.store.corpus import Corpus, scratch_folder
from photoshop_request_builder.store.incoming import IngestSummary, read_part
from photoshop_request_builder.store.ledger import open_ledger


def ingest_verb(corpus: Corpus, files: Sequence[str], *, engine: Engine = HERE, reporter: Reporter) -> list[InputError]:
    """Read the files, merge, and find the addresses; returns what was wrong with files that could not be read whole.

    Raises:
        InputError: a file is missing; nothing has been done then.
    """
    files = find_archives(files)
    results, troubles = _read_files(corpus, files, engine=engine, reporter=reporter)
    troubles += [result for result in results if isinstance(result, InputError)]
    named = {str(trouble).partition(":")[0] for trouble in troubles}
    troubles += [cut for path in files if path not in named and (cut := _cut(corpus, path))]
    for trouble in troubles:
        reporter.say(f"warning: {trouble}")
    run_stages("ingest", corpus, engine=engine, reporter=reporter)
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
        fetched = Fetched({}, 0)
        reporter.say("fetch: nothing to do")
    run_stages("fetch", corpus, reporter=reporter)
    return fetched


def run_stages(command: str, corpus: Corpus, *, engine: Engine = HERE, reporter: Reporter) -> int:
    """Run the stages of a command in order, over everything that is not up to date; return the number of jobs done.

    Left out are the stages that need more than the corpus: `ingest` and `fetch`.
    """
    stages = [stage for stage in STAGES if stage.command == command and stage.is_planned]
    return sum(run_stage(stage, corpus, engine=engine, reporter=reporter) for stage in stages)


def _read_files(
    corpus: Corpus, files: Sequence[str], *, engine: Engine, reporter: Reporter
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

            results = engine.run(jobs, on_done=lambda _job, _result: tick(), on_tick=tick)
    if not engine.is_here:
        done = [result for result in results if isinstance(result, IngestSummary)]
        wait_until_seen(lambda: [each.part for each in done if read_part(corpus, each.source, each.part) != each])
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
    if summary is None or summary.ending == ArchiveStatus.COMPLETE:
        return None
    return CutInputError(
        f"{path}: {summary.ending}, {summary.detail}. The {summary.kept:,} rows before that are kept; "
        "fetch the file again for the rest."
    )
