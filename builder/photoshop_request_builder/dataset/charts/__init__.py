"""Draw charts as SVG, with captions in several languages."""
