"""Fetch pictures over HTTP within rate limits, from public hosts only."""
