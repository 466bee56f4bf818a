"""Classify every known form of an address, as rows of data: its kind and its canonical address."""

import pytest
from address_catalogue import ROWS
from hypothesis import given
from hypothesis import strategies as st

from photoshop_request.media.addresses.hosts import FAMILIES, classify, family_of
from photoshop_request.media.addresses.hosts.family import AddressKind
from photoshop_request.verdicts import Verdict

FETCHED = {AddressKind.IMAGE, AddressKind.FILE, AddressKind.PAGE, AddressKind.ALBUM, AddressKind.SHORTLINK}


def test_the_catalogue_is_large_and_has_no_repeats() -> None:
    """Have at least 250 rows."""
    assert len(ROWS) >= 250
    assert len({row[0] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("address", "kind", "becomes", "why"), ROWS, ids=[row[0] for row in ROWS])
def test_an_address_is_classified_as_the_catalogue_says(address: str, kind: str, becomes: str, why: str) -> None:
    """Give the kind and canonical address of the row, and classify the canonical address as itself."""
    target = classify(address)
    expected = address if becomes == "=" else becomes
    assert (target.kind.value, target.canonical) == (kind, expected), target.detail
    again = classify(target.canonical)
    assert (again.kind, again.canonical, again.reason) == (target.kind, target.canonical, target.reason)


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_addresses_that_are_not_fetched_have_a_reason(row: tuple[str, ...]) -> None:
    """Give no reason for kinds that are requested, and a reason with a detail for all others."""
    target = classify(row[0])
    if target.kind in FETCHED and target.reason is not Verdict.PLACEHOLDER:
        assert target.reason is None
    else:
        assert target.reason is not None
        assert target.detail


def test_every_family_has_cases() -> None:
    """Find at least one row for each family of hosts."""
    named = {classify(row[0]).family for row in ROWS}
    assert named >= {family.name for family in FAMILIES}


def test_lists_of_pictures_need_no_request() -> None:
    """Split imgur's comma lists into their pictures, in order, each once."""
    assert classify("https://imgur.com/AbCdE,FgHiJm,AbCdE").pictures == (
        "https://i.imgur.com/AbCdE.jpg",
        "https://i.imgur.com/FgHiJ.jpg",
    )


def test_the_longest_domain_wins() -> None:
    """Give a host under another family's domain to the family that names it."""
    assert family_of("i.stack.imgur.com").name == "stack"
    assert family_of("i.imgur.com").name == "imgur"
    assert family_of("notimgur.com").name == "direct"


@given(st.text(max_size=60), st.sampled_from([row[0] for row in ROWS]), st.integers(0, 80))
def test_no_address_breaks_the_registry(noise: str, address: str, place: int) -> None:
    """Classify any text, with a canonical address that is classified as itself."""
    target = classify(address[:place] + noise + address[place:])
    again = classify(target.canonical)
    assert (again.canonical, again.kind) == (target.canonical, target.kind)
