"""From a question to its answer, on charges that are few enough to add up by hand."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text

from core.access.model import OPERATOR, Role, Viewer
from core.cache import Cache, RedisCache
from core.costs.model import (
    ACCOUNT,
    CATEGORY,
    PROJECT,
    PROVIDER,
    REGION,
    SERVICE,
    SKU,
    TEAM,
    Basis,
    Comparable,
    CostAnswer,
    CostQuery,
    Dimension,
    Filter,
    Granularity,
    Measure,
    Note,
    NoteKind,
    Total,
    Versus,
    label,
)
from core.costs.reading.notes import RateUnknownError
from core.costs.service import CostService
from core.costs.writing.rates import ConfiguredRate, keep
from core.costs.writing.sources import retire
from core.database import Database
from core.period import Period
from core.projects.model import UnknownProjectError
from tests.support.clock import FakeClock
from tests.support.facts import Charge, World, clear, store

LAST_7D = Period(date(2026, 11, 15), date(2026, 11, 22), "last-7d")
SHOP_ONLY = Viewer("U1", Role.VIEWER, frozenset({"shop"}))


def day(number: int, month: int = 11) -> date:
    return date(2026, month, number)


def usd(amount: str, number: int = 16, **other: object) -> Charge:
    return Charge(day(number), Decimal(amount), **other)  # type: ignore[arg-type]  # fields by name


WORLD = World(
    charges=(
        usd("70", 8),
        usd("100", 16),
        usd("50.000000000001", 17, service="Cloud SQL", sku="SQL-1", region="us-east1"),
        usd("30", 18, account="acc-2", labels=(("env", "prod"), ("team", "web"))),
        usd("-20", 18, category="Credit", source_type="SUSTAINED_USAGE_DISCOUNT"),
        usd("-5", 18, category="Credit", source_type="PROMOTION"),
        usd("-7", 18, category="Credit", source_type="FEE_UTILIZATION_OFFSET"),
        usd("9", 19, category="Tax", service="Tax"),
        usd("3", 19, account=""),
        usd("40", 17, account="az-1", provider="azure", currency="EUR"),
        usd("1", 1, service="Old"),
    ),
    projects={"shop": "retail", "blog": None},
    accounts={("gcp", "acc-1"): "shop", ("gcp", "acc-2"): "blog", ("azure", "az-1"): "shop"},
    complete_until={"gcp": day(22), "azure": day(22)},
    service_categories={"Compute Engine": "Compute", "Cloud SQL": "Databases"},
    aliases={"store": "shop"},
    final=frozenset({date(2026, 10, 1)}),
)


@pytest.fixture
def costs(database: Database, clock: FakeClock) -> CostService:
    return CostService(database, Cache(), clock)


@pytest.fixture
async def world(database: Database) -> World:
    await store(database, WORLD)
    return WORLD


def shown(answer: CostAnswer) -> str:
    """Values, amount and currency of each line."""
    return ", ".join(
        f"{'other' if line.other else ' '.join(map(str, line.group.values()))}"
        f" {line.amount:f} {line.currency}".strip()
        for line in answer.lines
    )


async def ask(
    costs: CostService, *by: Dimension, viewer: Viewer = OPERATOR, **query: object
) -> CostAnswer:
    return await costs.answer(CostQuery(LAST_7D, group_by=by, **query), viewer)  # type: ignore[arg-type]  # by name


@pytest.mark.usefixtures("world")
class TestGrouping:
    """Each dimension, and the null in it."""

    @pytest.mark.parametrize(
        ("dimension", "lines"),
        [
            (
                SERVICE,
                "Compute Engine 40 EUR, Compute Engine 106 USD, Cloud SQL 50.000000000001 USD",
            ),
            (CATEGORY, "Compute 40 EUR, Compute 106 USD, Databases 50.000000000001 USD"),
            (PROJECT, "shop 40 EUR, shop 123.000000000001 USD, blog 30 USD, None 3 USD"),
            (TEAM, "retail 40 EUR, retail 123.000000000001 USD, None 33 USD"),
            (PROVIDER, "azure 40 EUR, gcp 156.000000000001 USD"),
            (ACCOUNT, "az-1 40 EUR, acc-1 123.000000000001 USD, acc-2 30 USD, None 3 USD"),
            (SKU, "None 40 EUR, None 106 USD, SQL-1 50.000000000001 USD"),
            (REGION, "None 40 EUR, None 106 USD, us-east1 50.000000000001 USD"),
            (label("team"), "None 40 EUR, None 126.000000000001 USD, web 30 USD"),
        ],
    )
    async def test_lines_are_by_value_and_currency_largest_first(
        self, costs: CostService, dimension: Dimension, lines: str
    ) -> None:
        answer = await ask(costs, dimension)
        assert shown(answer) == lines
        assert [(t.currency, f"{t.amount:f}") for t in answer.totals] == [
            ("EUR", "40"),
            ("USD", "156.000000000001"),
        ]

    async def test_names_stand_beside_identities_that_differ(self, costs: CostService) -> None:
        answer = await ask(costs, PROJECT, ACCOUNT)
        assert answer.lines[0].names == {PROJECT: "Shop", ACCOUNT: "Account az-1"}
        assert answer.lines[-1].names is None

    async def test_several_dimensions_at_once(self, costs: CostService) -> None:
        answer = await ask(costs, TEAM, label("env"), SERVICE)
        assert shown(answer) == (
            "retail None Compute Engine 40 EUR, retail None Compute Engine 73 USD, "
            "retail None Cloud SQL 50.000000000001 USD, None prod Compute Engine 30 USD, "
            "None None Compute Engine 3 USD"
        )

    async def test_without_a_dimension_there_is_a_line_a_currency(self, costs: CostService) -> None:
        assert shown(await ask(costs)) == "40 EUR, 156.000000000001 USD"


@pytest.mark.usefixtures("world")
class TestMeasures:
    """What counts, and what is said about what doesn't."""

    @pytest.mark.parametrize(
        ("measure", "amount"),
        [
            (Measure.COST, "156.000000000001"),
            (Measure.NET, "160.000000000001"),
            (Measure.GROSS, "185.000000000001"),
        ],
    )
    async def test_each_counts_its_own_kinds(
        self, costs: CostService, measure: Measure, amount: str
    ) -> None:
        answer = await ask(costs, measure=measure)
        assert f"{answer.totals[1].amount:f}" == amount

    async def test_cost_names_tax_and_promotions_left_out(self, costs: CostService) -> None:
        answer = await ask(costs)
        assert Note(NoteKind.TAX_EXCLUDED, Decimal(9), "USD") in answer.notes
        assert Note(NoteKind.PROMOTION_EXCLUDED, Decimal(-5), "USD") in answer.notes

    async def test_list_prices_that_arent_known_are_named(
        self, database: Database, costs: CostService
    ) -> None:
        await clear(database)
        await store(database, World((usd("10", list_price=Decimal(12)), usd("5", 17))))
        for by in (SERVICE, SKU):  # from the rollup, and from the facts
            answer = await ask(costs, by, measure=Measure.LIST)
            assert answer.totals[0].amount == 12
            assert Note(NoteKind.LIST_UNKNOWN, Decimal(5), "USD") in answer.notes

    async def test_other_measures_leave_nothing_out(self, costs: CostService) -> None:
        answer = await ask(costs, measure=Measure.NET)
        assert [note.kind for note in answer.notes] == [NoteKind.UNASSIGNED]

    async def test_spend_of_no_project_is_named_where_lines_dont_show_it(
        self, costs: CostService
    ) -> None:
        unassigned = Note(NoteKind.UNASSIGNED, Decimal(3), "USD")
        assert unassigned in (await ask(costs, SERVICE)).notes
        assert unassigned not in (await ask(costs, PROJECT)).notes


