"""The figures of an answer as a table: what CSV and a workbook's sheet both hold, cell by cell."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

from bot.render.xlsx import Amount, Cell, Share
from core.budgets.status import Status
from core.costs.drivers.model import Drivers
from core.costs.drivers.service import Why
from core.costs.model import CostAnswer, CostQuery, Dimension, Line
from core.costs.trends import Point, at, points
from core.forecasts.service import ForecastAnswer

_KINDS: Final = {
    (False, False): "cause",
    (True, False): "one-off",
    (True, True): "one-off",
    (False, True): "rest",
}


@dataclass(frozen=True, slots=True)
class Figures:
    """A table with a name for its file, `costs-checkout-2026-11-15-to-2026-11-21`."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def cost_answer(answer: CostAnswer) -> Figures:
    """The lines of an answer, a column a dimension, names beside identities that differ."""
    dimensions = answer.query.group_by
    named = [d for d in dimensions if any(line.names and d in line.names for line in answer.lines)]
    columns = ["date"]
    for dimension in dimensions:
        columns += [str(dimension), *([f"{dimension} name"] if dimension in named else [])]
    columns += ["currency", "amount", "previous", "share"]
    known = {each.currency: points(answer, each.currency) for each in answer.totals}
    if answer.query.granularity is not None:
        columns += ["complete", *(() if dimensions else ("change", "average"))]

    def cells(line: Line) -> list[Cell]:
        row: list[Cell] = [line.start]
        for dimension in dimensions:
            row.append("(other)" if line.other else line.group.get(dimension))
            if dimension in named:
                row.append((line.names or {}).get(dimension))
        amount, previous = _money(line.amount, line.currency), _money(line.previous, line.currency)
        share = None if line.share is None else Share(line.share)
        return [*row, line.currency, amount, previous, share, *_along(answer, line, known)]

    return Figures(f"costs-{_about(answer.query)}", columns, map(cells, answer.lines))


def _along(answer: CostAnswer, line: Line, known: Mapping[str, Sequence[Point]]) -> Iterator[Cell]:
    """Of a line's day, week or month: is it complete; and of what isn't grouped, its trend."""
    if line.start is None:
        return
    point = at(known[line.currency], line.start)
    yield "yes" if point.complete else "no"
    if not answer.query.group_by:
        yield None if point.change is None else Share(point.change)
        yield _money(point.average, line.currency)


def forecast(answer: ForecastAnswer) -> Figures:
    """A forecast day by day: what was spent, what is expected, between which amounts."""
    bounds = ("lower80", "upper80", "lower95", "upper95")
    columns = ("date", "currency", "spent", "expected", *bounds)
    return Figures(f"forecast-{_about(answer.query)}", columns, _days(answer))


def _days(answer: ForecastAnswer) -> Iterator[Sequence[Cell]]:
    for outlook in answer.outlooks:
        if (made := outlook.forecast) is None:
            continue
        for day, amount in outlook.history.days:
            if day >= made.period.start and amount is not None:
                yield day, made.currency, Amount(amount, made.currency), *[None] * 5
        for each in made.days:
            bounds = (*(each.at80 or (None, None)), *(each.at95 or (None, None)))
            amounts = (outlook.so_far.get(each.date), each.expected, *bounds)
            yield each.date, made.currency, *(_money(one, made.currency) for one in amounts)


def budget(told: Status) -> Figures:
    """A budget by day: what was spent, what is expected, what is planned by its end."""
    days = (told.period.start + timedelta(n) for n in range(told.period.days))
    rows = (
        (
            day,
            told.currency,
            _money(told.days.get(day), told.currency),
            _money(told.ahead.get(day), told.currency),
            _money(step, told.currency),
            "yes" if day < told.complete_until else "no",
        )
        for day, step in zip(days, told.steps, strict=True)
    )
    return Figures(
        f"budget-{told.budget.id}-{told.period.start}",
        ("date", "currency", "spent", "expected", "planned_by_then", "complete"),
        rows,
    )


def why(told: Why) -> Figures:
    """The steps from what it cost to what it costs, with where each is."""
    dimensions = list(dict.fromkeys(d for each in told.drivers for d in _places(each)))
    columns = ("currency", "what", *map(str, dimensions))
    columns += ("before", "after", "change", "by_usage", "by_price")
    return Figures(f"why-{_about(told.query)}", columns, _steps(told, dimensions))


def _steps(told: Why, dimensions: Sequence[Dimension]) -> Iterator[Sequence[Cell]]:
    for drivers in told.drivers:
        for step in drivers.steps:
            driver = step.driver
            path = dict(driver.path) if driver else {}
            parts = driver.parts if driver else None
            change = drivers.one_off if step.one_off else driver.change if driver else None
            amounts = (
                *((change.before, change.after) if change else (None, None)),
                step.amount,
                *((parts.usage, parts.price) if parts else (None, None)),
            )
            yield (
                drivers.currency,
                _KINDS[step.one_off, driver is None],
                *(path.get(dimension) for dimension in dimensions),
                *(_money(one, drivers.currency) for one in amounts),
            )


def _places(drivers: Drivers) -> Iterator[Dimension]:
    for step in drivers.steps:
        yield from (dimension for dimension, _ in (step.driver.path if step.driver else ()))


def charges_name(query: CostQuery) -> str:
    """What to call the file of a question's charges, without its ending."""
    return f"charges-{_about(query)}"


def _about(query: CostQuery) -> str:
    what = "-".join(query.projects[:3]) or "all"
    return f"{what}-{query.period.start}-to-{query.period.last_day}"


def _money(amount: Decimal | None, currency: str) -> Amount | None:
    return None if amount is None else Amount(amount, currency)
