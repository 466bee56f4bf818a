"""link: every address of a shard's submissions and comments, in order."""

from pathlib import Path

import pytest

from photoshop_request.reddit.records import Comment, Submission
from photoshop_request_builder import storage, tables
from photoshop_request_builder.corpus import Corpus, create_corpus
from photoshop_request_builder.stages import link

SUBMISSION = Submission(
    id="1abcd2", subreddit="PhotoshopRequest", author="asker", created_utc=0, title="t", selftext="", url="https://imgur.com/AbCdE",
    permalink="", score=1, num_comments=1, upvote_ratio=1.0, flair=None, over_18=False, is_self=False, stickied=False,
    distinguished=None, edited_utc=None, removed_by_category=None, deleted_by_author=False, crosspost_parent=None, is_gallery=False,
)  # fmt: skip


def comment(comment_id: str, author: str, body: str, submission_id: str = "1abcd2") -> Comment:
    return Comment(
        id=comment_id, submission_id=submission_id, parent_id=f"t3_{submission_id}", subreddit="PhotoshopRequest", author=author,
        created_utc=0, body=body, score=1, is_submitter=None, author_flair=None, stickied=False, distinguished=None,
        edited_utc=None, removed_by_category=None, deleted_by_author=False, permalink="",
    )  # fmt: skip


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return create_corpus(tmp_path / "corpus", subreddits=("PhotoshopRequest",), shards=1)


def write(corpus: Corpus, comments: list[Comment]) -> None:
    storage.write_table(
        corpus.fs, corpus.shard_path(0, "submissions"), tables.to_table([SUBMISSION], tables.SUBMISSIONS), "s"
    )
    storage.write_table(corpus.fs, corpus.shard_path(0, "comments"), tables.to_table(comments, tables.COMMENTS), "c")


def rows(corpus: Corpus) -> list[tuple[str | None, str, str, str | None]]:
    table = storage.read_table(corpus.fs, corpus.shard_path(0, "links")).to_pylist()
    return [(row["comment_id"], row["canonical"], row["role"], row["reason"]) for row in table]


def test_links_follow_their_request(corpus: Corpus) -> None:
    """The request's own, then each comment's; the asker's comments are their own; orphans are linked too."""
    write(
        corpus,
        [
            comment("c1", "solver", "https://i.imgur.com/FgHiJ.png and ![gif](giphy|x)"),
            comment("c2", "asker", "https://i.imgur.com/KlMnO.png"),
            comment("c3", "solver", "http://10.0.0.1/x.png", "other1"),
        ],
    )
    (job,) = link.plan(corpus)
    job.run()
    assert rows(corpus) == [
        (None, "https://i.imgur.com/AbCdE.jpg", "source", None),
        ("c1", "https://i.imgur.com/FgHiJ.png", "candidate", None),
        ("c1", "giphy:x", "candidate", "not_an_image"),
        ("c2", "https://i.imgur.com/KlMnO.png", "requesters_own", None),
        ("c3", "http://10.0.0.1/x.png", "candidate", "blocked_address"),
    ]
    assert link.plan(corpus) == []


def test_changed_texts_are_linked_again(corpus: Corpus) -> None:
    """Another content of a shard means another fingerprint."""
    write(corpus, [])
    link.plan(corpus)[0].run()
    write(corpus, [comment("c1", "solver", "https://i.imgur.com/FgHiJ.png")])
    (job,) = link.plan(corpus)
    job.run()
    assert len(rows(corpus)) == 2
