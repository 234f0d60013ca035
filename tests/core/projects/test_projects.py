"""Projects: made by the first sync, then named, owned, merged and linked by people."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from core.access.model import OPERATOR, Member, Role, RoleNeededError, Viewer
from core.access.service import AccessService
from core.data_version import data_version
from core.database import Database
from core.projects.model import (
    SLUG,
    Account,
    AccountTakenError,
    BadSlugError,
    NewProject,
    ProjectChange,
    SelfMergeError,
    SlugTakenError,
    UnknownAccountError,
    UnknownProjectError,
    UnknownProviderError,
    free_slug,
    slug_of,
)
from core.projects.service import ProjectService
from tests.support.clock import FakeClock

RESERVED = frozenset({"help", "all"})
CHECKOUT = Account("gcp", "acme-checkout-prod", "checkout")
SEARCH = Account("gcp", "acme-search-prod", "search")
WHOLE = Account("gcp", "")


@pytest.fixture
def projects(database: Database, clock: FakeClock) -> ProjectService:
    return ProjectService(database, clock, reserved=RESERVED)


async def version(database: Database) -> int:
    async with database.read() as tx:
        number: int = (await tx.execute(select(data_version.c.version))).scalar_one()
        return number


async def slugs(projects: ProjectService, viewer: Viewer = OPERATOR) -> list[str]:
    return [project.slug for project in await projects.list(viewer)]


async def test_every_new_account_becomes_a_project_named_as_the_provider_names_it(
    projects: ProjectService,
) -> None:
    scopes = await projects.adopt([CHECKOUT, SEARCH, WHOLE])
    assert set(scopes) == {("gcp", a.id) for a in (CHECKOUT, SEARCH, WHOLE)}
    assert await slugs(projects) == ["checkout", "search"]
    assert (await projects.get("checkout", OPERATOR)).accounts == (CHECKOUT,)


async def test_adopting_again_changes_nothing(projects: ProjectService, database: Database) -> None:
    first = await projects.adopt([CHECKOUT, WHOLE])
    before = await version(database)
    assert await projects.adopt([CHECKOUT, WHOLE]) == first
    assert await version(database) == before


async def test_a_name_that_is_taken_or_reserved_gets_a_number(projects: ProjectService) -> None:
    await projects.adopt([CHECKOUT, Account("aws", "123456789012", "Checkout")])
    await projects.adopt([Account("gcp", "h", "help"), Account("gcp", "no-name")])
    assert await slugs(projects) == ["checkout", "checkout-2", "help-2", "no-name"]


async def test_a_name_that_changes_at_the_provider_leaves_the_slug(
    projects: ProjectService,
) -> None:
    await projects.adopt([CHECKOUT])
    await projects.adopt([Account("gcp", CHECKOUT.id, "Check-out, new")])
    found = await projects.get("checkout", OPERATOR)
    assert found.accounts[0].name == "Check-out, new"
    await projects.adopt([Account("gcp", CHECKOUT.id, "")])
    assert (await projects.get("checkout", OPERATOR)).accounts[0].name == "Check-out, new"


async def test_adopting_at_once_from_many_makes_one_of_each(
    fresh_database: Database, clock: FakeClock
) -> None:
    crowd = [ProjectService(fresh_database, clock) for _ in range(8)]
    found = await asyncio.gather(*(one.adopt([CHECKOUT, SEARCH]) for one in crowd))
    assert all(scopes == found[0] for scopes in found)
    assert await slugs(crowd[0]) == ["checkout", "search"]


async def test_a_renamed_project_is_still_found_by_its_former_slug(
    projects: ProjectService,
) -> None:
    await projects.adopt([CHECKOUT])
    await projects.rename("checkout", "shop", by=OPERATOR)
    assert (await projects.get("checkout", OPERATOR)).slug == "shop"
    with pytest.raises(SlugTakenError):
        await projects.create(NewProject("checkout"), by=OPERATOR)
    back = await projects.rename("shop", "checkout", by=OPERATOR)
    assert (back.slug, back.aliases) == ("checkout", ("shop",))


async def test_a_merged_project_hands_over_all_it_held(projects: ProjectService) -> None:
    await projects.adopt([CHECKOUT, SEARCH])
    await projects.rename("search", "find", by=OPERATOR)
    merged = await projects.merge("find", "checkout", by=OPERATOR)
    assert merged.accounts == (CHECKOUT, SEARCH)
    assert merged.aliases == ("find", "search")
    assert await slugs(projects) == ["checkout"]
    assert (await projects.get("search", OPERATOR)).slug == "checkout"
    with pytest.raises(SelfMergeError):
        await projects.merge("search", "checkout", by=OPERATOR)


async def test_who_may_see_a_project_sees_it_under_its_new_name(
    projects: ProjectService, database: Database, clock: FakeClock
) -> None:
    """Held to projects, a member follows them as a token does; nobody else sees more."""
    access = AccessService(database, clock)
    held = {"U1": {"checkout"}, "U2": {"checkout", "search"}, "U3": {"other"}, "U4": None}
    for user, slugs_ in held.items():
        only = None if slugs_ is None else frozenset(slugs_)
        await access.set_member(Member("T1", user, Role.VIEWER, only), by=OPERATOR)
    await projects.adopt([CHECKOUT, SEARCH])

    async def seen() -> list[list[str] | None]:
        members = await access.members()
        return [None if one.projects is None else sorted(one.projects) for one in members]

    await projects.rename("checkout", "shop", by=OPERATOR)
    assert await seen() == [["shop"], ["search", "shop"], ["other"], None]
    await projects.merge("shop", "search", by=OPERATOR)
    assert await seen() == [["search"], ["search"], ["other"], None]
    assert await slugs(projects, await access.slack_viewer("T1", "U1")) == ["search"]


async def test_an_archived_project_leaves_the_list_and_can_come_back(
    projects: ProjectService,
) -> None:
    await projects.adopt([CHECKOUT])
    await projects.archive("checkout", by=OPERATOR)
    assert await slugs(projects) == []
    assert (await projects.get("checkout", OPERATOR)).archived
    assert len(await projects.list(OPERATOR, archived=True)) == 1
    await projects.archive("checkout", by=OPERATOR, archived=False)
    assert await slugs(projects) == ["checkout"]


async def test_an_account_belongs_to_one_project(projects: ProjectService) -> None:
    await projects.adopt([CHECKOUT, SEARCH])
    with pytest.raises(AccountTakenError, match="belongs to the project 'search'"):
        await projects.link("checkout", "gcp", SEARCH.id, by=OPERATOR)
    moved = await projects.link("checkout", "gcp", SEARCH.id, by=OPERATOR, move=True)
    assert moved.accounts == (CHECKOUT, SEARCH)
    left = await projects.unlink("checkout", "gcp", CHECKOUT.id, by=OPERATOR)
    assert left.accounts == (SEARCH,)
    with pytest.raises(UnknownAccountError, match="holds no gcp account"):
        await projects.unlink("checkout", "gcp", CHECKOUT.id, by=OPERATOR)


async def test_an_account_can_be_linked_before_its_first_spend(projects: ProjectService) -> None:
    await projects.create(NewProject("ml", name="Machine learning"), by=OPERATOR)
    await projects.link("ml", "aws", "123456789012", by=OPERATOR)
    await projects.adopt([Account("aws", "123456789012", "training")])
    assert await slugs(projects) == ["ml"]
    held = (await projects.get("ml", OPERATOR)).accounts
    assert held == (Account("aws", "123456789012", "training"),)


async def test_linking_and_changing_bump_the_data_version(
    projects: ProjectService, database: Database
) -> None:
    await projects.adopt([CHECKOUT])
    before = await version(database)
    await projects.unlink("checkout", "gcp", CHECKOUT.id, by=OPERATOR)
    await projects.change("checkout", ProjectChange(team="shop"), by=OPERATOR)
    assert await version(database) == before + 2


async def test_a_change_clears_with_none_and_leaves_what_it_doesnt_mention(
    projects: ProjectService,
) -> None:
    new = NewProject("ml", owner="U1", team="data", channel="C1")
    await projects.create(new, by=OPERATOR)
    found = await projects.change("ml", ProjectChange(owner=None, team="science"), by=OPERATOR)
    assert (found.owner, found.team, found.channel) == (None, "science", "C1")


async def test_what_may_not_be_seen_is_as_if_it_were_not_there(projects: ProjectService) -> None:
    await projects.adopt([CHECKOUT, SEARCH])
    viewer = Viewer("U1", projects=frozenset({"search"}))
    assert await slugs(projects, viewer) == ["search"]
    with pytest.raises(UnknownProjectError) as caught:
        await projects.get("checkout", viewer)
    assert "checkout" not in caught.value.suggestions


async def test_an_unknown_project_is_quoted_with_the_nearest(projects: ProjectService) -> None:
    await projects.adopt([CHECKOUT, SEARCH])
    with pytest.raises(UnknownProjectError, match="'chekout'") as caught:
        await projects.get("chekout", OPERATOR)
    assert caught.value.suggestions == ("checkout",)


async def test_only_administrators_change_projects(projects: ProjectService) -> None:
    with pytest.raises(RoleNeededError):
        await projects.create(NewProject("ml"), by=Viewer("U1", Role.FINANCE))


@pytest.mark.parametrize("slug", ["", "Ml", "a b", "-a", "a-", "ü", "a" * 64, "help", "all"])
async def test_a_slug_that_cant_be_one_is_quoted_with_one_that_can(
    projects: ProjectService, slug: str
) -> None:
    with pytest.raises(BadSlugError) as caught:
        await projects.create(NewProject(slug), by=OPERATOR)
    assert repr(slug) in str(caught.value)
    assert SLUG.fullmatch(caught.value.suggestions[0])


async def test_an_unknown_provider_is_quoted(projects: ProjectService) -> None:
    await projects.create(NewProject("ml"), by=OPERATOR)
    with pytest.raises(UnknownProviderError, match="'oracle' is no provider"):
        await projects.link("ml", "oracle", "x", by=OPERATOR)


@given(st.text())
def test_any_name_has_a_slug(name: str) -> None:
    assert SLUG.fullmatch(slug_of(name))
    assert SLUG.fullmatch(free_slug(name, taken={slug_of(name)}))
