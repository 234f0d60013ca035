"""Posts are corrected in their place, once a version, when what they say has changed enough."""

from dataclasses import replace
from datetime import date, time
from decimal import Decimal

import pytest

from core.access.model import OPERATOR, Member, Role
from core.database import Database
from core.outbox.model import Message, Verb
from core.reports.correcting import Figure
from core.reports.model import ReportKind
from core.schedules.corrector import ReportCorrector
from core.schedules.model import Format, Posting, Terms
from core.schedules.poster import SchedulePoster
from core.schedules.service import ScheduleService
from core.schedules.timing import When
from tests.support.clock import FakeClock
from tests.support.facts import Charge, World, store
from tests.support.scheduling import FINANCE, anew, company, messages, parts, posting, told

WHEN = When("Europe/Berlin", time(9), business_days=(2,))
MONTHLY = Terms(
    ReportKind.MONTHLY, "all", WHEN, ("C0FINANCE",), ("cfo@acme.example",), (Format.XLSX,)
)
WEEKLY = replace(
    MONTHLY, kind=ReportKind.WEEKLY, when=When("Europe/Berlin", time(9), weekdays=(0,))
)
DECEMBER = date(2026, 12, 2)
POSTED = ["post mail:cfo@acme.example", "post slack:C0FINANCE", "file:xlsx slack:C0FINANCE"]
CORRECTED = [
    "reply mail:cfo@acme.example",
    "update slack:C0FINANCE",
    "reply slack:C0FINANCE",
    "file:xlsx slack:C0FINANCE",
]


def late(amount: str) -> Charge:
    """A charge of November that came after the report."""
    return Charge(date(2026, 11, 12), Decimal(amount), "acc-1", service="Cloud SQL")


