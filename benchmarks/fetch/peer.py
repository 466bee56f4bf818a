"""Fetch the same pictures with img2dataset, from its own environment. Usage: peer.py FOLDER BASE NUMBER CONCURRENCY

Prints JSON. It runs in one process with CONCURRENCY threads, without resizing and re-encoding, and writes files.
"""

import contextlib
import json
import os
import sys
import time
from pathlib import Path

from img2dataset import download


def main() -> None:
    """Fetch NUMBER pictures."""
    folder, base, number, concurrency = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    folder.mkdir(parents=True, exist_ok=True)
    urls = folder / "urls.txt"
    urls.write_text("".join(f"{base}/bench.example.org/{i}.jpg\n" for i in range(number)))
    start = time.perf_counter()
    with open(os.devnull, "w") as quiet, contextlib.redirect_stdout(quiet):  # noqa: PTH123 - not a file
        download(
            url_list=str(urls),
            output_folder=str(folder / "out"),
            processes_count=1,
            thread_count=concurrency,
            resize_mode="no",
            skip_reencode=True,
            output_format="files",
            number_sample_per_shard=number,
            enable_wandb=False,
        )
    seconds = time.perf_counter() - start
    assert len(list((folder / "out").rglob("*.jpg"))) == number
    print(json.dumps({"seconds": seconds, "cpu": sum(os.times()[:4])}))


if __name__ == "__main__":
    main()
