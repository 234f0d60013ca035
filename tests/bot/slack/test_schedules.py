"""Schedules in Slack: set in words and by a form, listed with what can be done, run, previewed."""

from dataclasses import replace
from typing import Any

import pytest

from bot.slack import schedule_form
from core.access.model import OPERATOR, Member, Role
from core.outbox.model import DeliveryState
from core.projects.model import ProjectChange
from core.reports.model import ReportKind
from core.schedules.model import RunState, Schedule, Terms
from core.schedules.said import parse_schedule, terms_of
from sandbox.slack.blocks import message_problems, view_problems
from tests.bot.slack.acting import ask, sees
from tests.bot.slack.reading import Json, buttons, words
from tests.support.alerts import delivering
from tests.support.product import Product
from tests.support.slack import ADA, BEN, CHECKOUT, FINANCE

WEEKLY = f"schedule weekly all mon 09:00 Europe/Berlin <#{FINANCE}|finance> csv"


async def every(product: Product) -> tuple[Schedule, ...]:
    return await product.services.schedules.list(OPERATOR)


@pytest.fixture
async def schedule(product: Product) -> Schedule:
    await ask(product, WEEKLY)
    (made,) = await every(product)
    return made


async def test_without_any_the_list_says_how(product: Product) -> None:
    for typed in ("schedule", "schedules"):
        answer = await ask(product, typed)
        assert message_problems(answer["blocks"]) == []
        told = words(answer)
        assert "No report is scheduled yet." in told
        assert "`/cost schedule weekly mon 09:00 #finance`" in told
        assert "Schedule a report" in buttons(answer)


async def test_one_is_set_in_words(product: Product) -> None:
    answer = await ask(product, WEEKLY)
    assert message_problems(answer["blocks"]) == []
    told = words(answer)
    assert "Scheduled, number 1." in told
    assert "*Weekly report of everything*" in told
    assert f"Mondays at 09:00 (Europe/Berlin), with CSV, to <#{FINANCE}>" in told
    assert "next Mon 23 Nov 09:00" in told
    assert {"Pause", "Run now", "Preview to me", "Change", "Remove", "History"} <= set(
        buttons(answer)
    )
    (made,) = await every(product)
    assert (made.terms.channels, made.owner.subject) == ((FINANCE,), ADA)


async def test_said_no_place_it_comes_where_it_was_typed(product: Product) -> None:
    await ask(product, "schedule monthly checkout")
    (made,) = await every(product)
    assert (made.terms.channels, made.terms.subject) == ((CHECKOUT,), "checkout")


async def test_what_can_not_be_read_is_quoted_with_what_can(product: Product) -> None:
    answer = await ask(product, "schedule weekly 25:00")
    assert "'25:00' is no time of day" in words(answer)
    assert await every(product) == ()


async def test_what_is_misspelt_is_offered_as_the_whole_command(product: Product) -> None:
    answer = await ask(product, "schedule weekly chekout fri 17:00")
    assert "schedule weekly checkout fri 17:00" in buttons(answer)
    answer = await ask(product, "schedule weekly tuseday")
    assert "'tuseday' is no day of the week." in words(answer)
    assert "schedule weekly tuesday" in buttons(answer)
    assert await every(product) == ()


async def test_viewers_see_and_preview_but_set_nothing(product: Product) -> None:
    await ask(product, "schedule weekly checkout <#C0FINANCE|finance>")
    answer = await ask(product, "schedule", user=BEN)
    assert set(buttons(answer)) & {"Pause", "Run now", "Change", "Remove"} == set()
    assert {"Preview to me", "History"} <= set(buttons(answer))
    refused = await ask(product, "schedule weekly checkout", user=BEN)
    assert "scheduled by the owner of checkout, finance and administrators" in words(refused)
    change = ProjectChange(owner=BEN)
    await product.services.projects.change("checkout", change, by=OPERATOR)
    theirs = await ask(product, "schedule monthly checkout", user=BEN)
    assert "Scheduled, number 2." in words(theirs)


async def press(product: Product, label: str, *, then: str) -> Json:
    """List the schedules and press a button; what is seen then."""
    answer = await ask(product, "schedule")
    assert (await product.slack.click(answer, buttons(answer)[label]))["ok"]
    return await sees(product, then)


