"""Pages for a browser: report, viewer, review."""
