"""Fetch pictures into a fresh corpus without rate limits. Usage: ours.py FOLDER BASE NUMBER CONCURRENCY

Prints JSON.
"""

import json
import resource
import sys
import time

from photoshop_request.media.addresses.hosts import classify
from photoshop_request.media.http.rate_limits import Rate
from photoshop_request_builder.stages.fetch import fetch_corpus
from photoshop_request_builder.stages.fetching.fetch_settings import FetchSettings
from photoshop_request_builder.store.corpus import create_corpus
from photoshop_request_builder.store.ledger import open_ledger
from photoshop_request_builder.store.ledger_rows import NewAddress


def main() -> None:
    """Fetch NUMBER pictures of one host."""
    folder, base, number, concurrency = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    corpus = create_corpus(folder, subreddits=("PhotoshopRequest",), shards=1)
    with open_ledger(corpus.ledger_path) as ledger:
        ledger.add(NewAddress(classify(f"https://bench.example.org/{i}.jpg").canonical) for i in range(number))
    settings = FetchSettings(mirror=base, other=Rate(float("inf"), concurrency), concurrency=concurrency)
    start, cpu = time.perf_counter(), time.process_time()
    done = fetch_corpus(corpus, settings)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    assert done.states == {"ok": number}, done
    print(
        json.dumps(
            {
                "seconds": seconds,
                "cpu": cpu,
                "rss_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


if __name__ == "__main__":
    main()
