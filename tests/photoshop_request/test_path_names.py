"""Test the allow-list of names that become parts of a path."""

import pytest

from photoshop_request.errors import InputError
from photoshop_request.path_names import is_sha256, path_part
from photoshop_request.reddit.fields import is_id


@pytest.mark.parametrize("name", ["0000000-s0-c0", "train-00000-of-00001.parquet", "a.b.c", "_x", "a" * 200])
def test_plain_names_are_returned(name: str) -> None:
    """Return the name unchanged."""
    assert path_part(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "a..b",
        ".a",
        "a.",
        "-rf",
        "a/b",
        "a\\b",
        "a b",
        "a\n",
        "a\0",
        "c:x",
        "\u00e9",
        "\u202ea",
        "a" * 201,
    ],
)
def test_other_names_are_refused(name: str) -> None:
    """Refuse separators, hidden files, options and everything outside ASCII."""
    with pytest.raises(InputError, match="cannot be a file name"):
        path_part(name)


def test_digests_and_ids_are_checked_whole() -> None:
    """Refuse other types, other cases and a newline at the end."""
    digest = "0f" * 32
    assert is_sha256(digest)
    assert not [value for value in (None, 5, b"a" * 64, digest + "\n", digest.upper(), digest[1:]) if is_sha256(value)]
    assert is_id("1abc23")
    assert not [value for value in (None, 5, "", "1abc23\n", "1ABC", "t3_1abc", "..", "a" * 14) if is_id(value)]
