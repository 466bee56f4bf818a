"""Erase posts from the parts of a corpus that no stage makes again: incoming rows, rejects, ledger, review decisions.

Every step may be killed and repeated. Rows are found by ids and names that the caller read from the merged tables, so
those tables must be written again last.
"""

import io
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from photoshop_request_builder.store import seals, storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.decisions import open_decisions
from photoshop_request_builder.store.incoming import INCOMING_TABLES, RAW, IngestSummary, read_parts, rows_path
from photoshop_request_builder.store.ledger import open_ledger
from photoshop_request_builder.store.scrubber import Scrubber, name_scrubber, scrub_line, scrub_values


@dataclass(frozen=True, slots=True)
class Gone:
    """The posts and names to erase."""

    submissions: frozenset[str]
    """Ids. Their comments and crossposts go too."""
    comments: frozenset[str]
    pictures: frozenset[str]
    """SHA-256."""
    addresses: frozenset[str]
    """Canonical addresses that only these posts link to."""
    linked: frozenset[str]
    """Canonical addresses in posts that stay."""
    scrub: Scrubber
    """Removes the names of everything that is erased from the posts that stay."""
    names: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Submissions that stay -> users with an erased comment there. Their names are hidden in that thread."""

    def covers(self, row: Mapping[str, Any]) -> bool:
        """Return True if a row of any table belongs to an erased post or picture."""
        return (
            (row["submission_id"] if "submission_id" in row else row.get("id")) in self.submissions
            or row.get("crosspost_parent") in self.submissions
            or (row["comment_id"] if "comment_id" in row else row.get("id")) in self.comments
            or not self.pictures.isdisjoint(row.get(name) for name in _DIGESTS)
        )


_DIGESTS = ("sha256", "source_sha256", "second_source_sha256", "first", "second")


def erase_incoming(corpus: Corpus, gone: Gone) -> frozenset[int]:
    """Erase the posts from all parts, and their names from other posts. Return the shards with a change."""
    changed: set[int] = set()
    for part in read_parts(corpus):
        shards = {
            shard
            for table in INCOMING_TABLES
            for shard in part.shards.get(table, ())
            if (path := rows_path(corpus, part, table, shard))
            and rewrite_rows(corpus, path, lambda row: None if gone.covers(row) else _scrubbed(row, gone))
        }
        changed |= shards
        _update_note(corpus, part, gone)
    return frozenset(changed)


def erase_rejects(corpus: Corpus, gone: Gone) -> None:
    """Erase the names from rejected lines, and the first bytes of a line with a name."""
    for path in corpus.find("rejects/*/*.jsonl"):
        lines = storage.read_bytes(corpus.fs, path).decode().splitlines(keepends=True)
        kept = [_scrubbed_reject(line, gone) for line in lines]
        if kept != lines:
            storage.write_bytes(corpus.fs, path, "".join(kept).encode())


def erase_pages(corpus: Corpus, gone: Gone) -> None:
    """Remove pages of the report and logs that name something erased. Their commands write them again."""
    for folder in ("report", "logs"):
        for path in corpus.fs.find(corpus.path(folder)):
            if gone.scrub.finds(storage.read_bytes(corpus.fs, path).decode("latin-1")):
                corpus.fs.rm_file(path)


def erase_databases(corpus: Corpus, gone: Gone) -> None:
    """Erase the addresses from the ledger and the decisions of reviewers on these posts, as far as they are here."""
    if corpus.decisions_path.exists():  # first: pictures are found by the ledger
        with open_decisions(corpus.decisions_path) as decisions:
            decisions.forget(gone.submissions, gone.comments, gone.pictures)
    if corpus.ledger_path.exists():
        with open_ledger(corpus.ledger_path) as ledger:
            ledger.forget(gone.addresses, gone.pictures, gone.scrub.finds, gone.linked)


def erase_tables(corpus: Corpus, gone: Gone, *, keep: Collection[str] = ()) -> None:
    """Erase rows from the tables of each shard, except those named in `keep`. Their fingerprints stay."""
    for path in (*corpus.find("shards/*/*.parquet"), *corpus.find("near.parquet")):
        if path.rpartition("/")[2].removesuffix(".parquet") in keep:
            continue
        stamp = storage.read_stamp(corpus.fs, path)
        table = storage.read_table(corpus.fs, path)
        rows = table.to_pylist()
        kept = [row for row in rows if not gone.covers(row) and not finds(gone.scrub, row)]
        if stamp and len(kept) < len(rows):
            storage.write_table(corpus.fs, path, pa.Table.from_pylist(kept, schema=table.schema), stamp.fingerprint)


def remove_merged(corpus: Corpus, shards: Collection[int]) -> None:
    """Remove the merged tables of shards. Erasing ends with it: everything to erase was found from them."""
    for shard in sorted(shards):
        for table in INCOMING_TABLES:
            path = corpus.shard_path(shard, table)
            if corpus.fs.exists(path):
                corpus.fs.rm_file(path)


def finds(scrub: Scrubber, value: Any) -> bool:
    """Return True if a name is in a text, or in a text somewhere in a list or dictionary."""
    if isinstance(value, bytes):
        return scrub.finds(value.decode("latin-1"))
    if isinstance(value, str):
        return scrub.finds(value)
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(finds(scrub, part) for part in parts)


def rewrite_rows(corpus: Corpus, path: str, change: Callable[[dict[str, Any]], Mapping[str, Any] | None]) -> bool:
    """Rewrite the rows of one part in one shard. None drops a row. Return False if no row changes."""
    table = storage.read_table(corpus.fs, path)
    rows = table.to_pylist()
    kept = [changed for row in rows if (changed := change(row)) is not None]
    if kept == rows:
        return False
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(kept, schema=table.schema), buffer, compression="zstd", use_dictionary=False)
    seals.seal_table(buffer)
    storage.write_bytes(corpus.fs, path, buffer.getvalue())
    return True


def _scrubbed_reject(line: str, gone: Gone) -> str:
    scrubbed = gone.scrub(line)
    return line if scrubbed == line else json.dumps(json.loads(scrubbed) | {"head": ""}, ensure_ascii=False) + "\n"


def _scrubbed(row: dict[str, Any], gone: Gone) -> dict[str, Any]:
    """Return a row without names of erased things. Its columns are made from its raw line, so that decides."""
    names = gone.names.get(row.get("submission_id") or row["id"], frozenset())
    raw = gone.scrub(row[RAW.name].decode("latin-1")).encode("latin-1")  # one letter a byte
    scrubbed = scrub_line(raw, name_scrubber(names)) if names else raw
    if scrubbed == row[RAW.name]:
        return row
    cleaned: dict[str, Any] = scrub_values(row, lambda text: name_scrubber(names)(gone.scrub(text)))
    return cleaned | {RAW.name: scrubbed}


def _update_note(corpus: Corpus, part: IngestSummary, gone: Gone) -> None:
    """Erase ids from a part's summary, and count its erased rows there."""
    path = corpus.path("incoming", part.source, part.part, "part.json")
    before = storage.read_json(corpus.fs, path)
    note = json.loads(gone.scrub(json.dumps(before)))
    paths = [rows_path(corpus, part, table, shard) for table in INCOMING_TABLES for shard in part.shards.get(table, ())]
    note["erased"] = part.kept - sum(_row_count(corpus, path) for path in paths if path)
    if note != before and (note["erased"] or gone.scrub.finds(json.dumps(before))):
        storage.write_json(corpus.fs, path, note)


def _row_count(corpus: Corpus, path: str) -> int:
    with corpus.fs.open(path, "rb") as file:
        return int(pq.read_metadata(file).num_rows)
