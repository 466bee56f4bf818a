"""Make the before/after viewer: a static folder with every candidate, its verdict and reason."""