class Desk:
    """A report posted on 2 December, and the verbs to hold it against what comes later."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.database, self.clock = database, clock
        self._seen = 0

    async def post(self, terms: Terms, world: World | None = None) -> None:
        await store(self.database, world or company(DECEMBER))
        made = parts(self.database, self.clock.at("2026-11-29T12:00"))
        entry = Member(FINANCE.workspace, FINANCE.subject, Role.FINANCE)
        await made.access.set_member(entry, by=OPERATOR)
        await ScheduleService(made).add(terms, by=FINANCE)
        self.clock.at("2026-12-02T08:00")
        await SchedulePoster(made, worker="a").work()

    async def sync(self, world: World) -> int:
        """Have a later sync find another world; how many posts that corrects."""
        self.clock.advance(days=1)
        await anew(self.database, world)
        return await self.correct()

    async def correct(self) -> int:
        return await ReportCorrector(parts(self.database, self.clock)).correct()

    async def new(self) -> list[str]:
        """What was written to the outbox since the last look, in short."""
        return told(await self._unseen())

    async def last(self) -> Posting:
        return posting((await messages(self.database))[-1])

    async def _unseen(self) -> list[Message]:
        every = await messages(self.database)
        new, self._seen = every[self._seen :], len(every)
        return new


@pytest.fixture
def desk(fresh_database: Database, clock: FakeClock) -> Desk:
    return Desk(fresh_database, clock)


async def test_a_restatement_beyond_the_bound_corrects_the_post(desk: Desk) -> None:
    await desk.post(MONTHLY)
    assert await desk.new() == POSTED
    assert await desk.sync(company(DECEMBER, late("25"))) == 1
    assert await desk.new() == CORRECTED
    last = await desk.last()
    assert last.version == 2
    assert [sheet.total for sheet in last.report.sheets] == [30 * 13 + 25]
    assert last.corrections is not None
    [total, *_] = last.corrections.figures
    assert (total.figure, str(total.before), str(total.after)) == (Figure.TOTAL, "390", "415")
    assert not last.corrections.became_final


async def test_what_is_smaller_than_the_bound_stays(desk: Desk) -> None:
    await desk.post(MONTHLY)
    await desk.new()
    assert await desk.sync(company(DECEMBER, late("0.99"))) == 0
    assert await desk.new() == []
    # But many that are small add up: what was told is what counts.
    assert await desk.sync(company(DECEMBER, late("1.90"))) == 0
    assert await desk.sync(company(DECEMBER, late("2.80"))) == 1
    assert (await desk.last()).corrections is not None


async def test_it_is_told_once_a_version(desk: Desk) -> None:
    await desk.post(MONTHLY)
    await desk.sync(company(DECEMBER, late("25")))
    await desk.new()
    assert await desk.correct() == 0
    assert await desk.sync(company(DECEMBER, late("25"))) == 0
    assert await desk.new() == []
    assert await desk.sync(company(DECEMBER, late("50"))) == 1
    assert await desk.new() == CORRECTED
    last = await desk.last()
    assert last.version == 3
    assert last.corrections is not None
    assert last.corrections.figures[0].before == 415


async def test_replicas_correct_it_once(desk: Desk) -> None:
    await desk.post(MONTHLY)
    await desk.new()
    desk.clock.advance(days=1)
    await anew(desk.database, company(DECEMBER, late("25")))
    made = parts(desk.database, desk.clock)

    class Twice(ReportCorrector):
        """Another comes between."""

        async def _hold(self, *given: object) -> bool:
            await ReportCorrector(made).correct()
            return await super()._hold(*given)  # type: ignore[arg-type]

    assert await Twice(made).correct() == 0
    assert await desk.new() == CORRECTED


async def test_a_month_that_becomes_final_says_so(desk: Desk) -> None:
    await desk.post(MONTHLY)
    await desk.new()
    final = replace(company(DECEMBER), final=frozenset({date(2026, 11, 1)}))
    assert await desk.sync(final) == 1
    # Without the file again: its figures are the same.
    assert await desk.new() == [each for each in CORRECTED if "file" not in each]
    last = await desk.last()
    assert last.corrections is not None
    assert (last.corrections.figures, last.corrections.became_final) == ((), True)
    assert last.final


async def test_a_week_that_becomes_complete_is_only_shown_so(desk: Desk) -> None:
    await desk.post(WEEKLY, company(date(2026, 11, 30), complete=date(2026, 11, 28)))
    await desk.new()
    assert await desk.sync(company(date(2026, 11, 30))) == 1
    assert await desk.new() == ["update slack:C0FINANCE"]
    last = await desk.last()
    assert (last.corrections, last.report.complete, last.corrected) == (None, True, False)
    late = Charge(date(2026, 11, 25), Decimal(40), "acc-1")
    assert await desk.sync(company(date(2026, 11, 30), late)) == 1
    assert (await desk.last()).corrected


async def test_what_is_told_goes_where_the_post_is(desk: Desk) -> None:
    await desk.post(MONTHLY)
    await desk.new()
    service = ScheduleService(parts(desk.database, desk.clock))
    [made] = await service.list(FINANCE)
    await service.change(made.id, replace(MONTHLY, channels=("C0OTHER",)), by=FINANCE)
    await desk.sync(company(DECEMBER, late("25")))
    assert await desk.new() == CORRECTED


async def test_of_one_that_is_removed_or_long_ago_nothing_is_told(desk: Desk) -> None:
    await desk.post(MONTHLY)
    await desk.new()
    desk.clock.advance(days=101)
    assert await desk.sync(company(DECEMBER, late("25"))) == 0
    desk.clock.advance(days=-101)
    service = ScheduleService(parts(desk.database, desk.clock))
    [made] = await service.list(FINANCE)
    await service.remove(made.id, by=FINANCE)
    assert await desk.sync(company(DECEMBER, late("50"))) == 0
    assert await desk.new() == []


async def test_with_fewer_rights_it_is_another_report_and_corrects_nothing(desk: Desk) -> None:
    await desk.post(replace(MONTHLY, subject="shop blog"))
    await desk.new()
    entry = Member(FINANCE.workspace, FINANCE.subject, Role.FINANCE, frozenset({"shop"}))
    await parts(desk.database, desk.clock).access.set_member(entry, by=OPERATOR)
    assert await desk.sync(company(DECEMBER, late("25"))) == 0
    assert await desk.new() == []


async def test_the_thread_begins_with_the_post_and_every_key_is_its_own(desk: Desk) -> None:
    await desk.post(MONTHLY)
    await desk.sync(company(DECEMBER, late("25")))
    sent = await messages(desk.database)
    assert len({each.key for each in sent}) == len(sent) == len(POSTED) + len(CORRECTED)
    assert [each.verb for each in sent][:2] == [Verb.POST] * 2
    assert len({each.thread for each in sent}) == 1
