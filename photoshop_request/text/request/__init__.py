"""Extract instruction and task types from requests."""
