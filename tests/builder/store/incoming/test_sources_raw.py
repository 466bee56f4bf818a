"""What each source gave is shown with its holes, and every object can be seen as it came."""

import json
from calendar import timegm

import pytest

from photoshop_request.errors import InputError
from photoshop_request.reddit.coverage import Gap
from photoshop_request_builder.dataset.ingested_sources import ingested_sources
from photoshop_request_builder.stages import ingest
from photoshop_request_builder.store.corpus import create_corpus
from photoshop_request_builder.store.incoming import IngestSummary, read_parts
from photoshop_request_builder.store.source_objects import find_observations


def _part(source: str, **changes) -> IngestSummary:
    values = {
        "source": source, "part": "p", "input": "x.zst", "fingerprint": "f", "size": 10, "ending": "complete", "detail": "",
        "lines": 10, "submissions": 4, "comments": 3, "other_subreddits": 2, "blank": 0, "rejected": {"not_json": 1},
        "months": {"submissions": {"2020-01": 4}, "comments": {}}, "first_utc": 5, "last_utc": 9, **changes,
    }  # fmt: skip
    return IngestSummary(**values)


def test_parts_of_a_source_are_added_and_all_sources_come_last():
    found = ingested_sources([_part("reddit"), _part("archive"), _part("archive", first_utc=1, rejected={"no_id": 2})])
    assert [status.source for status in found] == ["archive", "reddit", "all"]
    archive = found[0]
    assert (archive.parts, archive.lines, archive.size, archive.submissions) == (2, 20, 20, 8)
    assert archive.rejected == {"no_id": 2, "not_json": 1}
    assert (archive.first_utc, archive.last_utc) == (1, 9)
    assert found[-1].months["submissions"] == {"2020-01": 12}


def test_unfinished_inputs_are_named():
    [status] = ingested_sources([_part("archive", ending="truncated", detail="after 5 bytes")])
    assert status.unfinished == ("x.zst: truncated, after 5 bytes",)
    assert ingested_sources([]) == []


@pytest.fixture
def corpus(tmp_path):
    corpus = create_corpus(tmp_path / "corpus", subreddits=("PhotoshopRequest",), shards=4)
    post = {"id": "abc", "title": "t", "subreddit": "PhotoshopRequest", "permalink": "/r/x/", "extra": {"kept": True}}
    comment = {"id": "abc", "link_id": "t3_abc", "body": "b", "subreddit": "PhotoshopRequest"}
    months = [(2022, month) for month in range(1, 12)] + [(2024, month) for month in range(10, 13)]
    lines = [
        json.dumps({**thing, "created_utc": timegm((*month, 1, 0, 0, 0))})
        for month in months
        for thing in (post, comment)
    ]
    (tmp_path / "dump.jsonl").write_text("\n".join(lines))
    ingest.ingest_file(corpus, str(tmp_path / "dump.jsonl"))
    return corpus


def test_a_missing_time_is_visible_from_files_to_status(corpus):
    [status] = ingested_sources(read_parts(corpus))
    assert status.holes == {table: (Gap("2022-12", "2024-09", 22, 0),) for table in ("submissions", "comments")}
    assert len(status.months["comments"]) == 36


def test_every_observation_comes_back_byte_for_byte(corpus, tmp_path):
    lines = (tmp_path / "dump.jsonl").read_bytes().splitlines()
    assert {raw.line for raw in find_observations(corpus, "abc")} == set(lines)
    posts = find_observations(corpus, "t3_ABC")
    assert {raw.table for raw in posts} == {"submissions"}
    assert all(json.loads(raw.line)["extra"] == {"kept": True} for raw in posts)
    assert {raw.table for raw in find_observations(corpus, "t1_abc")} == {"comments"}


def test_an_unknown_id_is_named(corpus):
    with pytest.raises(InputError, match="zzz"):
        find_observations(corpus, "zzz")
