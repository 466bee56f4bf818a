"""Work of commands beyond the stages."""
