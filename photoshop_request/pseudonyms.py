"""Replace user names by pseudonyms, which are the same within a corpus and unlinkable outside it."""

import hashlib


def pseudonym(name: str, key: str) -> str:
    """Return the pseudonym of a user name: 16 hex digits of its BLAKE2b hash with `key`.

    Without the key nobody can find a name by hashing all names. Case is ignored, as in Reddit's names.

    Raises:
        ValueError: the key is empty or longer than 64 bytes.
    """
    secret = key.encode()
    if not 1 <= len(secret) <= hashlib.blake2b.MAX_KEY_SIZE:
        raise ValueError("a pseudonym key has 1 to 64 bytes")
    return hashlib.blake2b(name.lower().encode(), digest_size=8, key=secret).hexdigest()
