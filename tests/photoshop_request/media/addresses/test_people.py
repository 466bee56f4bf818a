"""Test that no address with a name is published."""

import pytest

from photoshop_request.media.addresses.hosts import FAMILIES, classify
from photoshop_request.media.addresses.people import personal_host, published_address, published_host
from photoshop_request.text.usernames import username_filter

PROFILES = [
    "https://www.reddit.com/user/mira", "https://reddit.com/u/mira/m/x", "https://www.reddit.com/r/u_mira/comments/1",
    "https://old.reddit.com/message/compose?to=mira", "https://reddit.com/message/compose/?to=%2Fu%2Fmira",
    "https://www.facebook.com/mira.holt", "https://m.facebook.com/profile.php?id=100", "https://fb.com/mira",
    "https://www.facebook.com/photo.php?fbid=1&set=a.1.2.3", "https://www.instagram.com/mira/",
    "https://www.flickr.com/photos/mira/123", "https://flickr.com/people/mira", "https://www.flickr.com/photos/12@N01/sets/1",
    "https://mira.deviantart.com/art/x-1", "https://www.deviantart.com/mira/art/x-1", "https://mira.deviantart.com",
    "https://fc01.deviantart.net/fs70/i/2010/1/x_by_mira-d2.jpg",
    "https://images-wixmp-ed30a.wixmp.com/f/a/b.jpg/v1/fill/w_1,h_1/x_by_mira-fullview.jpg?token=a",
    "https://imgur.com/user/mira", "https://mira.imgur.com/", "https://mira.imgbb.com", "https://mira.minus.com/a",
    "https://i12.photobucket.com/albums/a1/mira/x.jpg", "https://s12.photobucket.com/user/mira/media/x.jpg",
    "https://imageshack.com/user/mira", "https://twitpic.com/photos/mira", "https://freeimage.host/mira",
    "https://lensdump.com/mira", "https://imgchest.com/u/mira", "https://imgflip.com/user/mira",
    "https://plus.google.com/+Mira", "https://twitter.com/mira/status/1", "https://x.com/mira", "https://t.me/mira",
    "https://pbs.twimg.com/profile_images/1/mira.jpg", "https://www.youtube.com/@mira", "https://youtube.com/user/mira",
    "https://vimeo.com/mira", "https://www.tiktok.com/@mira/video/1", "https://www.redgifs.com/users/mira",
    "https://giphy.com/channel/mira", "https://www.paypal.me/mira", "https://venmo.com/mira", "https://ko-fi.com/mira",
    "https://cash.app/$mira", "https://www.patreon.com/mira", "https://github.com/mira", "https://mira.github.io/x.jpg",
    "https://www.etsy.com/shop/mira", "https://www.ebay.com/usr/mira", "https://en.wikipedia.org/wiki/User:Mira",
    "https://www.urbandictionary.com/author.php?author=mira", "https://mira.tumblr.com/post/1",
    "https://example.com/~mira/x.jpg", "https://example.com/users/mira/x.jpg", "https://example.com/%75ser/mira",
    "https://jumpshare.com/mira", "https://www.amazon.com/gp/profile/mira", "https://www.dailymotion.com/mira",
]  # fmt: skip
PICTURES = [
    "https://i.redd.it/abcdef123.jpg", "https://i.imgur.com/abcdefg.jpg", "https://imgur.com/a/abcde",
    "https://flic.kr/p/abc", "https://live.staticflickr.com/1/2_3_b.jpg", "https://fav.me/d12", "https://sta.sh/012",
    "https://i.postimg.cc/abc/x.jpg", "https://postimg.cc/abcd", "https://i.ibb.co/abc/x.jpg", "https://ibb.co/abcd1",
    "https://www.dropbox.com/scl/fi/a/x.jpg?rlkey=b&dl=1", "https://drive.google.com/uc?export=download&id=abcdefghijk",
    "https://lh3.googleusercontent.com/abc=s0", "https://images2.imgbox.com/a/b/c_o.jpg", "https://catbox.moe/c/abc",
    "https://files.catbox.moe/abc.jpg", "https://gyazo.com/" + "a" * 32, "https://i.gyazo.com/" + "a" * 32 + ".png",
    "https://pbs.twimg.com/media/abc?format=jpg&name=orig", "https://i.sstatic.net/abcde.jpg", "https://bit.ly/abc",
    "https://www.vidble.com/show/abc", "https://example.com/x.jpg", "https://64.media.tumblr.com/tumblr_x_500.jpg", "https://www.deviantart.com/deviation/123/art/",
]  # fmt: skip
"""Addresses without a name."""

