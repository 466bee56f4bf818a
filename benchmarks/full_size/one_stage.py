"""Run one stage and print its cost as JSON: `one_stage.py STAGE CORPUS WORKERS [FILES… | MIRROR]`."""

import contextlib
import json
import resource
import sys
import threading
import time
from pathlib import Path
from typing import Any

from photoshop_request_builder.engine.jobs import local_engine
from photoshop_request_builder.engine.running import Reporter, run_stage
from photoshop_request_builder.stages import fetch, ingest
from photoshop_request_builder.stages.declared import stage_named
from photoshop_request_builder.stages.fetching.fetch_settings import FetchSettings, site_rates
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus, create_corpus
from photoshop_request_builder.store.incoming import read_parts

_COUNTED = {
    "ingest": ("submissions", "comments"),
    "merge": ("submissions", "comments"),
    "link": ("links",),
    "gather": ("pictures",),
    "pair": ("candidates",),
}
"""Tables whose rows count for a stage. For the others, the requests count."""
_SILENT = Reporter(lambda _: None, lambda *_: contextlib.nullcontext(lambda _: None))
_FREE = {"*": float("inf"), "i.redd.it": float("inf"), "imgur.com": float("inf"), "drive.google.com": float("inf")}


def main() -> None:
    """Run the stage and print its cost."""
    stage, folder, workers, *more = sys.argv[1:]
    corpus = create_corpus(folder)
    stop, peaks = threading.Event(), {"largest": 0, "together": 0}
    watch = threading.Thread(target=_watch, args=(stop, peaks))
    watch.start()
    began = time.perf_counter()
    rows = _run(stage, corpus, int(workers), more)
    seconds = time.perf_counter() - began
    stop.set()
    watch.join()
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(
        json.dumps(
            {
                "seconds": round(seconds, 2),
                "cpu": round(sum(usage.ru_utime + usage.ru_stime for usage in used), 2),
                **{f"{name}_mb": round(peak / 1024) for name, peak in peaks.items()},
                "rows": rows,
            }
        )
    )


def _run(stage: str, corpus: Corpus, workers: int, more: list[str]) -> int:
    """Run the stage, and return its number of rows."""
    if stage == "fetch":
        rates, other = site_rates(_FREE)
        settings = FetchSettings(mirror=more[0], rates=rates, other=other, concurrency=32)
        return sum(fetch.fetch_corpus(corpus, settings).states.values())
    with local_engine(1 if stage_named(stage).is_local else workers) as engine:
        if stage == "ingest":
            engine.run(ingest.plan(corpus, more))
        else:
            run_stage(stage_named(stage), corpus, engine=engine, reporter=_SILENT)
    return _rows(stage, corpus)


def _rows(stage: str, corpus: Corpus) -> int:
    if stage == "ingest":
        return sum(part.kept for part in read_parts(corpus))
    if stage in {"measure", "build"}:
        return sum(row["rows"] for shard in range(corpus.shards) for row in _sizes(corpus, shard))
    names = _COUNTED.get(stage, ("submissions",))
    paths = [corpus.shard_path(shard, name) for shard in range(corpus.shards) for name in names]
    return sum(stamp.rows for path in paths if (stamp := storage.read_stamp(corpus.fs, path)))


def _sizes(corpus: Corpus, shard: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = storage.read_table(corpus.fs, corpus.shard_path(shard, "sizes")).to_pylist()
    return rows


def _watch(stop: threading.Event, peaks: dict[str, int]) -> None:
    """Record the peak memory of any process, and of this process with its children, in kilobytes."""
    while not stop.wait(0.2):
        held = [_memory(process) for process in ("self", *_children())]
        peaks["largest"] = max(peaks["largest"], *(peak for peak, _ in held))
        peaks["together"] = max(peaks["together"], sum(now for _, now in held))


def _memory(process: str) -> tuple[int, int]:
    """Return peak and current resident kilobytes. `getrusage` would not do: a child inherits its parent's peak."""
    with contextlib.suppress(OSError):
        status = dict(line.split(":", 1) for line in Path("/proc", process, "status").read_text().splitlines())
        peak, now = (int(status[name].split()[0]) if name in status else 0 for name in ("VmHWM", "VmRSS"))
        return peak, now
    return 0, 0


def _children() -> list[str]:
    """Return the ids of the child processes."""
    return [child for task in Path("/proc/self/task").iterdir() for child in (task / "children").read_text().split()]


if __name__ == "__main__":
    main()
