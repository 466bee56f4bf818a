"""Make web pages: report, viewer, review."""
