"""Remove damaged files, so that the next run makes, reads or fetches them again."""

from collections.abc import Callable, Iterable

from photoshop_request.media.addresses.outcomes import AddressState, Outcome
from photoshop_request_builder.commands.doctor.integrity import Damage, DamageKind
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.database import digest_path
from photoshop_request_builder.store.incoming import remove_folder
from photoshop_request_builder.store.ledger import open_ledger


def repair(corpus: Corpus, damaged: Iterable[Damage], say: Callable[[str], None]) -> list[Damage]:
    """Remove damaged files and report the next command with `say`. The caller holds the lock of the corpus.

    A damaged ledger is moved to `ledger.sqlite.damaged`. Every picture is then requested again. Return the damage that
    only a backup repairs.
    """
    by_kind: dict[DamageKind, list[Damage]] = {}
    for damage in damaged:
        by_kind.setdefault(damage.kind, []).append(damage)
    for damage in (*by_kind.get(DamageKind.TABLE, ()), *by_kind.get(DamageKind.DATASET, ())):
        _remove(corpus, damage.path)
    for folder in sorted({damage.path.rpartition("/")[0] for damage in by_kind.get(DamageKind.PART, ())}):
        remove_folder(corpus.fs, folder)
        say(f"{folder}: removed. Run `ingest` or `run` with the same input again.")
    for damage in by_kind.get(DamageKind.LEDGER, ()):
        corpus.ledger_path.replace(f"{damage.path}.damaged")
        for suffix in ("-wal", "-shm"):
            corpus.ledger_path.with_name(corpus.ledger_path.name + suffix).unlink(missing_ok=True)
        digest_path(corpus.ledger_path).unlink(missing_ok=True)
        say(f"{damage.path}: moved to {damage.path}.damaged. The next `fetch` requests every picture again.")
    if pictures := by_kind.get(DamageKind.PICTURE):
        _fetch_again(corpus, pictures, say)
    kept = by_kind.get(DamageKind.KEPT, [])
    for damage in kept:
        say(f"{damage.path}: not repaired, because no stage can make it again. Restore it from a backup.")
    return kept


def _fetch_again(corpus: Corpus, pictures: list[Damage], say: Callable[[str], None]) -> None:
    """Make the addresses of damaged pictures pending and remove the candidates that were compared with them."""
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
        say(
            "The ledger is not on this machine, or was moved away. In the first case, run the same command on the machine "
            "that fetches."
        )
        return
    with open_ledger(corpus.ledger_path) as ledger:
        addresses = ledger.addresses_of(digests)
        ledger.record(
            [Outcome(address, AddressState.PENDING, "damaged in the corpus", tries=0) for address in addresses]
        )
    say(f"{len(pictures):,} pictures to fetch again. Run: photoshop-request run {corpus.address}")


def _remove(corpus: Corpus, path: str) -> None:
    if corpus.fs.exists(path):
        corpus.fs.rm_file(path)
