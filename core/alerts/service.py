"""The verbs of alerts for those who look at them and do something about them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final, Protocol

from core.access.model import RoleNeededError, Viewer
from core.access.service import record
from core.alerts import store
from core.alerts.kept import Kept, changed
from core.alerts.model import (
    Alert,
    AlertChangedError,
    AlertState,
    Deed,
    Kind,
    Snoozed,
    SnoozeError,
    UnknownAlertError,
)
from core.alerts.raising import tell
from core.alerts.telling import ROUNDUP, TELLING, Told
from core.clock import Clock
from core.database import Connection, Database

__all__ = ["ROUNDUP", "TELLING", "AlertService", "Budgets"]

type _Change = Callable[[Kept], Kept]

_UNSEEN: Final = frozenset({AlertState.RAISED})
_OPEN: Final = _UNSEEN | {AlertState.ACKNOWLEDGED, AlertState.SNOOZED}
_OVER: Final = {
    AlertState.REMOVED: "There is no such budget any more.",
    AlertState.WITHDRAWN: "Its budget is held against its days no more.",
    AlertState.CLOSED: "Its period is over.",
    AlertState.BACK: "It is back under every threshold.",
}


class Budgets(Protocol):
    """Who has the budgets: alerts are below them."""

    async def rights(self, viewer: Viewer) -> Mapping[int, bool]:
        """The budgets that somebody may see, and whether they may change each."""


class AlertService:
    """Lists alerts, and keeps what people did about them."""

    def __init__(self, database: Database, budgets: Budgets, clock: Clock) -> None:
        """Keep its parts."""
        self._database = database
        self._budgets = budgets
        self._clock = clock

    async def listed(
        self,
        viewer: Viewer,
        *,
        budget: int | None = None,
        budgets: Collection[int] | None = None,
        state: AlertState | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> tuple[Alert, ...]:
        """The alerts that somebody may see, the newest first.

        Args:
            viewer: who asks.
            budget: only of this one.
            budgets: only of these.
            state: only those that stand so; None: any.
            before: the `id` to continue after.
            limit: no more than so many.
        """
        seen = set(await self._budgets.rights(viewer))
        if budgets is not None:
            seen &= {*budgets}
        async with self._database.read() as connection:
            found = await store.listed(
                connection,
                budgets=seen if budget is None else seen & {budget},
                state=state,
                before=before,
                limit=limit,
            )
        return tuple(each.alert() for each in found)

    async def get(self, number: int, viewer: Viewer) -> Alert:
        """One alert.

        Raises:
            UnknownAlertError: there is none of that number, or not for this viewer.
        """
        async with self._database.read() as connection:
            found = (await store.one(connection, number)).alert()
        await self._may_change(found, viewer)
        return found

    async def acknowledge(self, number: int, version: int, *, by: Viewer) -> Alert:
        """Say that somebody has seen to it; everybody who was told sees by whom.

        Args:
            number: which.
            version: the alert's, as it was when they decided.
            by: who; whoever may see it.

        Raises:
            UnknownAlertError: there is none of that number, or not for them.
            AlertChangedError: it changed since; who did what already.
        """
        await self.get(number, by)
        deed = Deed(by.subject, self._clock())

        def acknowledged(kept: Kept) -> Kept:
            return replace(kept, memory=replace(kept.memory, acknowledged=deed))

        async with self._database.begin() as tx:
            alert = await self._change(tx, number, version, acknowledged, _UNSEEN)
            await record(tx, by, "alert.acknowledge", str(number), of=alert.subject.subject)
        return alert

    async def snooze(self, number: int, until: datetime, version: int, *, by: Viewer) -> Alert:
        """Be quiet about it until an instant, unless a higher actual threshold is crossed.

        Raises:
            UnknownAlertError, AlertChangedError: as `acknowledge`.
            RoleNeededError: it isn't for them to do.
            SnoozeError: the instant isn't to come.
        """
        found, now = await self.get(number, by), self._clock()
        if not await self._may_change(found, by):
            raise RoleNeededError(
                "Alerts are snoozed by the owners of the budget's projects, finance and "
                "administrators.",
                fix="Ask one of them, or acknowledge it.",
            )
        if until <= now:
            raise SnoozeError(f"{until:%Y-%m-%d %H:%M} is past.", fix="Say an instant to come.")

        def snoozed(kept: Kept) -> Kept:
            over = max(
                (
                    mark.threshold.percent
                    for mark in kept.memory.crossed()
                    if mark.threshold.kind is Kind.ACTUAL
                ),
                default=0,
            )
            said = Snoozed(by.subject, now, until, over)
            return replace(kept, memory=replace(kept.memory, snoozed=said))

        async with self._database.begin() as tx:
            alert = await self._change(tx, number, version, snoozed, _OPEN)
            detail = {"of": alert.subject.subject, "until": until.isoformat()}
            await record(tx, by, "alert.snooze", str(number), **detail)
        return alert

    async def _may_change(self, alert: Alert, viewer: Viewer) -> bool:
        """Whether somebody may change its budget.

        Raises:
            UnknownAlertError: it isn't theirs to see.
        """
        found = (await self._budgets.rights(viewer)).get(alert.subject.budget)
        if found is None:
            raise UnknownAlertError(f"There is no alert {alert.id}.")
        return found

    async def _change(
        self,
        tx: Connection,
        number: int,
        version: int,
        change: _Change,
        asked_of: Collection[AlertState],
    ) -> Alert:
        """Change an alert that is as it was when somebody decided to; tell all who were told.

        One that stands otherwise than `asked_of` isn't for that any more, whatever its version.
        """
        before, now = await store.one(tx, number, locked=True), self._clock()
        if before.version != version or before.alert().state not in asked_of:
            raise AlertChangedError(_meanwhile(before.alert()), fix="Look at it again.")
        after = changed(before, replace(change(before), version=version + 1), now)
        (told,) = await tell(tx, [Told(before, after)], (), now)
        return told.after.alert()


def _meanwhile(alert: Alert) -> str:
    """What has been done about an alert already."""
    if alert.state in _OVER:
        return _OVER[alert.state]
    snoozed, deed = alert.snoozed, alert.acknowledged
    if snoozed is not None:
        return f"{snoozed.by} has snoozed it until {snoozed.until:%Y-%m-%d %H:%M} UTC."
    if deed is not None:
        return f"{deed.by} acknowledged it at {deed.at:%Y-%m-%d %H:%M} UTC."
    worst = alert.worst
    return f"It has changed: {worst.percent}% is crossed." if worst else "It has changed."
