"""What resources cost, stored and asked about: they add up to the charges that they are of."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.access.model import OPERATOR, Viewer
from core.costs.model import (
    CATEGORY,
    PROJECT,
    REGION,
    RESOURCE,
    SERVICE,
    SKU,
    Basis,
    CostAnswer,
    CostQuery,
    Dimension,
    Filter,
    Granularity,
    Measure,
    NoteKind,
    Versus,
    label,
)
from core.costs.reading.resources import (
    NoResourcesError,
    ResourceDaysError,
    ResourceQuestionError,
    UnknownResourceError,
)
from core.costs.resources import Kept
from core.costs.slices import SourceInfo
from core.costs.writing.sources import register
from core.database import Database
from core.forecasts.service import ForecastService
from core.money import plain
from core.named_period import parse_period
from core.period import Period
from tests.support.charges import GCP
from tests.support.clock import FakeClock
from tests.support.resource_store import KEEPING, LINES, Store, line

WEEK = Period(date(2026, 11, 15), date(2026, 11, 22))
BY_RESOURCE = CostQuery(WEEK, group_by=(RESOURCE,))


@pytest.fixture
async def store(database: Database, clock: FakeClock) -> Store:
    await register(database, KEEPING)
    return Store(database, clock)


def shown(answer: CostAnswer) -> dict[str | None, str]:
    """The lines of an answer grouped by one thing, and what is in none of them."""
    return {
        "other" if line.other else next(iter(line.group.values())): plain(line.amount)
        for line in answer.lines
    }


def noted(answer: CostAnswer, kind: NoteKind) -> list[str]:
    return [
        f"{'' if n.amount is None else plain(n.amount)} {n.text}".strip()
        for n in answer.notes
        if n.kind is kind
    ]


async def test_the_dearest_of_each_day_and_service_are_told_apart(store: Store) -> None:
    """Two of each, credits and all; the rest of the day, what is of none, and all of it."""
    await store.write("a", LINES)
    answer = await store.ask(BY_RESOURCE)
    assert shown(answer) == {
        "bucket": "20",
        "vm/1": "11.5",
        "vm/2": "7",
        "vm/3": "3",
        "vm/4": "1",
        None: "0.5",
    }
    assert {line.group[RESOURCE]: (line.names or {}).get(RESOURCE) for line in answer.lines} == {
        "bucket": None,
        "vm/1": "name of vm/1",
        "vm/2": "name of vm/2",
        "vm/3": "name of vm/3",
        "vm/4": "name of vm/4",
        None: None,
    }
    assert noted(answer, NoteKind.TAX_EXCLUDED) == ["0.125"]
    assert noted(answer, NoteKind.PROMOTION_EXCLUDED) == ["-4"]
    assert noted(answer, NoteKind.RESOURCES_OTHER) == []


async def test_others_are_one_line_and_named_in_a_note(
    database: Database, clock: FakeClock
) -> None:
    """With one told apart a day and service; `top` adds to the same line."""
    await register(database, KEEPING)
    store = Store(database, clock, each=1)
    await store.write("a", LINES)
    answer = await store.ask(BY_RESOURCE)
    assert shown(answer) == {
        "bucket": "20",
        "vm/1": "11.5",
        "vm/2": "7",
        "vm/3": "3",
        None: "0.5",
        "other": "1",
    }
    assert noted(answer, NoteKind.RESOURCES_OTHER) == ["1"]
    assert answer.lines[-1].other
    few = await store.ask(replace(BY_RESOURCE, top=1))
    assert shown(few) == {"bucket": "20", "other": "23"}
    assert noted(few, NoteKind.RESOURCES_OTHER) == ["1"]
    daily = await store.ask(replace(BY_RESOURCE, granularity=Granularity.DAILY))
    assert [plain(line.amount) for line in daily.lines if line.other] == ["1"]


@pytest.mark.parametrize("measure", list(Measure))
@pytest.mark.parametrize(
    "beside", [(), (SERVICE,), (PROJECT, REGION), (CATEGORY,), (label("team"),)], ids=str
)
async def test_adds_up_to_the_same_by_anything_else(
    store: Store, measure: Measure, beside: tuple[Dimension, ...]
) -> None:
    """Each day, in each measure, with whatever else is grouped by."""
    await store.write("a", LINES)
    await store.write("b", [line("2026-11-16", "3.000000000001", f"x{n}") for n in range(5)])
    query = CostQuery(WEEK, group_by=beside, measure=measure, granularity=Granularity.DAILY)
    by_resource = await store.ask(replace(query, group_by=(RESOURCE, *beside)))
    others = await store.ask(query)
    assert by_resource.totals == others.totals
    assert _by_day(by_resource) == _by_day(others)
    kinds = {NoteKind.TAX_EXCLUDED, NoteKind.PROMOTION_EXCLUDED}
    assert [n for n in by_resource.notes if n.kind in kinds] == [
        n for n in others.notes if n.kind in kinds
    ]


def _by_day(answer: CostAnswer) -> dict[Any, Decimal]:
    found: dict[Any, Decimal] = {}
    for each in answer.lines:
        found[each.start] = found.get(each.start, Decimal(0)) + each.amount
    return found


async def test_filters(store: Store) -> None:
    """One resource, all but one, those of a service, a region, a label; and of no resource."""
    await store.write("a", LINES)

    async def ask(*where: Filter, by: Dimension = RESOURCE) -> dict[Any, str]:
        return shown(await store.ask(CostQuery(WEEK, where=where, group_by=(by,))))

    assert await ask(Filter(RESOURCE, ("vm/1",)), by=SERVICE) == {"Compute Engine": "11.5"}
    assert await ask(Filter(RESOURCE, ("Name of VM/2", "bucket"))) == {"bucket": "20", "vm/2": "7"}
    assert await ask(Filter(RESOURCE, ("3",))) == {"vm/3": "3"}
    assert await ask(Filter(RESOURCE, (None,))) == {None: "0.5"}
    others = Filter(RESOURCE, ("bucket", None), negated=True)
    assert await ask(others, by=PROJECT) == {"shop": "22.5"}
    assert await ask(Filter(SERVICE, ("Cloud Storage",))) == {"bucket": "20"}
    assert await ask(Filter(REGION, ("us-east1",))) == {"vm/2": "7"}
    assert await ask(Filter(label("team"), ("a",))) == {"vm/2": "7"}


async def test_a_resource_that_isnt_always_among_the_dearest(store: Store) -> None:
    """The answer says that days may be missing from it."""
    await store.write("a", LINES)
    only = replace(BY_RESOURCE, where=(Filter(RESOURCE, ("vm/1",)),))
    assert noted(await store.ask(only), NoteKind.RESOURCES_LEFT_OUT) == []
    await store.write("b", [line("2026-11-16", str(n + 1), f"x{n}") for n in range(3)])
    answer = await store.ask(only)
    assert noted(answer, NoteKind.RESOURCES_LEFT_OUT) == [""]


async def test_an_unknown_resource_is_told_with_those_like_it(store: Store) -> None:
    """By part of a name; and where all are shown."""
    await store.write("a", LINES)
    query = CostQuery(WEEK, where=(Filter(RESOURCE, ("uck",)),))
    with pytest.raises(UnknownResourceError, match="'uck'") as caught:
        await store.ask(query)
    assert caught.value.suggestions == (
        "all 2026-11-15..2026-11-21 by service resource=bucket",
        "all 2026-11-15..2026-11-21 by resource",
    )


async def test_resources_of_others_projects_are_unknown(store: Store) -> None:
    """Whoever may not see the project may not learn that there is such a thing."""
    await store.write(
        "a", [*LINES, line("2026-11-16", "5", "disk", account_id="blog", account_name="Blog")]
    )
    viewer = Viewer("U1", projects=frozenset({"blog"}))
    assert shown(await store.ask(BY_RESOURCE, viewer)) == {"disk": "5"}
    query = CostQuery(WEEK, where=(Filter(RESOURCE, ("bucket",)),))
    with pytest.raises(UnknownResourceError) as caught:
        await store.ask(query, viewer)
    assert caught.value.suggestions == ("all 2026-11-15..2026-11-21 by resource",)


async def test_sources_without_resources_are_of_none(store: Store, database: Database) -> None:
    """Their charges are there, and a note says whose they are."""
    aws = SourceInfo("aws", "focus", "aws", "s3://bucket/", Kept.OFF)
    await register(database, aws)
    await store.write("a", LINES)
    await store.write("b", [line("2026-11-16", "100")], source="aws", resources=False)
    answer = await store.ask(BY_RESOURCE)
    assert shown(answer)[None] == "100.5"
    assert noted(answer, NoteKind.RESOURCES_UNKNOWN) == ["100 aws"]
    assert answer.totals == (await store.ask(CostQuery(WEEK))).totals


@pytest.mark.parametrize(
    ("source", "fix"),
    [
        (replace(GCP, resources=Kept.OFF), "gcp: write resources = true"),
        (replace(GCP, resources=Kept.NONE), "the standard export has no resources, the detailed"),
        (replace(GCP, kind="focus", resources=Kept.NONE), "no column ResourceId"),
    ],
)
async def test_no_source_keeps_resources(
    database: Database, clock: FakeClock, source: SourceInfo, fix: str
) -> None:
    """What to do about each, and the question that works."""
    await register(database, source)
    store = Store(database, clock)
    await store.write("a", LINES, resources=False)
    with pytest.raises(NoResourcesError, match="Resources of gcp aren't kept") as caught:
        await store.ask(BY_RESOURCE)
    assert fix in str(caught.value)
    assert caught.value.suggestions == ("all 2026-11-15..2026-11-21 by sku",)


@pytest.mark.parametrize(
    ("query", "error", "suggestions"),
    [
        (
            replace(BY_RESOURCE, period=Period(date(2026, 10, 1), date(2026, 11, 1))),
            ResourceDaysError,
            (
                "all 2026-10-18..2026-10-31 by resource",
                "all last-30d by resource",
                "all 2026-10-01..2026-10-31 by sku",
            ),
        ),
        (
            replace(BY_RESOURCE, versus=Versus("last-year")),
            ResourceDaysError,
            (
                "all 2026-11-15..2026-11-21 by resource",
                "all 2026-11-15..2026-11-21 by sku vs last-year",
            ),
        ),
        (
            replace(BY_RESOURCE, basis=Basis.INVOICE, measure=Measure.NET),
            ResourceQuestionError,
            ("all 2026-11-15..2026-11-21 by resource net",),
        ),
        (
            replace(BY_RESOURCE, group_by=(RESOURCE, SKU)),
            ResourceQuestionError,
            ("all 2026-11-15..2026-11-21 by sku", "all 2026-11-15..2026-11-21 by resource"),
        ),
    ],
)
async def test_questions_that_resources_cant_answer(
    store: Store, query: CostQuery, error: type[Exception], suggestions: tuple[str, ...]
) -> None:
    """Each says why, and offers what works."""
    await store.write("a", LINES)
    with pytest.raises(error) as caught:
        await store.ask(query)
    assert getattr(caught.value, "suggestions", ()) == suggestions


async def test_rows_arent_listed_by_resource(store: Store) -> None:
    """Nor exported: they have SKUs."""
    query = CostQuery(WEEK, where=(Filter(RESOURCE, ("vm/1",)),))
    with pytest.raises(ResourceQuestionError):
        await store.costs.rows(query, OPERATOR)
    with pytest.raises(ResourceQuestionError):
        await store.costs.export_rows(query, OPERATOR).__aenter__()


async def test_a_resource_is_forecast_from_the_days_kept(store: Store) -> None:
    days = [date(2026, 11, n) for n in range(1, 22)]
    await store.write("a", [line(f"{day}", "2", "vm/1") for day in days])
    await store.finish()
    month = CostQuery(parse_period("mtd", date(2026, 11, 22)), (Filter(RESOURCE, ("vm/1",)),))
    forecasts = ForecastService(store.database, store.costs, store.clock)
    (outlook,) = (await forecasts.forecast(month, OPERATOR)).outlooks
    assert outlook.forecast is not None
    assert outlook.forecast.total == 60


async def test_what_is_compared_lies_within_the_days_kept(store: Store) -> None:
    """The week before is; the thirty days before thirty days aren't: none is told."""
    await store.write("a", LINES)
    await store.finish("a")
    week = await store.ask(BY_RESOURCE)
    assert week.compared == Period(date(2026, 11, 8), date(2026, 11, 15))
    month = await store.ask(
        replace(BY_RESOURCE, period=Period(date(2026, 10, 23), date(2026, 11, 22)))
    )
    assert month.compared is None
    assert {t.previous for t in month.totals} == {None}


async def test_the_values_of_the_dimension(store: Store) -> None:
    """All that are kept, by name."""
    await store.write("a", LINES)
    values = await store.costs.dimension(RESOURCE, OPERATOR)
    assert [v.value for v in values] == ["bucket", "vm/1", "vm/2", "vm/3", "vm/4", None]
    some = await store.costs.dimension(RESOURCE, OPERATOR, prefix="buc")
    assert [v.value for v in some] == ["bucket"]
