"""Threads: acceptance, preferences, conversations and turns."""
