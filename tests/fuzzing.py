"""Fuzz everything that reads foreign bytes or texts: no input may break it.

`test_fuzz.py` tries each for a moment; `python tests/fuzzing.py [--seconds 600] [TARGET …]` goes on for as long as one
likes, prints what was tried, and stops at a find.
"""

import argparse
import io
import json
import random
import time
from collections.abc import Callable

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from photoshop_request.errors import PhotoshopRequestError
from photoshop_request.media.addresses.hosts import FAMILIES, classify, picture_key
from photoshop_request.media.addresses.hosts.family import AddressKind, AddressTarget, HostFamily, Secrets
from photoshop_request.media.addresses.links import comment_links, submission_links
from photoshop_request.media.addresses.markdown import find_links
from photoshop_request.media.addresses.policy import refusal
from photoshop_request.media.files.containers import UnreadableContainerError
from photoshop_request.media.files.decode import MAX_PIXELS, Picture, Rejected, decode, sniff
from photoshop_request.media.files.metadata import without_metadata
from photoshop_request.reddit.newlines import split_lines
from photoshop_request.reddit.parse import Reject, parse
from photoshop_request.reddit.records import Comment, Submission
from photoshop_request_builder.hub.readme import merge_readme

TARGETS: dict[str, tuple[Callable[..., None], tuple[st.SearchStrategy[object], ...]]] = {}
"""Properties by name, with their input strategies."""


def _over(*strategies: st.SearchStrategy) -> Callable[[Callable[..., None]], Callable[..., None]]:
    def keep(holds: Callable[..., None]) -> Callable[..., None]:
        TARGETS[holds.__name__] = holds, strategies
        return holds

    return keep


def fuzz(name: str, chosen: settings) -> None:
    """Fuzz one target with these settings."""
    holds, strategies = TARGETS[name]

    def attempt(values: tuple[object, ...]) -> None:
        holds(*values)

    chosen(given(st.tuples(*strategies))(attempt))()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=6),
    max_leaves=20,
)
_KEYS = [
    "id",
    "name",
    "subreddit",
    "subreddit_id",
    "author",
    "created_utc",
    "title",
    "selftext",
    "body",
    "url",
    "permalink",
    "score",
    "num_comments",
    "upvote_ratio",
    "link_flair_text",
    "over_18",
    "is_self",
    "stickied",
    "distinguished",
    "edited",
    "removed_by_category",
    "crosspost_parent",
    "crosspost_parent_list",
    "is_gallery",
    "gallery_data",
    "media_metadata",
    "preview",
    "link_id",
    "parent_id",
    "is_submitter",
    "author_flair_text",
    "retrieved_on",
    "_meta",
]
OBJECTS = st.dictionaries(st.sampled_from(_KEYS), JSON, max_size=18).map(
    lambda found: {"id": "abc", "subreddit": "PhotoshopRequest", "created_utc": 1_500_000_000, "title": "t", **found}
)
_PIECES = st.sampled_from(
    [
        "http://",
        "https://",
        "//i.imgur.com/a.jpg",
        "[",
        "]",
        "(",
        ")",
        "<",
        ">",
        "!",
        "*",
        "_",
        "\\_",
        "``",
        "&amp;",
        "&#x200B;",
        "\u200b",
        "\n",
        "\n\n",
        ">",
        "-",
        "1.",
        "www.",
        "user@",
        ":",
        ":80",
        "%",
        "%2e",
        "..",
        "/",
        "#",
        "?",
        "preview.redd.it",
        "imgur.com/a/abc",
        "127.0.0.1",
        "0x7f.1",
        "[::1]",
        "giphy|x",
        "![img](",
        "[1]:",
        "é",
        "😀",
        "i.redd.it/x.png",
        "drive.google.com/file/d/",
    ]
)
TEXTS = st.lists(_PIECES | st.text(max_size=8), max_size=25).map("".join)
_HOSTS = st.sampled_from(sorted({domain for family in FAMILIES for domain in family.domains}))
ADDRESSES = TEXTS | st.builds(
    "{}://{}{}/{}".format,
    st.sampled_from(["http", "https", "HTTPS", "ftp"]),
    st.sampled_from(["", "m.", "i.", "u@"]),
    _HOSTS,
    TEXTS,
)


def _file(kind: str, seed: int, *, gps: bool) -> bytes:
    noise = random.Random(seed).randbytes(24 * 20 * 3)
    image = Image.frombytes("RGB", (24, 20), noise).resize((72, 60))
    exif = Image.Exif()
    if gps:
        exif[0x8825] = {1: "N", 2: (10.0, 20.0, 30.0)}
    out = io.BytesIO()
    if kind == "PNG" and seed % 2:  # as ImageMagick spells it out, packed or not
        text, block = PngInfo(), exif.tobytes()
        text.add_text("Raw profile type exif", f"\nexif\n{len(block):8}\n{block.hex()}\n", zip=seed > 1)
        image.save(out, kind, pnginfo=text)
    else:
        image.save(out, kind, **({"exif": exif} if kind in {"JPEG", "PNG", "WEBP"} else {}))
    return out.getvalue()


