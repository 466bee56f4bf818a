"""User names become pseudonyms on their way out of the corpus."""

import os
from collections.abc import Callable, Mapping

from photoshop_request.errors import InputError
from photoshop_request.pseudonyms import pseudonym

KEY = "PHOTOSHOP_REQUEST_PSEUDONYM_KEY"
"""The environment variable with the secret that keys pseudonyms. Without it those columns are null: a name hashed
without a secret can be found again by hashing all of Reddit's names."""

Pseudonymizer = Callable[[str | None], str | None]


def pseudonymizer(environment: Mapping[str, str] | None = None) -> Pseudonymizer:
    """What turns a user name into its pseudonym, or into None where there is no key.

    Raises:
        InputError: the key cannot be used.
    """
    key = (os.environ if environment is None else environment).get(KEY)
    if not key:
        return lambda _: None
    try:
        pseudonym("", key)
    except ValueError as error:
        raise InputError(f"{KEY}: {error}.") from None
    return lambda name: pseudonym(name, key) if name else None


def key_fingerprint(environment: Mapping[str, str] | None = None) -> str | None:
    """Names the key without telling it: rows made with another key are other rows."""
    return pseudonymizer(environment)("photoshop-request")
