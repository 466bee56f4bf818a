"""Pseudonyms are stable with one key, and say nothing without it."""

import pytest

from photoshop_request.pseudonyms import pseudonym


def test_same_name_same_pseudonym():
    """Sixteen hex digits, whatever the case of the name."""
    found = pseudonym("Mira_Holt", "a secret of the corpus")
    assert found == pseudonym("mira_holt", "a secret of the corpus")
    assert len(found) == 16
    assert int(found, 16) >= 0


def test_other_names_and_other_keys_differ():
    """Neither another person nor another corpus gives the same pseudonym."""
    assert len({pseudonym(name, key) for name in ("a", "b") for key in ("one", "two")}) == 4


@pytest.mark.parametrize("key", ["", "k" * 65])
def test_keys_have_1_to_64_bytes(key):
    """Refuse an empty or too long key."""
    with pytest.raises(ValueError, match="1 to 64 bytes"):
        pseudonym("mira", key)
