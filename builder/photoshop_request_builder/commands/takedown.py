"""Take requests, comments, authors or pictures down: add tombstones, erase everything, and prove that it is gone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from photoshop_request.errors import CorpusError, InputError
from photoshop_request_builder.commands.erasure import erase, find_gone, pictures_of, rows_of, unshown_pictures
from photoshop_request_builder.commands.rebuild.erasure import erase_rebuilt, is_rebuilt
from photoshop_request_builder.commands.run import run_stages
from photoshop_request_builder.commands.traces import find_traces
from photoshop_request_builder.dataset.publication import read_taken_down
from photoshop_request_builder.engine.jobs import HERE, Engine
from photoshop_request_builder.engine.running import Reporter, run_stage
from photoshop_request_builder.pages.viewer.shard import default_folder, drop_stale
from photoshop_request_builder.stages.declared import stage_named
from photoshop_request_builder.store import erasing
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.tombstones import (
    TombstoneKind,
    TombstoneTarget,
    add_tombstones,
    load_tombstones,
    mark_found,
    parse_target,
)


@dataclass(frozen=True, slots=True)
class TakedownSummary:
    """Counts of a takedown."""

    tombstones: int
    """New tombstones."""
    submissions: int
    """Requests that were erased."""
    comments: int
    """Comments that were erased, without those of erased requests."""
    pictures: int
    """Distinct pictures whose files are erased."""
    unknown: tuple[TombstoneTarget, ...] = ()
    """Targets that matched nothing in this corpus, now or earlier. They stay in force."""


def take_down(
    corpus: Corpus, targets: Sequence[TombstoneTarget], reporter: Reporter, engine: Engine = HERE
) -> TakedownSummary:
    """Take `targets` and their pictures down for good, and erase every trace. The caller holds the lock of the corpus.

    Requests go with their comments and crossposts. A dataset that is built is built again. After a kill, the same call
    finishes the work.

    Raises:
        CorpusError: the tombstones cannot be read, a picture is damaged, or a file still names what was erased. In the
            last two cases, `targets` are taken down but not everything is erased.
        StorageError: no space or no permission.
    """
    count = add_tombstones(corpus, targets)
    if is_rebuilt(corpus):
        gone, summary = erase_rebuilt(corpus, targets, reporter)
    else:
        gone, summary = _erase(corpus, targets, reporter, engine)
    if paths := list(find_traces(corpus, gone)):
        raise CorpusError(
            f"{paths[0]}: still names what was taken down, and {len(paths) - 1:,} other files. Nothing may be published. Run "
            "the same command again, and remove the file if that does not help."
        )
    return TakedownSummary(count, *summary, _unknown(corpus, targets))


def resolve_target(corpus: Corpus, name: str) -> TombstoneTarget:
    """Return the target that a user named. A name without a prefix is looked up in the corpus.

    Raises:
        InputError: the name matches nothing in the corpus, or several things.
    """
    if target := parse_target(name):
        return target
    targets = set()
    for shard in range(corpus.shards):
        for table, kind in (("submissions", TombstoneKind.SUBMISSION), ("comments", TombstoneKind.COMMENT)):
            for row in rows_of(corpus, shard, table, ["id", "author"]):
                if row["id"] == name.lower():
                    targets.add(TombstoneTarget(kind, name.lower()))
                if (row["author"] or "").lower() == name.lower():
                    targets.add(TombstoneTarget(TombstoneKind.AUTHOR, name.lower()))
    if len(targets) == 1:
        return targets.pop()
    forms = "t3_ID for a request, t1_ID for a comment, u/NAME for an author, an address or a SHA-256 for a picture"
    if targets:
        kinds = " and ".join(sorted(target.kind for target in targets))
        raise InputError(f"{name!r} is the name of a {kinds} in {corpus.address}. Write {forms}.")
    raise InputError(f"{name!r} matches nothing in {corpus.address}. To take it down in advance, write {forms}.")


def _erase(
    corpus: Corpus, targets: Sequence[TombstoneTarget], reporter: Reporter, engine: Engine
) -> tuple[erasing.Gone, tuple[int, int, int]]:
    # also posts that were not merged, and pictures that were not compared yet
    _update_tables(corpus, reporter, engine)
    mark_found(corpus, _found(corpus, targets))
    add_tombstones(corpus, [target for shard in range(corpus.shards) for target in pictures_of(corpus, shard, targets)])
    run_stage(stage_named("remove"), corpus, reporter=reporter)
    removed = [read_taken_down(corpus, shard) for shard in range(corpus.shards)]
    pictures, kept_away = unshown_pictures(corpus, removed)
    requests = sorted(name for rows in removed for name in rows.submissions)
    add_tombstones(corpus, [*kept_away, *(TombstoneTarget(TombstoneKind.SUBMISSION, name) for name in requests)])
    gone = find_gone(corpus, [*targets, *kept_away], removed, pictures)
    erase(corpus, gone, pictures)
    _update_tables(corpus, reporter, engine)
    erasing.erase_tables(corpus, gone)
    if corpus.find("built/*/*.json"):
        run_stages("build", corpus, engine=engine, reporter=reporter)
    if not corpus.ledger_path.exists() and corpus.find("shards/*/pictures.parquet"):
        reporter.say(
            "warning: the ledger is not on this machine. Run the same takedown where pictures are fetched, "
            "so that their addresses are erased there too."
        )
    if pages := default_folder(corpus):
        drop_stale(corpus, pages)
    return gone, (len(requests), len(gone.comments), len(pictures))


def _update_tables(corpus: Corpus, reporter: Reporter, engine: Engine) -> None:
    """Update the tables up to `candidates`. Those that depend on the ledger stay if it is on another machine."""
    if corpus.find("incoming/*/*/part.json"):
        run_stages("ingest", corpus, engine=engine, reporter=reporter)
    if corpus.ledger_path.exists():
        run_stages("fetch", corpus, reporter=reporter)
        run_stages("pair", corpus, engine=engine, reporter=reporter)


def _unknown(corpus: Corpus, targets: Sequence[TombstoneTarget]) -> tuple[TombstoneTarget, ...]:
    tombstones = load_tombstones(corpus)
    return tuple(target for target in targets if not tombstones.was_found(target))


def _found(corpus: Corpus, targets: Sequence[TombstoneTarget]) -> list[TombstoneTarget]:
    """Return the targets that match a post, an author, an address or a picture in the corpus."""
    sought = {(target.kind, target.identity): target for target in targets}
    return [sought[key] for key in sought.keys() & set(_keys(corpus))]


def _keys(corpus: Corpus) -> Iterator[tuple[TombstoneKind, str]]:
    columns = [
        ("submissions", TombstoneKind.SUBMISSION, "id"),
        ("submissions", TombstoneKind.AUTHOR, "author"),
        ("comments", TombstoneKind.COMMENT, "id"),
        ("comments", TombstoneKind.AUTHOR, "author"),
        ("links", TombstoneKind.ADDRESS, "url"),
        ("links", TombstoneKind.ADDRESS, "canonical"),
        ("pictures", TombstoneKind.ADDRESS, "url"),
        ("pictures", TombstoneKind.SHA256, "sha256"),
    ]
    for shard in range(corpus.shards):
        for table, kind, name in columns:
            for row in rows_of(corpus, shard, table, [name]):
                if row[name]:
                    yield kind, TombstoneTarget(kind, row[name]).identity
