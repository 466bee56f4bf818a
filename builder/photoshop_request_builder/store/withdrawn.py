"""Remember the pictures that their author deleted or the law removed, so that no other post publishes them.

The store holds keyed hashes, as tombstones do, and stays when the rows and pictures are erased. A perceptual hash is
combined with a secret pad by XOR, which keeps the distance of two hashes and hides both.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photoshop_request.errors import CorpusError
from photoshop_request.media.addresses.hosts import identity
from photoshop_request.media.files.hashes import from_hex
from photoshop_request.reddit.removals import RemovedBy
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus
from photoshop_request_builder.store.tombstones import mark_of, read_salt

PATH = "takedown/withdrawn.json"
PHASH_RADIUS, DHASH_RADIUS = 4, 6
"""Maximum distances in bits at which two pictures count as the same. Both must hold. Of the development pictures, all 39
that a site encoded again or resized are this near. So are 22 of 162,771 pairs of others, and all show the same scene."""


@dataclass(frozen=True, slots=True)
class WithdrawnPicture:
    """A picture of a withdrawn post, or a deleted one of a gallery. Every value but the first three is keyed."""

    by: RemovedBy
    utc: int
    """Unix seconds when the post was created, or the second after it if the post itself stands."""
    is_source: bool
    """True if a requester posted it, False for a solver's edit."""
    address: str
    sha256: str | None = None
    """None if it was never fetched."""
    phash: int | None = None
    """None if it was never fetched, or if its hash means nothing."""
    dhash: int | None = None


@dataclass(frozen=True, slots=True)
class PostedPicture:
    """A picture of a post that stands."""

    addresses: tuple[str, ...]
    is_source: bool
    request_utc: int
    """Unix seconds when the request was created."""
    utc: int
    """Unix seconds when the submission or comment with the picture was created."""
    sha256: str | None = None
    hashes: tuple[str, str] | None = None
    """pHash and dHash in hex. None if they mean nothing."""
    source_distance: int | None = None
    """pHash distance of an edit to its source."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The withdrawn posts and pictures of a corpus."""

    key: "Key"
    posts: Mapping[str, RemovedBy]
    """Keyed full name (`t3_…`, `t1_…`) -> who removed it."""
    pictures: tuple[WithdrawnPicture, ...]
    _by_name: Mapping[str, list[WithdrawnPicture]] = field(repr=False)
    """Keyed address or SHA-256 -> pictures."""
    _near: tuple[list[WithdrawnPicture], NDArray[np.uint64], NDArray[np.uint64]] = field(repr=False)
    """Pictures with hashes, their pHashes and dHashes."""

    def __bool__(self) -> bool:
        """Return True if anything is withdrawn."""
        return bool(self.posts or self.pictures)

    def post(self, fullname: str | None) -> RemovedBy | None:
        """Return who removed a submission (`t3_…`) or comment (`t1_…`), or None if it stands."""
        return self.posts.get(self.key.name(fullname)) if fullname and self.posts else None

    def remembers(self, sha256: str) -> bool:
        """Return True if a withdrawn post showed a picture with these bytes."""
        return bool(self.pictures) and self.key.name(sha256) in self._by_name

    def picture(self, posted: PostedPicture) -> RemovedBy | None:
        """Return who removed the same picture elsewhere, or None.

        An author's deletion does not reach back: whoever posted the picture earlier keeps it. What the law removed, and
        what a crosspost of a deleted post shows, is covered at any time.
        """
        if not self.pictures:
            return None
        names = [self.key.address(address) for address in posted.addresses]
        names += [self.key.name(posted.sha256)] if posted.sha256 else []
        equal = [picture for name in names for picture in self._by_name.get(name, ())]
        found = {picture.by for picture in (*equal, *self._near_ones(posted)) if _reaches(picture, posted)}
        return max(found, default=None)  # the law, if both

    def _near_ones(self, posted: PostedPicture) -> Iterable[WithdrawnPicture]:
        """Return the pictures with near hashes. Edits of one source look alike, so a subtle edit has none."""
        is_subtle = posted.source_distance is not None and posted.source_distance <= PHASH_RADIUS
        pictures, phashes, dhashes = self._near
        if posted.hashes is None or is_subtle or not pictures:
            return ()
        phash, dhash = (np.uint64(self.key.pad(value)) for value in posted.hashes)
        is_near = (np.bitwise_count(phashes ^ phash) <= PHASH_RADIUS) & (
            np.bitwise_count(dhashes ^ dhash) <= DHASH_RADIUS
        )
        near = (pictures[index] for index in np.flatnonzero(is_near).tolist())
        return [picture for picture in near if picture.is_source or not posted.is_source]


