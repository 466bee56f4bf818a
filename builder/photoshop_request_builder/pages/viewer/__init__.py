"""The before/after viewer: a static folder that opens from disk, with every candidate, kept or dropped, and why."""
