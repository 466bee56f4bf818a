"""Language models: prompts and checked answers."""
