"""Pictures that a submission or comment links to."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_records import COMMENT, SUBMISSION
from msgspec.structs import replace

from photoshop_request.media.addresses.hosts.family import AddressKind
from photoshop_request.media.addresses.links import Link, Role, comment_links, is_bot, submission_links
from photoshop_request.reddit.records import Media
from photoshop_request.verdicts import Verdict


def upload(media_id: str, extension: str = "jpg", **changes: Any) -> Media:
    signed = f"https://preview.redd.it/{media_id}.{extension}?width=640&s=abc"
    return replace(Media(media_id, "Image", "valid", f"image/{extension}", signed, 640, 480), **changes)


def request(**changes: Any) -> list[Link]:
    return submission_links(replace(SUBMISSION, **({"is_self": False} | changes)))


def answer(body: str, requester: str | None = "asker", **changes: Any) -> list[Link]:
    return comment_links(replace(COMMENT, body=body, **changes), requester)


def test_a_gallery_keeps_its_order_captions_and_extensions() -> None:
    """Keep gallery order, captions, sizes, and the extension of the signed address."""
    media = (upload("bbbbbbbbbbbb", "png", caption="remove him"), upload("aaaaaaaaaaaa", "jpeg", mime="image/jpg"))
    links = request(is_gallery=True, media=media, url="https://www.reddit.com/gallery/1abcd2")
    assert [(link.position, link.canonical, link.caption) for link in links] == [
        (0, "https://i.redd.it/bbbbbbbbbbbb.png", "remove him"),
        (1, "https://i.redd.it/aaaaaaaaaaaa.jpeg", None),
    ]
    assert {(link.role, link.kind, link.reason, link.width) for link in links} == {
        (Role.SOURCE, AddressKind.IMAGE, None, 640)
    }
    assert links[0].fallback == media[0].address


def test_a_deleted_gallery_leaves_a_row() -> None:
    """Give one row with a reason for a gallery without pictures."""
    (link,) = request(is_gallery=True, url="https://www.reddit.com/gallery/1abcd2")
    assert (link.kind, link.reason) == (AddressKind.ALBUM, Verdict.GONE)


def test_the_linked_picture_comes_before_those_in_the_text() -> None:
    """List the link before the text, with Reddit's signed copy as the link's fallback."""
    links = request(
        url="http://i.imgur.com/AbCdE.jpg",
        selftext="also [this one](https://imgur.com/FgHiJ)",
        preview="https://external-preview.redd.it/x.jpg?s=1",
    )
    assert [(link.canonical, link.fallback, link.caption) for link in links] == [
        ("https://i.imgur.com/AbCdE.jpg", "https://external-preview.redd.it/x.jpg?s=1", None),
        ("https://i.imgur.com/FgHiJ.jpg", None, "this one"),
    ]


def test_a_self_post_does_not_link_to_itself() -> None:
    """Ignore the address of the thread itself."""
    assert request(is_self=True, url="https://www.reddit.com/r/PhotoshopRequest/comments/1abcd2/t/") == []
    assert request(url="https://www.reddit.com/r/PhotoshopRequest/comments/1abcd2/t/") == []


def test_another_thread_is_navigation() -> None:
    """Give a row with a reason for a crosspost's address."""
    (link,) = request(url="https://www.reddit.com/r/pics/comments/9zzzz9/t/")
    assert (link.kind, link.reason) == (AddressKind.NAVIGATION, Verdict.NOT_AN_IMAGE)


def test_one_picture_under_two_addresses_is_one_row() -> None:
    """Merge the preview in the text with the upload, and keep what only one of them has."""
    (link,) = request(
        is_self=True,
        selftext="https://preview.redd.it/aaaaaaaaaaaa.png?width=320&s=1",
        media=(upload("aaaaaaaaaaaa", "png"),),
    )
    assert (link.canonical, link.width) == ("https://i.redd.it/aaaaaaaaaaaa.png", 640)
    imgur = answer("https://imgur.com/AbCdE and https://i.imgur.com/AbCdEm.png and http://m.imgur.com/AbCdE")
    assert [link.canonical for link in imgur] == ["https://i.imgur.com/AbCdE.jpg"]


def test_an_inline_picture_gets_its_true_extension_and_title() -> None:
    """Look up `![img](id "title")` in the media of the comment."""
    (link,) = answer('![img](aaaaaaaaaaaa "second try")', media=(upload("aaaaaaaaaaaa", "png"),))
    assert (link.canonical, link.caption, link.role) == (
        "https://i.redd.it/aaaaaaaaaaaa.png",
        "second try",
        Role.CANDIDATE,
    )


def test_an_upload_that_the_text_does_not_show_comes_last() -> None:
    """List media that no markdown mentions after the text's addresses."""
    links = answer("https://imgur.com/AbCdE", media=(upload("aaaaaaaaaaaa"),))
    assert [link.canonical for link in links] == ["https://i.imgur.com/AbCdE.jpg", "https://i.redd.it/aaaaaaaaaaaa.jpg"]


