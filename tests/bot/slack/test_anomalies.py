"""Anomalies in Slack: what was found, what is said of it, what is planned."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.slack import plan_form
from core.access.model import OPERATOR, Member, Role
from core.anomalies import store
from core.anomalies.found import Event, UnknownAnomalyError
from core.anomalies.model import Incident, OddDay, Subject, Verdict
from core.period import Period
from sandbox.slack.blocks import message_problems, view_problems
from tests.bot.slack.acting import ask
from tests.bot.slack.reading import Json, buttons, words
from tests.support.anomalies import BURST, RUNAWAY, find
from tests.support.product import Product
from tests.support.slack import ADA, BEN, CHECKOUT

PLAN = "Plan days ahead"
TODAY = date(2026, 11, 22)
DECEMBER = {"project": "checkout", "first": "2026-12-01", "last": "2026-12-05"}


@pytest.fixture
async def odd(product: Product) -> Product:
    """Two days of checkout's database and one of search were out of the ordinary."""
    services = product.services
    assert len(await find(services.database, services.anomalies, *RUNAWAY, *BURST)) == 2
    return product


async def pressed(product: Product, answer: Json, label: str, text: str) -> Json:
    """Press a button of an answer, and wait for a private one with some text or button."""
    assert (await product.slack.click(answer, buttons(answer)[label]))["ok"]

    async def look() -> Json | None:
        seen = await product.slack.private(ADA, CHECKOUT)
        return next((m for m in seen if text in words(m) or text in buttons(m)), None)

    found: Json = await product.slack.until(look)
    assert message_problems(found["blocks"]) == []
    return found


def planned(answer: Json) -> list[str]:
    """What is planned, as it is listed."""
    return [
        each["text"]["text"]
        for each in answer["blocks"]
        if each["type"] == "section" and each["block_id"].startswith("planned.")
    ]


async def form(product: Product, answer: Json) -> Json:
    """Press the button that opens the form, and wait for it."""
    for view in await product.slack.views(ADA):
        await product.slack.close(view)
    assert (await product.slack.click(answer, buttons(answer)[PLAN]))["ok"]

    async def look() -> Json | None:
        views = await product.slack.views(ADA)
        return views[-1] if views and "Loading" not in str(views[-1]["blocks"]) else None

    return await product.slack.until(look)


async def submitted(product: Product, values: Json) -> Json:
    view = await form(product, await ask(product, "anomalies all"))
    return await product.slack.submit(view, DECEMBER | values)


async def events(product: Product) -> Sequence[Event]:
    return await product.services.anomalies.events(OPERATOR)


async def test_what_was_found_lately_is_told_with_its_cause(odd: Product) -> None:
    answer = await ask(odd, "anomalies all")
    told = words(answer)
    lately = "23 Oct \N{EN DASH} 22 Nov 2026"
    assert answer["text"].splitlines() == [
        f"2 anomalies, +$800.00 against what was expected: all projects, {lately}.",
        "*checkout* cost $1,001.50 on 17\N{EN DASH}18 Nov, $600.00 more than the $401.50 expected.",
        "*search* cost $240.00 on 10 Nov, $200.00 more than the $40.00 expected.",
    ]
    assert "In it: Cloud SQL +$600.00." in told
    assert "Against the same days a week before: up $600.00 (149%)" in told
    assert "`anomalies all 2026-10-23..2026-11-22`" in told
    assert message_problems(answer["blocks"]) == []


@pytest.mark.parametrize(
    ("typed", "found", "missing"),
    [
        ("anomalies checkout last-90d", "*checkout* cost", "*search*"),
        ("search anomalies", "*search* cost", "*checkout*"),
        ("anomalies Cloud SQL", "*checkout* cost", "*search*"),
        ("anomalies all since 2026-11-15", "*checkout* cost", "*search*"),
        ("anomalies all this month", "all projects, this month so far", "last 30"),
    ],
)
async def test_only_what_is_asked_about_is_listed(
    odd: Product, typed: str, found: str, missing: str
) -> None:
    told = words(await ask(odd, typed))
    assert found in told
    assert missing not in told


async def test_nothing_found_is_said(product: Product) -> None:
    answer = await ask(product, "anomalies checkout last-90d")
    assert answer["text"].startswith("Nothing out of the ordinary was found: checkout, ")
    assert list(buttons(answer)) == [PLAN]
    assert message_problems(answer["blocks"]) == []


async def test_what_cannot_be_asked_is_explained(odd: Product) -> None:
    assert "'chekout'" in words(await ask(odd, "anomalies chekout"))
    told = words(await ask(odd, "anomalies all region=us-east1"))
    assert "can't be listed by region" in told


async def test_judging_changes_the_list_and_can_be_taken_back(odd: Product) -> None:
    answer = await ask(odd, "anomalies checkout")
    judged = await pressed(odd, answer, "Expected", "this is what it costs now")
    assert set(buttons(judged)) == {"Why", "Take that back", PLAN}
    assert len(await odd.slack.private(ADA, CHECKOUT)) == 1, "the list is changed in its place"
    back = await pressed(odd, judged, "Take that back", "Not useful")
    assert set(buttons(back)) == {"Why", "Expected", "Planned", "Not useful", PLAN}
    found = await odd.services.anomalies.list(OPERATOR)
    assert [each.verdict for each in found] == [None, None]


