"""Define the ledger's tables, and convert their rows to dataclasses and back."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import msgspec

from photoshop_request.media.addresses.hosts import classify, host_of
from photoshop_request.media.addresses.outcomes import AddressState, state_of_reason
from photoshop_request_builder.store import seals

FORMAT = 1
SCHEMA = """
CREATE TABLE IF NOT EXISTS address (
    id INTEGER PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,
    host TEXT NOT NULL,
    family TEXT NOT NULL,
    kind TEXT NOT NULL,
    depth INTEGER NOT NULL,
    state TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '',
    tries INTEGER NOT NULL DEFAULT 0,
    http INTEGER,
    etag TEXT,
    sha256 TEXT,
    bytes INTEGER,
    extension TEXT,
    final TEXT,
    via TEXT,
    retrieved TEXT,
    fallback TEXT,
    changed INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS address_by_state ON address (state, host, id);
CREATE INDEX IF NOT EXISTS address_by_sha256 ON address (sha256) WHERE sha256 IS NOT NULL;
CREATE TABLE IF NOT EXISTS resolved (
    address TEXT NOT NULL,
    position INTEGER NOT NULL,
    picture TEXT NOT NULL,
    caption TEXT,
    PRIMARY KEY (address, position)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS resolved_by_picture ON resolved (picture);
CREATE TABLE IF NOT EXISTS loaded (shard INTEGER PRIMARY KEY, content TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS released (sha256 TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS version (number INTEGER NOT NULL);
INSERT INTO version SELECT 0 WHERE NOT EXISTS (SELECT * FROM version);
"""

ROBOTS = "CREATE TABLE IF NOT EXISTS robots (origin TEXT PRIMARY KEY, text TEXT NOT NULL, asked REAL NOT NULL)"
"""Made when it is first needed: ledgers of version 0.1.0 have no such table."""


@dataclass(frozen=True, slots=True)
class NewAddress:
    """An address to add to the ledger if it is not there yet."""

    address: str
    fallback: str | None = None
    depth: int = 0


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One row of the ledger."""

    address: str
    host: str
    family: str
    kind: str
    depth: int
    """Number of pages and short links that led here."""
    state: AddressState
    detail: str
    tries: int
    """Number of requests over all runs."""
    http: int | None
    etag: str | None
    sha256: str | None
    bytes: int | None
    extension: str | None
    final: str | None
    via: str | None
    retrieved: str | None
    fallback: str | None
    changed: int
    """Unix seconds of the last change of state."""


def row_of(new: NewAddress, now: int) -> tuple[object, ...]:
    """Return the columns of a new row. The state is pending, or final at once if the address may not be requested."""
    target = classify(new.address)
    state = state_of_reason(target.reason, target.kind) if target.reason else AddressState.PENDING
    return (
        new.address,
        host_of(new.address),
        target.family,
        target.kind,
        new.depth,
        state,
        target.detail,
        new.fallback,
        now,
    )


_NAMES = tuple(field.name for field in fields(LedgerEntry))
COLUMNS = ", ".join(_NAMES)


def entry_of(row: Sequence[object]) -> LedgerEntry:
    """Return the entry of a row of `COLUMNS`.

    Raises:
        CorpusError: a value has another type, or the state does not exist. The ledger is damaged.
    """
    try:
        return msgspec.convert(dict(zip(_NAMES, row, strict=True)), LedgerEntry)
    except msgspec.ValidationError as error:
        raise seals.damaged("ledger.sqlite", f"{row[0]}: {error}") from error
