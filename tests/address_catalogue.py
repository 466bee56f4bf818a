"""The catalogue of address forms: address, kind, canonical address (`=` if the same) and why."""

import csv
from pathlib import Path

CASES = Path(__file__).parent / "photoshop_request" / "media" / "addresses" / "cases"


def rows() -> list[tuple[str, ...]]:
    found = []
    for path in sorted(CASES.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            assert next(reader) == ["address", "kind", "becomes", "why"]
            found.extend(tuple(row) for row in reader)
    return found


ROWS = rows()
