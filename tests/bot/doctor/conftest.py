"""The doctor looks at the whole product."""

from tests.support.product import charts, product, public, services, settings
from tests.support.slack import slackbox

__all__ = ["charts", "product", "public", "services", "settings", "slackbox"]