@pytest.mark.usefixtures("world")
class TestComparison:
    """Against the other period."""

    async def test_the_previous_period_stands_beside_without_being_asked(
        self, costs: CostService
    ) -> None:
        answer = await ask(costs, SERVICE)
        assert answer.compared == Period(day(8), day(15))
        assert [line.previous for line in answer.lines] == [0, 70, 0]
        assert answer.totals[1].previous == 70

    async def test_a_line_of_the_other_period_alone_shows_where_it_was_asked_for(
        self, costs: CostService
    ) -> None:
        period = Versus("period", Period(day(1), day(3)))
        answer = await ask(costs, SERVICE, versus=period)
        last = answer.lines[-1]
        assert (last.group[SERVICE], last.amount, last.previous) == ("Old", Decimal(0), Decimal(1))

    async def test_before_the_first_day_held_nothing_is_known(self, costs: CostService) -> None:
        answer = await ask(costs, SERVICE, versus=Versus("last-year"))
        assert answer.totals[1].previous is None
        assert answer.compared is None

    async def test_another_project(self, costs: CostService) -> None:
        answer = await ask(
            costs, where=(Filter(PROJECT, ("shop",)),), versus=Versus("project", project="blog")
        )
        assert {t.currency: t.previous for t in answer.totals} == {
            "EUR": Decimal(0),
            "USD": Decimal(30),
        }


