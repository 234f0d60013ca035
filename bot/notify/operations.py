"""Where those who run this are told: in OPS_CHANNEL, or, without one, in the log alone."""

from dataclasses import replace

import structlog

from bot.notify.channel import Channel, Keep
from core.outbox.model import SLACK, Delivered, Delivery, Destination, Outcome

_log = structlog.get_logger()


class OperationsChannel:
    """Hands on what is for operations."""

    def __init__(self, slack: Channel | None, address: str | None) -> None:
        """Hand it to Slack, if there is a Slack and an address in it."""
        self._slack = slack
        self._address = address

    async def deliver(self, delivery: Delivery, keep: Keep) -> Outcome:
        """Tell it in Slack; without a channel there, what was logged must do."""
        if self._slack is None or not self._address:
            _log.info("told in the log alone: there is no OPS_CHANNEL", key=delivery.message.key)
            return Delivered(None)
        here = replace(delivery.message, to=Destination(SLACK, self._address))
        return await self._slack.deliver(replace(delivery, message=here), keep)
