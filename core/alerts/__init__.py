"""What was told of a budget: once for each crossing, in one thread a period."""
