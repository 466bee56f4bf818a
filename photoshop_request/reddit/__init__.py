"""Reddit's records: archives and APIs that hold them, parsing and merging."""
