"""Stages of the pipeline, one module each. `declared.py` lists them in order."""
