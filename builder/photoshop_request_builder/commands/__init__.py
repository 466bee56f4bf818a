"""Do the work of commands beyond the stages."""
