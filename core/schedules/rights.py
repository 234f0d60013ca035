"""Who sees a schedule, who sets it, and with whose rights its reports are made."""

from collections.abc import Collection

from core.access.model import NotAMemberError, Role, RoleNeededError, Viewer
from core.access.service import AccessService
from core.schedules.model import Owner, OwnerGoneError, Schedule, UnknownScheduleError
from core.schedules.parts import Parts


def may_see(schedule: Schedule, viewer: Viewer) -> bool:
    """Whether somebody may: who sees all that it is of."""
    if viewer.projects is None:
        return True
    return bool(schedule.projects) and all(map(viewer.may_see, schedule.projects))


def may_change(schedule: Schedule, viewer: Viewer, owned: Collection[str]) -> bool:
    """Whether somebody may: finance and administrators, and who owns its projects."""
    if not may_see(schedule, viewer):
        return False
    owns = bool(schedule.projects) and all(slug in owned for slug in schedule.projects)
    return owns or viewer.may(Role.FINANCE)


def require(schedule: Schedule, viewer: Viewer, owned: Collection[str]) -> None:
    """Refuse who may not set a schedule.

    Raises:
        UnknownScheduleError: it isn't theirs to see.
        RoleNeededError: nor to set.
    """
    if not may_see(schedule, viewer):
        raise UnknownScheduleError
    if not may_change(schedule, viewer, owned):
        who = f"the owner of {', '.join(schedule.projects)}, " if schedule.projects else ""
        raise RoleNeededError(
            f"Reports of {schedule.terms.subject} are scheduled by {who}finance and "
            "administrators.",
            fix="Ask one of them; `/cost report` shows you the report at any time.",
        )


async def acting(schedule: Schedule, parts: Parts) -> Viewer:
    """The owner of a schedule, with the rights that they have now.

    Raises:
        OwnerGoneError: they may not have it made any more.
    """
    owner = schedule.owner
    try:
        viewer = await _viewer(owner, parts.access)
        require(schedule, viewer, await parts.projects.owned(viewer))
    except (NotAMemberError, UnknownScheduleError, RoleNeededError):
        raise OwnerGoneError(
            f"{owner.subject}, who set it, may not see or schedule that any more.",
            fix="Whoever may: resume it, and it is made with your rights.",
        ) from None
    return viewer


async def _viewer(owner: Owner, access: AccessService) -> Viewer:
    if owner.workspace:
        return await access.slack_viewer(owner.workspace, owner.subject)
    issued = [each for each in await access.tokens() if each.subject == owner.subject]
    if not issued:
        return Viewer(owner.subject, owner.role, owner.projects)
    latest = next((each for each in issued if each.revoked_at is None), None)
    if latest is None:
        raise NotAMemberError
    return Viewer(latest.subject, latest.role, latest.projects)
