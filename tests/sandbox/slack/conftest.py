"""The local Slack, for its own tests."""

from tests.support.slack import slackbox

__all__ = ["slackbox"]