class TestIncompleteDays:
    """A day that isn't whole never makes a percentage."""

    async def test_both_sides_are_cut_to_the_same_complete_days(
        self, database: Database, costs: CostService
    ) -> None:
        charges = tuple(usd("10", n) for n in range(1, 21))
        await store(database, World(charges, complete_until={"gcp": day(20)}))
        answer = await ask(costs)
        assert answer.totals[0].amount == 60  # 15 to 20 November
        assert answer.totals[0].previous == 70  # all of 8 to 14
        assert answer.totals[0].comparable == Comparable(Decimal(50), Decimal(50))
        assert answer.comparable == (Period(day(15), day(20)), Period(day(8), day(13)))
        assert answer.notes[:2] == (
            Note(NoteKind.INCOMPLETE_DAYS, days=Period(day(20), day(21))),
            Note(NoteKind.MISSING_DAYS, days=Period(day(21), day(22))),
        )

    async def test_days_that_have_not_begun_are_not_missing(
        self, database: Database, costs: CostService
    ) -> None:
        await store(database, World((usd("1", 1), usd("1", 21)), complete_until={"gcp": day(22)}))
        month = Period(day(1), day(1, 12), "this-month")
        answer = await costs.answer(CostQuery(month), OPERATOR)
        assert [n for n in answer.notes if n.kind is NoteKind.MISSING_DAYS] == [
            Note(NoteKind.MISSING_DAYS, days=Period(day(22), day(23)))
        ]

    async def test_nothing_at_all_is_not_in_yet(self, costs: CostService) -> None:
        answer = await ask(costs)
        assert answer.totals == ()
        assert (
            answer.notes
            == (
                Note(NoteKind.MISSING_DAYS, days=Period(day(15), day(22))),
                Note(NoteKind.UNASSIGNED, Decimal(0), "USD"),
            )[:1]
        )

    async def test_the_oldest_source_drawn_on_counts(
        self, database: Database, costs: CostService
    ) -> None:
        world = World(
            (usd("1", 20), usd("1", 20, provider="aws", account="a", service="EC2")),
            projects={"shop": None},
            accounts={("gcp", "acc-1"): "shop"},
            complete_until={"gcp": day(21), "aws": day(18)},
        )
        await store(database, world)
        everything = await ask(costs)
        assert everything.freshness.complete_until == day(18)
        shop = await ask(costs, where=(Filter(PROJECT, ("shop",)),))
        assert shop.freshness.complete_until == day(21)
        ec2 = await ask(costs, where=(Filter(SERVICE, ("EC2",)),))
        assert ec2.freshness.complete_until == day(18)

    async def test_a_source_that_is_read_no_more_holds_nothing_back(
        self, database: Database, costs: CostService
    ) -> None:
        """Its days are history; nobody waits for more of them, unless nothing else is asked of."""
        world = World(
            (usd("1", 20), usd("1", 10, provider="aws", account="a", service="EC2")),
            complete_until={"gcp": day(21), "aws": day(11)},
        )
        await store(database, world)
        assert await costs.complete_until() == day(11)
        await retire(database, ["gcp"], now=datetime(2026, 11, 21, tzinfo=UTC))
        everything = await ask(costs)
        assert everything.freshness.complete_until == day(21)
        missing = Note(NoteKind.MISSING_DAYS, days=Period(day(21), day(22)))
        assert [n for n in everything.notes if n.days] == [missing]
        assert await costs.complete_until() == day(21)
        ec2 = await ask(costs, where=(Filter(SERVICE, ("EC2",)),))
        assert ec2.freshness.complete_until == day(11)


@pytest.mark.usefixtures("world")
class TestChoosing:
    """`top` and `over` choose lines; nothing is lost."""

    async def test_top_leaves_the_rest_in_one_line_a_currency(self, costs: CostService) -> None:
        answer = await ask(costs, PROJECT, top=1)
        assert shown(answer) == "shop 40 EUR, shop 123.000000000001 USD, other 33 USD"

    async def test_over_keeps_lines_above_an_amount(self, costs: CostService) -> None:
        answer = await ask(costs, SERVICE, over=Decimal(50))
        assert shown(answer) == (
            "other 40 EUR, Compute Engine 106 USD, Cloud SQL 50.000000000001 USD"
        )

    async def test_with_a_granularity_the_same_groups_are_kept_every_day(
        self, costs: CostService
    ) -> None:
        answer = await ask(costs, SERVICE, top=1, granularity=Granularity.DAILY)
        assert [
            (line.start, line.currency, line.other, f"{line.amount:f}") for line in answer.lines
        ] == [
            (day(16), "USD", False, "100"),
            (day(17), "EUR", False, "40"),
            (day(17), "USD", True, "50.000000000001"),
            (day(18), "USD", False, "3"),
            (day(19), "USD", False, "3"),
        ]


