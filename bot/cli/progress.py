"""Progress of a sync on the terminal."""
