"""Who may see and do what."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from core.access.model import (
    OPERATOR,
    Maker,
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


async def test_what_a_guest_made_is_a_guest_s_whatever_the_default_role(
    database: Database, access: AccessService
) -> None:
    """Their entry is what lets them in: without it, what they made speaks for nobody."""
    await access.set_member(Member("T1", "UGUEST", Role.VIEWER), by=OPERATOR)
    guest = Maker.of(await access.slack_viewer("T1", "UGUEST", guest=True))
    member = Maker.of(await access.slack_viewer("T1", "U1"))
    async with database.begin() as tx:
        assert set(await access.present(tx, [guest, member])) == {guest, member}
        await tx.execute(text("DELETE FROM members"))
        assert await access.present(tx, [guest, member]) == {
            member: Viewer("U1", Role.VIEWER, workspace="T1")
        }


async def test_what_was_made_counts_with_the_rights_of_now(
    database: Database, access: AccessService
) -> None:
    """Of people by their entries, of tokens by the latest that isn't revoked."""
    shut_out, narrowed, admin = Maker("U1", "T1"), Maker("U2", "T1"), Maker("UADMIN", "T1")
    token, theirs = Maker("ci", role=Role.FINANCE), Maker("idp", role=Role.FINANCE)
    await access.set_member(Member("T1", "U1", None), by=OPERATOR)
    await access.set_member(Member("T1", "U2", Role.FINANCE, frozenset({"blog"})), by=OPERATOR)
    issued = await access.issue(
        subject="ci", role=Role.VIEWER, ttl=timedelta(1), by=OPERATOR, projects=frozenset({"blog"})
    )
    makers = [shut_out, narrowed, admin, token, theirs]
    async with database.read() as connection:
        assert await access.present(connection, makers) == {
            narrowed: Viewer("U2", Role.FINANCE, frozenset({"blog"}), "T1"),
            admin: Viewer("UADMIN", Role.ADMIN, workspace="T1"),
            token: Viewer("ci", Role.VIEWER, frozenset({"blog"})),
            theirs: Viewer("idp", Role.FINANCE),
        }
    await access.revoke(issued.jti, by=OPERATOR)
    async with database.read() as connection:
        assert token not in await access.present(connection, makers)


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
