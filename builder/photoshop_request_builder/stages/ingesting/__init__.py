"""Read archives and APIs into parts."""
