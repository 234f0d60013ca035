"""What made the difference between two periods."""
