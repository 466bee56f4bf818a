"""Take requests, comments, authors or pictures down: add tombstones, then erase files and answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from photoshop_request.errors import InputError
from photoshop_request.verdicts import Verdict
from photoshop_request_builder.commands.run import run_stages
from photoshop_request_builder.dataset.publication import TakenDown, read_taken_down
from photoshop_request_builder.engine.running import Reporter, run_stage
from photoshop_request_builder.engine.stage import Erasure
from photoshop_request_builder.pages.viewer.shard import default_folder, drop_stale
from photoshop_request_builder.stages.declared import STAGES, stage_named
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.tombstones import (
    TombstoneKind,
    TombstoneTarget,
    add_tombstones,
    parse_target,
    picture_target,
)

_COLUMNS = ["submission_id", "comment_id", "role", "author", "link", "url", "verdict", "phash"]
_COLUMNS += ["sha256", "source_sha256", "second_source_sha256", "extension"]
_OWN_WORK = frozenset({Verdict.EDIT, Verdict.DUPLICATE_EDIT})
"""Verdicts of pictures that are the solver's own work. A re-upload is the requester's picture."""
_PICTURE_KEYS = ((TombstoneKind.SHA256, "sha256"), (TombstoneKind.ADDRESS, "link"), (TombstoneKind.ADDRESS, "url"))


@dataclass(frozen=True, slots=True)
class TakedownSummary:
    """Counts of a takedown."""

    tombstones: int
    """New tombstones."""
    submissions: int
    """Requests of the corpus that are taken down now, by this takedown or an earlier one."""
    comments: int
    pictures: int
    """Distinct pictures whose files are erased."""


def take_down(corpus: Corpus, targets: Sequence[TombstoneTarget], reporter: Reporter) -> TakedownSummary:
    """Take `targets` and their pictures down, in all later builds too. The caller holds the lock of the corpus.

    Erases the files of the pictures, the viewer's pages of their shards, and model answers about the requests. The
    texts stay in the tables of the corpus, which are not published.

    Raises:
        CorpusError: the tombstones cannot be read, or a picture is damaged. In the second case, `targets` are taken down
            but not everything is erased.
        StorageError: no space or no permission.
    """
    count = add_tombstones(corpus, targets)
    if corpus.ledger_path.exists():  # pictures that were fetched but not compared yet are erased too
        _update_tables(corpus, reporter)
    pictures = (picture for shard in range(corpus.shards) for picture in _pictures_of(corpus, shard, targets))
    count += add_tombstones(corpus, pictures)
    run_stage(stage_named("remove"), corpus, reporter=reporter)
    removed = [read_taken_down(corpus, shard) for shard in range(corpus.shards)]
    requests = frozenset(submission for rows in removed for submission in rows.submissions)
    erasure = Erasure(requests, _unshown_pictures(corpus, removed))
    for stage in STAGES:
        if stage.erase:
            stage.erase(corpus, erasure)
    if erasure.pictures and corpus.ledger_path.exists():
        _update_tables(corpus, reporter)
        run_stage(stage_named("remove"), corpus, reporter=reporter)
    elif erasure.pictures:
        reporter.say(
            "warning: the ledger is not on this machine. Run the same takedown where pictures are fetched, "
            "so that they are not fetched again."
        )
    if pages := default_folder(corpus):
        drop_stale(corpus, pages)
    comments = sum(len(rows.comments) for rows in removed)
    return TakedownSummary(count, len(requests), comments, len(erasure.pictures))


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
            for row in _rows(corpus, shard, table, ["id", "author"]):
                if row["id"] == name:
                    targets.add(TombstoneTarget(kind, name))
                if (row["author"] or "").lower() == name.lower():
                    targets.add(TombstoneTarget(TombstoneKind.AUTHOR, name.lower()))
    if len(targets) == 1:
        return targets.pop()
    forms = "t3_ID for a request, t1_ID for a comment, u/NAME for an author, an address or a SHA-256 for a picture"
    if targets:
        kinds = " and ".join(sorted(target.kind for target in targets))
        raise InputError(f"{name!r} is the name of a {kinds} in {corpus.address}. Write {forms}.")
    raise InputError(f"{name!r} matches nothing in {corpus.address}. To take it down in advance, write {forms}.")


def _pictures_of(corpus: Corpus, shard: int, targets: Sequence[TombstoneTarget]) -> Iterator[TombstoneTarget]:
    """Yield SHA-256 and perceptual hash of every picture that belongs to `targets`."""
    named = {(target.kind, target.identity) for target in targets}
    authors = {target.value for target in targets if target.kind is TombstoneKind.AUTHOR}
    requests = {
        row["id"]
        for row in _rows(corpus, shard, "submissions", ["id", "author"])
        if (TombstoneKind.SUBMISSION, row["id"]) in named or (row["author"] or "").lower() in authors
    }
    for row in _rows(corpus, shard, "candidates", _COLUMNS):
        if row["sha256"] is not None and _belongs(row, named, authors, requests):
            yield TombstoneTarget(TombstoneKind.SHA256, row["sha256"])
            if row["phash"]:
                yield picture_target(row["phash"], is_source=row["role"] != "candidate")


def _belongs(
    row: Mapping[str, Any], named: set[tuple[TombstoneKind, str]], authors: set[str], requests: set[str]
) -> bool:
    if any((kind, TombstoneTarget(kind, row[name]).identity) in named for kind, name in _PICTURE_KEYS):
        return True
    if row["role"] != "candidate":
        return row["submission_id"] in requests
    is_authors = (TombstoneKind.COMMENT, row["comment_id"]) in named or (row["author"] or "").lower() in authors
    return (is_authors or row["submission_id"] in requests) and row["verdict"] in _OWN_WORK


def _unshown_pictures(corpus: Corpus, removed: Sequence[TakenDown]) -> dict[str, str]:
    """Return SHA-256 and path of every picture that only removed rows show."""
    files: dict[str, str] = {}
    shown: set[str] = set()
    for shard, removed_rows in enumerate(removed):
        for row in _rows(corpus, shard, "candidates", _COLUMNS):
            if row["sha256"] is None:
                continue
            if removed_rows.covers(row):
                files[row["sha256"]] = corpus.image_path(row["sha256"], row["extension"])
            else:
                shown.add(row["sha256"])
    return {sha256: path for sha256, path in files.items() if sha256 not in shown}


def _update_tables(corpus: Corpus, reporter: Reporter) -> None:
    """Update the tables that depend on the ledger."""
    run_stages("fetch", corpus, reporter=reporter)
    run_stages("pair", corpus, reporter=reporter)


def _rows(corpus: Corpus, shard: int, table: str, columns: list[str]) -> list[dict[str, Any]]:
    return storage.find_rows(corpus.fs, corpus.shard_path(shard, table), columns)
