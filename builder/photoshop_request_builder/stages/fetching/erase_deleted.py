"""Erase fetched pictures of posts that their author deleted or the law removed later."""

from photoshop_request.media.addresses.outcomes import AddressState, Outcome
from photoshop_request_builder.stages.fetching.do_not_fetch import taken_down_addresses
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.ledger import open_ledger
from photoshop_request_builder.store.withdrawn import load_withdrawn


def erase_deleted(corpus: Corpus) -> int:
    """Erase the pictures that only deleted posts link to, and return their number.

    The stage `withdraw` must have remembered them: others stay. Addresses change their state after the file is gone, so a
    killed command is repeated.
    """
    withdrawn = load_withdrawn(corpus)
    if not withdrawn:
        return 0
    deleted, needed = taken_down_addresses(corpus)
    with open_ledger(corpus.ledger_path) as ledger:
        fetched = {
            (end.sha256, end.extension)
            for address in deleted
            for end, _ in ledger.pictures(address)
            if end.state is AddressState.OK and end.sha256 and end.extension and withdrawn.remembers(end.sha256)
        }
        erased, outcomes = 0, []
        for sha256, extension in sorted(fetched):
            addresses = ledger.addresses_of([sha256])
            if not needed.isdisjoint(name for address in addresses for name in (address, *ledger.parents(address))):
                continue
            path = corpus.image_path(sha256, extension)
            if corpus.fs.exists(path):
                corpus.fs.rm_file(path)
            erased += 1
            outcomes += [
                Outcome(address, AddressState.TAKEN_DOWN, "its post was deleted", tries=0) for address in addresses
            ]
        if outcomes:  # a write to the ledger, even an empty one, makes `gather` run again
            ledger.record(outcomes)
    return erased
