from tests.support.slack import slackbox

__all__ = ["slackbox"]
