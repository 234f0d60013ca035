"""From what the outbox holds to what people read: one entry for each kind of message.

A module for each kind has its writers, async functions of a delivery and the services; a kind
that isn't for a channel has none for it.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from bot.notify.channel import Letter
from bot.notify.letters import alerts, anomalies, exports, incidents, reports
from bot.render.mail import Mail
from bot.services import Services
from core.alerts.model import ALERT, ALERTS
from core.anomalies.messages import ANOMALIES, ANOMALY
from core.errors import InvalidError
from core.exports.model import MESSAGE as EXPORT
from core.incidents.model import MESSAGE as INCIDENT
from core.outbox.model import Delivery
from core.schedules.model import POSTING as REPORT

type Writer[T] = Callable[[Delivery, Services], Awaitable[T]]


@dataclass(frozen=True, slots=True)
class Writers:
    """How a kind of message reads by each channel; None: it doesn't go there."""

    slack: Writer[Letter] | None = None
    mail: Writer[Mail] | None = None


class NoLetterError(InvalidError):
    """Messages of that kind don't go there."""


KINDS: Final[Mapping[str, Writers]] = {
    ANOMALIES: Writers(slack=anomalies.several_slack, mail=anomalies.several_mail),
    ANOMALY: Writers(slack=anomalies.slack, mail=anomalies.mail),
    ALERT: Writers(slack=alerts.slack, mail=alerts.mail),
    ALERTS: Writers(slack=alerts.several_slack, mail=alerts.several_mail),
    EXPORT: Writers(slack=exports.slack),
    INCIDENT: Writers(slack=incidents.slack),
    REPORT: Writers(slack=reports.slack, mail=reports.mail),
}


async def slack(delivery: Delivery, services: Services) -> Letter:
    """Write a delivery for Slack.

    Raises:
        NoLetterError: its kind isn't for Slack.
        Exception: of any kind, where its values are none of its kind.
    """
    return await _writer(KINDS[delivery.message.kind].slack, delivery)(delivery, services)


async def mail(delivery: Delivery, services: Services) -> Mail:
    """Write a delivery as a mail; raises as `slack` does."""
    return await _writer(KINDS[delivery.message.kind].mail, delivery)(delivery, services)


def _writer[T](writer: Writer[T] | None, delivery: Delivery) -> Writer[T]:
    if writer is None:
        to, kind = delivery.message.to.channel, delivery.message.kind
        raise NoLetterError(f"Messages of kind {kind!r} don't go by {to}.")
    return writer
