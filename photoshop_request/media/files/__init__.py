"""Picture files: decoding, metadata and hashes."""
