"""Fetch pictures from their hosts."""
