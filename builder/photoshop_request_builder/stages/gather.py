"""Write the result of fetching each link into a table of its shard.

The ledger stays on the machine that fetches. This table carries its content to the machine that works on the shard.
"""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from photoshop_request.media.addresses.outcomes import VERDICTS, AddressState
from photoshop_request_builder.engine.stage import Rule, ShardInputs
from photoshop_request_builder.store import tables
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.ledger import Ledger, open_ledger
from photoshop_request_builder.store.ledger_rows import LedgerEntry

VERSION = 4


def rule(corpus: Corpus) -> Rule:
    """Return the state of the ledger: a change of it may change every shard.

    Opt-outs were once counted as gone. Only corpora that have some are gathered again.
    """
    with open_ledger(corpus.ledger_path) as ledger:
        opted_out = {"opted_out": True} if ledger.hosts(AddressState.OPTED_OUT) else {}
        return {"ledger": ledger.stamp(), **opted_out}


def make_pictures(inputs: ShardInputs) -> pa.Table:
    """Return the pictures of one shard, in the order of its links."""
    links = inputs.read("links").to_pylist()
    with open_ledger(inputs.corpus.ledger_path) as ledger:
        entries = ledger.get(link["canonical"] for link in links if link["reason"] is None)
        rows = [row for link in links for row in _rows(link, entries, ledger)]
    return pa.Table.from_pylist(rows, schema=tables.PICTURES)


def _rows(link: dict[str, Any], entries: dict[str, LedgerEntry], ledger: Ledger) -> Iterator[dict[str, Any]]:
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
    entry = entries.get(link["canonical"])
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
    """Return the picture's address. If its ending was open, or a page of imgur was linked, it gets that of the file."""
    if entry.sha256 and entry.final and entry.final.startswith(f"{entry.address}."):
        return entry.final
    stem, _, guess = entry.address.rpartition(".")
    was_written = entry.address.rpartition("/")[2] in written
    if entry.host != "i.imgur.com" or entry.depth or was_written or entry.extension in {None, guess}:
        return entry.address
    return f"{stem}.{entry.extension}"
