"""Make the dataset: stages over shards, an engine, web pages and a command line."""
