"""Names that stay the same within a corpus and say nothing outside it."""

import hashlib


def pseudonym(name: str, key: str) -> str:
    """Sixteen hex digits that stand for a user name: keyed BLAKE2b, so that only who has `key` can try names.

    Reddit's names do not tell upper from lower case, so neither does this.

    Raises:
        ValueError: the key is empty or longer than 64 bytes.
    """
    secret = key.encode()
    if not 1 <= len(secret) <= hashlib.blake2b.MAX_KEY_SIZE:
        raise ValueError("a pseudonym key has 1 to 64 bytes")
    return hashlib.blake2b(name.lower().encode(), digest_size=8, key=secret).hexdigest()
