"""Find, fetch and decode pictures on the internet."""
