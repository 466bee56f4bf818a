"""Replace user names by pseudonyms in published rows."""

import os
from collections.abc import Callable, Mapping

from photoshop_request.errors import InputError
from photoshop_request.pseudonyms import pseudonym

KEY = "PHOTOSHOP_REQUEST_PSEUDONYM_KEY"
"""Environment variable with the secret key of pseudonyms. Without it the columns are null. If names were hashed without
a secret, hashing all names of Reddit would reveal them."""

Pseudonymizer = Callable[[str | None], str | None]


def pseudonymizer(environment: Mapping[str, str] | None = None) -> Pseudonymizer:
    """Return a function that maps a user name to its pseudonym, or to None without a key.

    Raises:
        InputError: the key is not valid.
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
    """Return a fingerprint of the key, which does not reveal it."""
    return pseudonymizer(environment)("photoshop-request")
