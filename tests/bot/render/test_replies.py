"""Messages beside answers: mistakes, help, projects, the state of the data, the home tab."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given

from bot.render import blocks
from bot.slack import project_form
from core.access.model import Role, Viewer
from core.costs.listings import Archived, BillingPeriodState, SourceState
from core.costs.model import (
    PROJECT,
)
from core.errors import InvalidError, NotFoundError
from core.projects.model import Account, Project
from core.projects.rules import LabelMatch, PlacedRule, Rule
from sandbox.slack.blocks import view_problems
from tests.support.answers import NAMES, answer, by_service, line
from tests.support.messages import buttons, check, table, words_of


def test_a_mistake_is_quoted_and_mended() -> None:
    failure = InvalidError(
        "'chekout' is unknown.",
        fix="Did you mean one of these?",
        suggestions=("checkout mtd", "check mtd"),
    )
    message = check(blocks.error(failure))
    assert message.text == "'chekout' is unknown. Did you mean one of these?"
    assert buttons(message) == {
        f"{blocks.SUGGEST}.0": ("checkout mtd", "checkout mtd"),
        f"{blocks.SUGGEST}.1": ("check mtd", "check mtd"),
    }


def test_a_mistake_without_a_fix_points_to_help() -> None:
    assert "`/costs help`" in blocks.error(NotFoundError(), command="/costs").text


def test_a_mistake_pings_nobody() -> None:
    message = check(
        blocks.error(InvalidError("'<!channel>' is unknown.", suggestions=("<!here>",)))
    )
    assert "<!" not in message.text


def test_a_mistake_may_link_a_channel() -> None:
    refused = InvalidError("I can't post in <#C0123>: I am not in it.", fix="Invite me.")
    assert blocks.error(refused).text == "I can't post in <#C0123>: I am not in it. Invite me."


def test_a_crash_names_its_reference() -> None:
    assert "`ab12cd34`" in check(blocks.crash("ab12cd34")).text


def test_help_is_by_example() -> None:
    examples = [("the last week", "checkout last-7d")] * 70
    message = check(blocks.help_page("Periods", examples, command="/costs", more="That's it."))
    assert "• the last week: `/costs checkout last-7d`" in words_of(message, "help.0")


PROJECTS = [
    Project(
        f"project-{i}",
        f"Project <{i}>",
        owner="U1",
        team="core",
        channel="C1",
        accounts=(Account("gcp", f"acme-{i}", "Acme"),),
        aliases=("old",),
    )
    for i in range(150)
]
SOURCES = [
    SourceState(
        "gcp",
        "bigquery",
        "gcp",
        through=datetime(2026, 11, 21, 22, tzinfo=UTC),
        complete_until=date(2026, 11, 20),
        synced_at=datetime(2026, 11, 22, 14, tzinfo=UTC),
        behind=1,
        billing_periods=(BillingPeriodState(date(2026, 11, 1), matches_export=False, final=False),),
        archived=Archived(2, datetime(2026, 11, 20, 16, 30, tzinfo=UTC), 31, (date(2026, 10, 1),)),
    ),
    SourceState("aws", "focus", "aws"),
]


def test_the_state_of_the_data_says_what_vanished_and_is_kept() -> None:
    said = blocks.data_state(SOURCES).text
    assert "2 slices gone at the source since 20 Nov 16:30 UTC, kept and counted" in said
    assert "31 lines of October 2026" in said


@pytest.mark.parametrize("count", [0, 1, 150])
def test_projects_are_a_table(count: int) -> None:
    message = check(blocks.projects(PROJECTS[:count]))
    if count:
        assert table(message)[1] == ["project-0", "Project <0>", "core", "1 account"]
    else:
        assert message.text.startswith("There are no projects yet")


def test_a_project_says_who_answers_for_it() -> None:
    message = check(blocks.project(PROJECTS[0], may_change=True))
    assert "*project-0*: Project &lt;0&gt;" in message.text
    assert "Owner: <@U1>" in message.text
    assert "Accounts: Google Cloud acme-0 (Acme)" in message.text
    assert buttons(message)[blocks.PROJECT_CHANGE] == ("Change", "project-0")
    assert blocks.PROJECT_CHANGE not in buttons(blocks.project(PROJECTS[0]))


def test_a_project_says_which_labels_define_it() -> None:
    matches = (LabelMatch("team", "pay"), LabelMatch("env", "<b>", "gcp", "acme"))
    rules = tuple(
        PlacedRule(at, Rule(at, match, "web"), date(2026, 11, 1) if at == 1 else None)
        for at, match in enumerate(matches, start=1)
    )
    found = Project("web", "Web", rules=rules)
    told = "Labels: team=pay (from November 2026) and env=&lt;b&gt; (Google Cloud, acme)"
    assert told in check(blocks.project(found)).text
    assert table(check(blocks.projects([found])))[1][3] == "2 labels, 0 accounts"
    assert view_problems(project_form.view(found)) == []
    shown = project_form.view(found)["blocks"][-1]["elements"][0]["text"]  # type: ignore[index]
    assert shown.startswith(
        "Labels: team=pay (from November 2026) and env=<b> (Google Cloud, acme)"
    )


def test_the_state_of_the_data_is_said_per_source() -> None:
    message = check(blocks.data_state(SOURCES))
    assert "*gcp*: data through 21 Nov 22:00 UTC" in message.text
    assert "not matched: November 2026; 1 slice changed at the source since" in message.text
    assert "*aws*: nothing has been synced yet" in message.text
    assert check(blocks.data_state(())).text.startswith("There is no data yet")


def test_whoami() -> None:
    seer = Viewer("U1", Role.VIEWER, frozenset({"b", "a"}))
    assert check(blocks.whoami(seer, mine=["a"])).text == (
        "Your role is *viewer*; you may see a and b. Yours: a."
    )


def test_the_home_tab_is_a_view() -> None:
    slugs = [None if n == 3 else f"p{n}" for n in range(12)]
    lines = [line(None, f"{100 - n}", group={PROJECT: slug}) for n, slug in enumerate(slugs)]
    month = answer(lines, group_by=(PROJECT,))
    picture = "https://a.example/1.png"
    home = blocks.home(month, SOURCES, mine=["web"], picture=picture)
    assert view_problems({"type": "home", "blocks": home}) == []
    empty = blocks.home(by_service(), (), command="/spend")
    assert view_problems({"type": "home", "blocks": empty}) == []


@given(NAMES, NAMES)
def test_any_project_can_be_shown(slug: str | None, name: str | None) -> None:
    check(blocks.project(Project(slug or "x", name or "y"), may_change=True))
    check(blocks.projects([Project(slug or "x", name or "y")]))
