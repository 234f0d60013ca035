"""Domain values as people and machines read them: no I/O, no services."""
