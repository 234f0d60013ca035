"""Costs: slices, facts, rollups; questions and their answers."""
