"""The words: instructions, task types, acceptance, conversations."""