@pytest.mark.usefixtures("world")
class TestAccess:
    """Who may see what."""

    async def test_a_viewer_sees_their_projects_and_is_told_so(self, costs: CostService) -> None:
        answer = await ask(costs, PROJECT, viewer=SHOP_ONLY)
        assert {line.group[PROJECT] for line in answer.lines} == {"shop"}
        assert Note(NoteKind.PARTIAL_ACCESS) in answer.notes

    async def test_what_they_name_and_may_see_is_whole(self, costs: CostService) -> None:
        answer = await ask(costs, viewer=SHOP_ONLY, where=(Filter(PROJECT, ("shop",)),))
        assert NoteKind.PARTIAL_ACCESS not in {note.kind for note in answer.notes}

    async def test_a_project_out_of_sight_and_none_at_all_are_the_same(
        self, costs: CostService
    ) -> None:
        said = []
        for slug in ("blog", "blag"):
            with pytest.raises(UnknownProjectError) as error:
                await ask(costs, viewer=SHOP_ONLY, where=(Filter(PROJECT, (slug,)),))
            said.append((str(error.value).replace(slug, "…"), error.value.suggestions))
        assert said[0] == said[1]

    async def test_comparing_with_a_project_out_of_sight_is_refused(
        self, costs: CostService
    ) -> None:
        with pytest.raises(UnknownProjectError):
            await ask(costs, viewer=SHOP_ONLY, versus=Versus("project", project="blog"))

    async def test_unassigned_spend_is_nobodys_but_those_who_see_all(
        self, costs: CostService
    ) -> None:
        answer = await ask(costs, viewer=SHOP_ONLY, where=(Filter(PROJECT, (None,)),))
        assert answer.totals == ()
        assert Note(NoteKind.PARTIAL_ACCESS) in answer.notes

    async def test_a_former_slug_finds_its_project(self, costs: CostService) -> None:
        answer = await ask(costs, where=(Filter(PROJECT, ("store",)),))
        assert answer.query.projects == ("shop",)
        assert f"{answer.totals[1].amount:f}" == "123.000000000001"


def ecb(month: int, rate: str) -> ConfiguredRate:
    return ConfiguredRate(day(1, month), "EUR", Decimal(rate), "ECB reference rates")


class TestConversion:
    """To one currency, by the rates of the billing period."""

    RATES = {(date(2026, 11, 1), "EUR"): Decimal("0.8")}  # noqa: RUF012 - read only

    async def test_amounts_are_converted_and_said_to_be(
        self, database: Database, costs: CostService
    ) -> None:
        await store(database, World(WORLD.charges, rates=self.RATES))
        answer = await ask(costs, currency="USD")
        (total,) = answer.totals
        assert (total.currency, f"{total.amount.normalize():f}") == ("USD", "206.000000000001")
        assert (
            Note(
                NoteKind.CONVERTED,
                Decimal(40),
                "EUR",
                Period(date(2026, 11, 1), date(2026, 12, 1)),
                "1 EUR = 1.25 USD by the export's rates of 2026-11",
            )
            in answer.notes
        )

    async def test_the_other_way(self, database: Database, costs: CostService) -> None:
        await store(database, World((usd("10"),), rates=self.RATES))
        (total,) = (await ask(costs, currency="EUR")).totals
        assert total == Total("EUR", Decimal(8), total.previous, total.comparable)

    async def test_a_configured_rate_serves_where_no_export_has_one(
        self, database: Database, costs: CostService
    ) -> None:
        await store(database, World(WORLD.charges))
        await keep(database, [ecb(month, "0.5") for month in (9, 10)])
        answer = await ask(costs, currency="USD")
        assert f"{answer.totals[0].amount.normalize():f}" == "236.000000000001"
        (note,) = [note for note in answer.notes if note.kind is NoteKind.CONVERTED]
        assert note.text == "1 EUR = 2 USD by ECB reference rates of 2026-10"

    async def test_an_exports_own_rate_goes_first(
        self, database: Database, costs: CostService
    ) -> None:
        await store(database, World(WORLD.charges, rates=self.RATES))
        await keep(database, [ecb(11, "0.5")])
        answer = await ask(costs, currency="USD")
        assert f"{answer.totals[0].amount.normalize():f}" == "206.000000000001"

    async def test_from_one_currency_to_another_by_way_of_the_dollar(
        self, database: Database, costs: CostService
    ) -> None:
        await store(database, World((usd("10", currency="EUR"),), rates=self.RATES))
        pounds = ConfiguredRate(day(1, 11), "GBP", Decimal("0.4"), "our treasury")
        await keep(database, [pounds])
        answer = await ask(costs, currency="GBP")
        assert answer.totals[0].amount == 5
        (note,) = [note for note in answer.notes if note.kind is NoteKind.CONVERTED]
        assert note.text == "1 EUR = 0.5 GBP by our treasury of 2026-11"

    async def test_a_configured_rate_says_nothing_of_months_before_it(
        self, database: Database, costs: CostService
    ) -> None:
        await store(database, World(WORLD.charges))
        await keep(database, [ecb(12, "0.5")])
        with pytest.raises(RateUnknownError, match="convert EUR of 2026-11 to USD"):
            await ask(costs, currency="USD")

    async def test_rates_are_replaced_as_a_whole_and_only_when_they_differ(
        self, database: Database
    ) -> None:
        await store(database, WORLD)
        assert await keep(database, [ecb(10, "0.5"), ecb(11, "0.6")])
        assert not await keep(database, [ecb(11, "0.60"), ecb(10, "0.5")])
        assert await keep(database, [])

    async def test_without_a_rate_it_says_which(
        self, database: Database, costs: CostService
    ) -> None:
        await store(database, WORLD)
        with pytest.raises(RateUnknownError, match="convert EUR of 2026-11 to USD"):
            await ask(costs, currency="USD")


