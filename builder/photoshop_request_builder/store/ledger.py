"""Store the state of every address in a SQLite file: fetched, pending, or the reason why there is no picture.

Rows are written in batches, after their pictures are on the disk. So no row names a missing file. After a kill, the
last batch is requested again.
"""

import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from photoshop_request.media.addresses.hosts import host_of
from photoshop_request.media.addresses.outcomes import AddressState, Outcome
from photoshop_request_builder.store.database import enum_of, open_database, transaction
from photoshop_request_builder.store.ledger_rows import (
    COLUMNS,
    FORMAT,
    ROBOTS,
    SCHEMA,
    LedgerEntry,
    NewAddress,
    entry_of,
    row_of,
)


@contextmanager
def open_ledger(path: Path, clock: Callable[[], float] = time.time) -> Iterator["Ledger"]:
    """Open the ledger at `path` for the length of the block.

    Raises:
        CorpusError, StorageError: see `open_database`.
    """
    with open_database(path, SCHEMA, FORMAT, advice="Move it away and fetch again.") as database:
        yield Ledger(database, clock)


class Ledger:
    """The addresses of a corpus. Not thread-safe: one event loop writes."""

    def __init__(self, database: sqlite3.Connection, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with transaction(self._database):
            yield self._database
            self._database.execute("UPDATE version SET number = number + 1")

    def loaded(self, shard: int) -> str | None:
        """Return the content stamp of the shard's links when they were last added."""
        row = self._database.execute("SELECT content FROM loaded WHERE shard = ?", (shard,)).fetchone()
        return str(row[0]) if row else None

    def add(self, new: Iterable[NewAddress], *, shard: int | None = None, content: str = "") -> int:
        """Add new addresses, and return how many were new. With `shard`, store the content stamp of its links."""
        with self._change() as database:
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
            (row_of(address, now) for address in new),
        )
        return self._database.total_changes - before

    def hosts(self, state: AddressState = AddressState.PENDING) -> dict[str, int]:
        """Count the addresses of each host in `state`."""
        query = "SELECT host, count(*) FROM address WHERE state = ? GROUP BY host"
        return dict(self._database.execute(query, (state,)).fetchall())

    def pending(self, host: str, after: int, count: int) -> list[tuple[int, LedgerEntry]]:
        """Return the next `count` pending addresses of a host after row number `after`, with their row numbers."""
        query = f"SELECT id, {COLUMNS} FROM address WHERE state = ? AND host = ? AND id > ? ORDER BY id LIMIT ?"
        rows = self._database.execute(query, (AddressState.PENDING, host, after, count)).fetchall()
        return [(row[0], entry_of(row[1:])) for row in rows]

    def record(self, outcomes: Sequence[Outcome]) -> set[str]:
        """Store outcomes in one transaction. Return the hosts of the pictures that pages and albums named."""
        now = int(self._clock())
        hosts: set[str] = set()
        with self._change() as database:
            database.executemany(
                "UPDATE address SET state = ?, detail = ?, tries = tries + ?, http = ?, etag = ?, sha256 = ?, bytes = ?,"
                " extension = ?, final = ?, via = ?, retrieved = ?, changed = ? WHERE address = ?",
                [
                    (
                        *(outcome.state, outcome.detail, outcome.tries, outcome.http, outcome.etag, outcome.sha256),
                        *(outcome.size, outcome.extension, outcome.final, outcome.via, outcome.retrieved),
                        *(now, outcome.address),
                    )
                    for outcome in outcomes
                ],
            )
            for outcome in outcomes:
                if outcome.pictures:
                    hosts |= self._keep_pictures(outcome)
        return hosts

    def _keep_pictures(self, outcome: Outcome) -> set[str]:
        database = self._database
        row = database.execute("SELECT depth FROM address WHERE address = ?", (outcome.address,)).fetchone()
        depth = row[0] if row else 0
        database.execute("DELETE FROM resolved WHERE address = ?", (outcome.address,))
        database.executemany(
            "INSERT INTO resolved VALUES (?, ?, ?, ?)",
            [(outcome.address, place, picture.url, picture.caption) for place, picture in enumerate(outcome.pictures)],
        )
        self._insert(NewAddress(picture.url, depth=depth + 1) for picture in outcome.pictures)
        return {host_of(picture.url) for picture in outcome.pictures}

    def get(self, addresses: Iterable[str]) -> dict[str, LedgerEntry]:
        """Return the entries of these addresses, by address. Unknown addresses have none."""
        entries: dict[str, LedgerEntry] = {}
        unique = list(dict.fromkeys(addresses))
        for start in range(0, len(unique), 500):
            batch = unique[start : start + 500]
            query = f"SELECT {COLUMNS} FROM address WHERE address IN ({','.join('?' * len(batch))})"
            entries.update((row[0], entry_of(row)) for row in self._database.execute(query, batch))
        return entries

    def led_to(self, address: str) -> list[tuple[str, str | None]]:
        """Return the addresses and captions that a page or album named, in order."""
        query = "SELECT picture, caption FROM resolved WHERE address = ? ORDER BY position"
        return self._database.execute(query, (address,)).fetchall()

    def pictures(self, address: str, above: tuple[str, ...] = ()) -> list[tuple[LedgerEntry, str | None]]:
        """Return the pictures of an address with captions: the address itself, or the pictures on its page or album.

        Empty if the address is unknown. A page that leads back to itself or to a page in `above` counts as gone.
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
        """Count the pending addresses by host and kind."""
        query = "SELECT host, kind, count(*) FROM address WHERE state = ? GROUP BY host, kind"
        return {(host, kind): count for host, kind, count in self._database.execute(query, (AddressState.PENDING,))}

    def repeated(self, times: int) -> dict[tuple[str, str], list[str]]:
        """Return (host, sha256) -> addresses for bytes that at least `times` addresses of one host returned.

        Leaves out released digests, and digests whose addresses are all in quarantine.
        """
        query = (
            "SELECT host, sha256, group_concat(address, char(10)) FROM address"
            " WHERE state IN ('ok', ?) AND sha256 IS NOT NULL AND sha256 NOT IN (SELECT sha256 FROM released)"
            " GROUP BY host, sha256 HAVING count(*) >= ? AND sum(state = 'ok')"
        )
        rows = self._database.execute(query, (AddressState.PLACEHOLDER_SUSPECTED, times))
        return {(host, sha256): sorted(addresses.split("\n")) for host, sha256, addresses in rows}

    def parents(self, address: str) -> list[str]:
        """Return the pages and albums that led to an address, directly or through other pages."""
        query = (
            "WITH RECURSIVE up(address) AS (SELECT address FROM resolved WHERE picture = ?"
            " UNION SELECT resolved.address FROM resolved JOIN up ON resolved.picture = up.address) SELECT address FROM up"
        )
        return [row[0] for row in self._database.execute(query, (address,))]

    def quarantine(self, sha256: str, host: str, detail: str) -> int:
        """Mark the pictures of `host` with this digest as suspected placeholders. Return their number."""
        query = "UPDATE address SET state = ?, detail = ? WHERE sha256 = ? AND host = ? AND state = 'ok'"
        with self._change() as database:
            return database.execute(query, (AddressState.PLACEHOLDER_SUSPECTED, detail, sha256, host)).rowcount

    def release(self, sha256: str) -> int:
        """Release suspected placeholders with this digest permanently. Return the number of addresses."""
        with self._change() as database:
            database.execute("INSERT OR IGNORE INTO released VALUES (?)", (sha256,))
            query = "UPDATE address SET state = 'ok', detail = 'released' WHERE sha256 = ? AND state = ?"
            return database.execute(query, (sha256, AddressState.PLACEHOLDER_SUSPECTED)).rowcount

    def addresses_of(self, digests: Iterable[str]) -> list[str]:
        """Return the addresses whose pictures have these digests."""
        query = "SELECT address FROM address WHERE sha256 = ? ORDER BY id"
        return [row[0] for digest in sorted(digests) for row in self._database.execute(query, (digest,))]

    def forget(
        self,
        addresses: Collection[str],
        digests: Collection[str],
        names: Callable[[str], bool],
        linked: Collection[str] = (),
    ) -> None:
        """Erase these addresses, the addresses of these digests, and addresses and captions for which `names` is True.

        Addresses that only erased pages led to go too, except those in `linked`. The bytes of erased rows are
        overwritten.
        """
        query = "SELECT address, coalesce(final, ''), coalesce(fallback, ''), coalesce(sha256, '') FROM address"
        gone = {
            address
            for address, final, fallback, sha256 in self._database.execute(query)
            if address in addresses or sha256 in digests or any(map(names, (address, final, fallback)))
        }
        below = [picture for address in gone for picture, _ in self.led_to(address)]
        while below:
            address = below.pop()
            if address not in gone and gone.issuperset(self.parents(address)) and address not in linked:
                gone.add(address)
                below += [picture for picture, _ in self.led_to(address)]
        captions = "SELECT address, position, caption FROM resolved WHERE caption IS NOT NULL"
        named = [(address, place) for address, place, text in self._database.execute(captions) if names(text)]
        self._database.execute("PRAGMA secure_delete = ON")
        with self._change() as database:
            each = [(address,) for address in sorted(gone)]
            database.executemany("DELETE FROM address WHERE address = ?", each)
            database.executemany("DELETE FROM resolved WHERE address = ?", each)
            database.executemany("DELETE FROM resolved WHERE picture = ?", each)
            database.executemany("DELETE FROM released WHERE sha256 = ?", [(digest,) for digest in sorted(digests)])
            database.executemany("UPDATE resolved SET caption = NULL WHERE address = ? AND position = ?", named)
        self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def states_by_host(self) -> dict[str, Mapping[AddressState, int]]:
        """Count the addresses by host and state."""
        table: dict[str, dict[AddressState, int]] = {}
        for host, state, count in self._database.execute(
            "SELECT host, state, count(*) FROM address GROUP BY host, state"
        ):
            table.setdefault(host, {})[enum_of(AddressState, state, "ledger.sqlite")] = count
        return dict(table)

    def retry(self, states: Iterable[AddressState], host: str | None = None) -> int:
        """Set addresses in `states` to pending again, of all hosts or one. Return their number."""
        names = list(states)
        query = f"UPDATE address SET state = 'pending' WHERE state IN ({','.join('?' * len(names))})"
        more = " AND (host = ? OR host LIKE '%.' || ?)" if host else ""
        with self._change() as database:
            return database.execute(query + more, [*names, *([host, host] if host else [])]).rowcount

    def robots(self, origin: str) -> tuple[str, float] | None:
        """Return the robots.txt of a scheme and host, and the Unix time of its request, or None."""
        self._database.execute(ROBOTS)
        row = self._database.execute("SELECT text, asked FROM robots WHERE origin = ?", (origin,)).fetchone()
        return (row[0], row[1]) if row else None

    def keep_robots(self, origin: str, text: str, asked: float) -> None:
        """Store a robots.txt. No stage reads it, so the stamp stays."""
        self._database.execute("INSERT OR REPLACE INTO robots VALUES (?, ?, ?)", (origin, text, asked))

    def stamp(self) -> int:
        """Return a number that grows with every change, for fingerprints."""
        return int(self._database.execute("SELECT number FROM version").fetchone()[0])
