"""Tombstones: what must not be published again, known only by keyed hashes.

The file says nothing to who reads it: every entry is a BLAKE2b of a name, an id, an address or a digest, keyed with a
random salt of this corpus that is never published. A picture is also known by the eight bytes of its perceptual hash,
each hashed alone: near-duplicates agree in at least four of them.
"""

import hashlib
import re
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from photoshop_request.errors import CorpusError, InputError
from photoshop_request.media.addresses.hosts import classify
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus

__all__ = [
    "TombstoneKind",
    "TombstoneTarget",
    "Tombstones",
    "add_tombstones",
    "load_tombstones",
    "parse_target",
    "picture_target",
]

FORMAT = 1
_SALT_BYTES = 32
_NEAR = 4
"""Equal bytes, of eight, from which on two perceptual hashes are of one picture: certain while they differ in at most
four bits, as re-encoded copies do. Of 36,046 pairs of different development photos 15 agree so by chance or as shots of
one scene."""
_SHA256 = re.compile(r"[0-9a-f]{64}")
_THING = re.compile(r"t([13])_([0-9a-z]{4,13})")
_USER = re.compile(r"(?:https?://(?:\w+\.)?reddit\.com)?/?(?:u|user)/([\w-]{1,24})(?:[/?#].*)?")
_PERMALINK = re.compile(
    r"https?://(?:redd\.it|(?:\w+\.)?reddit\.com/(?:.*?comments|gallery))/([0-9a-z]+)(?:/[^/?#]*(?:/([0-9a-z]+))?)?"
)


class TombstoneKind(StrEnum):
    """By what something is known."""

    SUBMISSION = "submission"
    COMMENT = "comment"
    AUTHOR = "author"
    ADDRESS = "address"
    SHA256 = "sha256"
    SOURCE = "source"
    """The perceptual hash of a requester's picture: near-duplicates go, whoever posted them, and edits of them."""
    EDIT = "edit"
    """The perceptual hash of a solver's picture: other solvers' near-duplicates go; the source is somebody else's."""


@dataclass(frozen=True, slots=True)
class TombstoneTarget:
    """One thing that somebody asked to be taken down."""

    kind: TombstoneKind
    value: str
    """Ids without prefix, names in lower case, addresses canonical, hashes in hex."""


@dataclass(frozen=True, slots=True)
class Tombstones:
    """What is taken down in a corpus, ready to be asked."""

    salt: bytes
    entries: frozenset[tuple[TombstoneKind, tuple[str, ...]]]
    """Kind and keyed hashes: one, or the eight of a perceptual hash."""
    near: tuple[tuple[TombstoneKind, frozenset[str]], ...]
    """Those of perceptual hashes, each a set."""

    def __bool__(self) -> bool:
        """Whether anything is taken down."""
        return bool(self.entries)

    def covers(self, kind: TombstoneKind, value: str | None) -> bool:
        """Whether the thing known by `value` is taken down; None is nothing and never is."""
        return value is not None and (kind, self._hashes(TombstoneTarget(kind, value))) in self.entries

    def covers_picture(self, phash: str | None, *, is_source: bool) -> bool:
        """Whether a picture is a near-duplicate of one that is taken down, by its perceptual hash in hex."""
        if phash is None or not self.near:
            return False
        for kind in (TombstoneKind.SOURCE,) if is_source else (TombstoneKind.SOURCE, TombstoneKind.EDIT):
            hashes = self._hashes(TombstoneTarget(kind, phash))
            if any(other is kind and len(known.intersection(hashes)) >= _NEAR for other, known in self.near):
                return True
        return False

    def _hashes(self, target: TombstoneTarget) -> tuple[str, ...]:
        return _hashes(self.salt, target)


