"""A schedule in the words that `said` reads back."""

from typing import Final

from core.schedules.model import Terms
from core.schedules.timing import LAST, When

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The days of a week as they are written, Monday first."""


def write(terms: Terms) -> str:
    """What, when and as which files, in words that are read back; not where."""
    said = [terms.kind.value, terms.subject, *([f"in {terms.currency}"] if terms.currency else [])]
    return " ".join([*said, write_when(terms.when), *terms.formats])


def write_when(when: When) -> str:
    """Days, time and zone in words that are read back: `mon,thu 09:00 Europe/Berlin`."""
    return f"{write_days(when)} {when.at:%H:%M} {when.zone}"


def write_days(when: When) -> str:
    """Days in words that are read back: `mon,thu`, `1st,last-day`, `2nd-business-day`."""
    days = [DAYS[day] for day in when.weekdays]
    days += ["last-day" if day == LAST else ordinal(day) for day in when.month_days]
    days += [
        f"{'last' if day == LAST else ordinal(day)}-business-day" for day in when.business_days
    ]
    return ",".join(days)


def ordinal(number: int) -> str:
    """A number in an order: `1st`, `2nd`, `11th`."""
    teen = number % 100 in (11, 12, 13)
    ending = "th" if teen else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
