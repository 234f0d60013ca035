"""Which reports go where and when, and what became of each run."""
