"""The form of a schedule: made, read, and what is wrong told at its fields."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.slack.modals import View, channels, choice, field, form, text_input, values_of
from core.errors import InvalidError
from core.reports.model import ReportKind
from core.schedules.model import ScheduleDaysError, SchedulePlaceError, Terms
from core.schedules.pieces import Text, days, formats, time_of_day, unread, zone
from core.schedules.timing import ScheduleTimeError
from core.schedules.written import write_days

FORM: Final = "schedule.form"
TITLE: Final = "Scheduled report"
SUBJECT: Final = "subject"
KIND: Final = "kind"
DAYS: Final = "days"
TIME: Final = "time"
ZONE: Final = "zone"
CHANNELS: Final = "channels"
PEOPLE: Final = "people"
EMAILS: Final = "emails"
FILES: Final = "files"
_KINDS: Final = {
    ReportKind.WEEKLY.value: "Weekly: of the last whole week",
    ReportKind.MONTHLY.value: "Monthly: of the last whole month",
}
_PIECES: Final[Mapping[str, tuple[Callable[[Text], object], str]]] = {
    DAYS: (days, "day; write mon,thu, or of a month 1st, last-day or 2nd-business-day"),
    TIME: (time_of_day, "time of day; write it as 09:00, 9am or 17:30"),
    ZONE: (zone, "time zone; write it as Europe/Berlin or UTC"),
    FILES: (formats, "kind of file; write csv, xlsx, png or json"),
}
_FIELDS: Final[Mapping[type[Exception], str]] = {
    ScheduleDaysError: DAYS,
    ScheduleTimeError: DAYS,
    SchedulePlaceError: EMAILS,
}


@dataclass(frozen=True, slots=True)
class Filled:
    """What was said in the form; `number` 0: of a new schedule. `words`: what, when, as what."""

    number: int
    words: str
    channels: tuple[str, ...]
    emails: tuple[str, ...]


def view(terms: Terms, number: int) -> View:
    """The form with what a schedule has; `number` 0: a new one."""
    people = [each for each in terms.channels if _is_person(each)]
    places = [each for each in terms.channels if not _is_person(each)]
    of = f"{terms.subject} in {terms.currency}" if terms.currency else terms.subject
    fields = [
        field(SUBJECT, "Of what: all, checkout, team=payments", text_input(of, 1000)),
        field(KIND, "Which report", choice(_KINDS, terms.kind.value)),
        field(
            DAYS,
            "Days: mon,thu; for a month 1st, last-day or 2nd-business-day",
            text_input(write_days(terms.when), 200),
        ),
        field(TIME, "Time, as 09:00", text_input(f"{terms.when.at:%H:%M}", 10)),
        field(ZONE, "Time zone, as Europe/Berlin", text_input(terms.when.zone, 64)),
        field(
            CHANNELS,
            "Channels; invite me to those that I am not in",
            channels(places),
            optional=True,
        ),
        field(PEOPLE, "People, in direct messages", _people(people), optional=True),
        field(
            EMAILS,
            "E-mail addresses: ada@example.com, ben@example.com",
            text_input(", ".join(terms.emails), 1000),
            optional=True,
        ),
        field(
            FILES,
            "Attached as files: csv, xlsx, png, json",
            text_input(", ".join(terms.formats), 40),
            optional=True,
        ),
    ]
    return form(FORM, TITLE, fields, about=str(number))


def read(submitted: Mapping[str, Any]) -> Filled:
    """What the submitted form says."""
    said = {name: value or "" for name, value in values_of(submitted).items()}
    parts = (said.get(name, "") for name in (KIND, DAYS, TIME, ZONE, FILES, SUBJECT))
    return Filled(
        number=int(submitted["private_metadata"]),
        words=" ".join(parts),
        channels=(*_split(said.get(CHANNELS, "")), *_split(said.get(PEOPLE, ""))),
        emails=_split(said.get(EMAILS, "")),
    )


def problems(submitted: Mapping[str, Any]) -> dict[str, str]:
    """What is no day, time, time zone or file, at its field."""
    said = {name: value or "" for name, value in values_of(submitted).items()}
    found = {name: _unread(said.get(name, ""), *piece) for name, piece in _PIECES.items()}
    return {name: problem for name, problem in found.items() if problem}


def _unread(text: str, read: Callable[[Text], object], what: str) -> str:
    try:
        word = unread(text, read)
    except InvalidError as error:
        return str(error)
    return f"{word} is no {what}." if word else ""


def at_field(error: Exception) -> str:
    """The field where an error is told: where it was made, else at what it is of."""
    return next((name for kind, name in _FIELDS.items() if isinstance(error, kind)), SUBJECT)


def _split(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(",") if each.strip())


def _is_person(place: str) -> bool:
    return place.startswith(("U", "W"))


def _people(chosen: Sequence[str]) -> dict[str, object]:
    element: dict[str, object] = {"type": "multi_users_select", "action_id": "people"}
    return element | ({"initial_users": list(chosen)} if chosen else {})
