"""What contains what, told from filters; and the subscriptions that are found by it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from core.access.model import Maker, Viewer
from core.costs.model import PROJECT, REGION, SERVICE, TEAM, CostQuery, Filter
from core.outbox.model import Destination
from core.period import Period
from core.subscriptions.containment import contains
from core.subscriptions.listening import Listening
from core.subscriptions.model import Kind, Subscription, Terms
from tests.support.worlds import PROJECTS, filters

DAYS = Period(date(2026, 11, 1), date(2026, 12, 1))
SHOP, BLOG = Filter(PROJECT, ("shop",)), Filter(PROJECT, ("blog",))
BOTH = Filter(PROJECT, ("shop", "blog"))
RETAIL = Filter(TEAM, ("retail",))
COMPUTE = Filter(SERVICE, ("Compute",))
ADA = Maker("U-ada", "T1")


def test_everything_contains_everything() -> None:
    assert contains((), (), PROJECTS)
    assert contains((), (SHOP, COMPUTE), PROJECTS)


def test_a_project_contains_its_services_and_not_the_other_way_round() -> None:
    assert contains((SHOP,), (SHOP, COMPUTE), PROJECTS)
    assert not contains((SHOP, COMPUTE), (SHOP,), PROJECTS)
    assert contains((BOTH,), (SHOP,), PROJECTS)
    assert not contains((SHOP,), (BOTH,), PROJECTS)
    assert not contains((SHOP,), (BLOG,), PROJECTS)
    assert not contains((SHOP,), (), PROJECTS)


def test_a_team_contains_its_projects_and_no_others() -> None:
    assert contains((RETAIL,), (SHOP,), PROJECTS)
    assert contains((RETAIL,), (SHOP, COMPUTE), PROJECTS)
    assert not contains((RETAIL,), (BOTH,), PROJECTS)
    assert not contains((RETAIL,), (Filter(PROJECT, ("lab",)),), PROJECTS)
    assert not contains((RETAIL,), (Filter(PROJECT, (None,)),), PROJECTS)
    assert not contains((SHOP,), (RETAIL,), PROJECTS)


def test_what_leaves_something_out_contains_what_is_of_something_else() -> None:
    not_shop = replace(SHOP, negated=True)
    assert contains((not_shop,), (BLOG,), PROJECTS)
    assert not contains((not_shop,), (BOTH,), PROJECTS)
    assert contains((not_shop,), (replace(BOTH, negated=True),), PROJECTS)
    assert not contains((replace(BOTH, negated=True),), (not_shop,), PROJECTS)
    assert not contains((SHOP,), (not_shop,), PROJECTS)


def keeps(where: Sequence[Filter], charge: dict[object, object]) -> bool:
    return all((charge[f.dimension] in f.values) != f.negated for f in where)


charges = st.builds(
    lambda project, service, region: {
        PROJECT: project, TEAM: project and PROJECTS[project], SERVICE: service, REGION: region,
    },
    st.sampled_from([*PROJECTS, None]),
    st.sampled_from(["Compute", "EC2", "S3", None]),
    st.sampled_from(["east", "west", "north", None]),
)  # fmt: skip
wheres = st.lists(
    filters().filter(lambda f: f.dimension in (PROJECT, TEAM, SERVICE, REGION)), max_size=2
)


@given(wheres, wheres, charges)
def test_what_is_contained_keeps_no_charge_that_the_other_does_not(
    outer: list[Filter], inner: list[Filter], charge: dict[object, object]
) -> None:
    if contains(outer, inner, PROJECTS) and keeps(inner, charge):
        assert keeps(outer, charge)


def subscription(number: int, where: Sequence[Filter], maker: Maker = ADA) -> Subscription:
    terms = Terms("", tuple(Kind), Destination("slack", f"C{number}"))
    return Subscription(number, terms, maker, query=CostQuery(DAYS, tuple(where)))


@given(st.lists(wheres, max_size=8), st.lists(wheres, max_size=4))
def test_whoever_listens_is_found_as_by_looking_at_each(
    theirs: list[list[Filter]], things: list[list[Filter]]
) -> None:
    every = [subscription(n, where) for n, where in enumerate(theirs)]
    listening = Listening.of_kind(Kind.ALERTS, every, PROJECTS, {ADA: Viewer("U-ada")})
    for where in things:
        found = sorted(each.id for each in listening.to(where))
        assert found == [n for n, other in enumerate(theirs) if contains(other, where, PROJECTS)]


def test_nothing_is_told_that_whoever_subscribed_may_not_see() -> None:
    ben, gone = Maker("U-ben", "T1"), Maker("U-gone", "T1")
    seen = Viewer("U-ben", projects=frozenset({"blog"}))
    every = [subscription(1, (), ADA), subscription(2, (), ben), subscription(3, (), gone)]
    listening = Listening.of_kind(Kind.ALERTS, every, PROJECTS, {ADA: Viewer("U-ada"), ben: seen})
    assert [s.id for s in listening.to((SHOP,))] == [1]
    assert [s.id for s in listening.to((BLOG, COMPUTE))] == [1, 2]
    assert [s.id for s in listening.to(())] == [1]
