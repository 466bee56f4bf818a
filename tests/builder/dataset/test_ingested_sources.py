"""Tests of the totals of each ingested source."""

import json
from calendar import timegm
from pathlib import Path
from typing import Any

from photoshop_request.reddit.coverage import Gap
from photoshop_request_builder.dataset.ingested_sources import ingested_sources
from photoshop_request_builder.stages import ingest
from photoshop_request_builder.store.corpus import create_corpus
from photoshop_request_builder.store.incoming import IngestSummary, read_parts


def _part(source: str, **changes: Any) -> IngestSummary:
    values = {
        "source": source, "part": "p", "input": "x.zst", "fingerprint": "f", "size": 10, "ending": "complete", "detail": "",
        "lines": 10, "submissions": 4, "comments": 3, "other_subreddits": 2, "blank": 0, "rejected": {"not_json": 1},
        "months": {"submissions": {"2020-01": 4}, "comments": {}}, "first_utc": 5, "last_utc": 9, **changes,
    }  # fmt: skip
    return IngestSummary(**values)


def test_parts_of_a_source_are_added_and_all_sources_come_last() -> None:
    """Numbers are summed, and time spans united."""
    totals = ingested_sources([_part("reddit"), _part("archive"), _part("archive", first_utc=1, rejected={"no_id": 2})])
    assert [total.source for total in totals] == ["archive", "reddit", "all"]
    archive = totals[0]
    assert (archive.parts, archive.lines, archive.size, archive.submissions) == (2, 20, 20, 8)
    assert archive.rejected == {"no_id": 2, "not_json": 1}
    assert (archive.first_utc, archive.last_utc) == (1, 9)
    assert totals[-1].months["submissions"] == {"2020-01": 12}


def test_unfinished_inputs_are_named() -> None:
    """The detail tells what is known."""
    [total] = ingested_sources([_part("archive", ending="truncated", detail="after 5 bytes")])
    assert total.unfinished == ("x.zst: truncated, after 5 bytes",)
    assert ingested_sources([]) == []


def test_missing_months_are_found(tmp_path: Path) -> None:
    """They are found from the files of an archive."""
    corpus = create_corpus(tmp_path / "corpus", subreddits=("PhotoshopRequest",), shards=4)
    post = {"id": "abc", "title": "t", "subreddit": "PhotoshopRequest", "permalink": "/r/x/"}
    comment = {"id": "abc", "link_id": "t3_abc", "body": "b", "subreddit": "PhotoshopRequest"}
    months = [(2022, month) for month in range(1, 12)] + [(2024, month) for month in range(10, 13)]
    lines = [
        json.dumps({**thing, "created_utc": timegm((*month, 1, 0, 0, 0))})
        for month in months
        for thing in (post, comment)
    ]
    (tmp_path / "dump.jsonl").write_text("\n".join(lines))
    ingest.ingest_file(corpus, str(tmp_path / "dump.jsonl"))
    [total] = ingested_sources(read_parts(corpus))
    assert total.holes == {table: (Gap("2022-12", "2024-09", 22, 0),) for table in ("submissions", "comments")}
    assert len(total.months["comments"]) == 36
