"""Which requests show the same picture, and whether a split keeps them together."""
