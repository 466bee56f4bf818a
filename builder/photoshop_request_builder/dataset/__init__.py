"""The published dataset: which edits it has, its rows, files, splits and card."""
