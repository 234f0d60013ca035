"""Reports to render: one written down of each kind, and any that could be."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from core.budgets.model import Cycle
from core.budgets.status import State
from core.costs.model import (
    PROJECT,
    SERVICE,
    Comparable,
    CostQuery,
    Freshness,
    Measure,
    Note,
    NoteKind,
)
from core.costs.proving.model import exact
from core.forecasts.model import Band
from core.money import ZERO
from core.period import Period, add_months, previous
from core.reports.model import (
    Reason,
    Report,
    ReportKind,
    ReportStatus,
    Section,
    Sheet,
    Untold,
)
from core.reports.sections import (
    Accrual,
    Against,
    AnomalyLine,
    Bridge,
    BudgetLine,
    Cause,
    Day,
    Expected,
    Explained,
    Invoiced,
    Layer,
    Month,
    Mover,
    Row,
)

WEEK = Period(date(2026, 11, 9), date(2026, 11, 16))
MONTH = Period(date(2026, 10, 1), date(2026, 11, 1), "2026-10")
FRESH = Freshness(datetime(2026, 11, 16, 22, tzinfo=UTC), date(2026, 11, 16), matches_export=True)
PROJECTS = (("checkout", "5120.25", "4800"), ("web", "2410.5", "2600"), ("data", "881.983", "700"))
SERVICES = (
    ("Compute Engine", "4700.5", "4500"),
    ("Cloud SQL", "2292.483", "2100"),
    ("BigQuery", "1419.75", "1500"),
)


def row(name: str, amount: Decimal, before: Decimal | None, total: Decimal, of: int = 0) -> Row:
    share = round(amount / total, 4) if total > 0 and abs(amount) < total * 10**9 else None
    both = None if before is None else Comparable(amount, before)
    return Row(None if of else name, name, amount, share, before, both, of)


def rows(*said: tuple[str, str, str]) -> tuple[Row, ...]:
    total = exact(Decimal(amount) for _, amount, _ in said)
    return tuple(row(name, Decimal(now), Decimal(then), total) for name, now, then in said)


def split(amount: Decimal, days: int) -> tuple[Decimal, ...]:
    """An amount in parts that differ and add up to it exactly."""
    weights = [Decimal(3 + n % 5) / 100 for n in range(days - 1)]
    parts = [round(amount * weight / days * 20, 9) for weight in weights]
    return (*parts, exact((amount, *(part.copy_negate() for part in parts))))


def sheet(period: Period, currency: str = "USD", **more: Any) -> Sheet:
    """One currency: three projects, three services, day by day."""
    services = rows(*SERVICES)
    total = exact(each.amount for each in services)
    before = exact(each.before or ZERO for each in services)
    other = previous(period)
    both = Comparable(total, before)
    layers = tuple(
        Layer(each.value, each.name, split(each.amount, period.days)) for each in services
    )
    days = [period.start + timedelta(n) for n in range(period.days)]
    days_before = [other.start + timedelta(n) for n in range(other.days)]
    values: dict[str, Any] = {
        "currency": currency,
        "total": total,
        "previous": Against(other, before, both, (period, other)),
        "last_year": Against(
            Period(add_months(period.start, -12), add_months(period.end, -12)),
            Decimal(6000),
            Comparable(total, Decimal(6000)),
        ),
        "projects": rows(*PROJECTS),
        "services": services,
        "bridge": Bridge(
            total, total + 200, Decimal(-200), Decimal(-50), Decimal("12.5"), total - Decimal(37)
        ),
        "days": tuple(
            Day(day, exact(each.amounts[n] for each in layers)) for n, day in enumerate(days)
        ),
        "days_before": tuple(
            Day(day, amount)
            for day, amount in zip(days_before, split(before, other.days), strict=True)
        ),
        "layers": layers,
        "movers": (
            Mover(
                PROJECT,
                "checkout",
                "checkout",
                Decimal("5120.25"),
                Decimal(4800),
                "mostly Cloud SQL in us-east1 (+$310.00)",
                "why checkout 2026-11-09..2026-11-15",
            ),
            Mover(PROJECT, "web", "web", Decimal("2410.5"), Decimal(2600)),
        ),
        "new": (Mover(SERVICE, "Vertex AI", "Vertex AI", Decimal(42), ZERO),),
        "stopped": (Mover(SERVICE, "Pub/Sub", "Pub/Sub", ZERO, Decimal(17)),),
        "explained": Explained(
            period,
            other,
            before,
            total,
            "Cloud SQL of checkout makes up most of it.",
            (Cause("Cloud SQL of checkout", Decimal(310)),),
            Decimal(20),
            total - before - 330,
        ),
        "forecasts": (
            Expected(
                Period(date(2026, 11, 1), date(2026, 12, 1), "2026-11"),
                Decimal("36250.4"),
                Decimal("18000.25"),
                Band(Decimal(34000), Decimal(38500)),
                Band(Decimal(32000), Decimal(41000)),
                Decimal(35000),
            ),
        ),
    } | more
    return Sheet(**values)


def report(kind: ReportKind = ReportKind.WEEKLY, *sheets: Sheet, **more: Any) -> Report:
    """A report of the whole company."""
    period = WEEK if kind is ReportKind.WEEKLY else MONTH
    span = f"{period.start}..{period.last_day}"
    values: dict[str, Any] = {
        "kind": kind,
        "subject": "all",
        "text": f"report {kind.value} {span}",
        "query": CostQuery(period),
        "made_at": datetime(2026, 11, 17, 8, tzinfo=UTC),
        "status": ReportStatus.PROVISIONAL,
        "reason": Reason.OPEN,
        "complete": True,
        "sheets": sheets or (sheet(period),),
        "budgets": BUDGETS,
        "anomalies": ANOMALIES,
        "notes": (Note(NoteKind.PROMOTION_EXCLUDED, Decimal(-50), "USD"),),
        "freshness": FRESH,
    } | more
    return Report(**values)


def monthly(**more: Any) -> Report:
    """A month: with its invoice, what is still expected, and the year before it."""
    base = sheet(MONTH)
    history = tuple(
        Month(
            add_months(MONTH.start, n - 11),
            base.total if n == 11 else Decimal(6000 + 180 * n),
            Decimal(5000 + 150 * n) if n > 1 else None,
        )
        for n in range(12)
    )
    made = sheet(
        MONTH,
        history=history,
        invoice=Invoiced(
            base.total + 25, base.total, Decimal(8000), Decimal(40), Decimal(15), agrees=True
        ),
        accrual=Accrual(
            base.total, base.total + 60, Band(base.total + 20, base.total + 90), 11, 16
        ),
    )
    return report(ReportKind.MONTHLY, made, **more)


BUDGETS = (
    BudgetLine(
        1,
        "checkout",
        Cycle.MONTHLY,
        Measure.COST,
        "USD",
        Period(date(2026, 11, 1), date(2026, 12, 1), "2026-11"),
        State.HEADING_OVER,
        Decimal(20000),
        Decimal("11210.5"),
        Decimal(21900),
        Band(Decimal(20500), Decimal(23000)),
        date(2026, 11, 28),
    ),
)
ANOMALIES = (
    AnomalyLine(
        7,
        "checkout",
        "Cloud SQL",
        whole=False,
        currency="USD",
        days=Period(date(2026, 11, 12), date(2026, 11, 14)),
        expected=Decimal(300),
        actual=Decimal("610.75"),
        why="Mostly Cloud SQL backup in us-east1.",
    ),
)

# Any -------------------------------------------------------------------------------------

AMOUNTS = st.one_of(
    st.decimals(-10, 10, places=9),
    st.decimals(-(10**6), 10**6, places=4),
    st.decimals(0, 10**38, places=2),
    st.just(ZERO),
)
NAMES = st.one_of(
    st.text(min_size=1, max_size=30),
    st.text(min_size=80, max_size=250),
    st.sampled_from(
        (
            "<!channel>",
            "Net & CDN",
            "=1+1",
            "*",
            "日本語",
            "مشروع الدفع",
            "🚀🚀",
            "a\nb",
            "<b>x</b>",
        )
    ),
)
_CURRENCIES = st.sampled_from(("USD", "EUR", "JPY", "KWD"))


@st.composite
def any_rows(draw: st.DrawFn, total: Decimal) -> tuple[Row, ...]:
    """Rows that add up to a total, the last one the others."""
    names = draw(st.lists(NAMES, min_size=1, max_size=10, unique=True))
    amounts = [draw(AMOUNTS) for _ in names[:-1]]
    amounts.append(exact((total, *(each.copy_negate() for each in amounts))))
    befores = [draw(st.none() | AMOUNTS) for _ in names]
    made = [
        row(name, amount, before, total)
        for name, amount, before in zip(names, amounts, befores, strict=True)
    ]
    if len(names) > 3:
        made[-1] = row("others", amounts[-1], befores[-1], total, of=7)
    return tuple(made)


@st.composite
def any_sheet(draw: st.DrawFn, period: Period, currency: str) -> Sheet:
    """One currency of any report."""
    total, before = draw(AMOUNTS), draw(AMOUNTS)
    other = previous(period)
    known = draw(st.booleans())
    both = Comparable(total, before) if known else None
    services = draw(any_rows(total))
    layers = tuple(
        Layer(each.value, each.name, _shares(each.amount, period.days), other=each.other)
        for each in services
    )
    days = tuple(
        Day(period.start + timedelta(n), exact(each.amounts[n] for each in layers))
        for n in range(period.days)
    )
    movers = tuple(
        Mover(PROJECT, name, name, draw(AMOUNTS), draw(AMOUNTS), draw(st.just("") | NAMES), "why")
        for name in draw(st.lists(NAMES, max_size=5, unique=True))
    )
    one_off, cause = draw(AMOUNTS), draw(AMOUNTS)
    rest = exact((total, *(each.copy_negate() for each in (before, one_off, cause))))
    explained = Explained(
        period, other, before, total, draw(NAMES), (Cause(draw(NAMES), cause),), one_off, rest
    )
    tax, promotions, net = draw(AMOUNTS), draw(AMOUNTS), draw(AMOUNTS)
    return sheet(
        period,
        currency,
        total=total,
        previous=Against(
            other, before if known else None, both, (period, other) if known else None
        ),
        last_year=Against(period),
        projects=draw(any_rows(total)) if draw(st.booleans()) else (),
        services=services,
        bridge=Bridge(total, net, ZERO, promotions, tax, net),
        days=days,
        days_before=tuple(
            Day(other.start + timedelta(n), amount)
            for n, amount in enumerate(_shares(before, other.days))
        ),
        layers=layers,
        movers=movers,
        new=(),
        stopped=(),
        explained=explained if draw(st.booleans()) else None,
        unassigned=None,
    )


def _shares(amount: Decimal, days: int) -> tuple[Decimal, ...]:
    return (amount, *[ZERO] * (days - 1))


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """Any report: of no currency or of several, with long names and large amounts."""
    kind = draw(st.sampled_from(ReportKind))
    period = WEEK if kind is ReportKind.WEEKLY else MONTH
    currencies: Sequence[str] = draw(st.lists(_CURRENCIES, max_size=3, unique=True))
    sheets = tuple(draw(any_sheet(period, each)) for each in currencies)
    final = draw(st.booleans())
    made = report(
        kind,
        status=ReportStatus.FINAL if final else ReportStatus.PROVISIONAL,
        reason=Reason.SETTLED if final else draw(st.sampled_from(list(Reason)[:4])),
        budgets=BUDGETS * draw(st.integers(0, 30)),
        anomalies=ANOMALIES * draw(st.integers(0, 30)),
        untold=(Untold(Section.FORECAST, draw(NAMES), None),) if draw(st.booleans()) else (),
        freshness=draw(st.sampled_from((FRESH, Freshness()))),
    )
    return Report(**{name: getattr(made, name) for name in made.__slots__} | {"sheets": sheets})
