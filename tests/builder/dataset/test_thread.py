"""Read whole threads with the names of everybody who wrote in them."""

from pathlib import Path

from thread_corpus import BEGIN, Runs, again, comment, edited, encode, photo, post

from photoshop_request_builder.dataset.publication import read_policy
from photoshop_request_builder.dataset.thread import read_threads
from photoshop_request_builder.store.corpus import create_corpus
from photoshop_request_builder.store.tombstones import TombstoneKind, TombstoneTarget, add_tombstones

LAW = {"removed_by_category": "copyright_takedown", "body": "[removed]"}
MODERATOR = {"removed_by_category": "moderator", "body": "[removed]"}


def test_names_are_collected_before_comments_are_filtered(tmp_path: Path) -> None:
    """Authors of comments that are taken down or removed are named in the texts that stay."""
    runs = Runs(create_corpus(tmp_path / "corpus", subreddits=("PhotoshopRequest",), shards=1), tmp_path)
    source, edit = "https://i.redd.it/aaaaaaaaaaaa1.png", "https://i.redd.it/aaaaaaaaaaaa2.png"
    runs.pictures = {source: encode(photo(1)), edit: encode(edited(1))}
    names = ["zorvex", "quibly", "kradwo"]
    written = [
        comment(f"c{number}x", "r1", "Nice.", BEGIN + number, author=name)
        for number, name in enumerate(names, start=200)
    ]
    runs.run(
        post("r1", source, title="Remove zorvex from the picture, and the hats of quibly and kradwo"),
        comment("e1x", "r1", f"Here: {edit}"),
        *written,
        again(written[1], **LAW),
        again(written[2], **MODERATOR),
    )
    add_tombstones(runs.corpus, [TombstoneTarget(TombstoneKind.COMMENT, written[0]["id"])])
    runs.run()
    [thread] = read_threads(runs.corpus, 0, None, read_policy(runs.corpus))
    assert written[0]["id"] not in {comment.id for comment in thread.comments}
    # the name of a comment removed by law is erased, here and in the title
    assert thread.names == {"zorvex", "kradwo", "askerr1", "solvere1x"}
    [row] = runs.rows("triplets")
    assert row["title"] == "Remove [user] from the picture, and the hats of [user] and [user]"
