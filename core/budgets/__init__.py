"""Budgets: what may be spent on anything that can be asked, and how far it is."""
