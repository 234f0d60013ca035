"""What follows the slash command: sub-commands wherever they stand."""

import pytest

from core.costs.language.errors import CommandInQuestionError, UnknownNameError
from core.costs.model import Asker
from core.costs.question import RESERVED, VERBS, parse_command, write
from core.period import FuturePeriodError
from core.projects.model import BadSlugError, check_slug
from tests.core.costs.question_names import NAMES, TODAY


@pytest.mark.parametrize(
    ("text", "verb", "rest", "understood"),
    [
        ("", "cost", "", "all mtd by service"),
        ("checkout last-7d", "cost", "checkout last-7d", "checkout last-7d by service"),
        ("checkout forecast", "forecast", "checkout", "checkout mtd by service"),
        ("forecast checkout", "forecast", "checkout", "checkout mtd by service"),
        ("forecast checkout next 30 days", "forecast", "checkout next 30 days",
         "checkout next-30d by service"),
        ("why did checkout go up", "why", "did checkout go up", "checkout mtd by service"),
        ("last month Anomalies search", "anomalies", "last month search",
         "search last-month by service"),
        ("help", "help", "", None),
        ("help periods", "help", "periods", None),
        ("budget help", "help", "budget", None),
        ("budget checkout 8000 monthly", "budget", "checkout 8000 monthly", None),
        ("checkout budget", "budget", "checkout", "checkout mtd by service"),
        ("save checkout forecast", "save", "checkout forecast", None),
        ("data", "data", "", "all mtd by service"),
        ("data platform mtd", "cost", "data platform mtd", "data-platform mtd by service"),
        ("project checkout", "project", "checkout", "checkout mtd by service"),
        ("project checkout owner <@U1|ann>", "project", "checkout owner <@U1|ann>", None),
        ("cost of project checkout", "cost", "cost of project checkout", "checkout mtd by service"),
        ("projects", "projects", "", "all mtd by service"),
        ("show me the projects", "projects", "show me the", "all mtd by service"),
        ("all projects", "cost", "all projects", "all mtd by project"),
        ("mtd by project", "cost", "mtd by project", "all mtd by project"),
        ("show projects checkout and search", "cost", "show projects checkout and search",
         "checkout,search mtd by project"),
        ("project=forecast", "cost", "project=forecast", "project=forecast mtd by service"),
        ('"forecast" forecast', "forecast", '"forecast"', "project=forecast mtd by service"),
        ("service=BigQuery,Invoice export", "export", "service=BigQuery,Invoice",
         "all mtd by service service=BigQuery,Invoice"),
        ("\u201cweekly cost\u201d subscribe", "subscribe", '"weekly cost"', None),
        ("whoami", "whoami", "", "all mtd by service"),
    ],
)  # fmt: skip
def test_commands(text: str, verb: str, rest: str, understood: str | None) -> None:
    command = parse_command(text, today=TODAY, names=NAMES)
    assert (command.verb, command.rest) == (verb, rest)
    assert (write(command.query) if command.query else None) == understood


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("export checkout 2026-10 net invoice", False),
        ("export xlsx", False),
        ("export all by project", True),
        ("export all in total", True),
        ("export checkout mtd daily", True),
        ("export checkout vs last-year", True),
        ("export checkout top 5", True),
        ("export checkout over 10", True),
        ("export checkout in EUR", False),
        ("checkout by service", True),
    ],
)
def test_it_is_known_whether_lines_are_said(text: str, *, cut: bool) -> None:
    assert parse_command(text, today=TODAY, names=NAMES).cut is cut


@pytest.mark.parametrize(
    ("text", "days"),
    [("anomalies", 31), ("checkout anomalies", 31), ("anomalies this month", TODAY.day)],
)
def test_anomalies_are_of_the_last_thirty_days_and_today_unless_said(text: str, days: int) -> None:
    query = parse_command(text, today=TODAY, names=NAMES).query
    assert query is not None
    assert (query.period.last_day, query.period.days) == (TODAY, days)


@pytest.mark.parametrize("verb", sorted(VERBS - {"project"}))
def test_every_sub_command_works_before_and_after_what_it_is_about(verb: str) -> None:
    for text in (verb, f"{verb} checkout", f"checkout {verb.upper()}", f"show me {verb}"):
        if verb != "projects" or text != "checkout PROJECTS":
            assert parse_command(text, today=TODAY, names=NAMES).verb == verb


def test_what_was_left_unsaid_is_filled_in_for_sub_commands_too() -> None:
    command = parse_command("forecast", today=TODAY, names=NAMES, asker=Asker(here=("search",)))
    assert command.query
    assert command.query.projects == ("search",)


def test_why_a_rest_is_no_question_is_kept() -> None:
    command = parse_command("budget chekout", today=TODAY, names=NAMES)
    assert command.query is None
    assert "'chekout'" in str(command.problem)
    assert command.problem
    assert command.problem.suggestions == ("budget checkout",)


@pytest.mark.parametrize("text", ["forecast chekout", "why did chekout go up", "chekout"])
def test_questions_that_cant_be_read_are_refused(text: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        parse_command(text, today=TODAY, names=NAMES)
    assert caught.value.suggestions[0] == text.replace("chekout", "checkout")


def test_one_command_at_a_time() -> None:
    with pytest.raises(CommandInQuestionError) as caught:
        parse_command("why forecast checkout", today=TODAY, names=NAMES)
    assert str(caught.value) == (
        "'why' and 'forecast' are two commands. Ask for one of them at a time; a name is written "
        "project=forecast."
    )
    assert caught.value.suggestions == ("why checkout", "forecast checkout")


@pytest.mark.parametrize(
    "word", ["may", "forecast", "today", "last-7d", "mtd", "top", "by", "none", "all", "service",
             "the", "net", "daily", "vs", "last-month", "unassigned", "invoice", "q", "aws"],
)  # fmt: skip
def test_words_of_the_language_cant_be_slugs(word: str) -> None:
    if word == "q":
        assert check_slug(word, RESERVED)
        return
    with pytest.raises(BadSlugError, match="has a meaning of its own"):
        check_slug(word, RESERVED)


@pytest.mark.parametrize("slug", ["checkout", "data-platform", "ml-training", "web", "mobile-api"])
def test_ordinary_names_can_be_slugs(slug: str) -> None:
    assert check_slug(slug, RESERVED) == slug


def test_only_a_forecast_looks_ahead() -> None:
    with pytest.raises(FuturePeriodError) as told:
        parse_command("what will checkout cost next month", today=TODAY, names=NAMES)
    assert told.value.suggestions[0] == "forecast what will checkout cost next month"
    with pytest.raises(FuturePeriodError):
        parse_command("project=forecast next-30d", today=TODAY, names=NAMES)
    with pytest.raises(FuturePeriodError) as other:
        parse_command("report weekly 2030-01-01", today=TODAY, names=NAMES)
    assert other.value.suggestions == ("report weekly last-week",)
    with pytest.raises(FuturePeriodError) as month:
        parse_command("report monthly 2031-05 checkout", today=TODAY, names=NAMES)
    assert month.value.suggestions == ("report monthly last-month checkout",)
    assert "last-30d" not in (month.value.fix or "")
