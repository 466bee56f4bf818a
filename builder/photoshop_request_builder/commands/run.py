"""Run the stages of a command in order, for all outdated output."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from photoshop_request.errors import CutInputError, EmptyInputError, InputError
from photoshop_request.reddit.archive_paths import find_archives
from photoshop_request.reddit.archives import Archive, ArchiveStatus
from photoshop_request_builder.commands.deletions import erase_content, find_deletions
from photoshop_request_builder.engine.jobs import HERE, Engine, Job
from photoshop_request_builder.engine.progress_files import Meter
from photoshop_request_builder.engine.running import Reporter, run_stage, wait_until_seen
from photoshop_request_builder.stages import fetch, ingest
from photoshop_request_builder.stages.declared import STAGES
from photoshop_request_builder.stages.fetch import FetchSummary
from photoshop_request_builder.stages.fetching.erase_deleted import erase_deleted
from photoshop_request_builder.stages.fetching.fetch_settings import FetchSettings
from photoshop_request_builder.store.corpus import Corpus, scratch_folder
from photoshop_request_builder.store.incoming import IngestSummary, read_part
from photoshop_request_builder.store.ledger import open_ledger
from photoshop_request_builder.store.withdrawn import is_erased, update_withdrawn


def run_stages(command: str, corpus: Corpus, *, engine: Engine = HERE, reporter: Reporter) -> int:
    """Run the stages of a command, and return the number of jobs done.

    The stages `ingest` and `fetch` need more than the corpus: see `run_ingest` and `run_fetch`.
    """
    stages = [stage for stage in STAGES if stage.command == command and stage.is_planned]
    return sum(run_stage(stage, corpus, engine=engine, reporter=reporter) for stage in stages)


def run_ingest(corpus: Corpus, files: Sequence[str], *, engine: Engine = HERE, reporter: Reporter) -> list[InputError]:
    """Read archives into the corpus, merge, and extract the addresses. Return the errors of incomplete files.

    Raises:
        InputError: a file is missing. No file has been read then.
    """
    problems: list[InputError] = []
    paths = []
    for path in find_archives(files):
        try:
            Archive(path)
            paths.append(path)
        except EmptyInputError as error:
            problems.append(error)
    problems += _read_files(corpus, paths, engine=engine, reporter=reporter)
    summaries = {path: summary for path in paths if (summary := ingest.find_summary(corpus, path))}
    problems += [cut for path, summary in summaries.items() if (cut := _cut(path, summary))]
    rejects = (ingest.reject_warning(corpus, summary) for summary in summaries.values())
    for problem in (*problems, *filter(None, rejects)):
        reporter.say(f"warning: {problem}")
    run_stages("ingest", corpus, engine=engine, reporter=reporter)
    erase_deleted_posts(corpus, engine=engine, reporter=reporter)
    return problems


def erase_deleted_posts(corpus: Corpus, *, engine: Engine = HERE, reporter: Reporter) -> None:
    """Erase the content of posts that were deleted since, and merge their shards again.

    Blank posts may show that their crossposts are deleted too, so it goes on until no deleted post has content.
    """
    if is_erased(corpus):
        return
    if not corpus.ledger_path.exists() and corpus.find("shards/*/pictures.parquet"):
        reporter.say(
            "warning: the ledger is not on this machine. Deleted posts keep their words until `run` or `fetch` runs where "
            "pictures are fetched."
        )
        return
    while shards := find_deletions(corpus):
        erase_content(corpus, shards)
        posts = sum(len(found.categories) for found in shards.values())
        reporter.say(f"ingest: {posts:,} deleted posts lose their words, names and addresses")
        run_stages("ingest", corpus, engine=engine, reporter=reporter)
    update_withdrawn(corpus, is_erased=True)


def run_fetch(corpus: Corpus, settings: FetchSettings, *, reporter: Reporter) -> FetchSummary:
    """Fetch all pending pictures, and write the result of each link.

    Raises:
        Interrupted: stopped by a signal. Everything finished is kept.
    """
    if corpus.ledger_path.exists():  # else `ingest` has done it
        erase_deleted_posts(corpus, reporter=reporter)
    with open_ledger(corpus.ledger_path) as ledger:
        fetch.load_links(corpus, ledger)
        pending = sum(ledger.hosts().values())
    if pending or settings.retry:
        with reporter.progress("fetch", pending, "addresses") as advance:
            fetched = fetch.fetch_corpus(corpus, settings, on_done=lambda _: advance(1), say=reporter.say)
        states = ", ".join(f"{state} {count:,}" for state, count in Counter(fetched.states).most_common())
        reporter.say(f"fetch: {sum(fetched.states.values()):,} addresses: {states or 'none'}")
        if fetched.noindex:
            reporter.say(
                f"fetch: {fetched.noindex:,} answers have the tag noindex. It concerns search engines: they are used"
            )
    else:
        fetched = FetchSummary({}, 0)
        reporter.say("fetch: nothing to do")
    if erased := erase_deleted(corpus):
        reporter.say(f"fetch: {erased:,} pictures of deleted posts erased")
    run_stages("fetch", corpus, reporter=reporter)
    return fetched


def _read_files(corpus: Corpus, paths: Sequence[str], *, engine: Engine, reporter: Reporter) -> list[InputError]:
    """Read the files that are not in the corpus yet. Return the errors of bad files."""
    with scratch_folder(corpus) as folder:
        meter = Meter(Path(folder))
        planned = ingest.plan(corpus, paths, meter.note)
        jobs = [Job(job.unit, partial(_attempt, job.run), job.size) for job in planned]
        if not jobs:
            reporter.say("ingest: nothing to do")
            return []
        with reporter.progress("ingest", sum(job.size for job in jobs), "bytes") as advance:
            shown = 0

            def tick() -> None:
                nonlocal shown
                now = max(meter.total(), shown)
                advance(now - shown)
                shown = now

            results = engine.run(jobs, on_done=lambda _job, _result: tick(), on_tick=tick)
    errors = [result for result in results if isinstance(result, InputError)]
    if not engine.is_here:
        done = [result for result in results if isinstance(result, IngestSummary)]
        wait_until_seen(lambda: [part.part for part in done if read_part(corpus, part.source, part.part) != part])
    reporter.say(f"ingest: {len(jobs)} done")
    return errors


def _attempt(read: Callable[[], IngestSummary]) -> IngestSummary | InputError:
    """Return the error of a bad file, so that good files are still read."""
    try:
        return read()
    except InputError as error:
        return error


def _cut(path: str, summary: IngestSummary) -> CutInputError | None:
    if summary.ending == ArchiveStatus.COMPLETE:
        return None
    return CutInputError(
        f"{path}: {summary.ending}, {summary.detail}. The {summary.kept:,} rows before that are kept. "
        "Download the file again for the remaining rows."
    )
