"""Alerts: that a budget's thresholds are crossed, told once each, and what people did about it."""
