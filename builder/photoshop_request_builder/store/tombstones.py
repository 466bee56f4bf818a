"""Store tombstones: keyed hashes of everything that must not be published again.

Each entry is a BLAKE2b hash of an id, a name, an address or a digest. Its key is a random salt of the corpus that is
never published, so the file reveals nothing. The eight bytes of a picture's perceptual hash are hashed one by one:
near-duplicates agree in at least four of them.
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
from photoshop_request.media.addresses.hosts import classify, identity
from photoshop_request.media.addresses.hosts.family import AddressKind
from photoshop_request.media.addresses.hosts.reddit import FAMILY as REDDIT
from photoshop_request.media.addresses.permalinks import NamedKind, named_on_reddit
from photoshop_request.media.addresses.url import parse
from photoshop_request.reddit.records import Comment, Submission
from photoshop_request_builder.store import storage
from photoshop_request_builder.store.corpus import Corpus

FORMAT = 1
_SALT_BYTES = 32
_NEAR = 4
"""Minimum equal bytes, of eight, at which two perceptual hashes count as one picture. Re-encoded copies differ in at
most four bits, so they always reach it. Of 36,046 pairs of different development photos, 15 reach it too."""
_SHA256 = re.compile(r"[0-9a-f]{64}")
_THING = re.compile(r"t([13])_([0-9a-z]{4,13})")
_USER = re.compile(r"/?(?:u|user)/([\w-]{1,24})/?")
_SITE_PATH = re.compile(r"/?(?:r|u|user|gallery|comments)/", re.IGNORECASE)


class TombstoneKind(StrEnum):
    """The kind of identifier that a tombstone hashes."""

    SUBMISSION = "submission"
    COMMENT = "comment"
    AUTHOR = "author"
    ADDRESS = "address"
    SHA256 = "sha256"
    SOURCE = "source"
    """Perceptual hash of a requester's picture. Covers near-duplicates by anybody, and the edits of them."""
    EDIT = "edit"
    """Perceptual hash of a solver's picture. Covers near-duplicates by solvers, not the source."""


_KINDS = {
    NamedKind.SUBMISSION: TombstoneKind.SUBMISSION,
    NamedKind.COMMENT: TombstoneKind.COMMENT,
    NamedKind.USER: TombstoneKind.AUTHOR,
}


@dataclass(frozen=True, slots=True)
class TombstoneTarget:
    """One identifier to take down."""

    kind: TombstoneKind
    value: str
    """Ids without prefix, names in lower case, addresses canonical, hashes in hex."""

    @property
    def identity(self) -> str:
        """The value in the one spelling that is hashed."""
        if self.kind is TombstoneKind.ADDRESS:
            return identity(self.value)
        return self.value.lower() if self.kind is TombstoneKind.AUTHOR else self.value


