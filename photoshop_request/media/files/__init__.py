"""Decode, hash and clean picture files."""