@dataclass(frozen=True, slots=True)
class Key:
    """The secret of a corpus, as a key of hashes."""

    salt: bytes

    def address(self, canonical: str) -> str:
        """Return the keyed hash of an address, the same for all its spellings."""
        return self.name(identity(canonical))

    def name(self, value: str) -> str:
        """Return the keyed hash of a full name or SHA-256."""
        return hashlib.blake2b(value.encode(), digest_size=16, key=self.salt, person=b"withdrawn").hexdigest()

    def pad(self, value: str) -> int:
        """Return a perceptual hash, given in hex, XOR a pad."""
        pad = hashlib.blake2b(b"pad", digest_size=8, key=self.salt, person=b"withdrawn").digest()
        return from_hex(value) ^ int.from_bytes(pad, "big")


def make_withdrawn(key: Key, posts: Mapping[str, RemovedBy], pictures: Iterable[WithdrawnPicture]) -> Withdrawn:
    """Index withdrawn posts and pictures for lookups."""
    pictures = tuple(pictures)
    by_name: dict[str, list[WithdrawnPicture]] = {}
    for picture in pictures:
        for name in filter(None, (picture.address, picture.sha256)):
            by_name.setdefault(name, []).append(picture)
    near = [picture for picture in pictures if picture.phash is not None]
    phashes = np.array([picture.phash for picture in near], dtype=np.uint64)
    dhashes = np.array([picture.dhash for picture in near], dtype=np.uint64)
    return Withdrawn(key, posts, pictures, by_name, (near, phashes, dhashes))


def content_of(corpus: Corpus) -> str | None:
    """Return a fingerprint of what is withdrawn, or None if nothing is."""
    stored = storage.read_json(corpus.fs, corpus.path(PATH))
    rows = {name: stored[name] for name in ("posts", "pictures")} if stored else {}
    return storage.fingerprint("withdrawn", 1, rows) if any(rows.values()) else None


def is_erased(corpus: Corpus) -> bool:
    """Return True if no post that the stage `withdraw` has seen as deleted still has content."""
    stored = storage.read_json(corpus.fs, corpus.path(PATH))
    return not stored or not stored["posts"] or stored.get("erased") == stored["fingerprint"]


def update_withdrawn(corpus: Corpus, *, is_erased: bool = False, **rows: Any) -> None:
    """Replace what is withdrawn, or note that its posts have no content. The next change of the tables undoes the note."""
    stored = storage.read_json(corpus.fs, corpus.path(PATH)) or {}
    note = {"erased": stored["fingerprint"]} if is_erased else {}
    storage.write_json(corpus.fs, corpus.path(PATH), stored | rows | note)


def load_withdrawn(corpus: Corpus) -> Withdrawn:
    """Load the withdrawn pictures of `corpus`. Empty before the stage `withdraw` ran.

    Raises:
        CorpusError: the file or the salt is damaged. It never counts as empty.
    """
    stored = storage.read_json(corpus.fs, corpus.path(PATH))
    if not stored or not (stored["posts"] or stored["pictures"]):
        return make_withdrawn(Key(b""), {}, ())
    salt = read_salt(corpus)
    try:
        if not salt or stored.get("salt", mark_of(salt)) != mark_of(salt):
            raise ValueError  # noqa: TRY301 - same message
        pictures = [WithdrawnPicture(RemovedBy(by), *values) for by, *values in stored["pictures"]]
        posts = {name: RemovedBy(by) for name, by in stored["posts"]}
    except (TypeError, KeyError, ValueError) as error:
        raise CorpusError(
            f"{corpus.path(PATH)}: cannot be read ({type(error).__name__}). Restore it and the salt beside it from a backup."
        ) from error
    return make_withdrawn(Key(salt), posts, pictures)


def _reaches(withdrawn: WithdrawnPicture, posted: PostedPicture) -> bool:
    if withdrawn.by is RemovedBy.LAW and (withdrawn.is_source or not posted.is_source):
        return True
    return withdrawn.utc <= (posted.request_utc if withdrawn.is_source else posted.utc)
