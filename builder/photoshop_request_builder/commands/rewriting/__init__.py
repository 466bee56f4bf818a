"""Rewrite instructions with a language model."""
