"""Who sees a schedule, who sets it, and with whose rights its reports are made."""

from collections.abc import Collection

from core.access.model import RoleNeededError, Viewer
from core.schedules.model import OwnerGoneError, Schedule, UnknownScheduleError
from core.schedules.parts import Parts


def may_see(schedule: Schedule, viewer: Viewer) -> bool:
    """Whether somebody may: who sees all that it is of."""
    return viewer.may_see_whole(schedule.projects)


def may_change(schedule: Schedule, viewer: Viewer, owned: Collection[str]) -> bool:
    """Whether somebody may: finance and administrators, and who owns its projects."""
    return viewer.may_set(schedule.projects, owned)


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
    async with parts.database.read() as connection:
        viewer = (await parts.access.present(connection, [owner])).get(owner)
    if viewer is None or not may_change(schedule, viewer, await parts.projects.owned(viewer)):
        raise OwnerGoneError(
            f"{owner.subject}, who set it, may not see or schedule that any more.",
            fix="Whoever may: resume it, and it is made with your rights.",
        )
    return viewer
