"""Give all addresses of one picture one name, and different pictures different names, over every host family."""

import csv
import re
import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photoshop_request.media.addresses.hosts import FAMILIES, classify, identity
from photoshop_request.media.addresses.hosts.family import AddressKind


def _read() -> dict[str, tuple[str, str]]:
    """Return the pattern of the id and the spellings of each row. `{0}` in a spelling is the id."""
    with Path(__file__).with_name("spellings.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["family"]: (row["id"], row["spellings"]) for row in rows}


SPELLINGS = _read()
VARIANTS = (
    lambda written: f"https://{written}",
    lambda written: f"http://{written}",
    lambda written: f"HTTPS://{written.partition('/')[0].upper()}/{written.partition('/')[2]}",
    lambda written: f"https://{written.partition('/')[0]}:443/{written.partition('/')[2]}",
    lambda written: f"https://{written.partition('/')[0]}./{written.partition('/')[2]}",
    lambda written: f"https://{written.partition('#')[0]}#top",
)


def spellings(family: str, name: str) -> list[str]:
    return [pattern.replace("{0}", name).replace("%7b0%7d", _encoded(name)) for pattern in SPELLINGS[family][1].split()]


def _encoded(name: str) -> str:
    return "".join(f"%{ord(letter):02x}" for letter in name)


@pytest.mark.parametrize("family", SPELLINGS)
@settings(max_examples=20)
@given(st.data())
def test_all_spellings_have_one_name(family: str, data: st.DataObject) -> None:
    """Ignore scheme, case of the host, port, fragment and everything that the host ignores. Never mix two ids up."""
    pattern = re.compile(SPELLINGS[family][0], re.ASCII)
    one, another = data.draw(st.lists(st.from_regex(pattern, fullmatch=True), min_size=2, max_size=2, unique=True))
    names = {identity(variant(written)) for written in spellings(family, one) for variant in VARIANTS}
    assert len(names) == 1, names
    if one.lower() != another.lower():
        assert names.isdisjoint(identity(f"https://{written}") for written in spellings(family, another))


def test_every_family_has_spellings() -> None:
    """Cover each family with pictures."""
    named = {classify(f"https://{written}").family for family in SPELLINGS for written in spellings(family, "1abc23d")}
    without_pictures = {"unsupported", "video", "reaction", "navigation"}
    assert {family.name for family in FAMILIES} - without_pictures <= named


def test_flickr_and_deviantart_shorten_numbers() -> None:
    """Decode base 58 and base 36."""
    assert identity("https://flic.kr/p/2kE4xyz") == identity("https://www.flickr.com/photos/x/50970189493")
    assert identity("https://fav.me/d21i3v9") == identity("https://www.deviantart.com/x/art/T-123456789")


@given(st.text(string.printable, max_size=80), st.sampled_from(list(SPELLINGS)))
def test_any_address_has_a_name(noise: str, family: str) -> None:
    """Never fail. An address that is refused is its own name."""
    for address in (noise, *(f"https://{written}{noise}" for written in spellings(family, noise))):
        name = identity(address)
        assert name or not address
        assert name == address or classify(address).kind is not AddressKind.BLOCKED
