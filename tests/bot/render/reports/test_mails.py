"""A report's mail stays as short as programs show it, and says what it leaves out."""

from dataclasses import replace

from bot.render.reports import mail as mailed
from core.reports.model import Report
from tests.support.reports import monthly, rows

GMAIL_SHOWS = 102_000


def large(*currencies: str, times: int = 1) -> Report:
    """A month in several currencies, of long names, with many budgets and anomalies."""
    named = rows(*((f"a-project-whose-name-is-long-{n:02}", "12345.67", "1") for n in range(11)))
    report = monthly()
    sheets = tuple(
        replace(report.sheets[0], currency=code, projects=named, services=named)
        for code in currencies
    )
    budgets, anomalies = report.budgets * times, report.anomalies * times
    return replace(report, sheets=sheets, budgets=budgets, anomalies=anomalies)


def test_the_largest_is_not_cut_by_gmail_and_says_what_it_leaves_out() -> None:
    made = mailed.mail(large("USD", "EUR", "GBP", "JPY", times=300), {}, scheduled="monthly")
    # Quoted-printable makes it longer by less than a tenth.
    assert len(made.html.encode()) * 1.1 < GMAIL_SHOWS
    for said in (made.html, made.text):
        words = " ".join(said.split())
        assert "Left out of this mail: " in words
        assert "The report's workbook (xlsx) has all of it." in words.replace("&#39;", "'")
        assert all(f"Figures, {code}" in words for code in ("USD", "EUR", "GBP", "JPY"))


def test_of_many_budgets_it_says_how_many_more_there_are() -> None:
    report = large("USD", times=300)
    made = mailed.mail(report, {}, scheduled="monthly")
    more = f"{len(report.budgets) - 20:,}"
    assert f"And {more} more, in the report's workbook (xlsx)" in " ".join(made.text.split())
    assert "Left out" not in made.text


def test_an_ordinary_one_is_whole() -> None:
    made = mailed.mail(monthly(), {}, scheduled="monthly")
    assert "Left out" not in made.text
    assert " more, in the report" not in made.text


def test_a_page_for_a_browser_has_everything() -> None:
    assert "Left out" not in mailed.web(large("USD", "EUR", "GBP", "JPY", times=50), {})
