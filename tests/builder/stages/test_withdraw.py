"""No other post publishes a picture that its author deleted or the law removed. Nobody removes another's picture."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from quiet import QUIET
from thread_corpus import BEGIN, Runs, again, comment, edited, encode, photo, post

from photoshop_request.reddit.removals import RemovedBy
from photoshop_request_builder.commands.decisions import decision_lines
from photoshop_request_builder.commands.run import run_stages
from photoshop_request_builder.store.corpus import create_corpus
from photoshop_request_builder.store.withdrawn import (
    Key,
    PostedPicture,
    WithdrawnPicture,
    load_withdrawn,
    make_withdrawn,
)

DELETED = {"author": "[deleted]", "removed_by_category": "deleted", "selftext": "[deleted]"}
LAW = {"author": "[deleted]", "removed_by_category": "copyright_takedown", "selftext": "[removed]"}
GONE = {"author": "[deleted]", "body": "[deleted]"}
DAY = 86_400


def address(name: str) -> str:
    return f"https://i.redd.it/{name:a<13}.png"


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(create_corpus(tmp_path / "corpus", subreddits=("PhotoshopRequest",), shards=2), tmp_path)


def _request(runs: Runs, name: str, number: int, utc: int = BEGIN, **changes: Any) -> list[dict[str, Any]]:
    """Return a request with an edit. `number` chooses its picture, `picture` its bytes, `url` its address."""
    url, edit = changes.pop("url", address(name)), address(f"{name}e")
    runs.pictures.setdefault(url, changes.pop("picture", encode(photo(number))))
    runs.pictures[edit] = encode(edited(number))
    return [post(name, url, utc, **changes), comment(f"c{name}", name, f"Here {edit}", utc + 100)]


def _again(number: int) -> bytes:
    """Return the photo as a site encodes it again: smaller, JPEG."""
    return encode(photo(number).resize((230, 172)), "JPEG", quality=70)


LATER = BEGIN + 5 * DAY
COPIES: dict[str, dict[str, Any]] = {
    "the crosspost": {"crosspost_parent": "t3_first", "url": address("first")},
    "the same address": {"url": address("first")},
    "another extension": {"url": address("first").replace(".png", ".jpg")},
    "a crosspost with another picture": {"crosspost_parent": "t3_first", "number": 77},
    "the same bytes": {},
    "encoded again": {"picture": _again(1)},
}
"""Kind of the other post: it repeats, copies or crossposts the picture of `first`."""


@pytest.mark.parametrize("removal", [DELETED, LAW], ids=["deleted", "law"])
@pytest.mark.parametrize("when", ["before the deletion", "after the deletion"])
@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES.keys())
def test_a_removed_picture_is_published_through_no_other_post(
    runs: Runs, copy: dict[str, Any], when: str, removal: dict[str, Any]
) -> None:
    """The copy falls whether it came before the deletion was known or after it."""
    first, other = _request(runs, "first", 1), _request(runs, "other", 2)
    copies = _request(runs, "copy", **{"number": 1, "utc": LATER, **copy})
    before = when == "before the deletion"
    runs.run(*first, *other, *(copies if before else ()))
    assert runs.edits() == {"cfirst", "cother", *(["ccopy"] if before else ())}
    runs.run(again(first[0], **removal), *(() if before else copies))
    assert runs.edits() == {"cother"}
    assert {row["submission_id"] for row in runs.rows("triplets") + runs.rows("conversations")} == {"other"}
    told = {
        line.get("withheld") or line["decision"]
        for line in decision_lines(runs.corpus)
        if line["submission_id"] == "copy"
    }
    assert told & {"deleted_by_author", "removed_by_law", "taken_down"}


def _gallery(runs: Runs, *, deleted: bool) -> list[dict[str, Any]]:
    """Return a gallery of two pictures with an edit of each. Its author deleted the first picture."""
    names = ["galleryone", "gallerytwo"]
    items = [{"media_id": f"{name:a<13}", "is_deleted": deleted and name == names[0]} for name in names]
    metadata = {
        item["media_id"]: {
            "status": "valid",
            "e": "Image",
            "m": "image/png",
            "s": {"u": f"{address(name)}?s=1", "x": 288, "y": 216},
        }
        for name, item in zip(names, items, strict=True)
    }
    things = [
        post(
            "both",
            "https://www.reddit.com/gallery/both",
            is_gallery=True,
            gallery_data={"items": items},
            media_metadata=metadata,
        )
    ]
    for number, name in enumerate(names, 1):
        runs.pictures[address(name)] = encode(photo(number))
        runs.pictures[address(f"{name}e")] = encode(edited(number))
        things.append(comment(f"c{name[7:]}", "both", f"Here {address(f'{name}e')}"))
    return things


@pytest.mark.parametrize("when", ["never fetched", "fetched before", "fetched before, then seen again"])
def test_a_picture_deleted_from_a_gallery_is_published_nowhere(runs: Runs, when: str) -> None:
    """The rest of the gallery stays. Later posts of the same bytes or address fall, and the fetched file is erased."""
    if when != "never fetched":
        runs.run(*_gallery(runs, deleted=False))
        assert runs.edits() == {"cone", "ctwo"}
    runs.run(*(again(thing) for thing in _gallery(runs, deleted=True)))
    assert runs.edits() == {"ctwo"}
    assert address("galleryone") not in runs.requests
    assert load_withdrawn(runs.corpus)
    files = [path.read_bytes() for path in Path(runs.corpus.path("images")).rglob("*.png")]
    assert runs.pictures[address("galleryone")] not in files
    if when == "fetched before, then seen again":
        runs.run(*(again(again(thing)) for thing in _gallery(runs, deleted=False)))
        assert runs.edits() == {"ctwo"}
    copies = _request(runs, "copy", 1, LATER), _request(runs, "second", 4, LATER, url=address("galleryone"))
    runs.run(*copies[0], *copies[1], *_request(runs, "other", 3, LATER))
    # bytes that were never fetched cannot be recognized
    assert runs.edits() == {"ctwo", "cother"} | ({"ccopy"} if when == "never fetched" else set())


@pytest.mark.parametrize("removal", [DELETED, LAW], ids=["deleted", "law"])
def test_a_deleted_picture_is_not_requested_for_another_post(runs: Runs, removal: dict[str, Any]) -> None:
    """A crosspost has the same address. The edits of the crosspost are not withheld for want of a source alone."""
    first = _request(runs, "first", 1)
    crosspost = _request(runs, "copy", 1, LATER, crosspost_parent="t3_first", url=address("first"))
    runs.run(*first, again(first[0], **removal), *crosspost)
    assert address("first") not in runs.requests
    assert not runs.rows("triplets")
    assert address("first") not in str(runs.rows("manifest"))


def test_a_crosspost_tells_of_its_parent_in_another_subreddit(runs: Runs) -> None:
    """The parent itself is not in the corpus."""
    parent = {"id": "faraway", "title": "x", "selftext": "", "removed_by_category": "deleted"}
    listed = {"crosspost_parent": "t3_faraway", "crosspost_parent_list": [parent]}
    standing = {"crosspost_parent": "t3_near", "crosspost_parent_list": [{**parent, "removed_by_category": None}]}
    runs.run(*_request(runs, "first", 1, **listed), *_request(runs, "other", 2, **standing))
    assert runs.edits() == {"cother"}


def test_what_was_erased_stays_withdrawn(runs: Runs) -> None:
    """The store outlives the posts, the pictures and their addresses."""
    first = _request(runs, "first", 1)
    runs.run(*first)
    runs.run(again(first[0], **DELETED))
    for name in ("incoming", "shards", "images"):
        shutil.rmtree(runs.corpus.path(name))
    Path(runs.corpus.ledger_path).unlink()
    runs.run(*first, *_request(runs, "copy", 1, LATER, picture=_again(1)), *_request(runs, "other", 2))
    assert runs.edits() == {"cother"}


@pytest.mark.parametrize("removal", [DELETED, LAW], ids=["deleted", "law"])
def test_a_deleted_picture_leaves_the_disk(runs: Runs, removal: dict[str, Any]) -> None:
    """Also if a later crosspost shows it. The picture of an earlier post, and edits by others, stay."""
    first, other = _request(runs, "first", 1), _request(runs, "other", 2)
    crosspost = _request(runs, "copy", 1, LATER, url=address("first"))
    deleted_copy = _request(runs, "again", 2, LATER, url=address("other"))
    runs.run(*first, *other, *crosspost, *deleted_copy)
    stored = {line["sha256"]: line["url"] for line in decision_lines(runs.corpus) if line.get("sha256")}
    assert {path.stem for path in Path(runs.corpus.path("images")).rglob("*.png")} == set(stored)
    runs.run(again(first[0], **removal), again(deleted_copy[0], **DELETED))
    left = {stored[path.stem] for path in Path(runs.corpus.path("images")).rglob("*.png")}
    assert left == set(stored.values()) - {address("first")}
    assert runs.edits() == {"cother"}
    assert address("first") not in runs.requests
    run_stages("ingest", runs.corpus, reporter=QUIET)
    assert load_withdrawn(runs.corpus).remembers(
        next(digest for digest, url in stored.items() if url == address("first"))
    )


def test_the_store_names_nothing(runs: Runs) -> None:
    """Ids, addresses and digests are keyed, and perceptual hashes are combined with a secret."""
    first = _request(runs, "first", 1)
    runs.run(*first)
    [digest] = [line["sha256"] for line in decision_lines(runs.corpus) if line["role"] == "source"]
    runs.run(again(first[0], **DELETED))
    stored = Path(runs.corpus.path("takedown", "withdrawn.json")).read_text()
    assert len(load_withdrawn(runs.corpus).pictures) == 2  # with and without the fetched bytes
    assert not [secret for secret in ("first", "redd.it", digest, "asker") if secret in stored]


@pytest.mark.parametrize(
    ("things", "changes"),
    [
        ("copy", {**DELETED}),
        ("ccopy", {**GONE}),
    ],
)
def test_a_deleted_copy_takes_nothing_from_the_first_poster(runs: Runs, things: str, changes: dict[str, Any]) -> None:
    """Anybody could remove a request otherwise, by copying and deleting it. Its later edits stay too."""
    first = _request(runs, "first", 1)
    late = comment("late", "first", f"Mine {address('lated')}", LATER + DAY)
    runs.pictures[address("lated")] = encode(edited(1).transpose(Image.Transpose.FLIP_TOP_BOTTOM))
    runs.pictures[address("lated")] = encode(edited(1), "JPEG", quality=60)
    copies = {thing["id"]: thing for thing in _request(runs, "copy", 1, LATER)}
    copies["ccopy"]["body"] += f" {address('first')}"
    runs.run(*first, *copies.values(), late)
    runs.run(again(copies[things], **changes))
    assert {"cfirst"} <= runs.edits() <= {"cfirst", "late", "ccopy"} - {things, "ccopy"}


def test_the_law_reaches_earlier_posts(runs: Runs) -> None:
    """The first poster had no right to it either."""
    first, copies = _request(runs, "first", 1), _request(runs, "copy", 1, LATER, picture=_again(1))
    runs.run(*first, *copies, *_request(runs, "other", 2))
    runs.run(again(copies[0], **LAW))
    assert runs.edits() == {"cother"}


def test_a_deleted_edit_falls_alone(runs: Runs) -> None:
    """A copy of it by another solver falls too, but not its source, nor other edits of the source."""
    first = _request(runs, "first", 1)
    subtle = photo(1).copy()
    subtle.paste((255, 0, 0), (100, 100, 112, 112))
    for name, picture in (("copied", encode(edited(1), "JPEG", quality=80)), ("subtle", encode(subtle))):
        runs.pictures[address(name)] = picture
        first.append(comment(name, "first", f"And {address(name)}", LATER))
    runs.run(*first)
    assert runs.edits() == {"cfirst", "copied", "subtle"}
    runs.run(again(first[1], **GONE))
    assert runs.edits() == {"subtle"}


def test_nothing_to_do_takes_no_work(runs: Runs) -> None:
    """A second run with the same tables makes no request and leaves the store as it is."""
    first = _request(runs, "first", 1)
    runs.run(*first, again(first[0], **DELETED), *_request(runs, "copy", 1, LATER, url=address("first")))
    store = Path(runs.corpus.path("takedown", "withdrawn.json"))
    before = store.read_bytes(), store.stat().st_mtime_ns
    runs.run()
    assert (store.read_bytes(), store.stat().st_mtime_ns) == before
    assert not runs.requests


_KEY = Key(b"k" * 32)
_HASH = st.integers(0, 2**64 - 1)


@given(
    phash=_HASH,
    dhash=_HASH,
    flips=st.sets(st.integers(0, 63), max_size=12),
    dflips=st.sets(st.integers(0, 63), max_size=12),
)
def test_a_padded_hash_keeps_distances(phash: int, dhash: int, flips: set[int], dflips: set[int]) -> None:
    """Near means at most 4 and 6 differing bits, as if the hashes were in the clear."""
    stored = WithdrawnPicture(RemovedBy.LAW, 0, True, "a", "b", _KEY.pad(f"{phash:016x}"), _KEY.pad(f"{dhash:016x}"))
    near = tuple(f"{value ^ sum(1 << bit for bit in bits):016x}" for value, bits in ((phash, flips), (dhash, dflips)))
    posted = PostedPicture((), is_source=True, request_utc=1, utc=1, sha256="c", hashes=(near[0], near[1]))
    withdrawn = make_withdrawn(_KEY, {"x": RemovedBy.LAW}, [stored])
    assert (withdrawn.picture(posted) is RemovedBy.LAW) == (len(flips) <= 4 and len(dflips) <= 6)
