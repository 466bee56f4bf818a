"""Where pictures are: addresses in text, which pictures they name, and which may be requested."""
