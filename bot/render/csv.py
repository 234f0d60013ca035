"""Answers and rows as CSV (RFC 4180, UTF-8), safe to open in a spreadsheet.

Text that a spreadsheet would take for a formula gets an apostrophe before it; numbers are
exact, in plain notation, and left alone.
"""

import csv
import io
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Final

from core.budgets.status import Status
from core.costs.drivers.model import Drivers
from core.costs.drivers.service import Why
from core.costs.model import CostAnswer, CostQuery, CostRow, Dimension, Line
from core.forecasts.service import ForecastAnswer
from core.money import plain

ROW_COLUMNS: Final = (
    "date",
    "project",
    "provider",
    "account",
    "service",
    "sku",
    "region",
    "category",
    "currency",
    "amount",
)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_CHUNK: Final = 1000
_KINDS: Final = {
    (False, False): "cause",
    (True, False): "one-off",
    (True, True): "one-off",
    (False, True): "rest",
}

type Cell = str | Decimal | None


def cost_answer(answer: CostAnswer) -> bytes:
    """The lines of an answer, a column a dimension, names beside identities that differ."""
    dimensions = answer.query.group_by
    named = [d for d in dimensions if any(line.names and d in line.names for line in answer.lines)]
    header: list[Cell] = ["date"]
    for dimension in dimensions:
        header += [str(dimension), *([f"{dimension} name"] if dimension in named else [])]
    header += ["currency", "amount", "previous", "share"]

    def cells(line: Line) -> list[Cell]:
        row: list[Cell] = [line.start.isoformat() if line.start else None]
        for dimension in dimensions:
            row.append("(other)" if line.other else line.group.get(dimension))
            if dimension in named:
                row.append((line.names or {}).get(dimension))
        return [*row, line.currency, line.amount, line.previous, line.share]

    return _write((header, *map(cells, answer.lines)))


def forecast(answer: ForecastAnswer) -> bytes:
    """A forecast day by day: what was spent, what is expected, between which amounts."""
    header: list[Cell] = ["date", "currency", "spent", "expected"]
    header += ["lower80", "upper80", "lower95", "upper95"]
    table: list[list[Cell]] = [header]
    for outlook in answer.outlooks:
        if (made := outlook.forecast) is None:
            continue
        for day, amount in outlook.history.days:
            if day >= made.period.start and amount is not None:
                table.append([day.isoformat(), made.currency, amount, *[None] * 5])
        for each in made.days:
            bounds = [*(each.at80 or (None, None)), *(each.at95 or (None, None))]
            so_far = outlook.so_far.get(each.date)
            table.append([each.date.isoformat(), made.currency, so_far, each.expected, *bounds])
    return _write(table)


def forecast_name(answer: ForecastAnswer) -> str:
    """What to call the file: `forecast-checkout-2026-11-01-to-2026-11-30.csv`."""
    return f"forecast-{_about(answer.query)}.csv"


def budget(told: Status) -> bytes:
    """A budget by day: what was spent, what is expected, what is planned by its end."""
    ahead = {day.date: day.expected for day in told.forecast.days} if told.forecast else {}
    days = (told.period.start + timedelta(n) for n in range(told.period.days))
    head = ("date", "currency", "spent", "expected", "planned_by_then", "complete")
    rows = (
        (
            day.isoformat(),
            told.currency,
            told.days.get(day, ""),
            ahead.get(day, ""),
            step,
            "yes" if day < told.complete_until else "no",
        )
        for day, step in zip(days, told.steps, strict=True)
    )
    return _write([head, *([_cell(each) for each in row] for row in rows)])


def budget_name(told: Status) -> str:
    """The file's name."""
    return f"budget-{told.budget.id}-{told.period.start:%Y-%m-%d}.csv"


def why(told: Why) -> bytes:
    """The steps from what it cost to what it costs, with where each is."""
    dimensions = list(dict.fromkeys(d for each in told.drivers for d in _places(each)))
    header: list[Cell] = ["currency", "what", *map(str, dimensions)]
    header += ["before", "after", "change", "by_usage", "by_price"]
    table: list[list[Cell]] = [header]
    for drivers in told.drivers:
        for step in drivers.steps:
            driver = step.driver
            path = dict(driver.path) if driver else {}
            parts = driver.parts if driver else None
            change = drivers.one_off if step.one_off else driver.change if driver else None
            table.append(
                [
                    drivers.currency,
                    _KINDS[step.one_off, driver is None],
                    *(path.get(dimension) for dimension in dimensions),
                    *((change.before, change.after) if change else (None, None)),
                    step.amount,
                    *((parts.usage, parts.price) if parts else (None, None)),
                ]
            )
    return _write(table)


def _places(drivers: Drivers) -> Iterator[Dimension]:
    for step in drivers.steps:
        yield from (dimension for dimension, _ in (step.driver.path if step.driver else ()))


def why_name(told: Why) -> str:
    """What to call the file: `why-checkout-2026-11-15-to-2026-11-21.csv`."""
    return f"why-{_about(told.query)}.csv"


async def rows(source: AsyncIterator[CostRow]) -> AsyncGenerator[bytes]:
    """Rows as they come, in chunks of a thousand, the header first."""
    pending: list[Iterable[Cell]] = [ROW_COLUMNS]
    async for row in source:
        pending.append([_cell(getattr(row, column)) for column in ROW_COLUMNS])
        if len(pending) == _CHUNK:
            yield _write(pending)
            pending = []
    yield _write(pending)


def file_name(answer: CostAnswer) -> str:
    """What to call the file: `costs-checkout-2026-11-15-to-2026-11-21.csv`."""
    return f"costs-{_about(answer.query)}.csv"


def _about(query: CostQuery) -> str:
    what = "-".join(query.projects[:3]) or "all"
    return f"{what}-{query.period.start}-to-{query.period.last_day}"


def _cell(value: object) -> Cell:
    return value if value is None or isinstance(value, Decimal) else str(value)


def _write(table: Iterable[Iterable[Cell]]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerows([_guarded(cell) for cell in row] for row in table)
    return buffer.getvalue().encode()


def _guarded(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return plain(cell)
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
