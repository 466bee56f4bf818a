"""What language models answered: every answer that was paid for, by its question, and which of them are in use.

`rewrites/answers.sqlite` is written answer by answer and survives a kill; `rewrites/in_use.json` names the model and
prompt whose answers go into the dataset, so that a row never mixes two.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from fsspec.implementations.local import LocalFileSystem

from photoshop_request.errors import CorpusError
from photoshop_request.text.model.answer import NoRewrite, RewrittenInstruction
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus

TRANSIENT = frozenset(
    {NoRewrite.TIMED_OUT, NoRewrite.RATE_LIMITED, NoRewrite.SERVER_ERROR, NoRewrite.UNREACHABLE, NoRewrite.REJECTED}
)
"""No answer at all: asked again by the next run."""
_TABLE = """
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY,
    submission_id TEXT NOT NULL,
    reason TEXT,
    instruction TEXT,
    needs_more INTEGER,
    tokens_in INTEGER NOT NULL,
    tokens_out INTEGER NOT NULL
) WITHOUT ROWID
"""


@dataclass(frozen=True, slots=True)
class ModelInUse:
    """Whose answers go into the dataset."""

    model: str
    prompt_version: str
    with_pictures: bool


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """What came of one question."""

    key: str
    submission_id: str
    result: RewrittenInstruction | NoRewrite
    tokens_in: int = 0
    tokens_out: int = 0
    """As the endpoint counted them; 0 where it does not say."""


class ModelAnswers:
    """The answers of a corpus. One process writes (it holds the corpus's lock); others may read."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put(self, answer: ModelAnswer) -> None:
        """Keep an answer; it is on the disk when this returns."""
        used = answer.result if isinstance(answer.result, RewrittenInstruction) else None
        row = (
            answer.key,
            answer.submission_id,
            None if used else str(answer.result),
            used.instruction if used else None,
            used.needs_more_than_the_source if used else None,
            answer.tokens_in,
            answer.tokens_out,
        )
        with self._connection:
            self._connection.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def get(self, keys: Iterable[str]) -> dict[str, RewrittenInstruction | NoRewrite]:
        """What is known of these questions."""
        found: dict[str, RewrittenInstruction | NoRewrite] = {}
        for key in keys:
            row = self._connection.execute(
                "SELECT reason, instruction, needs_more FROM answers WHERE key = ?", (key,)
            ).fetchone()
            if row:
                found[key] = NoRewrite(row[0]) if row[0] else RewrittenInstruction(row[1], bool(row[2]))
        return found

    def stamp(self) -> str:
        """Changes whenever an answer is added."""
        rows = self._connection.execute("SELECT key, reason, instruction FROM answers ORDER BY key").fetchall()
        return storage.fingerprint("answers", 1, {"rows": [list(row) for row in rows]})

    def forget(self, submission_ids: Iterable[str]) -> None:
        """Remove what was made from the words of these requests; it is overwritten on the disk."""
        self._connection.execute("PRAGMA secure_delete = ON")
        with self._connection:
            self._connection.executemany(
                "DELETE FROM answers WHERE submission_id = ?", [(each,) for each in submission_ids]
            )


@contextmanager
def open_answers(corpus: Corpus) -> Iterator[ModelAnswers]:
    """The answers of a corpus; the file is made when it is missing. It lies where the ledger lies: on a local disk.

    Raises:
        CorpusError: the file is no SQLite database.
        StorageError: it cannot be written.
    """
    path = _path(corpus)
    with storage.explain_disk_errors(str(path)):
        path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path)
    try:
        connection.execute(_TABLE)
        yield ModelAnswers(connection)
    except sqlite3.DatabaseError as error:
        raise CorpusError(f"{path}: {error}. Move the file away to start again; its answers are lost then.") from error
    finally:
        connection.close()


def forget_answers(corpus: Corpus, submission_ids: Iterable[str]) -> None:
    """Remove what models made of the words of these requests, if ever one was asked."""
    if _path(corpus).exists():
        with open_answers(corpus) as answers:
            answers.forget(submission_ids)


def read_model_in_use(corpus: Corpus) -> ModelInUse | None:
    """Whose answers go into the dataset; None as long as nothing has been rewritten."""
    found = storage.read_json(corpus.fs, corpus.path("rewrites", "in_use.json"))
    return ModelInUse(**found) if found else None


def set_model_in_use(corpus: Corpus, chosen: ModelInUse) -> None:
    """Let the answers of this model and prompt go into the dataset, instead of those of any other."""
    storage.write_json(corpus.fs, corpus.path("rewrites", "in_use.json"), asdict(chosen))


def answers_stamp(corpus: Corpus) -> str:
    """Changes whenever an answer is added: what the tables made from the answers depend on."""
    if not _path(corpus).exists():
        return ""
    with open_answers(corpus) as answers:
        return answers.stamp()


def _path(corpus: Corpus) -> Path:
    if isinstance(corpus.fs, LocalFileSystem):
        return Path(corpus.root) / "rewrites" / "answers.sqlite"
    return corpus.ledger_path.with_suffix(".answers.sqlite")
