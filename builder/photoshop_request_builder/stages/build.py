"""build: everything -> dataset/CONFIG/SPLIT-00000-of-0000N.parquet, as `load_dataset` reads it."""

from functools import partial
from pathlib import Path

from photoshop_request.schema import CONFIGS
from photoshop_request_builder.dataset.card import card
from photoshop_request_builder.dataset.files import (
    DatasetFile,
    built_records,
    dataset_files,
    file_fingerprints,
    record_path,
)
from photoshop_request_builder.dataset.parquet_writer import write_rows
from photoshop_request_builder.dataset.rows import dataset_rows
from photoshop_request_builder.engine.jobs import Job
from photoshop_request_builder.engine.stage import Stage
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus, scratch_folder


def plan(_stage: Stage, corpus: Corpus) -> list[Job[None]]:
    """Return a job for each file that is missing or made from other content."""
    jobs = []
    wanted = dataset_files(corpus)
    for piece, made_of in zip(wanted, file_fingerprints(corpus, wanted), strict=True):
        done = storage.read_json(corpus.fs, record_path(corpus, piece))
        path = corpus.path("dataset", piece.config, piece.name)
        if done and done["fingerprint"] == made_of and corpus.fs.exists(path) and corpus.fs.size(path) == done["bytes"]:
            continue
        jobs.append(Job(f"{piece.config}/{piece.name}", partial(write_file, corpus, piece, made_of)))
    return jobs


def write_file(corpus: Corpus, piece: DatasetFile, fingerprint: str) -> None:
    """Write one file, then the record that says what it was made from."""
    path = corpus.path("dataset", piece.config, piece.name)
    with scratch_folder(corpus) as scratch, storage.explain_disk_errors(path):
        local = Path(scratch, piece.name)
        rows = dataset_rows(corpus, piece.config, piece.shards, piece.split)
        written = write_rows(local, piece.config, (row for _, row in rows))
        storage.move_file(corpus.fs, str(local), path)
    record = {"fingerprint": fingerprint, "bytes": written.bytes, "rows": written.rows, "sha256": written.sha256}
    storage.write_json(corpus.fs, record_path(corpus, piece), record)


def finish(corpus: Corpus) -> None:
    """Remove files of an earlier cut of the dataset and write the README that `load_dataset` reads."""
    wanted = dataset_files(corpus)
    names = {(piece.config, piece.name) for piece in wanted}
    for config in CONFIGS:
        for folder, suffix in (("dataset", ""), ("built", ".json")):
            for path in corpus.fs.glob(corpus.path(folder, config, f"*.parquet{suffix}")):
                if (config, path.rsplit("/", 1)[1].removesuffix(".json")) not in names:
                    corpus.fs.rm_file(path)
    made = card.card_writer(corpus, list(built_records(corpus).items()))(None, CONFIGS, CONFIGS)
    for path, text in {**made.figures, "README.md": made.readme}.items():
        storage.write_bytes(corpus.fs, corpus.path("dataset", path), text.encode())
    for path in corpus.fs.glob(corpus.path("dataset", "figures", "*.svg")):
        if f"figures/{path.rsplit('/', 1)[1]}" not in made.figures:
            corpus.fs.rm_file(path)
