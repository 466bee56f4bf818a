"""Fetching over HTTP: polite, careful, one request at a time to a host's limit."""
