"""What is asked of days too old: answered from sums, or refused; never told in part."""

from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from core.access.model import OPERATOR
from core.cache import open_cache
from core.costs.keeping.model import Keep
from core.costs.keeping.service import RetentionService
from core.costs.model import CostAnswer, Note, NoteKind
from core.costs.question import parse_cost_query
from core.costs.reading.kept import ChargesDroppedError, DaysDroppedError
from core.costs.service import CostService
from core.costs.slices import Listing
from core.costs.writing.sources import finish_sync, register
from core.database import Database
from core.period import Period
from tests.support.charges import GCP, NOW, Writer, charge
from tests.support.clock import FakeClock

PACIFIC = ZoneInfo("America/Los_Angeles")
TODAY = date(2026, 11, 22)
OCTOBER = date(2026, 10, 1)


@pytest.fixture
async def costs(database: Database) -> CostService:
    """1 on the 5th of each month of 2026; charges from October on, days from August on."""
    await register(database, GCP)
    rows = [charge(f"2026-{month:02}-05", "1", labels='{"team": "pay"}') for month in range(1, 12)]
    await Writer(database).write("a", rows)
    listing = Listing({"a": "reading at 1"}, whole=True)
    await finish_sync(database, "gcp", listing, through=NOW, zone=PACIFIC, now=NOW)
    clock = FakeClock(NOW)
    await RetentionService(database, clock, Keep(charges=1, days=3), zone=PACIFIC).trim()
    return CostService(database, await open_cache(None), clock)


async def ask(costs: CostService, question: str) -> CostAnswer:
    names = await costs.vocabulary(OPERATOR)
    return await costs.answer(parse_cost_query(question, today=TODAY, names=names), OPERATOR)


@pytest.mark.parametrize(
    ("question", "amount"),
    [
        ("all 2026", 11),
        ("all 2026 by service", 11),
        ("all 2026 monthly", 11),
        ("all 2026-02 invoice net", 1),
        ("all 2026-08-01..2026-09-30 daily", 2),
        ("all 2026-10 by sku", 1),
        ("all 2026-10-01..2026-11-21 by label:team", 2),
    ],
)
async def test_what_is_held_is_answered(costs: CostService, question: str, amount: int) -> None:
    [total] = (await ask(costs, question)).totals
    assert total.amount == Decimal(amount)


@pytest.mark.parametrize(
    ("question", "error", "since"),
    [
        ("all 2026 by sku", ChargesDroppedError, "2026-10-01"),
        ("all 2026-09 by region", ChargesDroppedError, "2026-10-01"),
        ("all 2026-09..2026-10 label:team=pay", ChargesDroppedError, "2026-10-01"),
        ("all 2026-10 by sku net invoice", ChargesDroppedError, "2026-11-01"),
        ("all 2026 daily", DaysDroppedError, "2026-08-01"),
        ("all 2026-07-15..2026-10-31", DaysDroppedError, "2026-08-01"),
    ],
)
async def test_what_isn_t_is_refused(
    costs: CostService, question: str, error: type[Exception], since: str
) -> None:
    with pytest.raises(error, match=f"kept from {since} on"):
        await ask(costs, question)


async def test_rows_of_days_that_went_are_refused(costs: CostService) -> None:
    names = await costs.vocabulary(OPERATOR)
    query = parse_cost_query("all 2026-09", today=TODAY, names=names)
    with pytest.raises(ChargesDroppedError):
        await costs.rows(query, OPERATOR)
    with pytest.raises(ChargesDroppedError):
        await costs.export_rows(query, OPERATOR).__aenter__()
    later = parse_cost_query("all 2026-10", today=TODAY, names=names)
    assert len((await costs.rows(later, OPERATOR)).items) == 1


async def test_sums_alone_are_noted(costs: CostService) -> None:
    notes = (await ask(costs, "all 2026")).notes
    assert Note(NoteKind.SUMS_ONLY, days=Period(date(2026, 1, 5), OCTOBER)) in notes
    assert NoteKind.SUMS_ONLY not in {note.kind for note in (await ask(costs, "all 2026-10")).notes}


async def test_what_isn_t_compared_isn_t_shown(costs: CostService) -> None:
    """The month before October has its sum, and no SKUs any more."""
    assert (await ask(costs, "all 2026-10 by service")).totals[0].previous == 1
    by_sku = await ask(costs, "all 2026-10 by sku")
    assert by_sku.totals[0].previous is None
    assert by_sku.comparable is None


async def test_what_was_never_kept_is_noted(database: Database) -> None:
    await register(database, GCP)
    clock = FakeClock(NOW)
    await RetentionService(database, clock, Keep(charges=1), zone=PACIFIC).trim()
    rows = [charge("2026-09-05", "1"), charge("2026-10-05", "1")]
    await Writer(database).write("a", rows)
    costs = CostService(database, await open_cache(None), clock)
    answer = await ask(costs, "all 2026-09..2026-10 by sku")
    assert answer.totals[0].amount == 1
    assert Note(NoteKind.NOT_KEPT, days=Period(date(2026, 9, 1), OCTOBER)) in answer.notes
