"""Requests: instruction and task types."""
