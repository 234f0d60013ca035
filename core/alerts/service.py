"""The verbs of alerts for those who look at them and do something about them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from pydantic import TypeAdapter

from core.access.model import Viewer
from core.alerts.model import Alert, AlertState, Roundup, Telling
from core.clock import Clock
from core.database import Database

TELLING: TypeAdapter[Telling] = TypeAdapter(Telling)
"""What is told of one alert as the values of messages, and back."""
ROUNDUP: TypeAdapter[Roundup] = TypeAdapter(Roundup)
"""Likewise of several."""


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
        state: AlertState | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> tuple[Alert, ...]:
        """The alerts that somebody may see, the newest first.

        Args:
            viewer: who asks.
            budget: only of this one.
            state: only those that stand so; None: any.
            before: the `id` to continue after.
            limit: no more than so many.
        """
        raise NotImplementedError

    async def get(self, number: int, viewer: Viewer) -> Alert:
        """One alert.

        Raises:
            UnknownAlertError: there is none of that number, or not for this viewer.
        """
        raise NotImplementedError

    async def may_snooze(self, alert: Alert, viewer: Viewer) -> bool:
        """Whether somebody may: its projects' owner, finance, administrators."""
        raise NotImplementedError

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
        raise NotImplementedError

    async def snooze(self, number: int, until: datetime, version: int, *, by: Viewer) -> Alert:
        """Be quiet about it until an instant, unless a higher actual threshold is crossed.

        Raises:
            UnknownAlertError, AlertChangedError: as `acknowledge`.
            RoleNeededError: it isn't for them to do.
            SnoozeError: the instant isn't to come.
        """
        raise NotImplementedError
