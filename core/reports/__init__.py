"""What finance waits for: a week or a month, in one object."""
