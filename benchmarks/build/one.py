"""Time one run of `ours`, or of `bare`, the disk's limit. Print seconds, bytes and peak memory as JSON."""

import json
import os
import resource
import shutil
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from photoshop_request.schema import features
from photoshop_request_builder.dataset.files import dataset_files, file_fingerprints
from photoshop_request_builder.stages import build
from photoshop_request_builder.store.corpus import open_corpus


def bare(folder: str) -> int:
    """Read the pictures of the triplets in order, and write them with pyarrow only."""
    corpus = open_corpus(folder)
    out = Path(folder, "bare")
    out.mkdir(exist_ok=True)
    written = 0
    for built in sorted(Path(folder, "dataset", "triplets").glob("*.parquet")):
        names = pq.read_table(built, columns=["source_sha256", "edited_sha256"]).to_pylist()
        with pq.ParquetWriter(out / built.name, pa.schema({"source": pa.binary(), "edited": pa.binary()})) as writer:
            for start in range(0, len(names), 16):
                rows = [
                    {
                        name: Path(corpus.image_path(row[f"{name}_sha256"], "jpg")).read_bytes()
                        for name in ("source", "edited")
                    }
                    for row in names[start : start + 16]
                ]
                writer.write_table(pa.Table.from_pylist(rows, schema=writer.schema))
        with (out / built.name).open("rb+") as file:
            os.fsync(file.fileno())
        written += (out / built.name).stat().st_size
    shutil.rmtree(out)
    return written


def ours(folder: str) -> int:
    """Build the triplets like the stage, in one process."""
    corpus = open_corpus(folder)
    files = [file for file in dataset_files(corpus) if file.config == "triplets"]
    for file in files:
        build.write_file(corpus, file, file_fingerprints(corpus, [file])[0])
    return sum(Path(corpus.path("dataset", "triplets", file.name)).stat().st_size for file in files)


def drop_page_cache(folder: str) -> None:
    """Drop the pictures from the page cache, so that both programs wait for the disk as with a large corpus."""
    os.sync()
    for path in Path(folder, "images").rglob("*.jpg"):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def main() -> None:
    """`one.py WHICH CORPUS`."""
    features()  # imports `datasets` before the clock starts
    drop_page_cache(sys.argv[2])
    began = time.perf_counter()
    size = {"bare": bare, "ours": ours}[sys.argv[1]](sys.argv[2])
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": round(seconds, 2), "bytes": size, "peak_mb": round(peak)}))


if __name__ == "__main__":
    main()
