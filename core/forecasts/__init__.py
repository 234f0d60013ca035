"""What is yet to be spent, and how sure that is."""
