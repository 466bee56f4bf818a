"""Two pictures side by side: hashes, alignment, verdicts, masks, clusters."""
