"""The whole walk in a browser: the local Slack's page, the product behind it."""

from tests.sandbox.slack.test_page import browser
from tests.support.product import charts, in_time, product, public, services, settings
from tests.support.slack import slackbox

__all__ = [
    "browser",
    "charts",
    "in_time",
    "product",
    "public",
    "services",
    "settings",
    "slackbox",
]
