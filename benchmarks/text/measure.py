"""How fast the text stages are, on one core, which rules do the work, and what people ask for.

Reads the real requests in ../shared, or the file that is given: a dump, or one JSON object with `title` and `selftext` a
line. Longer texts take longer: `python benchmarks/text/measure.py DUMP` for those of your own.
Figures are processor time, the best of a few rounds. That leaves out waiting, not the caches and memory that neighbours
take: on a busy machine they are too low. Compare two versions only in turns on one machine.
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
from photoshop_request.text.request.instruction import instruction
from photoshop_request.text.request.task_types import task_types
from photoshop_request.training.task_weights import Policy, sampling_weights

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "reddit" / "picrequests.jsonl"
ROUNDS = 9
TARGET = 5_000
"""Submissions a second of one core: instruction, language and task types together."""


def submission(row: dict[str, str]) -> Submission:
    text = html.unescape(row.get("selftext") or "")
    return replace(SUBMISSION, title=html.unescape(row["title"]), selftext=text)


def read(path: Path) -> list[dict[str, str]]:
    """The submissions of a dump; broken lines are left out."""
    found = []
    for batch in Archive(path).batches():
        for line in batch.lines:
            with contextlib.suppress(ValueError):
                row = json.loads(line)
                found += [row] if isinstance(row, dict) and "title" in row else []
    return found


def per_second(work: Callable[[], object], count: int) -> float:
    """Things a second of processor time, the best of a few rounds: the machine may be shared."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return count / best


def main(path: Path) -> None:
    rows = [submission(row) for row in read(path)]
    letters = sum(len(row.title) + len(row.selftext) for row in rows) / len(rows)
    found = [instruction(row) for row in rows]
    asked = [each for each in found if each.is_edit_request]
    print(f"{len(rows)} submissions of {letters:.0f} characters, {len(asked)} of them edit requests")

    print("\nsubmissions a second of one core")
    print(f"  instruction, language {per_second(lambda: [instruction(row) for row in rows], len(rows)):8.0f}")
    print(f"  task types            {per_second(lambda: [task_types(each.text) for each in found], len(rows)):8.0f}")
    both = per_second(lambda: [task_types(instruction(row).text) for row in rows], len(rows))
    print(f"  together              {both:8.0f}  ({both * letters / 1e6:.2f} million characters)")
    print(f"  target                {TARGET:8.0f}  (reached: {both / TARGET:.0%})")
    tracemalloc.start()
    for row in rows:
        task_types(instruction(row).text)
    print(f"  memory at most        {tracemalloc.get_traced_memory()[1] / 1e6:8.2f} MB beside the rows")

    print("\nshare of submissions on which each rule fires")
    rules = Counter(rule for each in found for rule in each.rules)
    for rule, count in rules.most_common():
        print(f"  {rule:16} {count / len(rows):6.1%}")

    print("\nlanguages", dict(Counter(each.language for each in found).most_common()))
    print("\nwhat is asked for: requests, share, weight balanced, weight at temperature 2")
    tasks = Counter(each.task.value for request in asked for each in task_types(request.text))
    balanced, warm = sampling_weights(tasks, Policy.BALANCED), sampling_weights(tasks, Policy.TEMPERATURE)
    for task, count in tasks.most_common():
        print(f"  {task:16} {count:5} {count / len(asked):6.1%} {balanced[task]:7.2f} {warm[task]:6.2f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED)
