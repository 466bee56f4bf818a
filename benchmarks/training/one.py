"""Measure one loader in its own process: `python one.py NAME FOLDER SECONDS` prints JSON."""

import gc
import json
import os
import resource
import sys
import time
from pathlib import Path

import contestants
import cv2


def main() -> None:
    name, folder, seconds = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])
    cv2.setNumThreads(1)
    if name != "raw limit":
        import torch

        torch.set_num_threads(1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    batches = contestants.CONTESTANTS[name](folder)
    first, rate, busy = contestants.count(batches, time.perf_counter, time.process_time, seconds)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    batches.close()
    del batches
    gc.collect()
    worker = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(
        json.dumps(
            {"rate": rate, "first": first, "busy": busy * 1e3, "own": (peak - before) / 1e3, "worker": worker / 1e3}
        ),
        flush=True,
    )
    os._exit(0)  # threads of the raw limit never end


if __name__ == "__main__":
    main()
