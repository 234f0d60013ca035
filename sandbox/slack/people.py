"""The company that lives in the local Slack."""

from typing import Final

from sandbox.slack.model import BOT_USER, Channel, User

PEOPLE: Final = (
    User("U0ADA", "ada", "Ada Moreno", "Platform lead · workspace admin", "admin", "#7c3aed"),
    User("U0BEN", "ben", "Ben Osei", "Engineer, checkout", "member", "#0e7490"),
    User("U0CHLOE", "chloe", "Chloé Tan", "Finance", "member", "#b45309"),
    User("U0GUS", "gus", "Gus Weber", "Contractor · guest", "guest", "#4d7c0f"),
)
GUEST: Final = "U0GUS"
STAFF: Final = frozenset(user.id for user in PEOPLE if user.role != "guest")


def bot(name: str) -> User:
    """The app's bot user."""
    return User(BOT_USER, name.lower().replace(" ", "-"), name, "App", "bot", "#1f3a5f")


def channels() -> list[Channel]:
    """The channels as they are at first: the app is in all but #random and #leadership."""
    everyone, here = set(STAFF), {BOT_USER}
    return [
        Channel("C0GENERAL", "general", "Company-wide announcements", everyone | here),
        Channel("C0CHECKOUT", "checkout-team", "Carts and payments", everyone | here | {GUEST}),
        Channel("C0FINANCE", "finance", "Budgets, invoices, month end", everyone | here),
        Channel("C0PLATFORM", "platform", "Clusters, data and the bill", everyone | here),
        Channel("C0RANDOM", "random", "The app isn't here: /invite it", set(everyone)),
        Channel("C0LEADERS", "leadership", "Private", {"U0ADA", "U0CHLOE"}, private=True),
        Channel("C0OLD", "billing-2024", "Archived", everyone | here, archived=True),
        *(
            Channel(f"D0{user.id[2:]}", "", im_with=user.id, members=here | {user.id})
            for user in PEOPLE
        ),
    ]
