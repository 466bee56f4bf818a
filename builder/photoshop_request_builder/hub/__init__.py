"""Publish the dataset on the Hub: compare, upload, verify, and squash the history."""
