"""Define submissions and comments, in one form for all sources and years.

They are frozen msgspec structs, because every line of a dump becomes a record. Creating a struct takes 0.16 us and a
frozen dataclass of 26 fields 4.6 us, while orjson parses the line in 3 to 7 us. `gc=False` is safe, because records
cannot form a cycle. `msgspec.structs` has `replace`, `fields` and `asdict` for them.
"""

import msgspec

DELETED = "deleted"
"""`Media.status` of a gallery item that its author deleted (Reddit's `is_deleted`)."""


class Media(msgspec.Struct, frozen=True, gc=False):
    """Hold one entry of Reddit's `media_metadata`, in the order of display (`gallery_data.items` for galleries)."""

    media_id: str
    kind: str
    """Reddit's `e`: Image, AnimatedImage or RedditVideo. Empty if missing."""
    status: str
    """Reddit's `status`: valid, failed, unprocessed, invalid. Or `DELETED`."""
    mime: str = ""
    address: str | None = None
    """`s.u` or `s.gif`, unescaped once: a signed preview at full size. Its file name has the true extension."""
    width: int | None = None
    height: int | None = None
    sticker: str | None = None
    """Reddit's `t` (giphy, emoji, sticker): a reaction, never an edit."""
    caption: str | None = None
    outbound_url: str | None = None


class Submission(msgspec.Struct, frozen=True, gc=False):
    """Hold one post. Texts are unescaped once (`&amp;` -> `&`), ids have no `t3_`, times are Unix seconds in UTC."""

    id: str
    subreddit: str
    author: str | None
    """None if deleted or unknown."""
    created_utc: int
    title: str
    selftext: str
    url: str
    permalink: str
    score: int | None
    num_comments: int | None
    upvote_ratio: float | None
    flair: str | None
    """`link_flair_text`, as written."""
    over_18: bool
    is_self: bool
    stickied: bool
    distinguished: str | None
    edited_utc: int | None
    removed_by_category: str | None
    """Reddit's word for who removed it: `deleted` is the author, others are moderators or Reddit."""
    deleted_by_author: bool
    crosspost_parent: str | None
    """Id of the crossposted submission, without `t3_`. `media` and `preview` are then the parent's."""
    is_gallery: bool
    media: tuple[Media, ...] = ()
    preview: str | None = None
    """`preview.images[0].source.url`: Reddit's signed copy of a linked picture."""
    sources: tuple[str, ...] = ()
    """Names of the inputs that contain it, sorted."""
    first_seen: int | None = None
    last_seen: int | None = None


class Comment(msgspec.Struct, frozen=True, gc=False):
    """Hold one comment, with the conventions of `Submission`."""

    id: str
    submission_id: str
    parent_id: str
    """With its prefix: `t1_…` a comment, `t3_…` the submission."""
    subreddit: str
    author: str | None
    created_utc: int
    body: str
    score: int | None
    is_submitter: bool | None
    """None if the source does not say (before 2018)."""
    author_flair: str | None
    stickied: bool
    distinguished: str | None
    edited_utc: int | None
    removed_by_category: str | None
    deleted_by_author: bool
    permalink: str
    media: tuple[Media, ...] = ()
    sources: tuple[str, ...] = ()
    first_seen: int | None = None
    last_seen: int | None = None