@pytest.mark.parametrize(
    ("media", "kind", "reason"),
    [
        (upload("giphy|AbC", kind="AnimatedImage", sticker="giphy"), AddressKind.REACTION, Verdict.NOT_AN_IMAGE),
        (upload("emote|t5_a|1", sticker="emoji"), AddressKind.REACTION, Verdict.NOT_AN_IMAGE),
        (upload("aaaaaaaaaaaa", sticker="sticker"), AddressKind.REACTION, Verdict.NOT_AN_IMAGE),
        (upload("aaaaaaaaaaaa", kind="RedditVideo"), AddressKind.VIDEO, Verdict.NOT_AN_IMAGE),
        (upload("aaaaaaaaaaaa", kind="AnimatedImage"), AddressKind.IMAGE, Verdict.ANIMATED),
        (upload("aaaaaaaaaaaa", status="failed"), AddressKind.IMAGE, Verdict.GONE),
        (upload("aaaaaaaaaaaa", status="invalid", address=None), AddressKind.IMAGE, Verdict.GONE),
        (upload("aaaaaaaaaaaa", status="deleted"), AddressKind.IMAGE, Verdict.DELETED_BY_AUTHOR),
    ],
)
def test_uploads_that_are_no_edit_have_a_reason(media: Media, kind: AddressKind, reason: Verdict) -> None:
    """Give rows with a reason for stickers, reactions, videos and failed uploads."""
    (link,) = answer(f"![gif]({media.media_id})", media=(media,))
    assert (link.kind, link.reason) == (kind, reason)


@pytest.mark.parametrize("media", [(), (upload("aaaaaaaaaaaa", status="unprocessed", kind="", mime="", address=None),)])
@pytest.mark.parametrize(
    "text", ["*Processing img aaaaaaaaaaaa...*", "Processing img aaaaaaaaaaaa...", "![img](aaaaaaaaaaaa)"]
)
def test_uploads_that_were_not_ready_are_asked_for(text: str, media: tuple[Media, ...]) -> None:
    """Ask for the upload under every ending, with or without media metadata."""
    (link,) = answer(f"Here you go\n\n{text}", media=media)
    assert (link.canonical, link.reason, link.caption) == ("https://i.redd.it/aaaaaaaaaaaa", None, None)
    (video,) = answer("*Processing video aaaaaaaaaaaa...*")
    assert (video.canonical, video.kind) == ("https://v.redd.it/aaaaaaaaaaaa", AddressKind.VIDEO)


def test_a_known_ending_beats_an_open_one() -> None:
    """Take the ending from an explicit address or the mime, in any order. JPEG has two endings and one mime."""
    signed = "https://preview.redd.it/aaaaaaaaaaaa.png?width=640&s=1"
    for text in (f"![img](aaaaaaaaaaaa) {signed}", f"{signed} ![img](aaaaaaaaaaaa)"):
        assert [link.canonical for link in answer(text)] == ["https://i.redd.it/aaaaaaaaaaaa.png"]
    mimes = {"image/png": ".png", "image/gif": ".gif", "image/jpg": "", "image/jpeg": "", "": ""}
    for mime, ending in mimes.items():
        (link,) = answer("", media=(upload("aaaaaaaaaaaa", mime=mime, address=None),))
        assert link.canonical == f"https://i.redd.it/aaaaaaaaaaaa{ending}"


def test_a_deleted_gallery_picture_stays_deleted_where_the_text_shows_it() -> None:
    """Give the item's reason to its address in the text, and none to the other item."""
    media = (upload("aaaaaaaaaaaa", status="deleted"), upload("bbbbbbbbbbbb"))
    links = request(is_gallery=True, media=media, selftext="https://i.redd.it/aaaaaaaaaaaa.jpg ![img](aaaaaaaaaaaa)")
    assert [(link.canonical, link.reason) for link in links] == [
        ("https://i.redd.it/aaaaaaaaaaaa.jpg", Verdict.DELETED_BY_AUTHOR),
        ("https://i.redd.it/bbbbbbbbbbbb.jpg", None),
    ]


@pytest.mark.parametrize("url", ["//i.imgur.com/AbCdE.jpg", "i.imgur.com/AbCdE.jpg", "Https://I.imgur.com/AbCdE.jpg"])
def test_an_address_may_lack_its_scheme(url: str) -> None:
    """Read `//host/path` in a link, and as the address of a submission."""
    assert [link.canonical for link in (*request(url=url), *answer(f"[x]({url})"))] == [
        "https://i.imgur.com/AbCdE.jpg"
    ] * 2


