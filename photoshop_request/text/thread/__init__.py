"""The thread: acceptance, preferences, conversations and turns."""
