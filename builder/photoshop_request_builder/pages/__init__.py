"""Pages for people: report, viewer, review."""
