"""Who sees a budget, and who changes it."""

from collections.abc import Collection

from core.access.model import RoleNeededError, Viewer
from core.budgets.model import Budget, UnknownBudgetError


def may_see(budget: Budget, viewer: Viewer) -> bool:
    """Whether somebody may: who sees all that it is of."""
    return viewer.may_see_whole(budget.projects)


def may_change(budget: Budget, viewer: Viewer, owned: Collection[str]) -> bool:
    """Whether somebody may: finance and administrators, and who owns its projects."""
    return viewer.may_set(budget.projects, owned)


def require(budget: Budget, viewer: Viewer, owned: Collection[str]) -> None:
    """Refuse who may not change a budget.

    Raises:
        UnknownBudgetError: it isn't theirs to see.
        RoleNeededError: nor to change.
    """
    if not may_see(budget, viewer):
        raise UnknownBudgetError
    if not may_change(budget, viewer, owned):
        who = f"the owner of {', '.join(budget.projects)}, " if budget.projects else ""
        raise RoleNeededError(
            f"The budget of {budget.terms.subject} is changed by {who}finance and administrators.",
            fix="Ask one of them.",
        )