async def test_why_asks_why(odd: Product) -> None:
    answer = await ask(odd, "anomalies checkout")
    question = "why checkout 2026-11-17..2026-11-18 vs 2026-11-10..2026-11-11"
    why = await pressed(odd, answer, "Why", question)
    assert "Cloud SQL" in words(why)


async def test_a_list_in_a_thread_is_judged_by_its_readers_privately(odd: Product) -> None:
    await odd.slack.say("@cloud-cost anomalies checkout", channel=CHECKOUT)

    async def look() -> Json | None:
        seen = await odd.slack.messages(CHECKOUT)
        return next((m for m in seen if "*checkout* cost" in words(m)), None)

    public: Json = await odd.slack.until(look)
    await pressed(odd, public, "Planned", "known, and it will be over")


async def test_days_are_planned_and_cancelled(odd: Product) -> None:
    view = await form(odd, await ask(odd, "anomalies checkout"))
    assert "'initial_option': {'text': {'type': 'plain_text', 'text': 'checkout'" in str(view)
    values = {"service": "cloud sql", "amount": "1,500.50", "note": "load test"}
    outcome = await odd.slack.submit(view, DECEMBER | values)
    assert outcome["ok"], outcome
    notice = (await odd.slack.views(ADA))[-1]
    assert "Planned for checkout: 1\N{EN DASH}5 Dec 2026." in str(notice["blocks"])
    (event,) = await events(odd)
    assert event.days == Period(date(2026, 12, 1), date(2026, 12, 6))
    assert (event.service, event.amount) == ("Cloud SQL", Decimal("1500.50"))
    answer = await ask(odd, "anomalies checkout")
    assert planned(answer) == [
        "1\N{EN DASH}5 Dec 2026, Cloud SQL of checkout: 1500.5 more a day (load test)"
    ]
    assert planned(await ask(odd, "anomalies search")) == []
    assert message_problems(answer["blocks"]) == []
    after = await odd.slack.click(answer, f"anomaly.cancel.{event.id}")
    assert after["ok"]

    async def look() -> bool | None:
        return not await events(odd) or None

    await odd.slack.until(look)


def test_the_form_is_one_that_slack_takes() -> None:
    slugs = [f"project-{n}" for n in range(150)]
    assert view_problems(plan_form.view(slugs, chosen="project-120", today=TODAY)) == []


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"last": "2026-11-30"}, "last", "before 2026-12-01, the first day"),
        ({"amount": "a lot"}, "amount", "'a lot' is no amount"),
        ({"amount": "0"}, "amount", "changes nothing"),
        ({"last": "2029-12-01"}, "last", "too many"),
        ({"service": "Cloud SLQ"}, "service", "Did you mean Cloud SQL?"),
    ],
)
async def test_what_cannot_be_planned_is_said_at_its_field(
    product: Product, values: Json, field: str, said: str
) -> None:
    outcome = await submitted(product, values)
    assert set(outcome["errors"]) == {field}
    assert said in outcome["errors"][field]
    assert await events(product) == ()


async def test_less_may_be_planned_as_well(product: Product) -> None:
    assert (await submitted(product, {"amount": "-30"}))["ok"]
    answer = await ask(product, "anomalies")
    assert planned(answer) == ["1\N{EN DASH}5 Dec 2026, checkout: 30 less a day"]


async def test_members_see_and_judge_what_they_may_see(odd: Product) -> None:
    member = Member("T0SANDBOX", BEN, Role.VIEWER, frozenset({"search"}))
    await odd.services.access.set_member(member, by=OPERATOR)
    await odd.services.anomalies.plan(
        Event(0, "checkout", Period(date(2026, 12, 1), date(2026, 12, 2))), by=OPERATOR
    )
    answer = await ask(odd, "anomalies all", user=BEN)
    assert "*search* cost" in words(answer)
    assert "checkout" not in words(answer)
    (other,) = [
        each.id
        for each in await odd.services.anomalies.list(OPERATOR)
        if each.incident.subject.project == "checkout"
    ]
    ben = await odd.services.access.slack_viewer("T0SANDBOX", BEN)
    with pytest.raises(UnknownAnomalyError):
        await odd.services.anomalies.judge(other, Verdict.EXPECTED, by=ben)


async def test_a_long_list_tells_the_latest_and_fits_a_message(odd: Product) -> None:
    now = odd.services.clock()
    async with odd.services.database.begin() as tx:
        ids = await store.project_ids(tx)
        for n in range(12):
            day = OddDay(TODAY - timedelta(4 + n), Decimal(40), Decimal(90))
            parts = tuple(
                Incident(Subject.of_service("search", f"{'Long name ' * 20}{m}"), "USD", (day,))
                for m in range(4)
            )
            number = await store.add(
                tx, ids["search"], Incident(Subject("search"), "USD", (day,), parts=parts), now
            )
            await store.explain(tx, number, "Up $50.00: " + "a long story, " * 100)
    for n in range(6):
        days = Period(TODAY + timedelta(n), TODAY + timedelta(n + 1))
        event = Event(0, "search", days, note="what it is for, " * 9)
        await odd.services.anomalies.plan(event, by=OPERATOR)
    answer = await ask(odd, "anomalies all")
    assert message_problems(answer["blocks"]) == []
    told = words(answer)
    assert "and 4 more. Ask for fewer days, or for one project." in told
    assert "the first 4 of 6" in told
    assert answer["blocks"][2]["block_id"] == "line.1", "checkout's, which came to most"
