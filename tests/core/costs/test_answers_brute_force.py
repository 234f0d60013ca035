"""Any question on any small world: the answer equals what adding up every charge by hand gives.

The computation here shares no code with the product's: it walks over charges one by one.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.access.model import Role, Viewer
from core.cache import Cache
from core.costs.model import (
    PROJECT,
    Basis,
    CostAnswer,
    CostQuery,
    Dimension,
    Filter,
    Granularity,
    Measure,
    NoteKind,
    Versus,
)
from core.costs.reading.codec import decode, encode
from core.costs.service import CostService
from core.database import Database
from core.period import Period
from tests.support.clock import FakeClock
from tests.support.facts import Charge, World, clear, store
from tests.support.worlds import (
    ACCOUNTS,
    CATEGORIES,
    DIMENSIONS,
    PROJECTS,
    days,
    filters,
    worlds,
)


@st.composite
def periods(draw: st.DrawFn) -> Period:
    start = draw(days | st.sampled_from([date(2026, m, 1) for m in (9, 10, 11)]))
    end = draw(days | st.sampled_from([date(2026, m, 1) for m in (10, 11, 12)]))
    return Period(min(start, end), max(start, end) if start != end else end + timedelta(1))


queries = st.builds(
    CostQuery,
    period=periods(),
    where=st.lists(filters(), max_size=2).map(tuple),
    group_by=st.lists(st.sampled_from(DIMENSIONS), max_size=2, unique=True).map(tuple),
    measure=st.sampled_from(Measure),
    basis=st.sampled_from([Basis.USAGE, Basis.USAGE, Basis.INVOICE]),
    granularity=st.none() | st.sampled_from(Granularity),
    versus=st.one_of(
        st.none(),
        st.just(Versus("last-year")),
        st.builds(Versus, kind=st.just("period"), period=periods()),
        st.just(Versus("project", project="shop")),
    ),
    top=st.none() | st.integers(1, 2),
    over=st.none() | st.just(Decimal(50)),
)
viewers = st.sampled_from([None, None, frozenset({"shop"}), frozenset({"shop", "blog"})])


def value_of(charge: Charge, dimension: Dimension) -> str | None:
    slug = ACCOUNTS.get((charge.provider, charge.account))
    match dimension.name:
        case "project":
            return slug
        case "team":
            return PROJECTS[slug] if slug else None
        case "label":
            return dict(charge.labels).get(dimension.key)
        case "category":
            return CATEGORIES.get(charge.service) or None
        case name:
            return getattr(charge, name) or None


def amount_of(charge: Charge, measure: Measure) -> Decimal | None:
    match measure:
        case Measure.COST:
            promotion = charge.category == "Credit" and charge.source_type == "PROMOTION"
            return None if promotion or charge.category == "Tax" else charge.effective_cost
        case Measure.NET:
            return charge.amount
        case Measure.GROSS:
            credit = charge.category == "Credit"
            return (
                None if credit and charge.source_type != "FEE_UTILIZATION_OFFSET" else charge.amount
            )
        case Measure.LIST:
            return charge.list_price


@dataclass
class Expected:
    """What adding up by hand gives: amounts by group, start and currency; the rest by currency."""

    lines: dict[tuple[tuple[str | None, ...], date | None, str], Decimal]
    totals: dict[str, Decimal]
    previous: dict[str, Decimal]
    tax: dict[str, Decimal]


class ByHand:
    """Adds up a world."""

    def __init__(self, world: World, query: CostQuery, visible: frozenset[str] | None) -> None:
        self.world, self.query, self.visible = world, query, visible
        self.previous_of_groups: defaultdict[tuple[tuple[str | None, ...], str], Decimal]
        self.previous_of_groups = defaultdict(Decimal)

    def seen(self, charge: Charge, where: tuple[Filter, ...]) -> bool:
        if self.visible is not None and value_of(charge, PROJECT) not in self.visible:
            return False
        return all((value_of(charge, f.dimension) in f.values) != f.negated for f in where)

    def date_of(self, charge: Charge) -> date:
        return charge.month if self.query.basis is Basis.INVOICE else charge.day

    def within(self, period: Period) -> Callable[[Charge], bool]:
        if self.query.basis is Basis.USAGE:
            return lambda charge: period.start <= charge.day < period.end
        first, last = period.start.strftime("%Y-%m"), period.last_day.strftime("%Y-%m")
        return lambda charge: first <= charge.month.strftime("%Y-%m") <= last

    def bucket(self, charge: Charge) -> date | None:
        at = self.date_of(charge)
        match self.query.granularity:
            case None:
                return None
            case Granularity.DAILY:
                return at
            case Granularity.WEEKLY:
                return at - timedelta(at.weekday())
            case Granularity.MONTHLY:
                return at.replace(day=1)

    def expected(self, then: Period | None) -> Expected:
        query = self.query
        lines: defaultdict[tuple[tuple[str | None, ...], date | None, str], Decimal] = defaultdict(
            Decimal
        )
        totals: defaultdict[str, Decimal] = defaultdict(Decimal)
        tax: defaultdict[str, Decimal] = defaultdict(Decimal)
        for charge in filter(self.within(query.period), self.world.charges):
            if not self.seen(charge, query.where):
                continue
            if charge.category == "Tax":
                tax[charge.currency] += charge.effective_cost
            if (amount := amount_of(charge, query.measure)) is not None:
                group = tuple(value_of(charge, d) for d in query.group_by)
                lines[group, self.bucket(charge), charge.currency] += amount
                totals[charge.currency] += amount
        return Expected(dict(lines), dict(totals), self.previous(then), dict(tax))

    def previous(self, then: Period | None) -> dict[str, Decimal]:
        found: defaultdict[str, Decimal] = defaultdict(Decimal)
        if then is None:
            return {}
        where = self.query.where
        if self.query.versus is not None and self.query.versus.project is not None:
            others = tuple(f for f in where if f.dimension != PROJECT)
            where = (*others, Filter(PROJECT, (self.query.versus.project,)))
        for charge in filter(self.within(then), self.world.charges):
            amount = amount_of(charge, self.query.measure)
            if amount is not None and self.seen(charge, where):
                found[charge.currency] += amount
                group = tuple(value_of(charge, d) for d in self.query.group_by)
                self.previous_of_groups[group, charge.currency] += amount
        return dict(found)

    def comparable(
        self, parts: tuple[Period, Period]
    ) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
        now: defaultdict[str, Decimal] = defaultdict(Decimal)
        for charge in filter(self.within(parts[0]), self.world.charges):
            amount = amount_of(charge, self.query.measure)
            if amount is not None and self.seen(charge, self.query.where):
                now[charge.currency] += amount
        return dict(now), self.previous(parts[1])


def kept(expected: Expected, query: CostQuery) -> set[tuple[tuple[str | None, ...], str]]:
    """The groups that `top` and `over` keep."""
    groups: defaultdict[tuple[tuple[str | None, ...], str], Decimal] = defaultdict(Decimal)
    for (group, _, currency), amount in expected.lines.items():
        groups[group, currency] += amount
    result = set()
    for currency in expected.totals:
        ranked = sorted(
            (k for k in groups if k[1] == currency),
            key=lambda k: (-groups[k], [(v is None, v or "") for v in k[0]]),
        )
        large = [k for k in ranked if query.over is None or groups[k] > query.over]
        result |= set(large[: query.top])
    return result


def check_lines(answer: CostAnswer, expected: Expected, query: CostQuery) -> None:
    keep = kept(expected, query)
    wanted: defaultdict[tuple[tuple[str | None, ...] | str, date | None, str], Decimal] = (
        defaultdict(Decimal)
    )
    for (group, start, currency), amount in expected.lines.items():
        wanted[group if (group, currency) in keep else "other", start, currency] += amount
    got = {
        (
            "other" if line.other else tuple(line.group.values()),
            line.start,
            line.currency,
        ): line.amount
        for line in answer.lines
        if not (line.amount == 0 and line.previous)
    }
    # A line of nothing is told from one of the other period alone only by what it was made of.
    assert got == {k: v for k, v in wanted.items() if k in got or v or not query.versus}
    for currency, total in expected.totals.items():
        assert sum(line.amount for line in answer.lines if line.currency == currency) == total


def check_comparison(answer: CostAnswer, expected: Expected, by_hand: ByHand) -> None:
    before = by_hand.previous_of_groups.copy()
    for total in answer.totals:
        if total.previous is not None:
            assert total.previous == expected.previous.get(total.currency, 0)
        if total.comparable is not None:
            assert answer.comparable is not None
            now, then = by_hand.comparable(answer.comparable)
            assert total.comparable.now == now.get(total.currency, 0)
            assert total.comparable.then == then.get(total.currency, 0)
    if by_hand.query.granularity is None:
        for line in answer.lines:
            if line.previous is not None and not line.other:
                key = (tuple(line.group.values()), line.currency)
                assert line.previous == before[key]
    if answer.comparable is not None:
        complete_until = answer.freshness.complete_until
        assert complete_until is not None
        assert max(part.end for part in answer.comparable) <= complete_until
    for currency in expected.totals:
        in_lines = [line.previous for line in answer.lines if line.currency == currency]
        if by_hand.query.granularity is None and by_hand.query.versus and None not in in_lines:
            assert sum(filter(None, in_lines)) == expected.previous.get(currency, 0)


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=worlds, query=queries, visible=viewers)
async def test_an_answer_is_what_adding_up_by_hand_gives(
    database: Database,
    clock: FakeClock,
    world: World,
    query: CostQuery,
    visible: frozenset[str] | None,
) -> None:
    named = {v for f in query.where if f.dimension == PROJECT for v in f.values if v}
    if query.versus is not None and query.versus.project is not None:
        named.add(query.versus.project)
    if visible is not None and not named <= visible:
        visible = None
    await store(database, world)
    try:
        viewer = Viewer("U1", Role.VIEWER, visible)
        answer = await CostService(database, Cache(), clock).answer(query, viewer)
        by_hand = ByHand(world, query, visible)
        with localcontext(prec=100):
            expected = by_hand.expected(answer.compared)
            got = {t.currency: t.amount for t in answer.totals if t.currency in expected.totals}
            assert got == expected.totals
            check_lines(answer, expected, query)
            check_comparison(answer, expected, by_hand)
        if query.measure is Measure.COST:
            taxes = {n.currency: n.amount for n in answer.notes if n.kind is NoteKind.TAX_EXCLUDED}
            assert taxes == {currency: tax for currency, tax in expected.tax.items() if tax}
        assert decode(encode(answer), query) == answer
    finally:
        await clear(database)