@dataclass(frozen=True, slots=True)
class Tombstones:
    """The tombstones of a corpus, loaded for lookups."""

    salt: bytes
    entries: frozenset[tuple[TombstoneKind, tuple[str, ...]]]
    """Kind and keyed hashes: one hash, or eight for a perceptual hash."""
    near: tuple[tuple[TombstoneKind, frozenset[str]], ...]
    """The entries of perceptual hashes, as sets."""
    found: frozenset[tuple[TombstoneKind, tuple[str, ...]]] = frozenset()
    """The entries that something in the corpus matched."""

    def __bool__(self) -> bool:
        """Return True if anything is taken down."""
        return bool(self.entries)

    def covers(self, kind: TombstoneKind, value: str | None) -> bool:
        """Return True if the identifier is taken down, False for None."""
        if value is None or not self.entries:
            return False
        # 0.1.0 hashed the canonical address
        as_written = kind is TombstoneKind.ADDRESS and (kind, (_hash(self.salt, f"{kind}:{value}"),)) in self.entries
        return as_written or (kind, self._hashes(TombstoneTarget(kind, value))) in self.entries

    def was_found(self, target: TombstoneTarget) -> bool:
        """Return True if something in the corpus matched the target of an entry, now or before it was erased."""
        return (target.kind, self._hashes(target)) in self.found

    def key(self, target: TombstoneTarget) -> str:
        """Return the keyed hash of a target that is no perceptual hash."""
        return self._hashes(target)[0]

    def covers_post(self, record: Submission | Comment) -> bool:
        """Return True if a submission or comment is taken down: itself, its author, or the request that it belongs to."""
        if self.covers(TombstoneKind.AUTHOR, record.author):
            return True
        if isinstance(record, Submission):
            return any(self.covers(TombstoneKind.SUBMISSION, name) for name in (record.id, record.crosspost_parent))
        return self.covers(TombstoneKind.COMMENT, record.id) or self.covers(
            TombstoneKind.SUBMISSION, record.submission_id
        )

    def covers_picture(self, phash: str | None, *, is_source: bool) -> bool:
        """Return True if a picture, by its perceptual hash in hex, is a near-duplicate of one that is taken down."""
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
    """Load the tombstones of `corpus`. Empty if nothing was ever taken down.

    Raises:
        CorpusError: the file exists and cannot be read. It never counts as empty.
    """
    path = corpus.path("takedown", "tombstones.json")
    if not corpus.fs.exists(path):
        return Tombstones(b"", frozenset(), ())
    try:
        stored: Any = storage.read_json(corpus.fs, path)
        salt = read_salt(corpus)
        if not salt or stored["format"] != FORMAT or stored.get("salt", mark_of(salt)) != mark_of(salt):
            raise ValueError  # noqa: TRY301 - same message
        listed = {(TombstoneKind(entry["kind"]), tuple(entry["hashes"])): entry for entry in stored["tombstones"]}
        entries = frozenset(listed)
        found = frozenset(key for key, entry in listed.items() if entry.get("found"))
    except (TypeError, KeyError, ValueError, FileNotFoundError, CorpusError) as error:
        raise CorpusError(
            f"{path}: cannot be read ({type(error).__name__}), or {corpus.path('takedown', 'salt')} is not its salt. Nothing "
            "may be built or published without both. Restore both from a backup."
        ) from error
    near = tuple(
        (kind, frozenset(hashes))
        for kind, hashes in sorted(entries)
        if kind in {TombstoneKind.SOURCE, TombstoneKind.EDIT}
    )
    return Tombstones(salt, entries, near, found)


def read_salt(corpus: Corpus) -> bytes | None:
    """Return the salt of the corpus, or None if there is none or it is damaged."""
    path = corpus.path("takedown", "salt")
    if not corpus.fs.exists(path):
        return None
    stored = corpus.fs.cat_file(path)
    try:
        salt = bytes.fromhex(stored.decode())
    except ValueError:
        return None
    return salt if len(salt) == _SALT_BYTES and salt.hex().encode() == stored else None


def make_salt(corpus: Corpus) -> bytes:
    """Return the salt of the corpus, a new one if there is none. The caller holds the corpus's lock."""
    path = corpus.path("takedown", "salt")
    if not corpus.fs.exists(path):
        storage.write_bytes(corpus.fs, path, secrets.token_bytes(_SALT_BYTES).hex().encode())
    if salt := read_salt(corpus):
        return salt
    raise CorpusError(f"{path}: damaged. Restore it from a backup.")


def add_tombstones(corpus: Corpus, targets: Iterable[TombstoneTarget], clock: Callable[[], float] = time.time) -> int:
    """Add tombstones for `targets`, and return how many are new. The caller holds the corpus's lock.

    Raises:
        CorpusError: see `load_tombstones`.
        StorageError: no space or no permission.
    """
    known = load_tombstones(corpus)
    salt = known.salt or make_salt(corpus)
    path = corpus.path("takedown", "tombstones.json")
    stored = (storage.read_json(corpus.fs, path) or {"tombstones": []})["tombstones"]
    new = {(target.kind, _hashes(salt, target)) for target in targets} - known.entries
    day = time.strftime("%Y-%m-%d", time.gmtime(clock()))
    stored += [{"kind": kind, "hashes": list(hashes), "since": day} for kind, hashes in sorted(new)]
    storage.write_json(corpus.fs, path, {"format": FORMAT, "salt": mark_of(salt), "tombstones": stored})
    return len(new)


def mark_found(corpus: Corpus, targets: Iterable[TombstoneTarget]) -> None:
    """Store that something in the corpus matched these targets. Afterwards it may be erased."""
    known = load_tombstones(corpus)
    found = {(str(target.kind), _hashes(known.salt, target)) for target in targets}
    path = corpus.path("takedown", "tombstones.json")
    stored = storage.read_json(corpus.fs, path) or {"tombstones": []}
    for entry in stored["tombstones"]:
        if (entry["kind"], tuple(entry["hashes"])) in found:
            entry["found"] = True
    if found:
        storage.write_json(corpus.fs, path, stored)


