"""The form of days ahead that will cost something else: made, and read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from bot.slack.modals import View, day, field, form, menu, text_input, values_of

FORM: Final = "anomaly.plan"
TITLE: Final = "Plan days ahead"
PROJECT: Final = "project"
FIRST_DAY: Final = "first"
LAST_DAY: Final = "last"
SERVICE: Final = "service"
AMOUNT: Final = "amount"
PROJECTS: Final = "menu.projects"


@dataclass(frozen=True, slots=True)
class Planned:
    """What was said of days ahead; `amount` as it was typed, '' for whatever it costs."""

    project: str
    first: date
    last: date
    service: str
    amount: str
    note: str


def view(projects: Iterable[str], *, chosen: str, today: date) -> View:
    """The form to say that days will cost something else.

    Args:
        projects: those that can be chosen.
        chosen: the one that is at first; '' none.
        today: the first day at first.
    """
    slugs = project_options([*([chosen] if chosen else []), *projects])
    fields = [
        field(PROJECT, "Project", menu(slugs, PROJECTS, chosen)),
        field(FIRST_DAY, "First day", day(today)),
        field(LAST_DAY, "Last day", day(today)),
        field(
            SERVICE, "Service: empty for the whole project", text_input(None, 200), optional=True
        ),
        field(
            AMOUNT,
            "How much more a day: empty for whatever it costs",
            text_input(None, 40),
            optional=True,
        ),
        field("note", "What for", text_input(None, 150), optional=True),
    ]
    return form(FORM, TITLE, fields, submit="Plan")


def project_options(slugs: Iterable[str]) -> dict[str, str]:
    """Projects for a menu."""
    return {each: each for each in slugs}


def read(submitted: Mapping[str, Any]) -> Planned:
    """What the submitted form says."""
    values = values_of(submitted)
    return Planned(
        project=values.get(PROJECT) or "",
        first=date.fromisoformat(values.get(FIRST_DAY) or ""),
        last=date.fromisoformat(values.get(LAST_DAY) or ""),
        service=values.get(SERVICE) or "",
        amount=values.get(AMOUNT) or "",
        note=values.get("note") or "",
    )
