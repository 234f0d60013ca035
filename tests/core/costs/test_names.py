"""What questions can mention, and the values of dimensions."""

import threading
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text, update

from core import data_version
from core.access.model import OPERATOR, Role, Viewer
from core.cache import Cache
from core.costs.language import names as indexing
from core.costs.language.names import Index
from core.costs.listings import BillingPeriodState, DimensionValue
from core.costs.model import (
    ACCOUNT,
    PROJECT,
    REGION,
    SERVICE,
    SKU,
    CostQuery,
    Dimension,
    Vocabulary,
    label,
)
from core.costs.question import parse_cost_query
from core.costs.service import CostService
from core.database import Database
from core.period import Period
from core.projects.tables import projects
from tests.support.clock import FakeClock
from tests.support.facts import Charge, World, store

SHOP = Viewer("U1", Role.VIEWER, frozenset({"shop"}))
WORLD = World(
    charges=(
        Charge(
            date(2026, 11, 3),
            Decimal(1),
            service="Cloud SQL",
            sku="A-1",
            region="us-east1",
            labels=(("team", "web"),),
        ),
        Charge(
            date(2026, 10, 3),
            Decimal(1),
            account="acc-2",
            service="BigQuery",
            sku="B-2",
            region="europe-west1",
            labels=(("env", "prod"), ("team", "data")),
        ),
        Charge(date(2026, 10, 3), Decimal(1), account="az-1", provider="azure", service="Redis"),
    ),
    projects={"shop": "retail", "blog": "media"},
    accounts={("gcp", "acc-1"): "shop", ("gcp", "acc-2"): "blog"},
    aliases={"store": "shop", "diary": "blog"},
    service_categories={"Cloud SQL": "Databases", "BigQuery": "Analytics"},
    complete_until={"gcp": date(2026, 11, 20)},
    mismatches=frozenset({("gcp", date(2026, 11, 1))}),
    final=frozenset({date(2026, 10, 1)}),
)


@pytest.fixture
async def costs(database: Database, clock: FakeClock) -> CostService:
    await store(database, WORLD)
    return CostService(database, Cache(), clock)


async def test_who_sees_all_can_mention_all(costs: CostService) -> None:
    names = await costs.vocabulary(OPERATOR)
    assert names.projects == {"shop": "Shop", "blog": "Blog"}
    assert names.aliases == {"store": "shop", "diary": "blog"}
    assert names.accounts["acc-1"] == ("Account acc-1", "shop")
    assert names.accounts["az-1"] == ("Account az-1", None)
    assert names.teams == {"retail", "media"}
    assert names.services == {"Cloud SQL", "BigQuery", "Redis"}
    assert names.categories == {"Databases", "Analytics"}
    assert names.providers == {"gcp", "azure"}
    assert names.skus == {"A-1": "The A-1", "B-2": "The B-2"}
    assert names.regions == {"us-east1": "", "europe-west1": ""}
    assert names.labels == {"env": {"prod"}, "team": {"web", "data"}}


async def test_a_viewer_can_mention_what_their_projects_have(costs: CostService) -> None:
    names = await costs.vocabulary(SHOP)
    assert names.projects == {"shop": "Shop"}
    assert names.aliases == {"store": "shop"}
    assert set(names.accounts) == {"acc-1"}
    assert names.teams == {"retail"}
    assert names.services == {"Cloud SQL"}
    assert names.categories == {"Databases"}
    assert names.skus == {"A-1": "The A-1"}
    assert names.regions == {"us-east1": ""}
    assert names.labels == {"team": {"web"}}


async def test_a_viewer_of_very_many_accounts_can_mention_them(
    costs: CostService, database: Database
) -> None:
    """More than a statement may have parameters."""
    async with database.begin() as tx:
        many = (
            "INSERT INTO scopes (provider, account_id, account_name, labels, project_id)"
            " SELECT 'gcp', 'more-' || n, '', '{}', p.id"
            " FROM projects p, generate_series(1, 33000) n WHERE p.slug = 'shop'"
        )
        await tx.execute(text(many))
        await data_version.bump(tx)
    names = await costs.vocabulary(SHOP)
    assert len(names.accounts) == 33001
    assert names.services == {"Cloud SQL"}


async def test_who_sees_no_project_can_mention_nothing(costs: CostService) -> None:
    names = await costs.vocabulary(Viewer("U2", Role.VIEWER, frozenset()))
    assert names == Vocabulary()


async def test_names_are_indexed_beside_the_event_loop(
    costs: CostService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever parses a question with them finds the index made, and not by the loop's thread."""
    threads = []

    class Watched(Index):
        def __init__(self, names: Vocabulary) -> None:
            threads.append(threading.current_thread())
            super().__init__(names)

    monkeypatch.setattr(indexing, "Index", Watched)
    names = await costs.vocabulary(OPERATOR)
    parse_cost_query("shop mtd", today=date(2026, 11, 22), names=names)
    assert len(threads) == 1
    assert threads[0] is not threading.current_thread()


async def test_names_are_new_with_the_data_version(database: Database, costs: CostService) -> None:
    await costs.vocabulary(OPERATOR)
    async with database.begin() as tx:
        await tx.execute(update(projects).values(team="growth"))
        await data_version.bump(tx)
    assert (await costs.vocabulary(OPERATOR)).teams == {"growth"}


@pytest.mark.parametrize(
    ("dimension", "prefix", "values"),
    [
        (SERVICE, "", ["BigQuery", "Cloud SQL", "Redis"]),
        (SERVICE, "sq", ["Cloud SQL"]),
        (SERVICE, "QL", []),
        (PROJECT, "", ["blog", "shop"]),
        (ACCOUNT, "account az", ["az-1"]),
        (SKU, "a-", ["A-1"]),
        (REGION, "west", ["europe-west1"]),
        (label("team"), "", ["data", "web"]),
        (label("nothing"), "", []),
    ],
)
async def test_values_of_a_dimension_by_the_beginning_of_a_word(
    costs: CostService, dimension: Dimension, prefix: str, values: list[str]
) -> None:
    found = await costs.dimension(dimension, OPERATOR, prefix=prefix)
    assert [value.value for value in found] == values


async def test_values_that_a_question_has_with_none_last(costs: CostService) -> None:
    october = CostQuery(Period(date(2026, 10, 1), date(2026, 11, 1)))
    found = await costs.dimension(PROJECT, OPERATOR, query=october)
    assert found == (DimensionValue("blog", "Blog"), DimensionValue(None))
    assert await costs.dimension(PROJECT, OPERATOR, query=october, limit=1) == found[:1]


async def test_the_state_of_each_source(costs: CostService) -> None:
    azure, gcp = await costs.data_state(OPERATOR)
    assert (azure.name, azure.complete_until, azure.matches_export) == ("azure", None, True)
    assert gcp.complete_until == date(2026, 11, 20)
    assert not gcp.matches_export
    assert gcp.billing_periods == (
        BillingPeriodState(date(2026, 11, 1), matches_export=False, final=False),
        BillingPeriodState(date(2026, 10, 1), matches_export=True, final=True),
    )


async def test_a_viewer_sees_the_sources_that_they_draw_on(costs: CostService) -> None:
    assert [state.name for state in await costs.data_state(SHOP)] == ["gcp"]
