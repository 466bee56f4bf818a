"""Store the answers of language models, and the model whose answers the dataset uses.

`rewrites/answers.sqlite` holds every answer by its question. Each answer is on the disk when `put` returns.
`rewrites/in_use.json` names one model and one prompt, so that a row never mixes two.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from photoshop_request.text.model.answer import NoRewrite, RewrittenInstruction
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.database import enum_of, open_database, transaction

FORMAT = 1
TRANSIENT = frozenset(
    {NoRewrite.TIMED_OUT, NoRewrite.RATE_LIMITED, NoRewrite.SERVER_ERROR, NoRewrite.UNREACHABLE, NoRewrite.REJECTED}
)
"""Failures of the endpoint. The next run sends the question again."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY,
    submission_id TEXT NOT NULL,
    reason TEXT,
    instruction TEXT,
    needs_more INTEGER,
    tokens_in INTEGER NOT NULL,
    tokens_out INTEGER NOT NULL
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class ModelInUse:
    """The model and prompt whose answers the dataset uses."""

    model: str
    prompt_version: str
    with_pictures: bool


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """The answer to one question, or the reason for its absence."""

    key: str
    submission_id: str
    result: RewrittenInstruction | NoRewrite
    tokens_in: int = 0
    tokens_out: int = 0
    """Tokens counted by the endpoint, 0 if it sends no count."""


class ModelAnswers:
    """The answers of a corpus. The holder of the corpus's lock writes. Others may read."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def put(self, answer: ModelAnswer) -> None:
        """Store an answer. It is on the disk when this returns."""
        rewrite = answer.result if isinstance(answer.result, RewrittenInstruction) else None
        row = (
            answer.key,
            answer.submission_id,
            None if rewrite else str(answer.result),
            rewrite.instruction if rewrite else None,
            rewrite.needs_more_than_the_source if rewrite else None,
            answer.tokens_in,
            answer.tokens_out,
        )
        self._database.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def get(self, keys: Iterable[str]) -> dict[str, RewrittenInstruction | NoRewrite]:
        """Return the stored results of these questions."""
        results: dict[str, RewrittenInstruction | NoRewrite] = {}
        for key in keys:
            query = "SELECT reason, instruction, needs_more FROM answers WHERE key = ?"
            if row := self._database.execute(query, (key,)).fetchone():
                reason = enum_of(NoRewrite, row[0], "answers.sqlite") if row[0] else None
                results[key] = reason or RewrittenInstruction(row[1], bool(row[2]))
        return results

    def stamp(self) -> str:
        """Return a fingerprint of all answers."""
        rows = self._database.execute("SELECT key, reason, instruction FROM answers ORDER BY key").fetchall()
        return storage.fingerprint("answers", 1, {"rows": [list(row) for row in rows]})

    def forget(self, submission_ids: Iterable[str]) -> None:
        """Erase the answers to questions about these requests. Their bytes are overwritten."""
        self._database.execute("PRAGMA secure_delete = ON")
        with transaction(self._database):
            self._database.executemany(
                "DELETE FROM answers WHERE submission_id = ?", [(submission_id,) for submission_id in submission_ids]
            )
        # until a checkpoint the file still holds the old pages
        self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def open_answers(corpus: Corpus) -> Iterator[ModelAnswers]:
    """Open the answers of a corpus for the length of the block. The file lies on the ledger's disk.

    Raises:
        CorpusError, StorageError: see `open_database`.
    """
    advice = "Move the file away to start again. Its answers are lost then."
    with open_database(corpus.answers_path, _SCHEMA, FORMAT, advice=advice) as database:
        yield ModelAnswers(database)


def forget_answers(corpus: Corpus, submission_ids: Iterable[str]) -> None:
    """Erase the answers to questions about these requests, if the corpus has answers."""
    if corpus.answers_path.exists():
        with open_answers(corpus) as answers:
            answers.forget(submission_ids)


def read_model_in_use(corpus: Corpus) -> ModelInUse | None:
    """Return the model whose answers the dataset uses, or None before the first rewriting."""
    path = corpus.path("rewrites", "in_use.json")
    stored = storage.read_json(corpus.fs, path)
    return None if stored is None else storage.convert(stored, ModelInUse, path)


def set_model_in_use(corpus: Corpus, model: ModelInUse) -> None:
    """Use only the answers of this model and prompt in the dataset."""
    storage.write_json(corpus.fs, corpus.path("rewrites", "in_use.json"), asdict(model))


def answers_stamp(corpus: Corpus) -> str:
    """Return a fingerprint of all answers, or "" if the corpus has none."""
    if not corpus.answers_path.exists():
        return ""
    with open_answers(corpus) as answers:
        return answers.stamp()
