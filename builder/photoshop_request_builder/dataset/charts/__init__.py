"""Charts as SVG with their captions."""
