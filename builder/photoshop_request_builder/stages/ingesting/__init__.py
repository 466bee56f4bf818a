"""Reading archives and APIs into parts."""
