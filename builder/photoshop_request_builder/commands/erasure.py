"""Find everything in a corpus that its tombstones cover, and erase it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from photoshop_request.verdicts import Verdict
from photoshop_request_builder.dataset.publication import TakenDown
from photoshop_request_builder.engine.stage import Erasure
from photoshop_request_builder.stages.declared import STAGES
from photoshop_request_builder.store import erasing, storage
from photoshop_request_builder.store.answers import forget_answers
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.erased_numbers import COLUMNS, keep_numbers
from photoshop_request_builder.store.scrubber import Scrubber
from photoshop_request_builder.store.tombstones import (
    TombstoneKind,
    Tombstones,
    TombstoneTarget,
    load_tombstones,
    picture_target,
)

_COLUMNS = ["submission_id", "comment_id", "position", "role", "author", "link", "url", "verdict", "phash"]
_COLUMNS += ["sha256", "source_sha256", "second_source_sha256", "extension"]
_OWN_WORK = frozenset({Verdict.EDIT, Verdict.DUPLICATE_EDIT})
"""Verdicts of pictures that are the solver's own work. A re-upload is the requester's picture."""
_PICTURE_KEYS = ((TombstoneKind.SHA256, "sha256"), (TombstoneKind.ADDRESS, "link"), (TombstoneKind.ADDRESS, "url"))
_MERGED = ("submissions", "comments", "links", "pictures", "candidates")
"""Tables from which everything to erase is found. They are made again last."""


def pictures_of(corpus: Corpus, shard: int, targets: Sequence[TombstoneTarget]) -> Iterator[TombstoneTarget]:
    """Yield SHA-256, addresses and perceptual hash of every picture of a shard that belongs to `targets`."""
    named = {(target.kind, target.identity) for target in targets}
    authors = {target.value for target in targets if target.kind is TombstoneKind.AUTHOR}
    requests = {
        row["id"]
        for row in rows_of(corpus, shard, "submissions", ["id", "author"])
        if (TombstoneKind.SUBMISSION, row["id"]) in named or (row["author"] or "").lower() in authors
    }
    rows = rows_of(corpus, shard, "candidates", _COLUMNS)
    per_link = _count_by_link(rows)
    for row in rows:
        if row["sha256"] is not None and _belongs(row, named, authors, requests):
            yield from _targets_of(row, per_link)
            if row["phash"]:
                yield picture_target(row["phash"], is_source=row["role"] != "candidate")


def unshown_pictures(corpus: Corpus, removed: Sequence[TakenDown]) -> tuple[dict[str, str], list[TombstoneTarget]]:
    """Return SHA-256 and path of every picture that only removed rows show, and the targets that keep them away."""
    files: dict[str, str] = {}
    targets: dict[str, list[TombstoneTarget]] = defaultdict(list)
    shown: set[str] = set()
    for shard, removed_rows in enumerate(removed):
        rows = rows_of(corpus, shard, "candidates", _COLUMNS)
        per_link = _count_by_link(rows)
        for row in rows:
            if row["sha256"] is None:
                continue
            if removed_rows.covers(row):
                files[row["sha256"]] = corpus.image_path(row["sha256"], row["extension"])
                targets[row["sha256"]] += _targets_of(row, per_link)
            else:
                shown.add(row["sha256"])
    unshown = {sha256: path for sha256, path in files.items() if sha256 not in shown}
    return unshown, [target for sha256 in sorted(unshown) for target in targets[sha256]]


def find_gone(
    corpus: Corpus,
    named: Iterable[TombstoneTarget],
    removed: Sequence[TakenDown],
    pictures: Mapping[str, str],
) -> erasing.Gone:
    """Return everything to erase: the removed posts and pictures, and the names of `named` and of everything removed."""
    tombstones = load_tombstones(corpus)
    submissions = frozenset(name for rows in removed for name in rows.submissions)
    comments = frozenset(name for rows in removed for name in rows.comments)
    targets = {*named, *(TombstoneTarget(TombstoneKind.SHA256, sha256) for sha256 in pictures)}
    names: dict[str, set[str]] = defaultdict(set)
    addresses: set[str] = set()
    linked: set[str] = set()
    for shard in range(corpus.shards):
        for row in rows_of(corpus, shard, "submissions", ["id", "author"]):
            if row["id"] in submissions:
                targets |= _post_targets(tombstones, TombstoneKind.SUBMISSION, row)
        for row in rows_of(corpus, shard, "comments", ["id", "submission_id", "author"]):
            if row["id"] in comments or row["submission_id"] in submissions:
                targets |= _post_targets(tombstones, TombstoneKind.COMMENT, row)
                if row["author"] and row["submission_id"] not in submissions:
                    names[row["submission_id"]].add(row["author"])
        for row in rows_of(corpus, shard, "links", ["submission_id", "comment_id", "url", "canonical"]):
            covered = [name for name in ("url", "canonical") if tombstones.covers(TombstoneKind.ADDRESS, row[name])]
            targets |= {TombstoneTarget(TombstoneKind.ADDRESS, row[name]) for name in covered}
            is_gone = row["submission_id"] in submissions or row["comment_id"] in comments or covered
            (addresses if is_gone else linked).add(row["canonical"])
    return erasing.Gone(
        submissions,
        comments,
        frozenset(pictures),
        frozenset(addresses - linked),
        frozenset(linked),
        Scrubber(targets),
        {submission: frozenset(users) for submission, users in names.items()},
    )


def erase(corpus: Corpus, gone: erasing.Gone, pictures: Mapping[str, str]) -> None:
    """Erase files, answers, databases and rows. Remove the merged tables of the shards whose rows changed.

    The order lets a killed command find everything again: the databases before the tables that lead to their rows, then
    the incoming rows, and the merged tables last.
    """
    for stage in STAGES:
        if stage.erase:
            stage.erase(corpus, Erasure(gone.submissions, pictures))
    forget_answers(corpus, gone.names)
    erasing.erase_rejects(corpus, gone)
    erasing.erase_pages(corpus, gone)
    erasing.erase_databases(corpus, gone)
    erasing.erase_tables(corpus, gone, keep=_MERGED)
    columns = ["id", *COLUMNS]
    keep_numbers(
        corpus,
        (
            row
            for shard in range(corpus.shards)
            for row in rows_of(corpus, shard, "submissions", columns)
            if row["id"] in gone.submissions
        ),
    )
    shards = erasing.erase_incoming(corpus, gone)
    erasing.remove_merged(corpus, shards)


def rows_of(corpus: Corpus, shard: int, table: str, columns: list[str]) -> list[dict[str, Any]]:
    """Return the rows of a shard's table, empty if there is no table."""
    return storage.find_rows(corpus.fs, corpus.shard_path(shard, table), columns)


