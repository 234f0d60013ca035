"""How good the data is: freshness and proof of each source, days that were restated."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Select, func, select, text
from sqlalchemy.dialects.postgresql import aggregate_order_by

from core.costs.left_out import LeftOut, Reason
from core.costs.listings import (
    Archived,
    BillingPeriodState,
    Restatement,
    SourceState,
    Unfinished,
)
from core.costs.reading.sql.conditions import OF_PROJECTS
from core.costs.tables import (
    billing_periods,
    control_totals,
    left_out,
    restatements,
    services,
    slices,
    sources,
    unfinished,
)
from core.database import Connection
from core.period import Period
from core.projects.tables import projects, scopes


async def read_sources(
    connection: Connection, visible: frozenset[str] | None
) -> tuple[SourceState, ...]:
    """The state of each source that a viewer of these projects (None: all) draws on, by name.

    Lines and files that may be of other projects are told only to those who see all.
    """
    statement = select(sources).order_by(sources.c.name)
    if visible is not None:
        held = select(scopes.c.provider).select_from(OF_PROJECTS)
        statement = statement.where(
            sources.c.provider.in_(held.where(projects.c.slug.in_(visible)))
        )
    periods: defaultdict[int, list[BillingPeriodState]] = defaultdict(list)
    for row in await connection.execute(_periods()):
        periods[row.source_id].append(
            BillingPeriodState(row.billing_period, row.matches_export, row.final)
        )
    behind = {row[0]: row[1] for row in await connection.execute(_behind())}
    archived = {
        source_id: Archived(held, since, int(lines), tuple(months or ()))
        for source_id, held, since, lines, months in await connection.execute(_archived())
    }
    leaving: defaultdict[int, list[LeftOut]] = defaultdict(list)
    for source_id, month, reason, lines in await connection.execute(_left_out()):
        leaving[source_id].append(LeftOut(month, Reason(reason), int(lines)))
    writing: defaultdict[int, list[Unfinished]] = defaultdict(list)
    for source_id, *told in await connection.execute(_unfinished()):
        writing[source_id].append(Unfinished(*told))
    currencies: defaultdict[int, list[str]] = defaultdict(list)
    for source_id, currency in await connection.execute(_currencies()):
        currencies[source_id].append(currency)
    return tuple(
        SourceState(
            name=row.name,
            kind=row.kind,
            provider=row.provider,
            through=row.through,
            complete_until=row.complete_until,
            synced_at=row.synced_at,
            matches_export=bool(periods[row.id])
            and all(period.matches_export for period in periods[row.id]),
            behind=behind.get(row.id, 0),
            billing_periods=tuple(periods[row.id]),
            currencies=tuple(currencies[row.id]),
            unfinished=() if visible is not None else tuple(writing[row.id]),
            left_out=() if visible is not None else tuple(leaving[row.id]),
            archived=None if visible is not None else archived.get(row.id),
        )
        for row in await connection.execute(statement)
    )


def _periods() -> Select[Any]:
    columns = billing_periods.c
    return select(
        columns.source_id, columns.billing_period, columns.matches_export, columns.final
    ).order_by(columns.billing_period.desc())


def _behind() -> Select[Any]:
    return (
        select(slices.c.source_id, func.count()).where(slices.c.behind).group_by(slices.c.source_id)
    )


def _archived() -> Select[Any]:
    totals = control_totals.c
    months = aggregate_order_by(totals.billing_period.distinct(), totals.billing_period)
    return (
        select(
            slices.c.source_id,
            func.count(slices.c.id.distinct()),
            func.min(slices.c.archived_at),
            func.coalesce(func.sum(totals.lines), 0),
            func.array_agg(months).filter(totals.lines > 0),
        )
        .outerjoin(control_totals, totals.slice_id == slices.c.id)
        .where(slices.c.archived_at.is_not(None))
        .group_by(slices.c.source_id)
    )


def _left_out() -> Select[Any]:
    columns = left_out.c
    return (
        select(slices.c.source_id, columns.billing_period, columns.reason, func.sum(columns.lines))
        .join(slices, slices.c.id == columns.slice_id)
        .group_by(slices.c.source_id, columns.billing_period, columns.reason)
        .order_by(columns.billing_period.desc(), columns.reason)
    )


def _unfinished() -> Select[Any]:
    columns = unfinished.c
    return select(columns.source_id, columns.key, columns.why, columns.since).order_by(columns.key)


def _currencies() -> Select[Any]:
    return (
        select(slices.c.source_id, control_totals.c.currency)
        .join(slices, slices.c.id == control_totals.c.slice_id)
        .distinct()
        .order_by(control_totals.c.currency)
    )


_MISSING: Final = text("""
WITH span AS (
  SELECT s.id, s.name, min(r.day) AS first, least(max(r.day), s.complete_until - 1) AS last
  FROM sources s JOIN day_readings r ON r.source_id = s.id GROUP BY s.id
)
SELECT span.name, d::date FROM span, generate_series(first, last, interval '1 day') d
WHERE NOT EXISTS (SELECT FROM day_readings r WHERE r.source_id = span.id AND r.day = d::date)
AND NOT EXISTS (
  SELECT FROM charge_daily f JOIN slices s ON s.id = f.slice_id
  WHERE s.source_id = span.id AND f.day = d::date
)
ORDER BY 1, 2
""")


async def read_missing_days(connection: Connection) -> dict[str, tuple[date, ...]]:
    """The days between the first and the last read of late that hold no charge, by source."""
    found = defaultdict[str, list[date]](list)
    for name, day in await connection.execute(_MISSING):
        found[name].append(day)
    return {name: tuple(days) for name, days in found.items()}


async def read_restatements(
    connection: Connection,
    visible: frozenset[str] | None,
    *,
    period: Period | None,
    of: Collection[str],
    before: int | None,
    limit: int,
) -> tuple[Restatement, ...]:
    """Days that changed after they were published, newest record first; `of` projects, or all."""
    columns = restatements.c
    statement = (
        select(
            columns.id,
            columns.recorded_at,
            sources.c.name,
            columns.day,
            projects.c.slug,
            func.nullif(scopes.c.account_id, ""),
            func.nullif(services.c.name, ""),
            columns.currency,
            columns.before,
            columns.after,
        )
        .select_from(restatements)
        .join(sources, sources.c.id == columns.source_id)
        .join(scopes, scopes.c.id == columns.scope_id)
        .outerjoin(projects, projects.c.id == scopes.c.project_id)
        .join(services, services.c.id == columns.service_id)
        .order_by(columns.id.desc())
        .limit(limit)
    )
    if visible is not None:
        statement = statement.where(projects.c.slug.in_(visible))
    if of:
        statement = statement.where(projects.c.slug.in_(of))
    if period is not None:
        statement = statement.where(columns.day >= period.start, columns.day < period.end)
    if before is not None:
        statement = statement.where(columns.id < before)
    rows: Iterable[Sequence[Any]] = await connection.execute(statement)
    return tuple(Restatement(*row) for row in rows)