@pytest.mark.usefixtures("schedule")
async def test_pause_and_resume(product: Product) -> None:
    shown = await press(product, "Pause", then="Paused, number 1.")
    assert "Resume" in buttons(shown)
    assert (await every(product))[0].paused_by == ADA
    shown = await press(product, "Resume", then="Resumed, number 1.")
    assert "Pause" in buttons(shown)
    assert (await every(product))[0].paused_at is None


async def test_run_now_posts_once(product: Product, schedule: Schedule) -> None:
    answer = await ask(product, "schedule")
    for _ in range(2):
        await product.slack.click(answer, buttons(answer)["Run now"])
    await sees(product, f"is being made, and comes to <#{FINANCE}>.")
    await product.services.poster.work()
    (run,) = await product.services.schedules.runs(schedule.id, OPERATOR)
    assert (run.state, run.by) == (RunState.POSTED, ADA)
    shown = await press(product, "History", then="1 run, the latest posted")
    assert message_problems(shown["blocks"]) == []


async def test_what_its_owner_may_not_see_any_more_is_not_sent_either(product: Product) -> None:
    """It was posted, and had yet to be delivered: that waits until they may again."""
    services = product.services
    finance = Member("T0SANDBOX", BEN, Role.FINANCE)
    await services.access.set_member(finance, by=OPERATOR)
    await ask(product, WEEKLY, user=BEN)
    await services.schedules.run(1, by=OPERATOR)
    await services.poster.work()
    fewer = replace(finance, projects=frozenset({"checkout"}))
    await services.access.set_member(fewer, by=OPERATOR)
    async with delivering(services) as notifier:
        await notifier.drain()
        assert await product.slack.messages(FINANCE, user=BEN) == []
        (parked,) = await services.outbox.listed(DeliveryState.PARKED)
        assert parked.reason == (
            "may not be told: U0BEN, who set it, may not see or schedule that any more."
        )
        await services.access.set_member(finance, by=OPERATOR)
        await services.outbox.retry_parked()
        await notifier.drain()
    assert await sees(product, "Weekly report", channel=FINANCE)


@pytest.mark.usefixtures("schedule")
async def test_a_preview_is_for_who_asks_alone(product: Product) -> None:
    shown = await press(product, "Preview to me", then="15 Nov")
    assert message_problems(shown["blocks"]) == []
    assert await product.slack.messages(FINANCE, user=BEN) == []
    (run,) = [await product.services.schedules.runs(1, OPERATOR)]
    assert run == ()


@pytest.mark.usefixtures("schedule")
async def test_it_is_removed(product: Product) -> None:
    await press(product, "Remove", then="Removed: Weekly report of everything.")
    assert await every(product) == ()


FILLED: dict[str, Any] = {
    "subject": "checkout",
    "kind": "monthly",
    "days": "2nd-business-day",
    "time": "8:30",
    "zone": "Europe/Berlin",
    "channels": [FINANCE],
    "people": [BEN],
    "emails": "cfo@acme.example, ada@acme.example",
    "files": "csv, xlsx",
}


async def form(product: Product, label: str) -> Json:
    answer = await ask(product, "schedule")
    assert (await product.slack.click(answer, buttons(answer)[label]))["ok"]

    async def look() -> Json | None:
        views = await product.slack.views(ADA)
        return views[-1] if views and "Loading" not in str(views[-1]["blocks"]) else None

    found: Json = await product.slack.until(look)
    return found


async def test_a_form_makes_one(product: Product) -> None:
    await product.slack.submit(await form(product, "Schedule a report"), FILLED)
    (made,) = await every(product)
    names = await product.services.costs.vocabulary(OPERATOR)
    said = parse_schedule(
        f"monthly checkout 2nd-business-day 8:30 Europe/Berlin <#{FINANCE}> <@{BEN}> "
        "cfo@acme.example ada@acme.example csv xlsx",
        today=product.services.today(),
        names=names,
    )
    assert made.terms == terms_of(said, zone="UTC")


