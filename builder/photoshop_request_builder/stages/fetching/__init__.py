"""Fetching pictures from their hosts."""
