"""Slack's tests act in the local Slack, on the whole product."""

from tests.support.product import charts, in_time, product, public, services, settings
from tests.support.slack import slackbox

__all__ = ["charts", "in_time", "product", "public", "services", "settings", "slackbox"]