async def test_a_form_changes_one(product: Product, schedule: Schedule) -> None:
    view = await form(product, "Change")
    assert "Europe/Berlin" in str(view["blocks"])
    await product.slack.submit(view, FILLED)
    (changed,) = await every(product)
    assert (changed.id, changed.terms.kind) == (schedule.id, ReportKind.MONTHLY)


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"subject": "nobody"}, schedule_form.SUBJECT, "nobody"),
        ({"days": "mon"}, schedule_form.DAYS, "days of the week"),
        ({"days": "31"}, schedule_form.DAYS, "'31' is no day; write mon,thu, or of a month 1st"),
        ({"days": "every blursday"}, schedule_form.DAYS, "'blursday' is no day"),
        ({"days": "32nd"}, schedule_form.DAYS, "32 is no day"),
        ({"time": "25:00"}, schedule_form.TIME, "'25:00'"),
        ({"time": "9"}, schedule_form.TIME, "'9' is no time of day; write it as 09:00"),
        ({"zone": "Europe/Berlim"}, schedule_form.ZONE, "Europe/Berlin"),
        ({"zone": "Mars"}, schedule_form.ZONE, "'Mars' is no time zone"),
        ({"files": "docx"}, schedule_form.FILES, "'docx' is no kind of file"),
        ({"channels": [], "people": [], "emails": ""}, schedule_form.EMAILS, "places"),
        ({"emails": "cfo"}, schedule_form.EMAILS, "'cfo' is no e-mail address"),
    ],
)
async def test_mistakes_are_told_at_their_fields(
    product: Product, values: dict[str, Any], field: str, said: str
) -> None:
    view = await form(product, "Schedule a report")
    outcome = await product.slack.submit(view, FILLED | values)
    assert said in str(outcome["errors"][field]), outcome
    assert await every(product) == ()


def test_the_form_is_one_that_slack_takes(schedule_terms: Terms) -> None:
    assert view_problems(schedule_form.view(schedule_terms, 7)) == []


@pytest.fixture
async def schedule_terms(product: Product) -> Terms:
    names = await product.services.costs.vocabulary(OPERATOR)
    words = f"monthly 1st,last-day <@{BEN}> <#{FINANCE}> a@b.example csv xlsx png json"
    said = parse_schedule(words, today=product.services.today(), names=names)
    return terms_of(said, zone="UTC")


async def test_many_are_listed_in_what_a_message_holds(product: Product) -> None:
    for number in range(20):
        await ask(product, f"schedule weekly {number:02}:30 <#{FINANCE}>")
    answer = await ask(product, "schedule")
    assert message_problems(answer["blocks"]) == []
    assert "and 6 more, number 15, 16, 17, 18, 19 and 20" in words(answer)
    last = await ask(product, "schedule show 20")
    assert "Mondays at 19:30" in words(last)
    assert {"Pause", "Change", "Remove"} <= set(buttons(last))


async def test_members_see_what_they_may(product: Product) -> None:
    await ask(product, WEEKLY)
    member = Member("T0SANDBOX", BEN, Role.VIEWER, frozenset({"search"}))
    await product.services.access.set_member(member, by=OPERATOR)
    assert "No report is scheduled yet." in words(await ask(product, "schedule", user=BEN))


@pytest.mark.usefixtures("schedule")
async def test_what_buttons_do_is_done_in_words(product: Product) -> None:
    assert "Paused, number 1." in words(await ask(product, "schedule pause 1"))
    assert "Resumed, number 1." in words(await ask(product, "resume schedule #1"))
    changed = await ask(product, "schedule change 1 fri 17:00 xlsx")
    assert "Changed, number 1." in words(changed)
    assert "Fridays at 17:00 (Europe/Berlin), with XLSX" in words(changed)
    assert "is being made" in words(await ask(product, "schedule run 1 now"))
    assert "under way" in words(await ask(product, "schedule run 1"))
    assert "1 run, the latest to be made" in words(await ask(product, "schedule history 1"))
    assert "There is no schedule 7." in words(await ask(product, "schedule pause 7"))
    assert "Write pause 3; /cost schedule lists them" in words(await ask(product, "schedule pause"))
    assert "1 scheduled report" in words(await ask(product, "schedule list"))
    refused = await ask(product, "schedule pause 1", user=BEN)
    assert "are scheduled by finance and administrators" in words(refused)
    assert "Removed: Weekly report" in words(await ask(product, "schedule remove 1"))
    assert await every(product) == ()
