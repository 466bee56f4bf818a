"""The ledger of a corpus: one row an address, and why its picture is here or not. SQLite, write-ahead logged.

Rows are written in batches of a fraction of a second, after the pictures they speak of lie on disk: what a kill loses is
asked for again, and a row never promises a file that is not there.
"""

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from photoshop_request.errors import CorpusError, StorageError
from photoshop_request.media.addresses.hosts import host_of
from photoshop_request.media.addresses.outcomes import AddressState, Outcome
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.ledger_rows import (
    COLUMNS,
    FORMAT,
    SCHEMA,
    LedgerEntry,
    NewAddress,
    entry_of,
    row_of,
)

__all__ = ["Ledger", "LedgerEntry", "NewAddress", "open_ledger"]


@contextmanager
def open_ledger(path: Path, clock: Callable[[], float] = time.time) -> Iterator["Ledger"]:
    """The ledger at `path`, made if missing; closed at the end of the block.

    Raises:
        CorpusError: the file is not a ledger, is damaged, or of another format; also from within the block.
        StorageError: it cannot be written, or the disk is full; also from within the block.
    """
    with storage.explain_disk_errors(str(path)), _explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as database:
            _prepare(database, path)
            yield Ledger(database, clock)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn what SQLite raises into an error that says what to do."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise StorageError(f"{path}: no space left. Free some and run the same command again.") from error
        raise StorageError(
            f"{path}: the ledger cannot be written ({error}). Free space or choose another folder."
        ) from error
    except sqlite3.DatabaseError as error:
        raise CorpusError(f"{path}: not a ledger, or damaged ({error}). Move it away and fetch again.") from error


def _prepare(database: sqlite3.Connection, path: Path) -> None:
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    found = database.execute("PRAGMA user_version").fetchone()[0]
    if found not in {0, FORMAT}:
        raise CorpusError(
            f"{path}: ledger of format {found}, this version reads {FORMAT}. Use the version that made it."
        )
    if found == 0:
        database.executescript(f"BEGIN; {SCHEMA} PRAGMA user_version = {FORMAT}; COMMIT;")


