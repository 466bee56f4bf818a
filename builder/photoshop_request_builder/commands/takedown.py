"""Taking something down: tombstones for it and for its pictures, then their bytes are erased."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
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

__all__ = ["TakenDown", "resolve_target", "take_down"]

_COLUMNS = ["submission_id", "comment_id", "role", "author", "link", "url", "verdict", "phash"]
_COLUMNS += ["sha256", "source_sha256", "second_source_sha256", "extension"]
_WORKS = frozenset({Verdict.EDIT, Verdict.DUPLICATE_EDIT})
"""What a solver posted is the solver's work only then; a re-upload is the requester's picture."""


@dataclass(frozen=True, slots=True)
class TakedownSummary:
    """What a takedown came to."""

    tombstones: int
    """New ones."""
    submissions: int
    """Requests of the corpus that are taken down now, by this or an earlier takedown."""
    comments: int
    pictures: int
    """Different pictures whose bytes were erased now."""


def take_down(corpus: Corpus, targets: Iterable[TombstoneTarget], reporter: Reporter) -> TakedownSummary:
    """Take `targets` and their pictures down, in every later build too, and erase the pictures' bytes, the viewer's pages
    of their shards, and what models made of the requests' words.

    For who holds the corpus's lock. The texts stay in the corpus's tables, which are not published. Where the ledger is,
    what has been fetched is gathered and paired before, for its pictures to be known.

    Raises:
        CorpusError: the tombstones that are there cannot be read; or a picture is damaged, and then what is wanted is
            taken down but not all erased.
        StorageError: no space or no permission.
    """
    wanted = list(targets)
    new = add_tombstones(corpus, wanted)
    if corpus.ledger_path.exists():  # what was fetched and not compared yet is erased too
        _catch_up(corpus, reporter)
    new += add_tombstones(
        corpus, [each for shard in range(corpus.shards) for each in _pictures_of(corpus, shard, wanted)]
    )
    run_stage(stage_named("remove"), corpus, reporter=reporter)
    removed = [read_taken_down(corpus, shard) for shard in range(corpus.shards)]
    erasure = Erasure(
        frozenset(request for each in removed for request in each.submissions), _unshown_pictures(corpus, removed)
    )
    for stage in STAGES:
        if stage.erase:
            stage.erase(corpus, erasure)
    if erasure.pictures and corpus.ledger_path.exists():
        _catch_up(corpus, reporter)
        run_stage(stage_named("remove"), corpus, reporter=reporter)
    elif erasure.pictures:
        reporter.say(
            "warning: the ledger is not on this machine. Run the same takedown where pictures are fetched, "
            "so that they are not fetched again."
        )
    if pages := default_folder(corpus):
        drop_stale(corpus, pages)
    return TakedownSummary(
        new, len(erasure.requests), sum(len(each.comments) for each in removed), len(erasure.pictures)
    )


def resolve_target(corpus: Corpus, what: str) -> TombstoneTarget:
    """What a user's word names; a bare word is looked up in the corpus.

    Raises:
        InputError: it names nothing in the corpus, or several things.
    """
    if target := parse_target(what):
        return target
    found = set()
    for shard in range(corpus.shards):
        for table, kind in (("submissions", TombstoneKind.SUBMISSION), ("comments", TombstoneKind.COMMENT)):
            for row in _rows(corpus, shard, table, ["id", "author"]):
                if row["id"] == what:
                    found.add(TombstoneTarget(kind, what))
                if (row["author"] or "").lower() == what.lower():
                    found.add(TombstoneTarget(TombstoneKind.AUTHOR, what.lower()))
    if len(found) == 1:
        return found.pop()
    ways = "t3_ID for a request, t1_ID for a comment, u/NAME for a person, an address or a SHA-256 for a picture"
    if found:
        kinds = " and ".join(sorted(target.kind for target in found))
        raise InputError(f"{what!r} is the name of a {kinds} here. Say which: {ways}.")
    raise InputError(f"{what!r} names nothing in {corpus.address}. If it may come later, say what it is: {ways}.")


def _pictures_of(corpus: Corpus, shard: int, targets: Sequence[TombstoneTarget]) -> Iterator[TombstoneTarget]:
    """Digest and perceptual hash of every picture that goes with `targets`."""
    named = {(target.kind, target.value) for target in targets}
    authors = {target.value for target in targets if target.kind is TombstoneKind.AUTHOR}
    own = {
        row["id"]
        for row in _rows(corpus, shard, "submissions", ["id", "author"])
        if (TombstoneKind.SUBMISSION, row["id"]) in named or (row["author"] or "").lower() in authors
    }
    for row in _rows(corpus, shard, "candidates", _COLUMNS):
        if row["sha256"] is None or not _goes(row, named, authors, own):
            continue
        yield TombstoneTarget(TombstoneKind.SHA256, row["sha256"])
        if row["phash"]:
            yield picture_target(row["phash"], is_source=row["role"] != "candidate")


def _goes(row: Mapping[str, Any], named: set[tuple[TombstoneKind, str]], authors: set[str], own: set[str]) -> bool:
    if any((kind, row[name]) in named for kind, name in _PICTURE_NAMES):
        return True
    if row["role"] != "candidate":
        return row["submission_id"] in own
    posted = (TombstoneKind.COMMENT, row["comment_id"]) in named or (row["author"] or "").lower() in authors
    return (posted or row["submission_id"] in own) and row["verdict"] in _WORKS


_PICTURE_NAMES = ((TombstoneKind.SHA256, "sha256"), (TombstoneKind.ADDRESS, "link"), (TombstoneKind.ADDRESS, "url"))


def _unshown_pictures(corpus: Corpus, removed: Sequence[TakenDown]) -> dict[str, str]:
    """Return SHA-256 and path of every picture that only removed rows hold."""
    files: dict[str, str] = {}
    staying: set[str] = set()
    for shard, removed_here in enumerate(removed):
        for row in _rows(corpus, shard, "candidates", _COLUMNS):
            if row["sha256"] is None:
                continue
            if removed_here.covers(row):
                files[row["sha256"]] = corpus.image_path(row["sha256"], row["extension"])
            else:
                staying.add(row["sha256"])
    return {sha256: path for sha256, path in files.items() if sha256 not in staying}


def _catch_up(corpus: Corpus, reporter: Reporter) -> None:
    """Let the tables follow the ledger."""
    run_stages("fetch", corpus, reporter=reporter)
    run_stages("pair", corpus, reporter=reporter)


def _rows(corpus: Corpus, shard: int, table: str, columns: list[str]) -> list[dict[str, Any]]:
    return storage.find_rows(corpus.fs, corpus.shard_path(shard, table), columns)
