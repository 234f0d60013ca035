"""Who may see and do what."""

from datetime import timedelta

import pytest

from core.access.model import (
    OPERATOR,
    Member,
    NotAMemberError,
    Role,
    RoleNeededError,
    UnknownTokenError,
    Viewer,
)
from core.access.service import AccessService
from core.database import Database
from tests.support.clock import FakeClock


@pytest.fixture
def access(database: Database, clock: FakeClock) -> AccessService:
    return AccessService(database, clock, admins=["UADMIN"])


async def test_a_person_without_an_entry_has_the_default_role(access: AccessService) -> None:
    assert await access.slack_viewer("T1", "U1") == Viewer("U1", Role.VIEWER, workspace="T1")


async def test_a_guest_sees_nothing_until_given_a_role(access: AccessService) -> None:
    with pytest.raises(NotAMemberError):
        await access.slack_viewer("T1", "UGUEST", guest=True)
    entry = Member("T1", "UGUEST", Role.VIEWER, frozenset({"checkout"}))
    await access.set_member(entry, by=OPERATOR)
    viewer = await access.slack_viewer("T1", "UGUEST", guest=True)
    assert viewer.may_see("checkout")
    assert not viewer.may_see("search")
    assert not viewer.may_see(None)


async def test_the_configured_administrators_are_so_whatever_their_entry_says(
    access: AccessService,
) -> None:
    await access.set_member(Member("T1", "UADMIN", None), by=OPERATOR)
    assert (await access.slack_viewer("T1", "UADMIN")).role is Role.ADMIN


async def test_role_none_shuts_a_person_out_of_one_workspace(access: AccessService) -> None:
    await access.set_member(Member("T1", "U1", None), by=OPERATOR)
    with pytest.raises(NotAMemberError):
        await access.slack_viewer("T1", "U1")
    assert (await access.slack_viewer("T2", "U1")).role is Role.VIEWER


async def test_without_a_default_role_only_entries_count(
    database: Database, clock: FakeClock
) -> None:
    closed = AccessService(database, clock, default_role=None)
    with pytest.raises(NotAMemberError):
        await closed.slack_viewer("T1", "U1")


async def test_only_administrators_change_members_and_tokens(access: AccessService) -> None:
    finance = Viewer("U1", Role.FINANCE)
    with pytest.raises(RoleNeededError, match="needs the role admin; yours is finance"):
        await access.set_member(Member("T1", "U1", Role.ADMIN), by=finance)
    with pytest.raises(RoleNeededError):
        await access.issue(subject="x", role=Role.ADMIN, ttl=timedelta(1), by=finance)


async def test_an_issued_token_expires_and_can_be_revoked(
    access: AccessService, clock: FakeClock
) -> None:
    token = await access.issue(subject="ci", role=Role.VIEWER, ttl=timedelta(days=90), by=OPERATOR)
    assert token.expires_at == clock() + timedelta(days=90)
    assert token.jti.isalnum(), "it is pasted into a shell, where a dash begins an option"
    assert not await access.is_revoked(token.jti)
    await access.revoke(token.jti, by=OPERATOR)
    assert await access.is_revoked(token.jti)
    assert (await access.tokens())[0].revoked_at == clock()


async def test_revoking_what_was_never_issued_quotes_it(access: AccessService) -> None:
    with pytest.raises(UnknownTokenError, match="'nonsense'"):
        await access.revoke("nonsense", by=OPERATOR)


async def test_deeds_are_written_down(access: AccessService) -> None:
    await access.set_member(Member("T1", "U1", Role.FINANCE), by=OPERATOR)
    deed = (await access.deeds(limit=1))[0]
    assert (deed.actor, deed.action, deed.subject) == ("operator", "member.set", "U1")
    assert deed.detail["role"] == "finance"
