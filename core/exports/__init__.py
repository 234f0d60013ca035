"""Exports that are made in the background, and kept until they are delivered."""
