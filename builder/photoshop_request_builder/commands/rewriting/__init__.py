"""Have a language model rewrite instructions."""
