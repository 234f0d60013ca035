"""The pictures of reports: which there are, how they look, what they say in words."""

import pytest

from bot.render.charts import style
from bot.render.charts.canvas import Canvas
from bot.render.charts.draw import draw
from bot.render.charts.shapes.listed import NAME, columns
from bot.render.charts.spec import Lines, Listed, Ranked, Row, Stacks, Steps
from bot.render.reports.charts import charts
from bot.render.reports.page import page
from core.money import ZERO
from core.reports.model import ReportKind
from tests.support.pictures import same_picture
from tests.support.reports import MONTH, WEEK, monthly, report, sheet


def test_a_week_has_its_days_its_change_and_its_projects() -> None:
    drawn = charts(report())
    assert [type(each.body) for each in drawn.values()] == [Stacks, Steps, Ranked]


def test_a_month_has_the_year_before_it() -> None:
    drawn = charts(monthly())
    assert list(drawn) == ["days", "change", "year"]
    year = drawn["year"].body
    assert isinstance(year, Lines)
    before, now = year.lines
    assert (before.name, before.dashed, before.values[:2]) == ("a year before", True, (None, None))
    assert now.values[-1] == 8412.733


def test_one_project_has_its_services() -> None:
    of = sheet(WEEK, projects=(), explained=None)
    assert list(charts(report(ReportKind.WEEKLY, of))) == ["days", "services"]


def test_of_nothing_there_is_no_picture() -> None:
    empty = report(sheets=())
    assert charts(empty) == {}
    assert draw(page(empty)).startswith(b"\x89PNG")


def test_of_several_currencies_it_says_which_is_drawn() -> None:
    several = report(ReportKind.WEEKLY, sheet(WEEK), sheet(WEEK, "EUR"))
    assert all(each.subtitle.endswith(" · USD only") for each in charts(several).values())


@pytest.mark.parametrize("name", ["days", "change", "projects"])
def test_alt_texts_carry_the_figures(name: str) -> None:
    said = {
        "days": ("Mon 9 Nov $721.09;", "Compute Engine $4,700.50;"),
        "change": ("before $8,100.00;", "Cloud SQL of checkout +$310.00;", "after $8,412.73."),
        "projects": ("checkout $5,120.25;", "data $881.98;"),
    }
    alt = charts(report())[name].alt
    assert all(each in alt for each in said[name])


def test_a_day_that_is_not_in_is_not_zero() -> None:
    days = sheet(WEEK).days
    late = (*days[:-1], type(days[-1])(days[-1].date, None, complete=False))
    body = charts(report(ReportKind.WEEKLY, sheet(WEEK, days=late)))["days"].body
    assert isinstance(body, Stacks)
    assert body.slots[-1].missing
    assert not body.slots[0].missing


def test_small_lines_stand_in_the_tables_of_the_page() -> None:
    bodies = [part.body for part in page(report()).parts]
    tables = [each for each in bodies if isinstance(each, Listed)]
    (services,) = [each for each in tables if each.header[0] == "Service"]
    assert services.spark == "By day"
    assert all(len(row.spark) == 7 for row in services.rows)
    assert services.rows[-1].bold


def test_long_figures_leave_room_for_names() -> None:
    """They are written smaller, never over each other."""
    wide = ("$123,456,789,012,345.67", "+$123,456,789,012,345.67", "-$99,999,999,999.99")
    head = ("Project", "Amount", "Before", "Change")
    listed = Listed(head, (Row(("a-name-that-is-long", *wide)),), "")
    size, rights = columns(Canvas(1), listed)
    assert size < style.TEXT
    assert rights == sorted(rights)
    assert rights[0] >= NAME


@pytest.mark.parametrize("name", ["days", "change", "projects"])
def test_a_weeks_pictures_look_as_they_did(name: str) -> None:
    assert same_picture(draw(charts(report())[name]), f"report_{name}")


def test_a_months_year_looks_as_it_did() -> None:
    assert same_picture(draw(charts(monthly())["year"]), "report_year")


@pytest.mark.parametrize("name", ["week", "month"])
def test_whole_reports_look_as_they_did(name: str) -> None:
    made = report() if name == "week" else monthly()
    assert same_picture(draw(page(made)), f"report_page_{name}")


def test_a_month_of_nothing_is_drawn() -> None:
    quiet = sheet(MONTH, total=ZERO, layers=(), services=(), projects=(), explained=None)
    assert draw(page(report(ReportKind.MONTHLY, quiet))).startswith(b"\x89PNG")
