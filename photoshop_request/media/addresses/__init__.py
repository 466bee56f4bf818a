"""Addresses of pictures: find them in text, classify them, and refuse those that must not be requested."""
