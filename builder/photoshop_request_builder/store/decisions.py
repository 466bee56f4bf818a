"""Store the review decisions: a SQLite file of the corpus, append-only, with reviewer and time."""

import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from photoshop_request.verdicts import Verdict
from photoshop_request_builder.store.database import enum_of, open_database, transaction

FORMAT = 1
_FILE = "decisions.sqlite"
_SCHEMA = """
create table decision (
    id integer primary key, submission_id text not null, comment_id text not null, position integer not null,
    number integer not null, sha256 text not null, machine text not null, confidence real, reviewer text not null,
    verdict text not null, drawn text not null, decided_utc integer not null, undone_utc integer
) strict;
create index decision_of on decision (reviewer, comment_id, position, number, sha256);
"""
_COLUMNS = (
    "submission_id, comment_id, position, number, sha256, machine, confidence, reviewer, verdict, drawn, decided_utc"
)


class CandidateOrder(StrEnum):
    """The order in which a reviewer sees candidates."""

    DOUBT = "doubt"
    """Least certain automatic verdicts first."""
    RANDOM = "random"
    """A random order, the same for every reviewer: the candidates seen so far are a random sample."""


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """A candidate to be reviewed."""

    submission_id: str
    comment_id: str
    position: int
    index: int
    sha256: str
    machine: Verdict
    """The automatic verdict."""
    confidence: float | None
    """Confidence of the automatic verdict, 0.5 to 1."""

    @property
    def key(self) -> tuple[str, int, int, str]:
        """The picture and the place where it was posted. A decision applies only to both together."""
        return self.comment_id, self.position, self.index, self.sha256


@dataclass(frozen=True, slots=True)
class Decision:
    """One reviewer's last decision on a candidate."""

    item: ReviewItem
    reviewer: str
    verdict: Verdict
    drawn: CandidateOrder
    """The order in which the reviewer saw candidates."""
    decided_utc: int


class Decisions:
    """The decisions of a corpus. Not thread-safe. Several processes may open the file at once."""

    def __init__(self, database: sqlite3.Connection, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def decide(self, item: ReviewItem, reviewer: str, verdict: Verdict, drawn: CandidateOrder) -> None:
        """Store a decision. It is on the disk when this returns."""
        row = (
            *(item.submission_id, item.comment_id, item.position, item.index, item.sha256, item.machine),
            *(item.confidence, reviewer, verdict, drawn, int(self._clock())),
        )
        self._database.execute(f"insert into decision ({_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def undo(self, reviewer: str) -> ReviewItem | None:
        """Undo the reviewer's last decision. Return its candidate, or None if there is no decision to undo."""
        row = self._database.execute(
            f"select id, {_COLUMNS} from decision where reviewer = ? and undone_utc is null order by id desc limit 1",
            (reviewer,),
        ).fetchone()
        if row is None:
            return None
        self._database.execute("update decision set undone_utc = ? where id = ?", (int(self._clock()), row[0]))
        return _decision(row[1:]).item

    def forget(self, submissions: Iterable[str], comments: Iterable[str], pictures: Iterable[str]) -> None:
        """Erase the decisions on these requests, comments and pictures (SHA-256). Their bytes are overwritten."""
        self._database.execute("PRAGMA secure_delete = ON")
        with transaction(self._database):
            for column, values in (("submission_id", submissions), ("comment_id", comments), ("sha256", pictures)):
                self._database.executemany(
                    f"delete from decision where {column} = ?", [(value,) for value in sorted(values)]
                )
        self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def decisions(self) -> list[Decision]:
        """Return the last decision of each reviewer on each candidate, oldest first."""
        query = (
            f"select {_COLUMNS} from decision where id in (select max(id) from decision where undone_utc is null"
            " group by reviewer, comment_id, position, number, sha256) order by id"
        )
        return [_decision(row) for row in self._database.execute(query)]


@contextmanager
def open_decisions(path: Path, clock: Callable[[], float] = time.time) -> Iterator[Decisions]:
    """Open the decisions at `path` for the length of the block. Only the file's owner may read it.

    Raises:
        CorpusError, StorageError: see `open_database`.
    """
    with open_database(path, _SCHEMA, FORMAT, advice="Restore it from a backup.", owner_only=True) as database:
        yield Decisions(database, clock)


def unanimous(decisions: Iterable[Decision]) -> list[Decision]:
    """Return one decision for each candidate on which all its reviewers agree, sorted by candidate."""
    by_candidate: dict[Any, list[Decision]] = defaultdict(list)
    for decision in decisions:
        by_candidate[decision.item.key].append(decision)
    agreed = [group[0] for group in by_candidate.values() if len({decision.verdict for decision in group}) == 1]
    return sorted(agreed, key=lambda decision: (decision.item.submission_id, decision.item.key))


def _decision(row: tuple[Any, ...]) -> Decision:
    submission_id, comment_id, position, number, sha256, machine, confidence = row[:7]
    reviewer, verdict, drawn, decided_utc = row[7:]
    by_machine, given = (enum_of(Verdict, value, _FILE) for value in (machine, verdict))
    item = ReviewItem(submission_id, comment_id, position, number, sha256, by_machine, confidence)
    return Decision(item, reviewer, given, enum_of(CandidateOrder, drawn, _FILE), decided_utc)
