"""Alerts of budgets over REST: listed, shown, acknowledged, snoozed."""

from datetime import datetime
from typing import Any, Final

from bot.render import alert_json
from bot.rest import alert_models as models
from bot.rest.operations import Call, Operation, Reply
from bot.rest.pages import before, following
from core.alerts.model import Alert, AlertState, Snooze, SnoozeError, UnknownAlertError


async def list_alerts(call: Call) -> Reply:
    """The alerts of budgets that the token may see, the newest first."""
    asked: models.ListedAlerts = call.parameters
    found = await call.services.alerts.listed(
        call.viewer,
        budget=asked.budget,
        state=AlertState(asked.state) if asked.state else None,
        before=before(asked),
        limit=asked.limit + 1,
    )
    items = [alert_json.alert(each) for each in found[: asked.limit]]
    return {"items": items, "next": following(found, asked)}


async def show(call: Call) -> Reply:
    """One alert."""
    return alert_json.alert(await _one(call))


async def acknowledge(call: Call) -> Reply:
    """Say that somebody has seen to it; whoever was told of it sees by whom."""
    body: models.Acknowledgement = call.body
    found = await _one(call)
    version = found.version if body.version is None else body.version
    done = await call.services.alerts.acknowledge(found.id, version, by=call.viewer)
    return alert_json.alert(done)


async def snooze(call: Call) -> Reply:
    """Be quiet about it, unless a higher threshold of what is spent is crossed.

    For the owners of the budget's projects, finance and administrators.
    """
    body: models.NewSnooze = call.body
    found = await _one(call)
    version = found.version if body.version is None else body.version
    done = await call.services.alerts.snooze(found.id, _until(call), version, by=call.viewer)
    return alert_json.alert(done)


def _until(call: Call) -> datetime:
    body: models.NewSnooze = call.body
    match body.lasting, body.until:
        case str() as lasting, None:
            zone = call.services.settings.report_timezone
            return Snooze(lasting).until(call.services.clock(), zone)
        case None, datetime() as until:
            return until
    raise SnoozeError("Say either `lasting` or `until`.", fix='As {"lasting": "day"}.')


async def _one(call: Call) -> Alert:
    return await call.services.alerts.get(call.number(UnknownAlertError), call.viewer)


_PATH: Final = "/v1/alerts/{number}"
_ALERT: Final[Any] = {"tag": "Alerts", "reply": models.Alert}

OPERATIONS = (
    Operation(
        "GET",
        "/v1/alerts",
        list_alerts,
        "List alerts",
        "Alerts",
        reply=models.AlertList,
        parameters=models.ListedAlerts,
    ),
    Operation("GET", _PATH, show, "Show an alert", **_ALERT),
    Operation(
        "POST",
        f"{_PATH}/acknowledge",
        acknowledge,
        "Acknowledge an alert",
        body=models.Acknowledgement,
        **_ALERT,
    ),
    Operation(
        "POST",
        f"{_PATH}/snooze",
        snooze,
        "Snooze an alert",
        body=models.NewSnooze,
        also=(403,),
        **_ALERT,
    ),
)
