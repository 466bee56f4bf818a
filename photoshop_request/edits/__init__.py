"""Compare pictures: alignment, measurements, verdicts, masks and clusters."""
