"""What is asked of the image hosts, and the ledger of what came of it."""
