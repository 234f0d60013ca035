"""Schedules as people type them: words in any order, what can't be read quoted with what can."""

from datetime import date, time

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from core.costs.language.errors import UnknownNameError
from core.costs.model import Asker, Vocabulary
from core.errors import CostTrackerError
from core.reports.model import ReportKind
from core.schedules.model import (
    Format,
    SchedulePlaceError,
    ScheduleSubjectError,
    Terms,
    check,
)
from core.schedules.said import changed, parse_schedule, terms_of
from core.schedules.timing import LAST, ScheduleTimeError, When
from core.schedules.written import write
from tests.core.schedules.test_timing import whens

TODAY = date(2026, 11, 22)
NAMES = Vocabulary(
    projects={"checkout": "", "mon-itoring": "", "blog": ""},
    services=frozenset({"Cloud SQL", "Compute Engine"}),
    teams=frozenset({"payments"}),
    channels={"C0CHECKOUT": ("checkout",)},
)
FINANCE = "<#C0FINANCE|finance>"
WEEKLY, MONTHLY = ReportKind.WEEKLY, ReportKind.MONTHLY
BERLIN = "Europe/Berlin"


def read(text: str, asker: Asker | None = None) -> Terms:
    said = parse_schedule(
        text, today=TODAY, names=NAMES, asker=asker or Asker(), here="C0HERE", me="U0ADA"
    )
    return check(terms_of(said, zone="UTC", here="C0HERE"))


@pytest.mark.parametrize(
    "text",
    [
        f"weekly mon 09:00 {FINANCE}",
        f"{FINANCE} 9am weekly on mondays",
        f"every Monday at 9 to {FINANCE}, weekly",
        f"post the weekly report every mon at 0900 in {FINANCE}",
        f"weekly {FINANCE}",
        f"Weekly, Mon, 9:00, {FINANCE}",
        f"weekly monday 9.00 am {FINANCE}",
        f"mon 9 a.m. {FINANCE}",
        f"all weekly mon 9:00 UTC {FINANCE}",
    ],
)
def test_words_in_any_order(text: str) -> None:
    when = When("UTC", time(9), weekdays=(0,))
    assert read(text) == Terms(WEEKLY, "all", when, ("C0FINANCE",))


@pytest.mark.parametrize(
    "text",
    [
        "monthly 2nd-business-day 08:30 Europe/Berlin finance@example.com csv xlsx",
        "csv, xlsx finance@example.com europe/berlin 8:30 the second business day of each month",
        "<mailto:finance@example.com|finance@example.com> business day 2 8:30am excel,csv "
        + BERLIN,
        "each month 2nd working day 0830 Europe/Berlin finance@example.com as xlsx csv",
    ],
)
def test_business_days_zones_addresses_and_files(text: str) -> None:
    when = When(BERLIN, time(8, 30), business_days=(2,))
    formats = (Format.CSV, Format.XLSX)
    assert read(text) == Terms(MONTHLY, "all", when, (), ("finance@example.com",), formats)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon", (0,)),
        ("mon,thu", (0, 3)),
        ("mondays and thursdays", (0, 3)),
        ("tues weds thurs", (1, 2, 3)),
        ("weekdays", (0, 1, 2, 3, 4)),
        ("mon-fri", (0, 1, 2, 3, 4)),
        ("Tuesday to Thursday", (1, 2, 3)),
        ("fri \N{EN DASH} mon", (0, 4, 5, 6)),
        ("mon thu-sat", (0, 3, 4, 5)),
        ("once a week on mon", (0,)),
        ("weekly every week", (0,)),
        ("sun sat", (5, 6)),
        ("weekly", (0,)),
    ],
)
def test_days_of_the_week(text: str, days: tuple[int, ...]) -> None:
    assert read(text).when.weekdays == days


@pytest.mark.parametrize(
    ("text", "days", "business"),
    [
        ("1st", (1,), ()),
        ("1st and 15th", (1, 15), ()),
        ("monthly day 3", (3,), ()),
        ("last day of the month", (LAST,), ()),
        ("last-day", (LAST,), ()),
        ("first of every month", (1,), ()),
        ("last business day", (), (LAST,)),
        ("monthly 3rd working day of each month", (), (3,)),
        ("1st-business-day last-business-day", (), (1, LAST)),
        ("monthly", (), (2,)),
    ],
)
def test_days_of_the_month(text: str, days: tuple[int, ...], business: tuple[int, ...]) -> None:
    terms = read(text)
    assert (terms.kind, terms.when.month_days, terms.when.business_days) == (
        MONTHLY, days, business,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("9:00", time(9)), ("09:00", time(9)), ("0900", time(9)), ("at 9", time(9)),
        ("9am", time(9)), ("9 pm", time(21)), ("12am", time(0)), ("12 pm", time(12)),
        ("9:30pm", time(21, 30)), ("17.45", time(17, 45)), ("17h45", time(17, 45)),
        ("noon", time(12)), ("at midnight", time(0)), ("1530", time(15, 30)),
        ("", time(9)),
    ],
)  # fmt: skip
def test_times(text: str, at: time) -> None:
    assert read(f"weekly {text}").when.at == at


def test_what_is_left_is_the_question() -> None:
    terms = read('weekly checkout service="Cloud SQL" mon 9:00 in EUR')
    assert (terms.subject, terms.currency) == ('checkout service="Cloud SQL"', "EUR")
    assert read("weekly team=payments").subject == "all team=payments"
    assert read("weekly mon-itoring fri").when.weekdays == (4,)
    assert read("weekly service='Cloud SQL'").subject == 'all service="Cloud SQL"'


