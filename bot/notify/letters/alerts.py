"""Alerts of budgets: threads in Slack that show how things stand, and mails."""

from collections.abc import Sequence
from dataclasses import replace

from bot.notify.channel import Letter
from bot.notify.letters.drawing import drawn
from bot.notify.letters.leaving import leaving
from bot.render import alert_mail
from bot.render.blocks import alerts
from bot.render.charts import outgo_of
from bot.render.enclosed import Picture
from bot.render.mail import Mail
from bot.services import Services
from core.alerts.model import Alert, AlertState, NotToldError, Occasion, Roundup, Telling
from core.alerts.service import ROUNDUP, TELLING
from core.errors import CostTrackerError
from core.outbox.model import Delivery, Verb
from core.subscriptions.model import Of, Reason

_NAME = "budget"
_SHOWN = ("used", "amount", "expected", "breach")
"""Figures that are in the picture and beside it."""


async def slack(delivery: Delivery, services: Services) -> Letter:
    """An alert with its budget's picture, kept up to date; or a reply in its thread, in short."""
    told = await _one(delivery, services)
    if delivery.message.verb is Verb.REPLY:
        return Letter(alerts.further(told))
    picture = None if told.occasion is Occasion.LEFT else await _picture(told.alert, services)
    return Letter(alerts.alert(told, picture), pictures=(picture,) if picture else ())


async def several_slack(delivery: Delivery, services: Services) -> Letter:
    """Several alerts in one message."""
    return Letter(alerts.roundup(await _several(delivery, services)))


async def mail(delivery: Delivery, services: Services) -> Mail:
    """An alert, or what became of it since."""
    told = await _one(delivery, services)
    picture = await _picture(told.alert, services)
    reply = delivery.message.verb is Verb.REPLY
    command = services.settings.slack_command
    return alert_mail.alert(
        told,
        picture,
        command=command,
        reply=reply,
        unsubscribe=leaving(delivery, services, [_reason(told.alert)]),
        names=await services.names(alert_mail.people(told)),
    )


async def several_mail(delivery: Delivery, services: Services) -> Mail:
    """Several alerts in one mail."""
    told = await _several(delivery, services)
    reasons = [_reason(each.alert) for each in told.tellings]
    stop, command = leaving(delivery, services, reasons), services.settings.slack_command
    return alert_mail.roundup(told, command=command, unsubscribe=stop)


async def _one(delivery: Delivery, services: Services) -> Telling:
    """What is told of an alert, if it still is.

    Raises:
        NotToldError: it isn't told there any more.
    """
    found = TELLING.validate_python(delivery.message.values)
    await _heard(delivery, services, [found])
    return found


async def _several(delivery: Delivery, services: Services) -> Roundup:
    """What is told of several, without those that aren't told there any more.

    Raises:
        NotToldError: none is.
    """
    found = ROUNDUP.validate_python(delivery.message.values)
    return replace(found, tellings=await _heard(delivery, services, found.tellings))


async def _heard(
    delivery: Delivery, services: Services, tellings: Sequence[Telling]
) -> tuple[Telling, ...]:
    """Those that the reader is to be told now: a message may have waited for long.

    What a thread began with is kept true, also when it says that nothing more is told there.
    """
    if delivery.message.verb is Verb.UPDATE and delivery.begun is not None:
        return tuple(tellings)
    numbers = [each.alert.subject.budget for each in tellings]
    told = await services.evaluation.told(numbers, delivery.message.to)
    if not told:
        raise NotToldError
    return tuple(each for each in tellings if each.alert.subject.budget in told)


def _reason(alert: Alert) -> Reason:
    """Why a reader is told: of its budget's alerts they may want no more."""
    return Reason(Of.BUDGET, alert.subject.budget)


async def _picture(alert: Alert, services: Services) -> Picture | None:
    """What is spent beside the plan and the limit; None where that isn't what the alert says.

    The alert is as it was when it was written, the picture as of now: figures that have moved
    on since would contradict those beside it.
    """
    if alert.state in (AlertState.REMOVED, AlertState.WITHDRAWN):
        return None
    of, told = alert.subject, alert.figures
    try:
        status = await services.evaluation.status(of.budget, on=of.period.start)
    except CostTrackerError:
        return None
    if any(getattr(status, each) != getattr(told, each) for each in _SHOWN):
        return None
    chart = outgo_of(status, f"budget {of.subject}")
    return None if chart is None else await drawn(services, _NAME, chart)