FILES = st.builds(
    _file, st.sampled_from(["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"]), st.integers(0, 3), gps=st.booleans()
)


@st.composite
def harmed(draw: st.DrawFn) -> bytes:
    """Draw a picture file with bytes changed, removed, doubled or cut off."""
    data = bytearray(draw(FILES))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        match draw(st.integers(0, 3)):
            case 0:
                data[at : at + 1] = bytes([draw(st.integers(0, 255))])
            case 1:
                del data[at : at + draw(st.integers(1, 40))]
            case 2:
                data[at:at] = data[at : at + draw(st.integers(1, 40))]
            case _:
                data[at : at + 4] = draw(st.binary(min_size=4, max_size=4))
    return bytes(data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data)


@_over(st.lists(st.binary(max_size=60)))
def lines(blocks: list[bytes]) -> None:
    """Split any blocks into the lines of their sum, each with its number and offset."""
    stream = b"".join(blocks)
    found = [each for batch in split_lines(blocks) for each in batch]
    assert b"\n".join(line for line, _, _ in found) == stream.removesuffix(b"\n") or not stream
    assert [number for _, number, _ in found] == list(range(1, len(found) + 1))
    assert all(stream[offset : offset + len(line)] == line for line, _, offset in found)


@_over(
    st.binary(max_size=80)
    | JSON.map(lambda value: json.dumps(value).encode())
    | OBJECTS.map(lambda value: json.dumps(value).encode())
)
def records(line: bytes) -> None:
    """Parse any line to a record or a reject with a reason, and find the record's links."""
    thing = parse(line)
    assert isinstance(thing, Submission | Comment | Reject)
    if isinstance(thing, Submission):
        submission_links(thing)
    elif isinstance(thing, Comment):
        comment_links(thing, "somebody")


@_over(TEXTS)
def markdown(text: str) -> None:
    """Find links without blanks in any text, in order."""
    for found in find_links(text):
        assert not any(sign.isspace() for sign in found.address), found


@_over(ADDRESSES)
def addresses(address: str) -> None:
    """Canonical addresses are fixed points, and the policy refuses none that may be requested."""
    target = classify(address)
    if target.kind is AddressKind.BLOCKED:
        return
    again = classify(target.canonical)
    assert again.canonical == target.canonical
    assert again.kind == target.kind
    assert target.reason is not None or refusal(target.canonical) is None
    picture_key(target.canonical)


@_over(
    st.sampled_from(FAMILIES),
    TEXTS | JSON.map(json.dumps) | TEXTS.map('<meta property="og:image" content="{}">'.format),
)
def pages(family: HostFamily, page: str) -> None:
    """Read pictures or nothing from any page."""
    domain = (*family.domains, "example.org")[0]
    target = AddressTarget(AddressKind.ALBUM, f"https://{domain}/a/abcde", family.name)
    if family.steps is not None:
        for step in family.steps(target, Secrets()):
            for picture in step.read(page):
                assert isinstance(picture.url, str)
    if family.interstitial is not None:
        family.interstitial(page)


@_over(harmed())
def pictures(data: bytes) -> None:
    """Decode any file to a picture within the limits, or reject it with a reason."""
    sniff(data)
    found = decode(data)
    assert isinstance(found, Picture | Rejected)
    if isinstance(found, Picture):
        assert found.pixels.shape[0] * found.pixels.shape[1] <= MAX_PIXELS


@_over(harmed())
def exif(data: bytes) -> None:
    """Take metadata out of every picture that decodes, without changing a pixel."""
    before = decode(data)
    try:
        cleaned = without_metadata(data)
    except UnreadableContainerError:
        assert not isinstance(before, Picture)
        return
    if isinstance(before, Picture):
        after = decode(cleaned.data)
        assert isinstance(after, Picture)
        assert (before.pixels == after.pixels).all()
        assert not without_metadata(cleaned.data).changes


@_over(TEXTS, JSON, st.sampled_from(["---\n{}\n---\n{}", "{}\n---\n{}", "---\n{}{}", "{}{}"]))
def cards(text: str, value: object, form: str) -> None:
    """Merge our card with any card on the Hub, or report an error."""
    ours = "---\nconfigs:\n- config_name: triplets\n  data_files: x\n---\nOurs.\n"
    there = form.format(yaml.safe_dump(value, allow_unicode=True), text)
    try:
        merged = merge_readme(ours, there, {"a/b.parquet"})
    except PhotoshopRequestError:
        return
    head = yaml.safe_load(merged.split("---\n")[1])
    assert any(entry["config_name"] == "triplets" for entry in head["configs"])
    assert merged.endswith("Ours.\n")


ROUND = 2_000
"""Examples between two checks of the clock."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; default all")
    options = parser.parse_args()
    for name in options.targets or TARGETS:
        begin, rounds = time.monotonic(), 0
        while time.monotonic() - begin < options.seconds:
            fuzz(
                name,
                settings(max_examples=ROUND, deadline=None, database=None, suppress_health_check=list(HealthCheck)),
            )
            rounds += 1
        print(
            f"{name}: about {rounds * ROUND:,} examples in {time.monotonic() - begin:,.0f} s, nothing found", flush=True
        )


if __name__ == "__main__":
    main()
