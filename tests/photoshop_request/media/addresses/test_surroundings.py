"""An address in a text begins and ends where people mean it, whatever stands right before and behind."""

import itertools

import pytest
from address_catalogue import ROWS
from hypothesis import given, settings
from hypothesis import strategies as st

from photoshop_request.media.addresses.hosts import classify
from photoshop_request.media.addresses.markdown import find_links

BEFORE = ["", " ", "\n", "(", "[", "|", "*", "**", "~~", "`", '"', "'", "here:", "Edit-", "\u2014", "\u3002", "\u770b", "\U0001f449", "=>", ">!"]  # fmt: skip
AFTER = ["", " ", "\n", ")", "]", "|", "*", "**", "~~", "`", '"', ".", "...", ", thanks", "; more", "!", "?", ":", "\u2014hope", "\u2013 so", "\u2026", "\u201d", "\U0001f44d", "\u2764\ufe0f", "\U0001f468\u200d\U0001f3a8", "\u3002", "\uff0c\u8c22\u8c22", "\uff01", "\uff09", "\u3011", "\u8c22\u8c22", "\u3067\u3059", "&nbsp;", "&#x200B;", "&gt;", "<br>", ")and", "|After|", "[see](https://a.org/)", "**so**"]  # fmt: skip
SURROUNDINGS = [
    (BEFORE[(place + shift) % len(BEFORE)], after) for place, after in enumerate(AFTER) for shift in (0, 3, 7, 12, 17)
]
JOINTS = ["|", ",", ";", "", " ", "\n", "&", "**", "](", ") (", "\u3001", "\u2014", "\U0001f44d"]
ADDRESSES = sorted({row[0] for row in ROWS if find_links(row[0]) and find_links(row[0])[0].address == row[0]})


def found_in(text: str) -> list[str]:
    return [link.address for link in find_links(text)]


def test_the_corpus_of_addresses_is_read_whole() -> None:
    """Use nearly every address of the catalogue. Others have blanks, control characters or no scheme."""
    assert len(SURROUNDINGS) == 200 == len(set(SURROUNDINGS))
    assert len(ADDRESSES) >= 0.95 * len(ROWS)


@pytest.mark.parametrize(("before", "after"), SURROUNDINGS)
def test_an_address_comes_out_alone_and_whole(before: str, after: str) -> None:
    """Find every address of the catalogue in each surrounding, as it is. A link that follows is another address."""
    follows = ["https://a.org/"] if "https" in after else []
    wrong = {
        address: found
        for address in ADDRESSES
        if (found := found_in(f"{before}{address}{after}")) != [address, *follows]
    }
    assert not wrong


@pytest.mark.parametrize("joint", JOINTS)
@settings(max_examples=60)
@given(st.data())
def test_joined_addresses_come_apart(joint: str, data: st.DataObject) -> None:
    """Find each of several addresses without a blank between them."""
    addresses = data.draw(st.lists(st.sampled_from(ADDRESSES), min_size=2, max_size=4))
    assert found_in(joint.join(addresses)) == addresses


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_case_of_the_scheme_does_not_matter(address: str) -> None:
    """Find `Https://` and `HTTPS://`, and give them the kind and name of the address."""
    for write in (str.upper, str.capitalize):
        scheme, _, rest = address.partition("://")
        written = f"{write(scheme)}://{rest}"
        assert found_in(f"see {written} please") == [written]
        assert classify(written).kind is classify(address).kind


@given(
    st.sampled_from(ADDRESSES),
    st.text(
        st.characters(categories=["Po", "Pd", "So", "Sk", "Ps", "Pe", "Zs"], min_codepoint=0xA1), min_size=1, max_size=4
    ),
    st.text(max_size=10),
)
def test_no_punctuation_outside_ascii_belongs_to_an_address(address: str, mark: str, rest: str) -> None:
    """End at the first dash, emoji, bracket or blank of any script."""
    assert found_in(address + mark + rest)[0] == address


def test_an_address_inside_an_address_stays() -> None:
    """Keep an archived address and arguments that are addresses."""
    for address in (
        "https://web.archive.org/web/2020/https://i.imgur.com/AbCdE12.jpg",
        "https://www.google.com/url?q=https://i.imgur.com/AbCdE12.jpg",
        "https://href.li/?https://i.imgur.com/AbCdE12.jpg",
        "https://imgur.com/AbCdE,FgHiJ",
        "https://a.org/caf\u00e9_mu\u0308ller\u2019s.jpg",
        "https://a.org/\u5199\u771f.jpg",
        "https://a.org/b[1]_(c).jpg",
    ):
        assert found_in(f"({address})") == [address], address


def test_lists_of_hosts_without_a_scheme_come_apart() -> None:
    """Split at a comma or semicolon before a host name."""
    for one, joint, two in itertools.product(["imgur.com/AbCdE", "i.redd.it/abcdef12.jpg"], ",;|", ["imgur.com/FgHiJ"]):
        assert found_in(f"{one}{joint}{two}") == [one, two]