@pytest.mark.usefixtures("world")
class TestBasis:
    """Days of usage, or months of invoices."""

    async def test_invoice_months_take_what_they_bill(self, costs: CostService) -> None:
        november = CostQuery(
            Period(day(1), day(1, 12), "2026-11"), basis=Basis.INVOICE, measure=Measure.NET
        )
        answer = await costs.answer(november, OPERATOR)
        assert [f"{t.amount:f}" for t in answer.totals] == ["40", "231.000000000001"]

    async def test_proof_holds_only_where_every_period_touched_is_proved(
        self, costs: CostService
    ) -> None:
        answer = await ask(costs)
        assert answer.freshness.matches_export
        assert not answer.freshness.final


class TestCaching:
    """An answer is computed once for a state of the data, by whichever replica."""

    async def test_replicas_share_what_one_computed(
        self, fresh_database: Database, clock: FakeClock, redis_url: str
    ) -> None:
        await store(fresh_database, WORLD)
        one, two = RedisCache(redis_url), RedisCache(redis_url)
        computed = await ask(CostService(fresh_database, one, clock), PROJECT, SERVICE, top=2)
        other = CostService(fresh_database, two, clock)
        async with fresh_database.begin() as tx:  # unseen: the version stays
            await tx.execute(text("DELETE FROM cost_by_day_service"))
        assert await ask(other, PROJECT, SERVICE, top=2) == computed
        assert (await ask(other, PROJECT, SERVICE, top=2, viewer=SHOP_ONLY)).totals == ()
        await one.close()
        await two.close()

    async def test_a_change_of_the_data_is_seen_at_once(
        self, database: Database, costs: CostService
    ) -> None:
        await store(database, World((usd("1"),)))
        assert (await ask(costs)).totals[0].amount == 1
        await clear(database)
        await store(database, World((usd("2"),)))
        assert (await ask(costs)).totals[0].amount == 2

    async def test_the_next_day_is_another_question(
        self, database: Database, costs: CostService, clock: FakeClock
    ) -> None:
        await store(database, World((usd("1"),), complete_until={"gcp": day(17)}))
        period = Period(day(15), day(1, 12))
        missing = []
        for instant in ("2026-11-22T18:00", "2026-11-23T18:00"):
            clock.at(instant)
            answer = await costs.answer(CostQuery(period), OPERATOR)
            missing += [n.days for n in answer.notes if n.kind is NoteKind.MISSING_DAYS]
        assert missing == [Period(day(17), day(23)), Period(day(17), day(24))]

    async def test_a_hundred_who_ask_at_once_are_one_statement(
        self, fresh_database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await store(fresh_database, WORLD)
        asked = []
        fetch = fresh_database.fetch

        async def counted(sql: str, arguments: Sequence[object] = ()) -> Sequence[object]:
            asked.append(sql)
            return await fetch(sql, arguments)

        monkeypatch.setattr(fresh_database, "fetch", counted)
        costs = CostService(fresh_database, Cache(), clock)
        answers = await asyncio.gather(*(ask(costs, SERVICE) for _ in range(100)))
        assert all(answer == answers[0] for answer in answers)
        assert len([sql for sql in asked if "charges" in sql]) == 1
