"""Take pictures of a rebuilt corpus down. It has the rows of a manifest in place of posts."""

from collections import Counter
from collections.abc import Sequence

import pyarrow as pa

from photoshop_request.errors import CorpusError
from photoshop_request.media.addresses.links import Role
from photoshop_request_builder.commands.rebuild.dataset import plan_fetching, write_rebuilt
from photoshop_request_builder.commands.rebuild.taken_down import KEYS, covered_rows, without_taken_down
from photoshop_request_builder.commands.run import run_stages
from photoshop_request_builder.engine.running import Reporter
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.erasing import Gone, erase_databases
from photoshop_request_builder.store.pictures import empty_download_folder
from photoshop_request_builder.store.scrubber import Scrubber
from photoshop_request_builder.store.tombstones import (
    TombstoneKind,
    TombstoneTarget,
    add_tombstones,
    load_tombstones,
    mark_found,
    picture_target,
)


def is_rebuilt(corpus: Corpus) -> bool:
    """Return True if the corpus was made from a manifest."""
    return bool(corpus.find("shards/*/manifest.parquet"))


def erase_rebuilt(
    corpus: Corpus, targets: Sequence[TombstoneTarget], reporter: Reporter
) -> tuple[Gone, tuple[int, int, int]]:
    """Erase the rows and pictures that tombstones cover, and write the dataset again.

    Return what is gone, and the numbers of requests, comments and pictures.

    Raises:
        CorpusError: the ledger is on another machine.
    """
    if not corpus.ledger_path.exists():
        raise CorpusError(
            f"{corpus.ledger_path}: not on this machine. Run the takedown where the pictures were fetched."
        )
    manifest = pa.concat_tables(
        storage.read_table(corpus.fs, path) for path in corpus.find("shards/*/manifest.parquet")
    )
    rows = manifest.to_pylist()
    sought = {(target.kind, target.identity): target for target in targets}
    keys = {(kind, TombstoneTarget(kind, row[name]).identity) for row in rows for kind, name in KEYS if row[name]}
    mark_found(corpus, [sought[key] for key in sought.keys() & keys])
    covered = [row for row, is_gone in zip(rows, covered_rows(load_tombstones(corpus), rows), strict=True) if is_gone]
    own = {TombstoneTarget(kind, row[name]) for row in covered for kind, name in KEYS[2:] if row[name]}
    near = [picture_target(row["phash"], is_source=row["role"] != Role.CANDIDATE) for row in covered if row["phash"]]
    add_tombstones(corpus, [*own, *near])
    gone, files = _gone(corpus, {*targets, *own})
    for path in files:
        if corpus.fs.exists(path):
            corpus.fs.rm_file(path)
    empty_download_folder(corpus)
    erase_databases(corpus, gone)
    plan_fetching(corpus, without_taken_down(load_tombstones(corpus), manifest, Counter()))
    run_stages("fetch", corpus, reporter=reporter)
    if corpus.find("dataset/README.md"):
        write_rebuilt(corpus, Counter())
    posts = [{row[name] for row in covered if row[name]} for name in ("submission_id", "comment_id")]
    return gone, (len(posts[0]), len(posts[1]), len(files))


def _gone(corpus: Corpus, targets: set[TombstoneTarget]) -> tuple[Gone, list[str]]:
    """Return what is gone, and the files of pictures that no other row shows."""
    tombstones = load_tombstones(corpus)
    addresses: set[str] = set()
    linked: set[str] = set()
    files: dict[str, str] = {}
    shown: set[str] = set()
    for shard in range(corpus.shards):
        rows = storage.find_rows(corpus.fs, corpus.shard_path(shard, "manifest"))
        covered = covered_rows(tombstones, rows)
        for link in storage.find_rows(corpus.fs, corpus.shard_path(shard, "links"), ["position", "canonical"]):
            (addresses if covered[link["position"]] else linked).add(link["canonical"])
        columns = ["position", "sha256", "extension"]
        for picture in storage.find_rows(corpus.fs, corpus.shard_path(shard, "pictures"), columns):
            if picture["sha256"] and covered[picture["position"]]:
                files[picture["sha256"]] = corpus.image_path(picture["sha256"], picture["extension"])
            elif picture["sha256"]:
                shown.add(picture["sha256"])
    unshown = {sha256: path for sha256, path in files.items() if sha256 not in shown}
    named = {*targets, *(TombstoneTarget(TombstoneKind.SHA256, sha256) for sha256 in unshown)}
    gone = Gone(
        submissions=frozenset(target.value for target in targets if target.kind is TombstoneKind.SUBMISSION),
        comments=frozenset(target.value for target in targets if target.kind is TombstoneKind.COMMENT),
        pictures=frozenset(unshown),
        addresses=frozenset(addresses - linked),
        linked=frozenset(linked),
        scrub=Scrubber(named),
    )
    return gone, list(unshown.values())
