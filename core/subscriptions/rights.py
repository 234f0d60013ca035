"""What a subscription may tell, and who may set it."""

from collections.abc import Collection, Iterable

from core.access.model import Role, RoleNeededError, Viewer
from core.costs.model import PROJECT, Filter
from core.outbox.model import SLACK, Destination
from core.subscriptions.model import Subscription


def may_see(where: Iterable[Filter], viewer: Viewer) -> bool:
    """Whether somebody may see all that some filters keep."""
    if viewer.projects is None:
        return True
    chosen = [each for each in where if each.dimension == PROJECT and not each.negated]
    return any(all(map(viewer.may_see, each.values)) for each in chosen)


def is_theirs(to: Destination, viewer: Viewer, channels: Collection[str]) -> bool:
    """Whether a place is for somebody to set: themselves, and channels where they are.

    Args:
        to: the place.
        viewer: who; finance and administrators set any.
        channels: those of projects that they may see, and the one that they write in.
    """
    if viewer.may(Role.FINANCE) or to.address == viewer.subject:
        return True
    return to.channel == SLACK and to.address in channels


def may_set(found: Subscription, viewer: Viewer, channels: Collection[str]) -> bool:
    """Whether somebody may look at a subscription, change and remove it."""
    maker = found.maker
    made = (maker.subject, maker.workspace) == (viewer.subject, viewer.workspace)
    return made or is_theirs(found.terms.to, viewer, channels)


def require(to: Destination, viewer: Viewer, channels: Collection[str]) -> None:
    """Refuse who may not have a place told.

    Raises:
        RoleNeededError: naming who may.
    """
    if not is_theirs(to, viewer, channels):
        raise RoleNeededError(
            f"{to.address} is subscribed by finance and administrators.",
            fix="Subscribe yourself or the channel that you write in, or ask one of them.",
        )
