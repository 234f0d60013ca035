"""A database whose projects are defined by labels, and what was done in it."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from core.access.model import OPERATOR
from core.costs.assigning.service import RuleService
from core.costs.proving.proof import check_rollups
from core.costs.writing.sources import register
from core.database import Database
from core.projects.model import NewProject
from core.projects.rules import (
    LabelMatch,
)
from tests.support.charges import GCP, NOW, Row, Writer, charge
from tests.support.clock import FakeClock
from tests.support.reconcile import reconcile

PACIFIC = ZoneInfo("America/Los_Angeles")
SLUGS = ("payments", "platform")
SEPTEMBER, OCTOBER, NOVEMBER = (date(2026, month, 1) for month in (9, 10, 11))


@dataclass
class World:
    """A database with two projects that labels may define, and what was done in it."""

    database: Database
    writer: Writer
    rules: RuleService
    slices: dict[str, list[Row]] = field(default_factory=dict)

    async def write(self, key: str, rows: list[Row]) -> None:
        """Let a slice hold some rows."""
        await self.writer.write(key, rows)
        self.slices[key] = rows

    @property
    def rows(self) -> list[Row]:
        """All that is held."""
        return [row for rows in self.slices.values() for row in rows]


async def world(database: Database) -> World:
    writer = Writer(database)
    await register(database, GCP)
    for slug in SLUGS:
        await writer.projects.create(NewProject(slug), by=OPERATOR)
    kept = {"gcp": ("env", "team")}
    clock = FakeClock(NOW)
    return World(
        database,
        writer,
        RuleService(database, writer.projects, clock, kept=kept, zone=PACIFIC),
    )


def labelled(day: str, amount: str, labels: str = "{}", **other: Any) -> Row:
    return charge(day, amount, labels=labels, **other)


PAY = '{"team": "pay"}'
BOTH = '{"env": "prod", "team": "pay"}'
PAY_RULE = LabelMatch("team", "pay")


async def by_project(database: Database) -> dict[str | None, Decimal]:
    """What each project has by the facts; the rollups are checked to say the same."""
    assert await check_rollups(database) == ()
    assert await reconcile(database) == ()
    statement = text(
        "SELECT p.slug, sum(f.effective) FROM charge_daily f JOIN scopes s ON s.id = f.scope_id"
        " LEFT JOIN projects p ON p.id = s.project_id GROUP BY 1"
    )
    async with database.read() as connection:
        return {slug: amount for slug, amount in await connection.execute(statement)}  # noqa: C416 - rows


async def close(database: Database, *closed: date) -> None:
    async with database.begin() as tx:
        await tx.execute(
            text("UPDATE billing_periods SET final = billing_period = ANY(:months)"),
            {"months": list(closed)},
        )
