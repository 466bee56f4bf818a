"""gather: links, ledger -> pictures, what fetching made of each link.

The ledger stays on the machine that fetches; this table carries what it knows to wherever the shard is worked on.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pyarrow as pa

from photoshop_request.media.addresses.outcomes import VERDICTS, AddressState
from photoshop_request_builder.engine.jobs import Job
from photoshop_request_builder.engine.planning import stale_shards
from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.ledger import Ledger, LedgerEntry, open_ledger

VERSION = 4


def plan(corpus: Corpus) -> list[Job[None]]:
    """The shards whose links or whose ledger changed since they were gathered."""
    with open_ledger(corpus.ledger_path) as ledger:
        state = ledger.stamp()
    return [
        Job(f"shard {shard:05d}", partial(run, corpus, shard, made_of))
        for shard, made_of in stale_shards(
            corpus, "gather", VERSION, reads=("links",), writes="pictures", rule={"ledger": state}
        )
    ]


def run(corpus: Corpus, shard: int, fingerprint: str) -> None:
    """Write the pictures of one shard, in the order of its links."""
    links = storage.read_table(corpus.fs, corpus.shard_path(shard, "links")).to_pylist()
    with open_ledger(corpus.ledger_path) as ledger:
        known = ledger.get(link["canonical"] for link in links if link["reason"] is None)
        rows = [row for link in links for row in _rows(link, known, ledger)]
    table = pa.Table.from_pylist(rows, schema=tables.PICTURES)
    storage.write_table(corpus.fs, corpus.shard_path(shard, "pictures"), table, fingerprint)


def _rows(link: dict[str, Any], known: dict[str, LedgerEntry], ledger: Ledger) -> Iterator[dict[str, Any]]:
    base = {
        "submission_id": link["submission_id"],
        "comment_id": link["comment_id"],
        "position": link["position"],
        "index": 0,
        "link": link["url"],
        "url": link["canonical"],
        "host": link["host"],
        "role": link["role"],
        "author": link["author"],
        "caption": link["caption"],
    }
    if link["reason"] is not None:
        yield {**base, "reason": link["reason"]}
        return
    entry = known.get(link["canonical"])
    if entry is None:
        yield {
            **base,
            "state": AddressState.PENDING,
            "reason": VERDICTS[AddressState.PENDING],
            "detail": "not asked for yet",
        }
        return
    ends = ledger.pictures(entry.address) if entry.state is AddressState.RESOLVED else [(entry, None)]
    for index, (end, caption) in enumerate(ends):
        yield {
            **base,
            **_fetched(end),
            "url": _address(end, link["url"]),
            "index": index,
            "caption": caption or link["caption"],
        }


def _fetched(entry: LedgerEntry) -> dict[str, Any]:
    return {
        "host": entry.host,
        "state": entry.state,
        "reason": VERDICTS[entry.state],
        "detail": entry.detail or None,
        "sha256": entry.sha256,
        "extension": entry.extension,
        "bytes": entry.bytes,
        "retrieved_via": entry.via,
    }


def _address(entry: LedgerEntry, written: str) -> str:
    """The picture's address; where imgur's page was linked, with the extension that the picture turned out to have."""
    stem, _, guess = entry.address.rpartition(".")
    was_written = entry.address.rpartition("/")[2] in written
    if entry.host != "i.imgur.com" or entry.depth or was_written or entry.extension in {None, guess}:
        return entry.address
    return f"{stem}.{entry.extension}"
