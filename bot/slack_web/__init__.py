"""Slack's Web API, for those who call it: listeners that answer, and delivery."""
