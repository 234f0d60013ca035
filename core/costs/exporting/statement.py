"""The statements of an export: its rows, and what there will be of them.

What facts refer to is worked out once for each value, in tables of their own: PostgreSQL would
else do it for every fact.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Date, bindparam, select

from core.costs.exporting import guard
from core.costs.exporting.columns import COLUMNS, Column, Holds
from core.costs.model import Basis, CostQuery
from core.costs.reading.compare import on_basis
from core.costs.reading.sql.compiled import compiled
from core.costs.reading.sql.conditions import conditions
from core.costs.reading.sql.shape import filter_parameters, period_parameters
from core.costs.tables import charge_daily
from core.period import Period

PROVIDERS: Final = {
    "gcp": "Google Cloud",
    "aws": "AWS",
    "azure": "Microsoft",
    "oracle": "Oracle",
}
"""The ProviderName of those that we know; others go by our own word."""

_AMOUNTS: Final = ("billed", "effective", "list", "contracted", "quantity")
_PROVIDER: Final = " ".join(f"WHEN '{ours}' THEN '{theirs}'" for ours, theirs in PROVIDERS.items())
_CORRECTION: Final = "'(^| )Correction$'"

type _Told = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Statement:
    """What is run: text with the driver's own parameters, and their values in order."""

    sql: str
    arguments: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts that a question is about.

    days: those on which they may lie; on the invoice basis, where invoices reach back to.
    """

    query: CostQuery
    visible: frozenset[str] | None
    days: Period

    def rows(self, *, guarded: bool) -> Statement:
        """Every fact as a row of `COLUMNS`, in no order; `guarded`: no text begins a formula."""
        told = _guarded if guarded else _plain
        facts = self._chosen()
        values = ", ".join(f'{_value(column, told)} AS "{column.name}"' for column in COLUMNS)
        return Statement(
            f"""
WITH {_dimensions(self.days, told)}
SELECT {values}
FROM ({facts.sql}) f
JOIN l ON l.id = f.slice_id
LEFT JOIN d ON d.day = f.day AND d.google = l.google
LEFT JOIN m ON m.day = f.billing_period AND m.google = l.google
LEFT JOIN b ON b.id = f.billing_account_id
LEFT JOIN p ON p.id = f.scope_id
LEFT JOIN v ON v.id = f.service_id
LEFT JOIN s ON s.id = f.sku_id
LEFT JOIN r ON r.id = f.region_id
LEFT JOIN t ON t.id = f.tag_set_id
LEFT JOIN k ON k.id = f.kind_id
""",
            facts.arguments,
        )

    def survey(self) -> Statement:
        """How many there are, and the most digits before and after the point of an amount."""
        facts = self._chosen()
        whole = ", ".join(f"max(abs({name}))" for name in _AMOUNTS)
        scale = ", ".join(f"max(scale(trim_scale({name})))" for name in _AMOUNTS)
        return Statement(
            f"SELECT count(*), length(trunc(greatest({whole}))::text), greatest({scale})"
            f" FROM ({facts.sql}) f",
            facts.arguments,
        )

    def _chosen(self) -> Statement:
        query, columns = self.query, charge_daily.c
        filters = tuple((f.dimension.name, f.negated) for f in query.where)
        statement = select(charge_daily).where(
            columns.day >= bindparam("first_day", type_=Date),
            columns.day < bindparam("end_day", type_=Date),
            *conditions(charge_daily, filters, restricted=self.visible is not None),
        )
        if query.basis is Basis.INVOICE:
            statement = statement.where(
                columns.billing_period >= bindparam("start_0", type_=Date),
                columns.billing_period < bindparam("end_0", type_=Date),
            )
        values = filter_parameters(query.where, self.visible)
        values |= period_parameters(on_basis(query.period, query.basis))
        values |= {"first_day": self.days.start, "end_day": self.days.end}
        found = compiled(statement)
        return Statement(found.sql, tuple(found.arguments(values)))


def _plain(text: str) -> str:
    """A text, or nothing where it is empty."""
    return f"nullif({text}, '')"


def _guarded(text: str) -> str:
    """The same, with an apostrophe before what a spreadsheet takes for a formula."""
    return guard.guarded(_plain(text))


def _value(column: Column, told: _Told) -> str:
    match column.holds:
        case Holds.AMOUNT:
            return f"trim_scale({column.sql})"
        case Holds.OWN_TEXT:
            return told(column.sql)
        case _:
            return column.sql


def _dimensions(days: Period, told: _Told) -> str:
    own_type = told(f"regexp_replace(source_type, {_CORRECTION}, '')")
    parts = {
        # Days and months of Google's exports are Pacific.
        "d": _calendar(days.start, days.end, "1 day"),
        "m": _calendar(date(2000, 1, 1), date(2101, 1, 1), "1 month"),
        "l": f"""SELECT l.id, {told("o.name")} AS source, o.kind = 'bigquery' AS google
            FROM slices l JOIN sources o ON o.id = l.source_id""",
        "b": f"SELECT id, {told('account_id')} AS billing_account FROM billing_accounts",
        "p": f"""SELECT p.id, CASE p.provider {_PROVIDER} ELSE {told("p.provider")} END AS provider,
            {told("p.account_id")} AS account,
            coalesce({told("p.account_name")}, {told("p.account_id")}) AS account_name,
            {told("j.slug")} AS project, {told("j.team")} AS team,
            {told("j.cost_center")} AS cost_center
            FROM scopes p LEFT JOIN projects j ON j.id = p.project_id""",
        "v": f"""SELECT id, {told("name")} AS name,
            coalesce({told("category")}, 'Other') AS category FROM services""",
        "s": f"SELECT id, {told('sku_id')} AS sku, {told('name')} AS name FROM skus",
        "r": f"SELECT id, {told('region_id')} AS region FROM regions",
        "t": "SELECT id, nullif(tags::text, '{}') AS tags FROM tag_sets",
        # Kinds as `core.ingest.sources.focus_columns.kind` makes them, taken apart again.
        "k": f"""SELECT id, charge_category,
            CASE WHEN source_type ~ {_CORRECTION} THEN 'Correction' END AS charge_class,
            CASE WHEN charge_category <> 'Credit' THEN {own_type} END AS cost_type,
            CASE WHEN charge_category = 'Credit' THEN {own_type} END AS credit_type,
            CASE charge_category WHEN 'Usage' THEN 'Usage-Based' ELSE 'One-Time' END AS frequency
            FROM kinds""",
    }
    return ",\n".join(f"{name} AS MATERIALIZED ({sql})" for name, sql in parts.items())


def _calendar(start: date, end: date, step: str) -> str:
    """Days or months with their bounds as instants in UTC."""
    instant = "to_char(({}) AT TIME ZONE zone AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
    return f"""SELECT day::date AS day, google, {instant.format("day")} AS since,
        {instant.format(f"day + interval '{step}'")} AS until
        FROM generate_series('{start}'::timestamp, '{end}', '{step}') day,
        (VALUES (true, 'America/Los_Angeles'), (false, 'UTC')) zones (google, zone)"""
