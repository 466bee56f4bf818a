"""The factory that makes the dataset: stages over shards, an engine, pages and a command line."""
