"""The stage `link` lists every address of a shard's submissions and comments, in order."""

from pathlib import Path

import pytest
from made_records import COMMENT, SUBMISSION
from msgspec.structs import replace

from photoshop_request.reddit.records import Comment
from photoshop_request_builder.engine.planning import plan
from photoshop_request_builder.stages.declared import stage_named
from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.corpus import Corpus, create_corpus

ASKED = replace(SUBMISSION, url="https://imgur.com/AbCdE", is_self=False)


def comment(comment_id: str, author: str, body: str, submission_id: str = SUBMISSION.id) -> Comment:
    return replace(
        COMMENT, id=comment_id, author=author, body=body, submission_id=submission_id, parent_id=f"t3_{submission_id}"
    )


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return create_corpus(tmp_path / "corpus", subreddits=("PhotoshopRequest",), shards=1)


def write(corpus: Corpus, comments: list[Comment]) -> None:
    storage.write_table(
        corpus.fs, corpus.shard_path(0, "submissions"), tables.to_table([ASKED], tables.SUBMISSIONS), "s"
    )
    storage.write_table(corpus.fs, corpus.shard_path(0, "comments"), tables.to_table(comments, tables.COMMENTS), "c")


def rows(corpus: Corpus) -> list[tuple[str | None, str, str, str | None]]:
    table = storage.read_table(corpus.fs, corpus.shard_path(0, "links")).to_pylist()
    return [(row["comment_id"], row["canonical"], row["role"], row["reason"]) for row in table]


def test_links_follow_their_request(corpus: Corpus) -> None:
    """List the request's links, then each comment's, the requester's own comments and orphans too."""
    write(
        corpus,
        [
            comment("c1", "solver", "https://i.imgur.com/FgHiJ.png and ![gif](giphy|x)"),
            comment("c2", "asker", "https://i.imgur.com/KlMnO.png"),
            comment("c3", "solver", "http://10.0.0.1/x.png", "other1"),
        ],
    )
    (job,) = plan(stage_named("link"), corpus)
    job.run()
    assert rows(corpus) == [
        (None, "https://i.imgur.com/AbCdE.jpg", "source", None),
        ("c1", "https://i.imgur.com/FgHiJ.png", "candidate", None),
        ("c1", "giphy:x", "candidate", "not_an_image"),
        ("c2", "https://i.imgur.com/KlMnO.png", "requesters_own", None),
        ("c3", "http://10.0.0.1/x.png", "candidate", "blocked_address"),
    ]
    assert plan(stage_named("link"), corpus) == []


def test_changed_texts_are_linked_again(corpus: Corpus) -> None:
    """Change the fingerprint with the content of the shard."""
    write(corpus, [])
    plan(stage_named("link"), corpus)[0].run()
    write(corpus, [comment("c1", "solver", "https://i.imgur.com/FgHiJ.png")])
    (job,) = plan(stage_named("link"), corpus)
    job.run()
    assert len(rows(corpus)) == 2
