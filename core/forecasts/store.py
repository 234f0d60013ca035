"""The SQL of forecasts that were made."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, delete, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from core.database import Connection
from core.forecasts.model import Band, Forecast, ForecastDay, Method, Score
from core.forecasts.tables import forecasts
from core.money import plain
from core.period import Period

_SCORED = forecasts.c.scored_at.is_not(None)
_JUDGED_BY = 12


@dataclass(frozen=True, slots=True)
class Made:
    """A forecast with what it is of; `id` None: not stored yet."""

    subject: str
    forecast: Forecast
    id: int | None = None


async def keep(tx: Connection, made: Iterable[Made], now: datetime) -> None:
    """Store forecasts; the same of the same days is stored once, as it was first."""
    rows = [_row(each) | {"made_at": now} for each in made]
    if rows:
        await tx.execute(insert(forecasts).on_conflict_do_nothing(), rows)


def _row(made: Made) -> dict[str, Any]:
    told = made.forecast
    lower80, upper80 = told.at80 or (None, None)
    lower95, upper95 = told.at95 or (None, None)
    return {
        "subject": made.subject,
        "currency": told.currency,
        "start_day": told.period.start,
        "end_day": told.period.end,
        "complete_until": told.complete_until,
        "method": told.method.value,
        "made_from": told.made_from,
        "spent": told.spent,
        "expected": {day.date.isoformat(): plain(day.expected) for day in told.days},
        "lower80": lower80,
        "upper80": upper80,
        "lower95": lower95,
        "upper95": upper95,
        "usual_error": told.usual_error,
    }


async def subjects_due(connection: Connection, complete_until: date) -> Sequence[str]:
    """What has forecasts whose days are all in."""
    due = forecasts.c.end_day <= complete_until
    return (
        await connection.scalars(select(forecasts.c.subject).where(due, ~_SCORED).distinct())
    ).all()


async def due(connection: Connection, subject: str, complete_until: date) -> Sequence[Made]:
    """A subject's forecasts whose days are all in."""
    statement = select(forecasts).where(
        forecasts.c.subject == subject, forecasts.c.end_day <= complete_until, ~_SCORED
    )
    return [_made(row) for row in await connection.execute(statement)]


def _made(row: Row[Any]) -> Made:
    days = tuple(
        ForecastDay(date.fromisoformat(day), Decimal(amount))
        for day, amount in sorted(row.expected.items())
    )
    told = Forecast(
        period=Period(row.start_day, row.end_day),
        currency=row.currency,
        method=Method(row.method),
        spent=row.spent,
        days=days,
        at80=_band(row.lower80, row.upper80),
        at95=_band(row.lower95, row.upper95),
        complete_until=row.complete_until,
        made_from=row.made_from,
        usual_error=row.usual_error,
    )
    return Made(row.subject, told, row.id)


def _band(lower: Decimal | None, upper: Decimal | None) -> Band | None:
    return None if lower is None or upper is None else Band(lower, upper)


async def judge(tx: Connection, made: Made, score: Score, now: datetime) -> None:
    """Keep how good a stored forecast was."""
    await tx.execute(
        update(forecasts)
        .where(forecasts.c.id == made.id)
        .values(
            scored_at=now,
            actual=score.actual,
            share=score.share,
            mase=score.mase,
            in80=score.in80,
            in95=score.in95,
        )
    )


async def scores(connection: Connection, subject: str, currency: str) -> Sequence[Score]:
    """How good the latest forecasts of a subject were."""
    statement = (
        select(forecasts)
        .where(forecasts.c.subject == subject, forecasts.c.currency == currency, _SCORED)
        .order_by(tuple_(forecasts.c.end_day, forecasts.c.complete_until).desc())
        .limit(_JUDGED_BY)
    )
    return [_score(row) for row in await connection.execute(statement)]


def _score(row: Row[Any]) -> Score:
    expected = _made(row).forecast.total
    return Score(
        expected=expected,
        actual=row.actual,
        error=row.actual - expected,
        share=row.share,
        mase=row.mase,
        in80=row.in80,
        in95=row.in95,
    )


async def forget(tx: Connection, before: datetime) -> int:
    """Delete forecasts that were made before; how many."""
    return (await tx.execute(delete(forecasts).where(forecasts.c.made_at < before))).rowcount
