"""link: submissions, comments -> every picture address, in order, with role and reason. No request is made."""

from functools import partial

from photoshop_request.media.addresses.links import Link, comment_links, submission_links
from photoshop_request_builder.engine.jobs import Job
from photoshop_request_builder.engine.planning import stale_shards
from photoshop_request_builder.store import storage, tables
from photoshop_request_builder.store.corpus import Corpus

VERSION = 2


def plan(corpus: Corpus) -> list[Job[None]]:
    """The shards whose links are missing or made from other texts or by another rule."""
    reads = ("submissions", "comments")
    return [
        Job(f"shard {shard:05d}", partial(run, corpus, shard, made_of))
        for shard, made_of in stale_shards(corpus, "link", VERSION, reads=reads, writes="links")
    ]


def run(corpus: Corpus, shard: int, fingerprint: str) -> None:
    """Write the links of one shard: submissions in order, each followed by its comments' links."""
    table = tables.to_table(link_shard(corpus, shard), tables.LINKS)
    storage.write_table(corpus.fs, corpus.shard_path(shard, "links"), table, fingerprint)


def link_shard(corpus: Corpus, shard: int) -> list[Link]:
    """Every link of one shard. Comments of submissions that are not there are linked too: nothing is dropped here."""
    submissions = list(tables.submissions_of(storage.read_table(corpus.fs, corpus.shard_path(shard, "submissions"))))
    requesters = {submission.id: submission.author for submission in submissions}
    under: dict[str, list[Link]] = {submission.id: submission_links(submission) for submission in submissions}
    comments = storage.find_table(corpus.fs, corpus.shard_path(shard, "comments"))
    if comments is not None:
        for comment in tables.comments_of(comments):
            links = comment_links(comment, requesters.get(comment.submission_id))
            under.setdefault(comment.submission_id, []).extend(links)
    return [link for links in under.values() for link in links]
