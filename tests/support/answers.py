"""Answers to render: some written down, and any that could be."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from core.costs.model import (
    PROJECT,
    REGION,
    SERVICE,
    SKU,
    Comparable,
    CostAnswer,
    CostQuery,
    Dimension,
    Filter,
    Freshness,
    Granularity,
    Line,
    Measure,
    Note,
    NoteKind,
    Total,
    label,
)
from core.money import ZERO
from core.period import Period

WEEK = Period(date(2026, 11, 15), date(2026, 11, 22), "last-7d")
FRESH = Freshness(
    datetime(2026, 11, 21, 22, tzinfo=UTC), date(2026, 11, 22), matches_export=True, final=False
)
CHECKOUT = (Filter(PROJECT, ("checkout",)),)

type Figures = tuple[str, str] | tuple[str, str, str]


def line(name: str | None, amount: str, previous: str | None = None, **more: Any) -> Line:
    """A line of one service, comparable in full where it has a previous amount."""
    then = None if previous is None else Decimal(previous)
    both = None if then is None else Comparable(Decimal(amount), then)
    fields: dict[str, Any] = {"group": {SERVICE: name}, "currency": "USD", "comparable": both}
    return Line(amount=Decimal(amount), previous=then, **(fields | more))


def by_service(*figures: Figures, currency: str = "USD", **query: Any) -> CostAnswer:
    """What checkout cost last week by service, from (name, amount[, previous])."""
    lines = tuple(line(*each, currency=currency) for each in figures)
    return answer(lines, **query)


def daily(*amounts: str, start: date = WEEK.start, **query: Any) -> CostAnswer:
    """What checkout cost on each day, in total."""
    lines = tuple(
        line(None, amount, start=start + timedelta(days=i), group={})
        for i, amount in enumerate(amounts)
    )
    asked: dict[str, Any] = {"group_by": (), "granularity": Granularity.DAILY} | query
    return answer(lines, **asked)


def answer(
    lines: Sequence[Line],
    *,
    notes: Sequence[Note] = (),
    freshness: Freshness = FRESH,
    text: str = "checkout last-7d by service",
    **query: Any,
) -> CostAnswer:
    """An answer of some lines: totals, shares and the comparison follow from them."""
    fields: dict[str, Any] = {"period": WEEK, "where": CHECKOUT} | query
    asked = CostQuery(**fields)
    totals = tuple(
        _total([each for each in lines if each.currency == currency], currency)
        for currency in dict.fromkeys(each.currency for each in lines)
    )
    whole = {total.currency: total.amount for total in totals}
    shared = tuple(_with_share(each, whole[each.currency]) for each in lines)
    compared = asked.period
    before = Period(compared.start - timedelta(days=compared.days), compared.start)
    known = any(total.previous is not None for total in totals)
    return CostAnswer(
        asked,
        text,
        totals,
        shared,
        compared=before if known else None,
        comparable=(asked.period, before) if known else None,
        notes=tuple(notes),
        freshness=freshness,
    )


def _total(lines: Sequence[Line], currency: str) -> Total:
    amount = sum((each.amount for each in lines), ZERO)
    known = [each.previous for each in lines if each.previous is not None]
    if len(known) < len(lines):
        return Total(currency, amount)
    previous = sum(known, ZERO)
    return Total(currency, amount, previous, Comparable(amount, previous))


def _with_share(each: Line, whole: Decimal) -> Line:
    share = round(each.amount / whole, 4) if whole > 0 else None
    return Line(
        each.group,
        each.currency,
        each.amount,
        each.previous,
        share,
        each.start,
        each.names,
        each.other,
        each.comparable,
    )


AMOUNTS = st.one_of(
    st.decimals(-10, 10, places=9),
    st.decimals(-(10**6), 10**6, places=4),
    st.decimals(0, 10**13, places=2),
    st.just(ZERO),
)
NAMES = st.one_of(
    st.none(),
    st.text(min_size=1, max_size=20),
    st.text(min_size=80, max_size=200),
    st.sampled_from(
        ("<!channel>", "Networking & CDN", "=1+1", "*", "日本語", "$x_1$", "`rm`", "🚀")
    ),
)
_DIMENSIONS: tuple[Dimension, ...] = (PROJECT, SERVICE, SKU, REGION, label("team"))
_PERIODS = st.builds(
    lambda start, days, name: Period(start, start + timedelta(days=days), name),
    st.dates(date(2020, 1, 1), date(2026, 11, 1)),
    st.integers(1, 800),
    st.sampled_from(("", "last-7d", "mtd", "last-month", "2026-Q3", "today")),
)
_NOTES = st.builds(
    lambda kind, amount, days: Note(kind, amount, None if amount is None else "USD", days),
    st.sampled_from(NoteKind),
    st.none() | AMOUNTS,
    st.none() | _PERIODS,
)


@st.composite
def answers(draw: st.DrawFn, *, most: int = 30) -> CostAnswer:
    """Any answer at all: any names, amounts, periods, currencies, grouping and state of data."""
    group_by = tuple(draw(st.lists(st.sampled_from(_DIMENSIONS), max_size=3, unique=True)))
    granularity = draw(st.none() | st.sampled_from(Granularity))
    period = draw(_PERIODS)
    compared = draw(st.booleans())
    currencies = draw(st.sampled_from((("USD",), ("JPY",), ("USD", "EUR"))))
    day = st.integers(0, period.days - 1)

    def one(currency: str) -> Line:
        amount = draw(AMOUNTS)
        previous = draw(AMOUNTS) if compared else None
        return Line(
            group={dimension: draw(NAMES) for dimension in group_by},
            currency=currency,
            amount=amount,
            previous=previous,
            start=period.start + timedelta(days=draw(day)) if granularity else None,
            other=draw(st.integers(0, 9)) == 0,
            comparable=None if previous is None else Comparable(amount, previous),
        )

    lines = [one(currency) for currency in currencies for _ in range(draw(st.integers(0, most)))]
    through = draw(st.none() | st.just(datetime(2026, 11, 21, 22, tzinfo=UTC)))
    complete = draw(st.dates(date(2020, 1, 1), date(2026, 11, 22))) if through else None
    return answer(
        lines,
        period=period,
        where=draw(
            st.sampled_from(((), CHECKOUT, (Filter(SERVICE, ("A<b>&", None), negated=True),)))
        ),
        group_by=group_by,
        granularity=granularity,
        measure=draw(st.sampled_from(Measure)),
        notes=draw(st.lists(_NOTES, max_size=4)),
        freshness=Freshness(through, complete, matches_export=draw(st.booleans())),
    )
