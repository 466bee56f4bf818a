"""The request: its instruction and task types."""