def load_tombstones(corpus: Corpus) -> Tombstones:
    """The tombstones of `corpus`; none where nothing was ever taken down.

    Raises:
        CorpusError: the file is there and cannot be read. Never taken for an empty one.
    """
    path = corpus.path("takedown", "tombstones.json")
    if not corpus.fs.exists(path):
        return Tombstones(b"", frozenset(), ())
    stored: Any = storage.read_json(corpus.fs, path)
    try:
        salt = bytes.fromhex(corpus.fs.cat_file(corpus.path("takedown", "salt")).decode())
        if (stored["format"], len(salt)) != (FORMAT, _SALT_BYTES):
            raise ValueError  # noqa: TRY301 - the advice is the same
        entries = frozenset((TombstoneKind(entry["kind"]), tuple(entry["hashes"])) for entry in stored["tombstones"])
    except (TypeError, KeyError, ValueError, FileNotFoundError) as error:
        raise CorpusError(
            f"{path}: cannot be read ({type(error).__name__}). What was taken down is not known without it and the salt "
            "beside it: put both back from a copy before anything is built or published."
        ) from error
    near = tuple(
        (kind, frozenset(hashes))
        for kind, hashes in sorted(entries)
        if kind in {TombstoneKind.SOURCE, TombstoneKind.EDIT}
    )
    return Tombstones(salt, entries, near)


def add_tombstones(corpus: Corpus, targets: Iterable[TombstoneTarget], clock: Callable[[], float] = time.time) -> int:
    """Take `targets` down from now on; returns how many are new. For who holds the corpus's lock.

    Raises:
        CorpusError: see `load_tombstones`.
        StorageError: no space or no permission.
    """
    known = load_tombstones(corpus)
    salt = known.salt or secrets.token_bytes(_SALT_BYTES)
    if not known.salt:
        storage.write_bytes(corpus.fs, corpus.path("takedown", "salt"), salt.hex().encode())
    path = corpus.path("takedown", "tombstones.json")
    stored = (storage.read_json(corpus.fs, path) or {"tombstones": []})["tombstones"]
    new = {(target.kind, _hashes(salt, target)) for target in targets} - known.entries
    day = time.strftime("%Y-%m-%d", time.gmtime(clock()))
    stored += [{"kind": kind, "hashes": list(hashes), "since": day} for kind, hashes in sorted(new)]
    storage.write_json(corpus.fs, path, {"format": FORMAT, "tombstones": stored})
    return len(new)


def parse_target(what: str) -> TombstoneTarget | None:
    """What a user's word names: `t3_…`, `t1_…`, `u/NAME`, a link to a post, comment or user on Reddit, a picture's
    address, a SHA-256. None for a bare word, which may be an id or a name.

    Raises:
        InputError: an address that leads nowhere.
    """
    if _SHA256.fullmatch(what.lower()):
        return TombstoneTarget(TombstoneKind.SHA256, what.lower())
    if thing := _THING.fullmatch(what):
        return TombstoneTarget(TombstoneKind.SUBMISSION if thing[1] == "3" else TombstoneKind.COMMENT, thing[2])
    if post := _PERMALINK.match(what):
        return (
            TombstoneTarget(TombstoneKind.COMMENT, post[2])
            if post[2]
            else TombstoneTarget(TombstoneKind.SUBMISSION, post[1])
        )
    if user := _USER.fullmatch(what):
        return TombstoneTarget(TombstoneKind.AUTHOR, user[1].lower())
    if "://" not in what:
        return None
    target = classify(what)
    if not target.canonical:
        raise InputError(f"{what!r} is no address of a picture ({target.detail}).")
    return TombstoneTarget(TombstoneKind.ADDRESS, target.canonical)


def picture_target(phash: str, *, is_source: bool) -> TombstoneTarget:
    """A picture by its perceptual hash in hex."""
    return TombstoneTarget(TombstoneKind.SOURCE if is_source else TombstoneKind.EDIT, phash)


def _hashes(salt: bytes, target: TombstoneTarget) -> tuple[str, ...]:
    if target.kind not in {TombstoneKind.SOURCE, TombstoneKind.EDIT}:
        value = target.value.lower() if target.kind is TombstoneKind.AUTHOR else target.value
        return (_hash(salt, f"{target.kind}:{value}"),)
    # sixteen digits; the place goes in, so that equal bytes of different places are different
    pairs = [target.value[start : start + 2] for start in range(0, 16, 2)]
    return tuple(_hash(salt, f"{target.kind}:{place}:{pair}") for place, pair in enumerate(pairs))


def _hash(salt: bytes, text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16, key=salt).hexdigest()
