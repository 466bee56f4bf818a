"""Reddit's things: records, archives, APIs, and how observations of one thing are merged."""
