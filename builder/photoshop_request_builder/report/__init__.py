"""The analysis of a corpus for people who want to trust it: a page, its numbers, and its charts."""
