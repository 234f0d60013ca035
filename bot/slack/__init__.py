"""Slack: listeners by noun, modals, the home tab."""

from bot.slack.app import SlackApp

__all__ = ["SlackApp"]
