"""What must not be published again: marks that stay, bytes that go."""
