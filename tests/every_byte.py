"""Search every byte of a corpus: tables and databases as rows, all else as it lies on the disk."""

import contextlib
import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from photoshop_request_builder.store.corpus import Corpus


def everything(corpus: Corpus) -> Iterator[tuple[Path, str]]:
    """Yield every file of the corpus with its content as text, tables and databases as rows. Pictures are names."""
    for path in sorted(Path(corpus.root).rglob("*")):
        if not path.is_file():
            continue
        if path.suffix == ".parquet":
            yield path, json.dumps(pq.read_table(path).to_pylist(), default=lambda data: data.decode("latin-1"))
        elif path.suffix == ".sqlite":
            with contextlib.closing(sqlite3.connect(path)) as database:
                yield path, "\n".join(database.iterdump())
            yield path, path.read_bytes().decode("latin-1")
        else:
            yield path, f"{path.name}\n{path.read_bytes().decode('latin-1')}"


def places_of(corpus: Corpus, *words: str) -> list[str]:
    """Return the places where a word stands: the file, and what stands around it."""
    pattern = re.compile("|".join(map(re.escape, words)))
    return [
        f"{path}: {text[max(0, match.start() - 60) : match.end() + 20]!r}"
        for path, text in everything(corpus)
        if (match := pattern.search(text))
    ]
