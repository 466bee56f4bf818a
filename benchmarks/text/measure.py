"""Measure the speed of instructions and task types on one core, and count what people ask for.

Read the real requests in ../shared, or the file that is given: a dump, or JSON lines with `title` and `selftext`.
Longer texts take longer, so measure your own dump: `python benchmarks/text/measure.py DUMP`.
Figures are CPU time, the best of several rounds. Other processes on the machine still slow caches and memory down.
Compare two versions in turns on one machine.
"""

import contextlib
import html
import json
import sys
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

from made_records import SUBMISSION

from photoshop_request.reddit.archives import Archive
from photoshop_request.reddit.records import Submission
from photoshop_request.text.request.chitchat import chitchat
from photoshop_request.text.request.instruction import instruction
from photoshop_request.text.request.request_sentences import request_sentences
from photoshop_request.text.request.task_types import task_types
from photoshop_request.training.sampling import TaskPolicy, sampling_weights

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "reddit" / "picrequests.jsonl"
ROUNDS = 9
TARGET = 5_000
"""Submissions per second of one core: instruction, language and task types together."""


def submission(row: dict[str, str]) -> Submission:
    text = html.unescape(row.get("selftext") or "")
    return replace(SUBMISSION, title=html.unescape(row["title"]), selftext=text)


def read(path: Path) -> list[dict[str, str]]:
    """Return the submissions of a dump. Broken lines are skipped."""
    rows = []
    for batch in Archive(path).batches():
        for line in batch.lines:
            with contextlib.suppress(ValueError):
                row = json.loads(line)
                rows += [row] if isinstance(row, dict) and "title" in row else []
    return rows


def per_second(work: Callable[[], object], count: int) -> float:
    """Return `count` divided by the CPU seconds of `work`, the best of several rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return count / best


def main(path: Path) -> None:
    rows = [submission(row) for row in read(path)]
    letters = sum(len(row.title) + len(row.selftext) for row in rows) / len(rows)
    instructions = [instruction(row) for row in rows]
    requests = [result for result in instructions if result.is_edit_request]
    print(f"{len(rows)} submissions of {letters:.0f} characters, {len(requests)} of them edit requests")

    print("\nsubmissions per second of one core")
    only_types = per_second(lambda: [task_types(result.text) for result in instructions], len(rows))
    both = per_second(lambda: [task_types(instruction(row).text) for row in rows], len(rows))
    print(f"  instruction, language {per_second(lambda: [instruction(row) for row in rows], len(rows)):8.0f}")
    print(f"  task types            {only_types:8.0f}")
    print(f"  together              {both:8.0f}  ({both * letters / 1e6:.2f} million characters)")
    print(f"  target                {TARGET:8.0f}  (reached: {both / TARGET:.0%})")
    tracemalloc.start()
    for row in rows:
        task_types(instruction(row).text)
    print(f"  peak memory           {tracemalloc.get_traced_memory()[1] / 1e6:8.2f} MB beside the rows")

    print("\nposts that are no request, by reason")
    for reason, count in Counter(result.no_request for result in instructions if result.no_request).most_common():
        print(f"  {reason:16} {count / len(rows):6.1%}")

    print("\nchit-chat, % of sentences")
    sentences = [sentence for row in rows for sentence in request_sentences(row, ())]
    kinds = (chitchat(sentence.lower, sentence.words, sentence.bare_words) for sentence in sentences)
    for kind, count in Counter(filter(None, kinds)).most_common():
        print(f"  {kind:16} {count / len(sentences):6.1%}")

    print("\nlanguages", dict(Counter(result.language for result in instructions).most_common()))
    print("\ntask types: requests, %, weight balanced, weight at temperature 2")
    tasks = Counter(score.task.value for request in requests for score in task_types(request.text))
    balanced, warm = sampling_weights(tasks, TaskPolicy.BALANCED), sampling_weights(tasks, TaskPolicy.TEMPERATURE)
    for task, count in tasks.most_common():
        print(f"  {task:16} {count:5} {count / len(requests):6.1%} {balanced[task]:7.2f} {warm[task]:6.2f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED)
