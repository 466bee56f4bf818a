"""What is asked of the image hosts, and how politely."""
