"""Texts: instructions, task types, acceptance, preferences, conversations, turns."""
