"""The dataset on the Hub: what is there, what would change, sending it, loading it back, taking history away."""
