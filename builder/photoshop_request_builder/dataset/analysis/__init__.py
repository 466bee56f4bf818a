"""Numbers of a corpus, counted by SQL."""
