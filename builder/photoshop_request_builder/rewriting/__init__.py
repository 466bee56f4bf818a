"""Requests in other words, asked of a language model and kept with what they cost."""
