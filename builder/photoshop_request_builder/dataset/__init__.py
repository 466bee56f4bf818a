"""Decide which edits are published, and make the dataset's rows, files, splits and card."""