hide = username_filter(["Mira_K", "Red"])


@pytest.mark.parametrize("address", PROFILES)
def test_an_address_that_names_a_person_is_not_published(address: str) -> None:
    """Neither in its own column nor in a text, where only its host stays."""
    host = personal_host(address)
    assert host is not None
    assert "mira" not in host
    assert published_address(address, str) is None
    assert published_address(classify(address).canonical, str) is None
    for text in (f"see {address}.", f"[x]({address})", address.removeprefix("https://")):
        assert "mira" not in hide(text).lower()


@pytest.mark.parametrize("address", PICTURES)
def test_other_addresses_stay(address: str) -> None:
    """Ids are no names."""
    assert personal_host(address) is None
    assert hide(f"see {address} now") == f"see {address} now"
    assert published_address(address, hide) == address


@pytest.mark.parametrize(
    "address",
    [
        "https://i.postimg.cc/abc/mira_k-edit.jpg", "https://i.postimg.cc/abc/MIRA%5FK.jpg", "https://a.org/mira-k/x.jpg",
        "https://www.dropbox.com/scl/fi/a/%6D%69ra_k2.jpg?rlkey=b&dl=1", "https://mira-k.example.com/x.jpg",
        "https://i.ibb.co/abc/For-u-Mira_K.png", "https://a.org/%256dira_k.jpg",
    ],
)  # fmt: skip
def test_an_address_with_the_name_of_an_author_is_not_published(address: str) -> None:
    """Wherever the name stands, and however it is encoded."""
    assert published_address(address, hide) is None
    assert published_address(address, str) == address


@pytest.mark.parametrize(
    "address",
    [
        "https://www.tumblr.example/x", "https://tinypic.com/abc.jpg", "mailto:mira@example.com", "giphy:abc", "http://[::1",
        "https://v.redd.it/abc", "https://en.wikipedia.org/wiki/Sepia", "https://www.reddit.com/r/x/comments/1/title",
    ],
)  # fmt: skip
def test_an_address_without_a_picture_is_not_published(address: str) -> None:
    """It is of no use for a rebuild, and any page may be a profile."""
    assert published_address(address, str) is None


@pytest.mark.parametrize(
    ("host", "published"),
    [
        ("i.redd.it", "i.redd.it"), ("i.imgur.com", "i.imgur.com"), ("mira.deviantart.com", "deviantart.com"),
        ("mira.imgur.com", "imgur.com"), ("images2.imgbox.com", "images2.imgbox.com"), ("mira.example.com", None),
        ("mira.com", None), ("farm5.staticflickr.com", "farm5.staticflickr.com"), ("", None), ("s12.postimg.org", "s12.postimg.org"),
        ("upload.wikimedia.org", "upload.wikimedia.org"), ("a.b.mira.imgbb.com", "imgbb.com"), ("redd.it.mira.com", None),
    ],
)  # fmt: skip
def test_a_host_is_published_without_a_name(host: str, published: str | None) -> None:
    """Hosts of unknown kinds are not named at all."""
    assert published_host(host) == published


def test_every_domain_of_every_family_is_published() -> None:
    """They are names of services."""
    for family in FAMILIES:
        for domain in family.domains:
            assert published_host(domain) == domain
            assert published_host(f"mira.{domain}") != f"mira.{domain}"