def test_a_relative_address_is_navigation() -> None:
    """Read `/r/…` as a page of Reddit, in a link and as the address of a submission."""
    for link in (*request(url="/r/pics/comments/9zzzz9/t/"), *answer("[x](/r/pics/comments/9zzzz9/t/)")):
        assert (link.canonical, link.kind) == (
            "https://www.reddit.com/r/pics/comments/9zzzz9/t/",
            AddressKind.NAVIGATION,
        )


def test_a_reaction_without_media_metadata_is_recognised() -> None:
    """Recognise it by its id, as old archives have no `media_metadata`."""
    (link,) = answer("![gif](giphy|3o7TKSj)")
    assert (link.url, link.host, link.reason) == ("giphy:3o7TKSj", "giphy", Verdict.NOT_AN_IMAGE)


def test_the_requesters_picture_in_a_comment_is_their_own_and_fetched() -> None:
    """Recognise the requester by name or by `is_submitter`."""
    for links in (
        answer("https://imgur.com/AbCdE", author="asker"),
        answer("https://imgur.com/AbCdE", is_submitter=True),
    ):
        assert (links[0].role, links[0].reason) == (Role.REQUESTERS_OWN, None)
    (link,) = answer("https://imgur.com/AbCdE", author=None, requester=None)
    assert link.role is Role.CANDIDATE


def test_deleted_comments_are_not_fetched() -> None:
    """Respect the deletion by the author."""
    (link,) = answer("https://imgur.com/AbCdE", deleted_by_author=True)
    assert link.reason is Verdict.DELETED_BY_AUTHOR


@pytest.mark.parametrize(
    ("name", "flair", "expected"),
    [
        ("AutoModerator", None, True), ("RemindMeBot", None, True), ("colorizebot", None, True), ("some_bot", None, True),
        ("bot-of-mine", None, True), ("HelperBot2", None, True), ("GIFBOT", None, True), ("x", "Bot", True),
        ("Abbott", None, False), ("robotnik", None, False), ("bottle_cap", None, False), ("x", "Bottle", False), (None, None, False),
    ],
)  # fmt: skip
def test_bots_are_recognised_by_name_or_flair(name: str | None, flair: str | None, expected: bool) -> None:
    """Match "bot" as a word, not as letters inside another word."""
    assert is_bot(name, flair) is expected
    (link,) = answer("https://imgur.com/AbCdE", author=name, author_flair=flair)
    assert (link.reason is Verdict.BOT) is expected


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("[edit](http://127.0.0.1:22/x.jpg)", Verdict.BLOCKED_ADDRESS),
        ("[edit](file:///etc/passwd.jpg)", Verdict.BLOCKED_ADDRESS),
        ("[edit](javascript:alert(1)//x.jpg)", Verdict.BLOCKED_ADDRESS),
        ("[edit](http://[::1]/a.jpg)", Verdict.BLOCKED_ADDRESS),
        ("https://i.imgur.com@127.0.0.1/x.jpg", Verdict.BLOCKED_ADDRESS),
        ("[rules](/r/PhotoshopRequest/wiki)", Verdict.NOT_AN_IMAGE),
        ("[me](/u/somebody)", Verdict.NOT_AN_IMAGE),
        ("[mail](mailto:a@b.org)", Verdict.NOT_AN_IMAGE),
        ("https://i.imgur.com/AbCdE.gifv", Verdict.NOT_AN_IMAGE),
        ("https://v.redd.it/abc123def456", Verdict.NOT_AN_IMAGE),
        ("https://prnt.sc/abcdef", Verdict.UNSUPPORTED_HOST),
        ("http://i51.tinypic.com/abc.jpg", Verdict.GONE),
    ],
)
def test_links_that_are_not_fetched_have_a_reason(body: str, reason: Verdict) -> None:
    """Give a row with a reason for each link that is not fetched."""
    (link,) = answer(body)
    assert link.reason is reason


def test_an_address_without_http_counts_only_if_it_names_a_picture() -> None:
    """Accept `imgur.com/x` without http, but not `and/or` and `example.org/page`."""
    links = answer("imgur.com/AbCdE or example.org/edit.png, and/or example.org/page n.b./x")
    assert [link.canonical for link in links] == ["https://i.imgur.com/AbCdE.jpg", "https://example.org/edit.png"]


def test_a_list_of_pictures_is_several_rows() -> None:
    """Give a row per picture of imgur's comma list, in order."""
    links = answer("http://imgur.com/AbCdE,FgHiJ#1")
    assert [(link.position, link.canonical) for link in links] == [
        (0, "https://i.imgur.com/AbCdE.jpg"),
        (1, "https://i.imgur.com/FgHiJ.jpg"),
    ]


@given(st.text(alphabet="[]()!|/:. \nabcimgurredditjpg_", max_size=200))
def test_any_text_gives_rows_in_order(text: str) -> None:
    """Count positions from 0 and repeat no picture, whatever the text."""
    links = answer(text)
    assert [link.position for link in links] == list(range(len(links)))
    assert len({link.canonical for link in links}) == len(links)