class Ledger:
    """What is known of every address. Not thread-safe: one event loop writes."""

    def __init__(self, database: sqlite3.Connection, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield self._database
            self._database.execute("UPDATE version SET number = number + 1")
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def loaded(self, shard: int) -> str | None:
        """The content stamp of the links of `shard` that were last added."""
        row = self._database.execute("SELECT content FROM loaded WHERE shard = ?", (shard,)).fetchone()
        return str(row[0]) if row else None

    def add(self, new: Iterable[NewAddress], *, shard: int | None = None, content: str = "") -> int:
        """Add the addresses that are not there yet; returns how many. With `shard`, remember that its links are in."""
        with self._transaction() as database:
            added = self._insert(new)
            if shard is not None:
                database.execute("INSERT OR REPLACE INTO loaded VALUES (?, ?)", (shard, content))
        return added

    def _insert(self, new: Iterable[NewAddress]) -> int:
        now = int(self._clock())
        before = self._database.total_changes
        self._database.executemany(
            "INSERT INTO address (address, host, family, kind, depth, state, detail, fallback, changed)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (address) DO NOTHING",
            (row_of(each, now) for each in new),
        )
        return self._database.total_changes - before

    def hosts(self, state: AddressState = AddressState.PENDING) -> dict[str, int]:
        """How many addresses of each host are in `state`."""
        query = "SELECT host, count(*) FROM address WHERE state = ? GROUP BY host"
        return dict(self._database.execute(query, (state,)).fetchall())

    def pending(self, host: str, after: int, count: int) -> list[tuple[int, LedgerEntry]]:
        """The next pending addresses of a host, oldest first, with their numbers."""
        query = f"SELECT id, {COLUMNS} FROM address WHERE state = ? AND host = ? AND id > ? ORDER BY id LIMIT ?"
        rows = self._database.execute(query, (AddressState.PENDING, host, after, count)).fetchall()
        return [(row[0], entry_of(row[1:])) for row in rows]

    def record(self, outcomes: Sequence[Outcome]) -> set[str]:
        """Keep what became of addresses, in one transaction; returns the hosts of new addresses they led to."""
        now = int(self._clock())
        hosts: set[str] = set()
        with self._transaction() as database:
            database.executemany(
                "UPDATE address SET state = ?, detail = ?, tries = tries + ?, http = ?, etag = ?, sha256 = ?, bytes = ?,"
                " extension = ?, final = ?, via = ?, retrieved = ?, changed = ? WHERE address = ?",
                (
                    (
                        o.state,
                        o.detail,
                        o.tries,
                        o.http,
                        o.etag,
                        o.sha256,
                        o.size,
                        o.extension,
                        o.final,
                        o.via,
                        o.retrieved,
                        now,
                        o.address,
                    )
                    for o in outcomes
                ),
            )
            for outcome in outcomes:
                if outcome.pictures:
                    hosts |= self._keep_pictures(outcome)
        return hosts

    def _keep_pictures(self, outcome: Outcome) -> set[str]:
        database = self._database
        (depth,) = database.execute("SELECT depth FROM address WHERE address = ?", (outcome.address,)).fetchone() or (
            0,
        )
        database.execute("DELETE FROM resolved WHERE address = ?", (outcome.address,))
        database.executemany(
            "INSERT INTO resolved VALUES (?, ?, ?, ?)",
            (
                (outcome.address, position, picture.url, picture.caption)
                for position, picture in enumerate(outcome.pictures)
            ),
        )
        self._insert(NewAddress(picture.url, depth=depth + 1) for picture in outcome.pictures)
        return {host_of(picture.url) for picture in outcome.pictures}

    def get(self, addresses: Iterable[str]) -> dict[str, LedgerEntry]:
        """The rows of these addresses; unknown ones are left out."""
        found: dict[str, LedgerEntry] = {}
        wanted = list(dict.fromkeys(addresses))
        for start in range(0, len(wanted), 500):
            some = wanted[start : start + 500]
            query = f"SELECT {COLUMNS} FROM address WHERE address IN ({','.join('?' * len(some))})"
            found.update((row[0], entry_of(row)) for row in self._database.execute(query, some))
        return found

    def led_to(self, address: str) -> list[tuple[str, str | None]]:
        """The addresses and captions that a page or album named, in order."""
        query = "SELECT picture, caption FROM resolved WHERE address = ? ORDER BY position"
        return self._database.execute(query, (address,)).fetchall()

    def pictures(self, address: str, above: tuple[str, ...] = ()) -> list[tuple[LedgerEntry, str | None]]:
        """The ends of an address's ways, with captions: itself, or in order what it led to. Empty when unknown.

        A page that leads back to itself or to one `above` it is an end, and gone.
        """
        entry = self.get([address]).get(address)
        if entry is None:
            return []
        if entry.state is not AddressState.RESOLVED:
            return [(entry, None)]
        if address in above:
            return [(replace(entry, state=AddressState.GONE, detail="pages that lead to pages"), None)]
        return [
            (end, caption or inner)
            for picture, caption in self.led_to(address)
            for end, inner in self.pictures(picture, (*above, address))
        ]

    def pending_kinds(self) -> dict[tuple[str, str], int]:
        """How many pending addresses each host has of each kind."""
        query = "SELECT host, kind, count(*) FROM address WHERE state = ? GROUP BY host, kind"
        return {(host, kind): count for host, kind, count in self._database.execute(query, (AddressState.PENDING,))}

    def repeated(self, times: int) -> dict[tuple[str, str], list[str]]:
        """Digests that at least `times` addresses of one host gave: (host, sha256) -> addresses.

        Not the released ones, nor those of which every address is held back.
        """
        query = (
            "SELECT host, sha256, group_concat(address, char(10)) FROM address"
            " WHERE state IN ('ok', ?) AND sha256 IS NOT NULL AND sha256 NOT IN (SELECT sha256 FROM released)"
            " GROUP BY host, sha256 HAVING count(*) >= ? AND sum(state = 'ok')"
        )
        rows = self._database.execute(query, (AddressState.PLACEHOLDER_SUSPECTED, times))
        return {(host, sha256): sorted(addresses.split("\n")) for host, sha256, addresses in rows}

    def parents(self, address: str) -> list[str]:
        """The pages and albums that named a picture, near and far."""
        query = (
            "WITH RECURSIVE up(address) AS (SELECT address FROM resolved WHERE picture = ?"
            " UNION SELECT resolved.address FROM resolved JOIN up ON resolved.picture = up.address) SELECT address FROM up"
        )
        return [row[0] for row in self._database.execute(query, (address,))]

    def quarantine(self, sha256: str, host: str, detail: str) -> int:
        """Hold back the pictures of `host` with this digest as suspected placeholders; returns how many."""
        query = "UPDATE address SET state = ?, detail = ? WHERE sha256 = ? AND host = ? AND state = 'ok'"
        with self._transaction() as database:
            return database.execute(query, (AddressState.PLACEHOLDER_SUSPECTED, detail, sha256, host)).rowcount

    def release(self, sha256: str) -> int:
        """Give suspected placeholders back, for good; returns how many addresses."""
        with self._transaction() as database:
            database.execute("INSERT OR IGNORE INTO released VALUES (?)", (sha256,))
            query = "UPDATE address SET state = 'ok', detail = 'released' WHERE sha256 = ? AND state = ?"
            return database.execute(query, (sha256, AddressState.PLACEHOLDER_SUSPECTED)).rowcount

    def addresses_of(self, digests: Iterable[str]) -> list[str]:
        """The addresses that gave pictures with these digests."""
        query = "SELECT address FROM address WHERE sha256 = ? ORDER BY id"
        return [row[0] for digest in sorted(digests) for row in self._database.execute(query, (digest,))]

    def states_by_host(self) -> dict[str, Mapping[AddressState, int]]:
        """How many addresses of each host ended in each state."""
        table: dict[str, dict[AddressState, int]] = {}
        for host, state, count in self._database.execute(
            "SELECT host, state, count(*) FROM address GROUP BY host, state"
        ):
            table.setdefault(host, {})[AddressState(state)] = count
        return dict(table)

    def retry(self, states: Iterable[AddressState], host: str | None = None) -> int:
        """Make addresses pending again, all or those of one host; returns how many."""
        names = list(states)
        query = f"UPDATE address SET state = 'pending' WHERE state IN ({','.join('?' * len(names))})"
        more = " AND (host = ? OR host LIKE '%.' || ?)" if host else ""
        with self._transaction() as database:
            return database.execute(query + more, [*names, *([host, host] if host else [])]).rowcount

    def stamp(self) -> int:
        """Grows with every change: for fingerprints of what is made from the ledger."""
        return int(self._database.execute("SELECT number FROM version").fetchone()[0])
