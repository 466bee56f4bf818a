"""Find unknown placeholders: a host sends the same bytes for addresses of unrelated requests and authors."""

from collections import defaultdict
from dataclasses import dataclass

from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.ledger import Ledger

MIN_REPEATS = 3
"""Unrelated addresses with the same bytes. Two may be one picture posted twice, three rarely are."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """Bytes that one host sent for unrelated addresses."""

    host: str
    sha256: str
    addresses: tuple[str, ...]


def quarantine(corpus: Corpus, ledger: Ledger) -> list[Suspect]:
    """Mark suspected placeholders (`placeholder_suspected`) until `Ledger.release`. Return them."""
    suspected = suspects(corpus, ledger)
    for suspect in suspected:
        detail = f"the same bytes came for {len(suspect.addresses)} unrelated addresses of {suspect.host}"
        ledger.quarantine(suspect.sha256, suspect.host, detail)
    return suspected


def suspects(corpus: Corpus, ledger: Ledger) -> list[Suspect]:
    """Return the digests that addresses of one host share across at least three requests and three authors."""
    repeated = ledger.repeated(MIN_REPEATS)
    if not repeated:
        return []
    names = {address: {address, *ledger.parents(address)} for group in repeated.values() for address in group}
    links = _links_to(corpus, set().union(*names.values()))
    suspected = []
    for (host, sha256), addresses in sorted(repeated.items()):
        posts = [post for address in addresses for name in names[address] for post in links[name]]
        requests, authors = {request for request, _ in posts}, {author for _, author in posts}
        if min(len(requests), len(authors)) >= MIN_REPEATS:
            suspected.append(Suspect(host, sha256, tuple(addresses)))
    return suspected


def _links_to(corpus: Corpus, addresses: set[str]) -> dict[str, set[tuple[str, str]]]:
    """Return request and author of every link to `addresses`, by address. Links without an author do not count."""
    links: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for shard in range(corpus.shards):
        path = corpus.shard_path(shard, "links")
        table = storage.find_table(corpus.fs, path, ["canonical", "submission_id", "author"])
        if table is not None:
            for canonical, submission, author in zip(*(column.to_pylist() for column in table.columns), strict=True):
                if canonical in addresses and author:
                    links[canonical].add((submission, author))
    return links
