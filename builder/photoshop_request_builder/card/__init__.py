"""The dataset's card."""
