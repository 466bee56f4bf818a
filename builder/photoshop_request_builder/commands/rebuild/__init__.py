"""Rebuild the dataset from a manifest: its pictures are fetched, checked and written as `triplets`."""
