"""Write the published files, `dataset/CONFIG/SPLIT-00000-of-0000N.parquet`, and the card."""

from functools import partial
from pathlib import Path

from photoshop_request.schema import CONFIGS
from photoshop_request_builder.dataset.card import card
from photoshop_request_builder.dataset.files import (
    DatasetFile,
    built_records,
    dataset_files,
    file_fingerprints,
    is_as_built,
    read_record,
    record_path,
)
from photoshop_request_builder.dataset.parquet_writer import write_rows
from photoshop_request_builder.dataset.rows import dataset_rows
from photoshop_request_builder.engine.jobs import Job
from photoshop_request_builder.engine.stage import Stage
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus, scratch_folder


def plan(_stage: Stage, corpus: Corpus) -> list[Job[None]]:
    """Return a job for each file that is missing, damaged or made from other content."""
    jobs = []
    files = dataset_files(corpus)
    for file, fingerprint in zip(files, file_fingerprints(corpus, files), strict=True):
        record = read_record(corpus, file)
        if record and record["fingerprint"] == fingerprint and is_as_built(corpus, file, record, deep=False):
            continue
        jobs.append(Job(f"{file.config}/{file.name}", partial(write_file, corpus, file, fingerprint)))
    return jobs


def write_file(corpus: Corpus, file: DatasetFile, fingerprint: str) -> None:
    """Write one file, then the record with its fingerprint."""
    path = corpus.path("dataset", file.config, file.name)
    with scratch_folder(corpus) as scratch, storage.explain_disk_errors(path):
        local = Path(scratch, file.name)
        rows = dataset_rows(corpus, file.config, file.shards, file.split)
        written = write_rows(local, file.config, (row for _, row in rows))
        storage.move_file(corpus.fs, str(local), path)
    record = {"fingerprint": fingerprint, "bytes": written.bytes, "rows": written.rows, "sha256": written.sha256}
    storage.write_json(corpus.fs, record_path(corpus, file), record)


def finish(corpus: Corpus) -> None:
    """Remove files that no longer belong to the dataset, and write its card."""
    names = {(file.config, file.name) for file in dataset_files(corpus)}
    for config in CONFIGS:
        for folder, suffix in (("dataset", ""), ("built", ".json")):
            for path in corpus.find(f"{folder}/{config}/*.parquet{suffix}"):
                if (config, path.rsplit("/", 1)[1].removesuffix(".json")) not in names:
                    corpus.fs.rm_file(path)
    made = card.card_writer(corpus, list(built_records(corpus).items()))(None, CONFIGS, CONFIGS)
    for path, text in {**made.charts, "README.md": made.readme}.items():
        storage.write_bytes(corpus.fs, corpus.path("dataset", path), text.encode())
    for path in corpus.find("dataset/figures/*.svg"):
        if f"figures/{path.rsplit('/', 1)[1]}" not in made.charts:
            corpus.fs.rm_file(path)
