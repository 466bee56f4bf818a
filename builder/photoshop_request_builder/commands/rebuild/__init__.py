"""Rebuild a dataset from a manifest."""
