"""Any report of any small world: it adds up, says what answers say, and can be kept."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal, localcontext

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.access.model import Role, Viewer
from core.cache import Cache
from core.costs.model import PROJECT, Basis, CostQuery, Filter, Granularity, Measure, NoteKind
from core.costs.proving.model import exact
from core.costs.service import CostService
from core.database import Database
from core.money import ZERO
from core.period import Period, previous
from core.reports.correcting import corrections
from core.reports.model import Report, ReportKind, ReportStatus, Sheet
from core.reports.rounding import rounded_parts
from core.schedules.model import Posting
from core.schedules.telling import VALUES
from tests.support.clock import FakeClock
from tests.support.facts import World, clear, store
from tests.support.reporting import reports
from tests.support.worlds import FIRST, TODAY, filters, worlds

asked = st.sampled_from(
    [
        (ReportKind.WEEKLY, Period(date(2026, 11, 9), date(2026, 11, 16))),
        (ReportKind.WEEKLY, None),
        (ReportKind.MONTHLY, Period(date(2026, 10, 7), date(2026, 10, 8))),
        (ReportKind.MONTHLY, Period(date(2026, 11, 1), date(2026, 12, 1), "2026-11")),
    ]
)
scopes = st.lists(filters(), max_size=1).map(tuple)
questions = st.tuples(asked, scopes)
viewers = st.sampled_from([None, None, frozenset({"shop", "blog"})])


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=worlds, question=questions, visible=viewers)
async def test_a_report_adds_up_and_says_what_answers_say(
    database: Database,
    clock: FakeClock,
    world: World,
    question: tuple[tuple[ReportKind, Period | None], tuple[Filter, ...]],
    visible: frozenset[str] | None,
) -> None:
    (kind, period), where = question
    named = {value for each in where if each.dimension == PROJECT for value in each.values if value}
    if visible is not None and not named <= visible:
        visible = None
    viewer = Viewer("U1", Role.VIEWER, visible)
    await store(database, world)
    try:
        costs = CostService(database, Cache(), clock)
        query = CostQuery(Period(FIRST, TODAY), where)
        report = await reports(database, costs, clock).report(kind, query, viewer, period=period)
        with localcontext(prec=100):
            for sheet in report.sheets:
                adds_up(sheet)
            await says_what_answers_say(report, costs, viewer)
        assert report.partial is any(n.kind is NoteKind.PARTIAL_ACCESS for n in report.notes)
        posting = Posting(1, 1, 1, "", report)
        kept = json.dumps(VALUES.dump_python(posting, mode="json"))
        assert VALUES.validate_python(json.loads(kept)) == posting
        assert corrections(report, report) is None
    finally:
        await clear(database)


def adds_up(sheet: Sheet) -> None:
    """Parts are the total, exactly."""
    assert exact(row.amount for row in sheet.services) == sheet.total
    if sheet.projects:
        assert exact(row.amount for row in sheet.projects) == sheet.total
    assert exact(day.amount or ZERO for day in sheet.days) == sheet.total
    for n, day in enumerate(sheet.days):
        assert exact(layer.amounts[n] for layer in sheet.layers) == (day.amount or ZERO)
    if sheet.previous.amount is not None:
        assert exact(row.before or ZERO for row in sheet.services) == sheet.previous.amount
        assert exact(day.amount or ZERO for day in sheet.days_before) == sheet.previous.amount
    bridge = sheet.bridge
    assert bridge.cost == sheet.total
    assert bridge.cost + bridge.tax + bridge.promotions + bridge.timing == bridge.net
    assert bridge.gross + bridge.credits + bridge.promotions == bridge.net
    if (why := sheet.explained) is not None:
        assert exact((*(c.amount for c in why.causes), why.one_off, why.rest)) == why.change
        assert why.change == sheet.previous.change
    if sheet.history:
        assert sheet.history[-1].amount == sheet.total
    shown = rounded_parts((row.amount for row in sheet.services), sheet.currency)
    assert exact(shown.parts) + shown.rounding == shown.total
    assert abs(shown.total - sheet.total) <= Decimal("0.005")


async def says_what_answers_say(report: Report, costs: CostService, viewer: Viewer) -> None:
    """The same questions asked by themselves have the same figures."""
    plain = CostQuery(report.period, report.query.where, ())
    answer = await costs.answer(plain, viewer)
    assert {each.currency: each.amount for each in answer.totals if each.amount} == {
        sheet.currency: sheet.total for sheet in report.sheets if sheet.total
    }
    by_total = {each.currency: each for each in answer.totals}
    net = await costs.answer(replace(plain, measure=Measure.NET), viewer)
    billed = {each.currency: each.amount for each in net.totals}
    for sheet in report.sheets:
        told = by_total[sheet.currency]
        assert (sheet.previous.amount, sheet.previous.comparable) == (
            told.previous,
            told.comparable,
        )
        assert sheet.previous.period == previous(report.period)
        assert sheet.bridge.net == billed.get(sheet.currency, ZERO)
    if report.kind is ReportKind.MONTHLY:
        invoice = await costs.answer(
            replace(plain, measure=Measure.NET, basis=Basis.INVOICE), viewer
        )
        owed = {each.currency: each.amount for each in invoice.totals}
        for sheet in report.sheets:
            assert sheet.invoice is not None
            assert sheet.invoice.invoiced == owed.get(sheet.currency, ZERO)
            assert sheet.invoice.used == sheet.bridge.net
        assert (report.status is ReportStatus.FINAL) <= invoice.freshness.final
    daily = await costs.answer(replace(plain, granularity=Granularity.DAILY), viewer)
    known = {(line.currency, line.start): line.amount for line in daily.lines}
    for sheet in report.sheets:
        for day in sheet.days:
            assert (day.amount or ZERO) == known.get((sheet.currency, day.date), ZERO)
