"""The pipeline, one small module a stage; reading them in order is reading the way of the data."""
