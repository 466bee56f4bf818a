"""Find the addresses of pictures in text, classify them, and refuse those that must not be requested."""