def _belongs(
    row: Mapping[str, Any], named: set[tuple[TombstoneKind, str]], authors: set[str], requests: set[str]
) -> bool:
    if any((kind, TombstoneTarget(kind, row[name]).identity) in named for kind, name in _PICTURE_KEYS if row[name]):
        return True
    if row["role"] != "candidate":
        return row["submission_id"] in requests
    is_authors = (TombstoneKind.COMMENT, row["comment_id"]) in named or (row["author"] or "").lower() in authors
    return (is_authors or row["submission_id"] in requests) and row["verdict"] in _OWN_WORK


def _targets_of(row: Mapping[str, Any], per_link: Counter[Any]) -> list[TombstoneTarget]:
    """Return the digest and the addresses of a picture. The link of an album leads to others too."""
    addresses = [row["url"], *([row["link"]] if per_link[_link(row)] == 1 else [])]
    return [
        TombstoneTarget(TombstoneKind.SHA256, row["sha256"]),
        *(TombstoneTarget(TombstoneKind.ADDRESS, address) for address in addresses if address),
    ]


def _count_by_link(rows: Iterable[Mapping[str, Any]]) -> Counter[Any]:
    return Counter(map(_link, rows))


def _link(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["submission_id"], row["comment_id"], row["position"]


def _post_targets(tombstones: Tombstones, kind: TombstoneKind, row: Mapping[str, Any]) -> set[TombstoneTarget]:
    targets = {TombstoneTarget(kind, row["id"])}
    if tombstones.covers(TombstoneKind.AUTHOR, row["author"]):
        targets.add(TombstoneTarget(TombstoneKind.AUTHOR, row["author"].lower()))
    return targets
