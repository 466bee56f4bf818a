"""Tests of finding the original JSON of submissions and comments."""

import json
from pathlib import Path

import pytest

from photoshop_request.errors import InputError
from photoshop_request_builder.stages import ingest
from photoshop_request_builder.store.corpus import Corpus, create_corpus
from photoshop_request_builder.store.source_objects import find_observations


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    corpus = create_corpus(tmp_path / "corpus", subreddits=("PhotoshopRequest",), shards=4)
    post = {"id": "abc", "title": "t", "subreddit": "PhotoshopRequest", "permalink": "/r/x/", "extra": {"kept": True}}
    comment = {"id": "abc", "link_id": "t3_abc", "body": "b", "subreddit": "PhotoshopRequest"}
    lines = [json.dumps({**thing, "created_utc": 1_640_000_000 + day}) for day in range(3) for thing in (post, comment)]
    (tmp_path / "dump.jsonl").write_text("\n".join(lines))
    ingest.ingest_file(corpus, str(tmp_path / "dump.jsonl"))
    return corpus


def test_every_observation_comes_back_byte_for_byte(corpus: Corpus, tmp_path: Path) -> None:
    """A prefix limits the search to submissions or comments."""
    lines = (tmp_path / "dump.jsonl").read_bytes().splitlines()
    assert {observation.line for observation in find_observations(corpus, "abc")} == set(lines)
    posts = find_observations(corpus, "t3_ABC")
    assert {post.table for post in posts} == {"submissions"}
    assert all(json.loads(post.line)["extra"] == {"kept": True} for post in posts)
    assert {comment.table for comment in find_observations(corpus, "t1_abc")} == {"comments"}


def test_an_unknown_id_is_named(corpus: Corpus) -> None:
    """The message has the id."""
    with pytest.raises(InputError, match="zzz"):
        find_observations(corpus, "zzz")