def taken_down_ids(corpus: Corpus, shard: int, tombstones: Tombstones) -> dict[TombstoneKind, frozenset[str]]:
    """Return the ids of one shard's submissions and comments that are taken down, themselves or with their author.

    A crosspost is taken down with the submission that it repeats.

    Raises:
        CorpusError: a table is damaged.
        FileNotFoundError: a table is missing. It never counts as empty.
    """
    return {
        kind: frozenset(
            row["id"]
            for row in storage.read_table(corpus.fs, corpus.shard_path(shard, table), columns).to_pylist()
            if tombstones.covers(kind, row["id"])
            or tombstones.covers(TombstoneKind.AUTHOR, row["author"])
            or tombstones.covers(kind, row.get("crosspost_parent"))
        )
        for kind, table, columns in (
            (TombstoneKind.SUBMISSION, "submissions", ["id", "author", "crosspost_parent"]),
            (TombstoneKind.COMMENT, "comments", ["id", "author"]),
        )
    }


def parse_target(what: str) -> TombstoneTarget | None:
    """Parse a user's argument, or return None for a bare word, which may be an id or a name.

    Accepts `t3_…`, `t1_…`, `u/NAME`, an address of a post, comment or user on Reddit, of a picture or page, a SHA-256.
    Addresses may lack their scheme.

    Raises:
        InputError: the address is not valid, or names neither a post, a comment, a user nor a picture.
    """
    word = what.strip()
    if _SHA256.fullmatch(word.lower()):
        return TombstoneTarget(TombstoneKind.SHA256, word.lower())
    if thing := _THING.fullmatch(word.lower()):
        return TombstoneTarget(TombstoneKind.SUBMISSION if thing[1] == "3" else TombstoneKind.COMMENT, thing[2])
    if user := _USER.fullmatch(word):
        return TombstoneTarget(TombstoneKind.AUTHOR, user[1].lower())
    if "/" not in word:
        return None
    return _address_target(_with_scheme(word))


def _with_scheme(word: str) -> str:
    if "://" in word:
        return word
    return f"https://www.reddit.com/{word.lstrip('/')}" if _SITE_PATH.match(word) else f"https://{word.lstrip('/')}"


def _address_target(address: str) -> TombstoneTarget:
    target, url = classify(address), parse(address)
    if target.kind is AddressKind.BLOCKED or url is None:
        raise InputError(f"{address!r} is not the address of a picture ({target.detail}).")
    if target.kind is not AddressKind.NAVIGATION or target.family != REDDIT.name:
        return TombstoneTarget(TombstoneKind.ADDRESS, target.canonical)
    named = named_on_reddit(url)
    if kind := _KINDS.get(named.kind):
        return TombstoneTarget(kind, named.name)
    if named.kind is NamedKind.SHARE:
        raise InputError(
            f"{address!r} is a share link, which hides the post it leads to. Nothing was taken down. Open it in a browser "
            "and pass the address that the browser then shows."
        )
    raise InputError(f"{address!r} names no post, comment, user or picture. Nothing was taken down.")


def picture_target(phash: str, *, is_source: bool) -> TombstoneTarget:
    """Return the target of a picture by its perceptual hash in hex."""
    return TombstoneTarget(TombstoneKind.SOURCE if is_source else TombstoneKind.EDIT, phash)


def _hashes(salt: bytes, target: TombstoneTarget) -> tuple[str, ...]:
    if target.kind not in {TombstoneKind.SOURCE, TombstoneKind.EDIT}:
        return (_hash(salt, f"{target.kind}:{target.identity}"),)
    # 16 hex digits. The place is hashed too, so that equal bytes at different places differ
    pairs = [target.value[start : start + 2] for start in range(0, 16, 2)]
    return tuple(_hash(salt, f"{target.kind}:{place}:{pair}") for place, pair in enumerate(pairs))


def mark_of(salt: bytes) -> str:
    """Return a keyed hash of a fixed text, which tells another salt."""
    return _hash(salt, "salt")


def _hash(salt: bytes, text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16, key=salt).hexdigest()