def test_said_nothing_it_is_of_what_the_asker_means_and_goes_where_it_is_typed() -> None:
    assert read("weekly", Asker(here=("checkout",))).subject == "checkout"
    assert read("weekly all", Asker(here=("checkout",))).subject == "all"
    assert read("weekly").channels == ("C0HERE",)
    assert read("weekly finance@example.com").channels == ()


def test_places() -> None:
    terms = read(f"weekly {FINANCE} <@U0BEN|ben> here to me C0LEGACY42 a@b.example")
    assert terms.channels == ("C0FINANCE", "U0BEN", "C0LEGACY42", "C0HERE", "U0ADA")
    assert terms.emails == ("a@b.example",)


@pytest.mark.parametrize(
    ("text", "error", "quoted", "fix"),
    [
        ("weekly 25:00", ScheduleTimeError, "'25:00'", "09:00"),
        ("weekly 13pm", ScheduleTimeError, "'13pm'", "9am"),
        ("weekly 9:75", ScheduleTimeError, "'9:75'", "09:00"),
        ("weekly 2026", ScheduleTimeError, "'2026'", "20:26"),
        ("weekly 9:00 10:00", ScheduleTimeError, "'9:00' and '10:00' are two times", "one"),
        ("weekly monthly", ScheduleTimeError, "'weekly' and 'monthly'", "one"),
        ("weekly Europe/Berlim", ScheduleTimeError, "'Europe/Berlim'", "Europe/Berlin"),
        ("weekly 9am PST", ScheduleTimeError, "'PST'", "America/Los_Angeles"),
        ("weekly 9am PT", ScheduleTimeError, "'PT'", "America/Los_Angeles"),
        ("weekly 9:00 UTC+2", ScheduleTimeError, "'UTC+2'", "Europe/Berlin"),
        ("weekly 9:00 GMT-05:30", ScheduleTimeError, "'GMT-05:30'", "Europe/Berlin"),
        ("weekly sun 24:00", ScheduleTimeError, "'24:00'", "00:00"),
        ("weekly 00:30am", ScheduleTimeError, "'00:30am'", "9am"),
        ("biweekly mon", ScheduleSubjectError, "'biweekly'", "one of them"),
        ("every other monday", ScheduleSubjectError, "'every other monday'", "one of them"),
        ("every 2 weeks", ScheduleSubjectError, "'every 2 weeks'", "one of them"),
        ("weekly UTC Europe/Berlin", ScheduleTimeError, "two time zones", "one"),
        ("weekly #finance", SchedulePlaceError, "'#finance'", "C0123ABCD"),
        ("weekly @ada", SchedulePlaceError, "'@ada'", "list"),
        ("daily 9am", ScheduleSubjectError, "'daily'", "weekly or monthly|one of them"),
        ("quarterly", ScheduleSubjectError, "'quarterly'", "one of them"),
        ("weekly last-month", ScheduleSubjectError, "'last-month'", "Leave the days out"),
        ("checkout", ScheduleSubjectError, "weekly or monthly", "weekly mon 09:00"),
        ("weekly 1st", ScheduleSubjectError, "days of the week", "monthly 2nd-business-day"),
        ("monthly mon", ScheduleSubjectError, "days of the month", "weekly mon"),
        ("mon 1st", ScheduleTimeError, "one of them", "mon, or 1st"),
        ("monthly 32nd", ScheduleTimeError, "32 is no day", "1st to 31st"),
        ("monthly 31 9:00", ScheduleTimeError, "'31' may be a day", "monthly 31st 9:00"),
        ("monthly checkout 2", ScheduleTimeError, "'2' may be a day", "monthly checkout 2nd"),
        ("monthly 32", UnknownNameError, "'32'", "projects"),
        ("monthly 21st business day", ScheduleTimeError, "21 is no business day", "1 to 20"),
        ("weekly chekout", UnknownNameError, "chekout", "weekly checkout"),
    ],
)
def test_what_can_not_be_read_is_quoted_with_what_can(
    text: str, error: type[CostTrackerError], quoted: str, fix: str
) -> None:
    with pytest.raises(error) as refused:
        read(text)
    assert quoted in refused.value.message
    told = f"{refused.value.fix} {refused.value.suggestions}"
    assert any(each in told for each in fix.split("|"))


def test_here_and_me_mean_nothing_outside_slack() -> None:
    with pytest.raises(SchedulePlaceError, match="'here' is nowhere"):
        parse_schedule("weekly here", today=TODAY, names=NAMES)


subjects = st.sampled_from(["all", "checkout", 'all service="Cloud SQL"', "all team=payments"])
formats = st.sets(st.sampled_from(Format)).map(tuple)


@given(whens, subjects, formats, st.none() | st.just("EUR"))
@settings(max_examples=150, deadline=None)
def test_what_is_written_is_read_back(
    when: When, subject: str, files: tuple[Format, ...], currency: str | None
) -> None:
    kind = WEEKLY if when.weekdays else MONTHLY
    terms = check(Terms(kind, subject, when, ("C0FINANCE",), (), files, currency))
    note(write(terms))
    assert read(f"{write(terms)} {FINANCE}", Asker(here=("blog",))) == terms


def test_a_change_says_what_is_different() -> None:
    before = read(f"weekly checkout mon 09:00 {FINANCE} csv")

    def then(text: str) -> Terms:
        return check(changed(before, parse_schedule(text, today=TODAY, names=NAMES)))

    assert then("fri").when == When("UTC", time(9), weekdays=(4,))
    assert then("17:00 Europe/Berlin").when == When(BERLIN, time(17), weekdays=(0,))
    assert then("blog").subject == "blog"
    assert then("a@b.example").channels == ()
    assert then("xlsx").formats == (Format.XLSX,)
    monthly = then("monthly")
    assert (monthly.kind, monthly.when.business_days) == (MONTHLY, (2,))
    assert then("") == before
