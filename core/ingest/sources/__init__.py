"""The clients of the sources; each imported on use."""
