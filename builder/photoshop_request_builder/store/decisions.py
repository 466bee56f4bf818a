"""What reviewers decided: a SQLite file of the corpus, only ever added to, with who and when."""

import contextlib
import os
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from photoshop_request.errors import CorpusError, StorageError
from photoshop_request.verdicts import Verdict

__all__ = ["CandidateOrder", "Decision", "Decisions", "ReviewItem", "open_decisions", "unanimous"]

FORMAT = 1
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
    """In which order candidates come before a reviewer."""

    DOUBT = "doubt"
    """The machine's least certain verdicts first."""
    RANDOM = "random"
    """A random sample, however far one goes; the same for every reviewer."""


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """A candidate that is to be decided: where it was posted, its bytes, and what the machine says."""

    submission_id: str
    comment_id: str
    position: int
    index: int
    sha256: str
    machine: Verdict
    confidence: float | None
    """Of the machine, 0.5 to 1."""

    @property
    def key(self) -> tuple[str, int, int, str]:
        """What a decision holds for: the same picture in the same place."""
        return self.comment_id, self.position, self.index, self.sha256


@dataclass(frozen=True, slots=True)
class Decision:
    """What one reviewer said of a candidate, in the end."""

    item: ReviewItem
    reviewer: str
    verdict: Verdict
    drawn: CandidateOrder
    """How the candidate came before the reviewer."""
    decided_utc: int


class Decisions:
    """The decisions of a corpus. Not thread-safe; several processes may have it open at once."""

    def __init__(self, database: sqlite3.Connection, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    def decide(self, item: ReviewItem, reviewer: str, verdict: Verdict, drawn: CandidateOrder) -> None:
        """Keep a decision; it lies on the disk when this returns."""
        self._database.execute(
            f"insert into decision ({_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                item.submission_id,
                item.comment_id,
                item.position,
                item.index,
                item.sha256,
                item.machine,
                item.confidence,
                reviewer,
                verdict,
                drawn,
                int(self._clock()),
            ),
        )

    def undo(self, reviewer: str) -> ReviewItem | None:
        """Take back the reviewer's last decision that stands; gives what it was of. None where there is none."""
        row = self._database.execute(
            f"select id, {_COLUMNS} from decision where reviewer = ? and undone_utc is null order by id desc limit 1",
            (reviewer,),
        ).fetchone()
        if row is None:
            return None
        self._database.execute("update decision set undone_utc = ? where id = ?", (int(self._clock()), row[0]))
        return _decision(row[1:]).item

    def decisions(self) -> list[Decision]:
        """The last word of each reviewer on each candidate, in the order in which they were given."""
        query = (
            f"select {_COLUMNS} from decision where id in (select max(id) from decision where undone_utc is null"
            " group by reviewer, comment_id, position, number, sha256) order by id"
        )
        return [_decision(row) for row in self._database.execute(query)]


@contextmanager
def open_decisions(path: Path, clock: Callable[[], float] = time.time) -> Iterator[Decisions]:
    """The decisions at `path`, made if missing (only its owner may read it); closed at the end of the block.

    Raises:
        CorpusError: the file is not one of decisions, or of another format.
        StorageError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        path.chmod(0o600)
        database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.OperationalError) as error:
        raise StorageError(f"{path}: decisions cannot be kept there ({error}).") from error
    with contextlib.closing(database):
        try:
            database.execute("pragma journal_mode = wal")
            database.execute("pragma synchronous = full")
            found = database.execute("pragma user_version").fetchone()[0]
            if found == 0:
                database.executescript(f"begin; {_SCHEMA} pragma user_version = {FORMAT}; commit;")
        except sqlite3.OperationalError as error:
            raise StorageError(f"{path}: decisions cannot be kept there ({error}). Free space.") from error
        except sqlite3.DatabaseError as error:
            raise CorpusError(f"{path}: holds no decisions ({error}). Put it back from a copy.") from error
        if found not in {0, FORMAT}:
            raise CorpusError(f"{path}: of format {found}, this version reads {FORMAT}. Use the version that made it.")
        yield Decisions(database, clock)


def unanimous(decisions: Iterable[Decision]) -> list[Decision]:
    """One decision for each candidate of which all who decided it say the same: the first. Sorted."""
    said: dict[Any, list[Decision]] = defaultdict(list)
    for decision in decisions:
        said[decision.item.key].append(decision)
    agreed = [each[0] for each in said.values() if len({decision.verdict for decision in each}) == 1]
    return sorted(agreed, key=lambda decision: (decision.item.submission_id, decision.item.key))


def _decision(row: tuple[Any, ...]) -> Decision:
    submission_id, comment_id, position, number, sha256, machine, confidence, reviewer, verdict, drawn, decided_utc = (
        row
    )
    item = ReviewItem(submission_id, comment_id, position, number, sha256, Verdict(machine), confidence)
    return Decision(item, reviewer, Verdict(verdict), CandidateOrder(drawn), decided_utc)
