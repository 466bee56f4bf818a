"""Setting a damaged corpus right: what is damaged goes, so that the next run makes, reads or fetches it again."""

from collections.abc import Callable, Iterable

from photoshop_request.media.addresses.outcomes import AddressState, Outcome
from photoshop_request_builder.commands.doctor.integrity import Damage, Kind
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.ledger import open_ledger


def repair(corpus: Corpus, found: Iterable[Damage], say: Callable[[str], None]) -> None:
    """Remove what is damaged; only for who holds the corpus's lock. `say` is told what the next run has to do.

    A damaged ledger is moved aside (`ledger.sqlite.damaged`): what is fetched already is then asked for again.
    """
    by_kind: dict[Kind, list[Damage]] = {}
    for damage in found:
        by_kind.setdefault(damage.kind, []).append(damage)
    for damage in (*by_kind.get(Kind.TABLE, ()), *by_kind.get(Kind.DATASET, ())):
        _remove(corpus, damage.path)
    for folder in sorted({damage.path.rpartition("/")[0] for damage in by_kind.get(Kind.PART, ())}):
        corpus.fs.rm(folder, recursive=True)
        say(f"{folder}: removed. Give `ingest` (or `run`) the same input again.")
    for damage in by_kind.get(Kind.LEDGER, ()):
        corpus.ledger_path.replace(f"{damage.path}.damaged")
        for suffix in ("-wal", "-shm"):
            corpus.ledger_path.with_name(corpus.ledger_path.name + suffix).unlink(missing_ok=True)
        say(f"{damage.path}: moved to {damage.path}.damaged. The next `fetch` asks for every picture again.")
    if pictures := by_kind.get(Kind.PICTURE):
        _ask_again(corpus, pictures, say)


def _ask_again(corpus: Corpus, pictures: list[Damage], say: Callable[[str], None]) -> None:
    """Make the addresses of damaged pictures pending, and forget what was judged by them."""
    digests = {damage.sha256 for damage in pictures}
    for damage in pictures:
        _remove(corpus, damage.path)
    for shard in range(corpus.shards):
        path = corpus.shard_path(shard, "candidates")
        table = corpus.shard_path(shard, "pictures")
        if not corpus.fs.exists(table):
            continue
        if digests & set(storage.read_table(corpus.fs, table, ["sha256"]).column("sha256").to_pylist()):
            _remove(corpus, path)
    if not corpus.ledger_path.exists():
        say("the ledger is not on this machine: run the same command where pictures are fetched.")
        return
    with open_ledger(corpus.ledger_path) as ledger:
        addresses = ledger.addresses_of(digests)
        ledger.record(
            [Outcome(address, AddressState.PENDING, "damaged in the corpus", tries=0) for address in addresses]
        )
    say(f"{len(pictures):,} pictures are to be fetched again: photoshop-request run {corpus.address}")


def _remove(corpus: Corpus, path: str) -> None:
    if corpus.fs.exists(path):
        corpus.fs.rm_file(path)
