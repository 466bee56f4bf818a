"""Placeholders that nobody has listed yet: one host that sends the same bytes for pictures of unrelated people."""

from collections import defaultdict
from dataclasses import dataclass

from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.ledger import Ledger

__all__ = ["Suspect", "quarantine", "suspects"]

TIMES = 3
"""Unrelated addresses with the same bytes: two may be one picture posted twice, three hardly are."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """Bytes that one host sent for unrelated addresses."""

    host: str
    sha256: str
    addresses: tuple[str, ...]


def quarantine(corpus: Corpus, ledger: Ledger) -> list[Suspect]:
    """Hold back what looks like a placeholder (`placeholder_suspected`), until `Ledger.release`."""
    found = suspects(corpus, ledger)
    for suspect in found:
        detail = f"the same bytes came for {len(suspect.addresses)} unrelated addresses of {suspect.host}"
        ledger.quarantine(suspect.sha256, suspect.host, detail)
    return found


def suspects(corpus: Corpus, ledger: Ledger) -> list[Suspect]:
    """Digests that addresses in at least three requests, by at least three authors, of one host share."""
    repeated = ledger.repeated(TIMES)
    if not repeated:
        return []
    named_by = {address: {address, *ledger.parents(address)} for group in repeated.values() for address in group}
    posts = _posts(corpus, set().union(*named_by.values()))
    found = []
    for (host, sha256), addresses in sorted(repeated.items()):
        seen = [post for address in addresses for name in named_by[address] for post in posts[name]]
        if min(len({post[0] for post in seen}), len({post[1] for post in seen})) >= TIMES:
            found.append(Suspect(host, sha256, tuple(addresses)))
    return found


def _posts(corpus: Corpus, wanted: set[str]) -> dict[str, set[tuple[str, str]]]:
    """Request and author of every link to these addresses; links without an author count for nobody."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for shard in range(corpus.shards):
        path = corpus.shard_path(shard, "links")
        table = storage.find_table(corpus.fs, path, ["canonical", "submission_id", "author"])
        if table is not None:
            for canonical, submission, author in zip(*(column.to_pylist() for column in table.columns), strict=True):
                if canonical in wanted and author:
                    found[canonical].add((submission, author))
    return found
