"""A local Slack: to try the product without an account, and what the tests use as Slack.

A separate program that speaks Slack's protocols and keeps Slack's rules.
"""
