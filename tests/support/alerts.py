"""Alerts for tests: of checkout's budget of 8000 in November 2026, by the 21st; and raised."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final

from bot.notify import letters
from bot.notify.notifier import Notifier
from bot.notify.slack import SlackChannel
from bot.services import Services
from bot.slack_web.client import open_client, open_session
from core.access.model import OPERATOR
from core.alerts.model import (
    Alert,
    Cause,
    Crossing,
    Deed,
    Figures,
    Kind,
    Snoozed,
    Subject,
    Threshold,
    Why,
)
from core.budgets.model import Terms
from core.costs.model import Measure
from core.period import Period
from tests.support.slack import ADA, BEN, CHECKOUT

AT: Final = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
EIGHTY: Final = Threshold(Kind.ACTUAL, 80)
HUNDRED: Final = Threshold(Kind.ACTUAL, 100)
AHEAD: Final = Threshold(Kind.FORECAST, 100)
NOVEMBER: Final = Period(date(2026, 11, 1), date(2026, 12, 1))
OVER: Final = Figures(
    amount=Decimal(8000),
    used=Decimal("8412.5"),
    complete_until=date(2026, 11, 21),
    used_complete=Decimal(8100),
    planned=Decimal("5333.33"),
    expected=Decimal("10934.2"),
    lower=Decimal("10120.4"),
    upper=Decimal("11810.7"),
    breach=date(2026, 11, 20),
    through=datetime(2026, 11, 22, 4, tzinfo=UTC),
)
HEADING: Final = replace(
    OVER,
    used=Decimal(6600),
    used_complete=Decimal(6300),
    expected=Decimal(8905),
    lower=Decimal(8500),
    upper=Decimal(9300),
    breach=date(2026, 11, 27),
)
UNDER: Final = replace(
    HEADING, expected=Decimal(7300), lower=Decimal(7000), upper=Decimal(7600), breach=None
)
FINAL: Final = replace(
    OVER,
    used=Decimal(9120),
    used_complete=Decimal(9120),
    complete_until=date(2026, 12, 1),
    expected=Decimal(9120),
    lower=None,
    upper=None,
    final=True,
)
WHY: Final = Why(
    text="Up $2,140.00 (36%) to $8,100.00: Cloud SQL +$1,640.00.",
    causes=(
        Cause("Cloud SQL", Decimal(1640)),
        Cause("BigQuery", Decimal("512.25"), new=True),
        Cause("Compute Engine", Decimal(-120)),
    ),
    now=Period(date(2026, 11, 1), date(2026, 11, 21)),
    then=Period(date(2026, 10, 1), date(2026, 10, 21)),
    question="why checkout 2026-11-01..2026-11-20",
)
ACKNOWLEDGED: Final = Deed(ADA, AT)
SNOOZED: Final = Snoozed(ADA, AT, datetime(2026, 12, 1, 8, tzinfo=UTC), over=100)


def alert(
    figures: Figures = OVER,
    *crossed: Threshold,
    of: str = "checkout",
    number: int = 7,
    owner: str | None = BEN,
    **more: Any,
) -> Alert:
    """An alert with thresholds crossed, the most severe first; 100% spent unless said."""
    return Alert(
        id=number,
        version=2,
        subject=Subject(3, of, "USD", Measure.COST, "monthly", NOVEMBER, owner),
        figures=figures,
        crossed=tuple(Crossing(each, AT) for each in crossed or (HUNDRED, EIGHTY)),
        raised_at=AT,
        changed_at=AT,
        **{"why": WHY, **more},
    )


async def raised(services: Services, terms: Terms) -> Alert:
    """Make a budget that is at a threshold already; its alert, told in checkout's channel."""
    made = await services.budgets.add(replace(terms, channels=(CHECKOUT,)), by=OPERATOR)
    (found,) = await services.alerts.listed(OPERATOR, budget=made.id)
    return found


@asynccontextmanager
async def delivering(services: Services) -> AsyncGenerator[Notifier]:
    """A worker that delivers what the product has to tell to the local Slack."""
    async with open_session() as session:
        write = partial(letters.slack, services=services)
        slack = SlackChannel(
            open_client(services.settings, session), session, write, pace=timedelta()
        )
        notifier = Notifier(services.outbox, {"slack": slack}, look_every=timedelta(seconds=0.05))
        try:
            yield notifier
        finally:
            await notifier.close()
