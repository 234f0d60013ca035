"""Subscriptions in Slack: in words, by the form, listed, ended; and what they bring."""

import pytest

from bot.render.blocks import subscriptions as shown
from bot.render.blocks.message import MOST_TEXT, size
from bot.slack import subscription_form
from core.access.model import OPERATOR, Maker
from core.anomalies.model import Verdict
from core.outbox.model import Destination
from core.projects.model import ProjectChange
from core.subscriptions.model import Kind, Pace, Subscription, Terms
from sandbox.slack.blocks import message_problems, view_problems
from tests.bot.slack.acting import DIRECT, ask, sees
from tests.bot.slack.reading import Json, buttons, words
from tests.support.alerts import delivering
from tests.support.anomalies import BURST, RUNAWAY, find
from tests.support.product import Product
from tests.support.slack import ADA, BEN, CHECKOUT, FINANCE

BOTH = tuple(Kind)
HERE = Destination("slack", CHECKOUT)


async def kept(product: Product) -> list[Terms]:
    found: tuple[Subscription, ...] = await product.services.subscriptions.list(OPERATOR)
    return [each.terms for each in found]


async def form(product: Product, answer: Json, label: str, user: str = ADA) -> Json:
    """Press a button that opens the form, and wait for it."""
    assert (await product.slack.click(answer, buttons(answer)[label], user=user))["ok"]
    return await opened(product, user)


async def opened(product: Product, user: str = ADA) -> Json:
    async def look() -> Json | None:
        views = await product.slack.views(user)
        return views[-1] if views and "Loading" not in str(views[-1]["blocks"]) else None

    return await product.slack.until(look)


@pytest.mark.parametrize(
    ("typed", "subject", "kinds", "to", "pace"),
    [
        ("subscribe checkout alerts anomalies", "checkout", BOTH, CHECKOUT, Pace.AT_ONCE),
        ("subscribe checkout", "checkout", BOTH, CHECKOUT, Pace.AT_ONCE),
        ("subscribe me to anomalies of search", "search", (Kind.ANOMALIES,), ADA, Pace.AT_ONCE),
        ("subscribe alerts for team=shop daily", "all team=shop", (Kind.ALERTS,), CHECKOUT,
         Pace.DIGEST),
        ("subscribe all as a daily digest here", "all", BOTH, CHECKOUT, Pace.DIGEST),
        ("subscribe checkout ada@example.com alerts", "checkout", (Kind.ALERTS,),
         "ada@example.com", Pace.AT_ONCE),
        (f"subscribe <#{FINANCE}|finance> to everything", "all", BOTH, FINANCE, Pace.AT_ONCE),
        ("subscribe alerts", "all", (Kind.ALERTS,), CHECKOUT, Pace.AT_ONCE),
    ],
)  # fmt: skip
async def test_a_subscription_is_made_in_words(
    product: Product, typed: str, *, subject: str, kinds: tuple[Kind, ...], to: str, pace: Pace
) -> None:
    answer = await ask(product, typed)
    channel = "mail" if "@" in to else "slack"
    assert await kept(product) == [Terms(subject, kinds, Destination(channel, to), pace)]
    assert answer["text"].startswith("Subscribed to ")
    invited = "I post only where I am: /invite @" in words(answer)
    assert invited == (to in (CHECKOUT, FINANCE))
    assert message_problems(answer["blocks"]) == []


@pytest.mark.parametrize("verb", ["subscribe", "unsubscribe"])
async def test_a_misspelt_subscription_is_one_press_from_the_one_meant(
    product: Product, verb: str
) -> None:
    answer = await ask(product, f"{verb} checkuot alerts")
    assert f"{verb} checkout alerts" in buttons(answer)


async def test_what_is_told_is_listed_and_ended_by_a_button(product: Product) -> None:
    await ask(product, "subscribe checkout alerts anomalies")
    await ask(product, "subscribe search anomalies daily")
    answer = await ask(product, "subscriptions")
    assert answer["text"].splitlines() == [
        "2 subscriptions.",
        "*checkout*: alerts of budgets and anomalies, at once",
        "*search*: anomalies, in one message a day",
    ]
    assert words(answer).count("Told here.") == 2
    assert (await product.slack.click(answer, "subscription.remove.1"))["ok"]

    async def look() -> Json | None:
        seen = await product.slack.private(ADA, CHECKOUT)
        return next((m for m in seen if m["text"].startswith("Unsubscribed: checkout.")), None)

    left = await product.slack.until(look)
    assert left["text"].splitlines()[1:] == ["*search*: anomalies, in one message a day"]


async def test_unsubscribing_says_what_is_not_told_any_more(product: Product) -> None:
    await ask(product, "subscribe checkout")
    answer = await ask(product, "unsubscribe checkout alerts")
    assert answer["text"].startswith("Unsubscribed: checkout.")
    assert await kept(product) == [Terms("checkout", (Kind.ANOMALIES,), HERE)]
    await ask(product, "unsubscribe")
    assert await kept(product) == []
    assert "There is no such subscription here." in words(await ask(product, "unsubscribe"))


async def test_a_projects_channel_is_told_so_and_can_end_it(product: Product) -> None:
    await product.services.projects.change("checkout", ProjectChange(channel=CHECKOUT), by=OPERATOR)
    told = "As the channel of checkout it is told of its anomalies;"
    assert told in words(await ask(product, "subscriptions"))
    answer = await ask(product, "unsubscribe checkout anomalies")
    assert answer["text"].startswith("Unsubscribed: checkout.")
    assert told not in words(answer)


async def test_who_may_not_is_told_who_may(product: Product) -> None:
    for typed in (f"subscribe checkout <#{FINANCE}|finance>", "subscribe all ada@example.com"):
        answer = await ask(product, typed, user=BEN)
        assert "finance and administrators" in words(answer)
    assert "chekout" in words(await ask(product, "subscribe chekout alerts"))
    assert "Leave the days out" in words(await ask(product, "subscribe checkout last-7d"))
    assert "#nowhere" in words(await ask(product, "subscribe checkout #nowhere"))
    assert await kept(product) == []


def test_slack_takes_the_form() -> None:
    for to in (
        HERE,
        Destination("slack", ADA),
        Destination("slack", FINANCE),
        Destination("mail", "a@b.c"),
    ):
        for here in (CHECKOUT, ""):
            view = subscription_form.view(Terms("all", BOTH, to), 3, here=here, user=ADA)
            assert view_problems(view) == []


async def test_the_form_makes_one_and_changes_it(product: Product) -> None:
    await product.slack.command("/cost subscribe", user=ADA, channel=CHECKOUT)
    view = await opened(product)
    said = {"subject": "checkout", "kinds": "anomalies", "where": "me", "pace": "digest"}
    await product.slack.submit(view, said)
    (done,) = await product.slack.views(ADA)
    assert "Subscribed to checkout: anomalies, in one message a day." in str(done["blocks"])
    mine = Destination("slack", ADA)
    assert await kept(product) == [Terms("checkout", (Kind.ANOMALIES,), mine, Pace.DIGEST)]
    await product.slack.close(done)
    view = await form(product, await ask(product, "subscriptions"), "Change")
    await product.slack.submit(view, {"subject": "search", "kinds": "both", "where": "here"})
    assert await kept(product) == [Terms("search", BOTH, HERE, Pace.DIGEST)]


async def test_what_is_wrong_is_told_at_its_field(product: Product) -> None:
    await product.slack.command("/cost subscribe", user=BEN, channel=CHECKOUT)
    view = await opened(product, BEN)
    for said, field, why in (
        ({"subject": "chekout"}, "subject", "chekout"),
        ({"where": "mail", "email": "ada"}, "email", "ada@example.com"),
        ({"where": "mail", "email": "ada@example.com"}, "where", "finance and administrators"),
    ):
        given = {"subject": "checkout", "kinds": "both", "pace": "at_once"} | said
        outcome = await product.slack.submit(view, given, user=BEN)
        assert why in str(outcome["errors"][field]), outcome
    assert await kept(product) == []


async def test_in_a_direct_message_here_is_me(product: Product) -> None:
    await ask(product, "subscribe checkout alerts", channel=DIRECT)
    assert await kept(product) == [Terms("checkout", (Kind.ALERTS,), Destination("slack", ADA))]


async def found(product: Product) -> Json:
    """An anomaly of checkout, posted in its channel."""
    services = product.services
    await ask(product, "subscribe all anomalies")
    await find(services.database, services.anomalies, *RUNAWAY)
    await services.anomaly_poster.post()
    return await sees(product, "*checkout* cost $1,001.50")


async def test_an_anomaly_comes_to_the_channel_and_a_verdict_changes_it(product: Product) -> None:
    async with delivering(product.services) as notifier:
        await notifier.start()
        post = await found(product)
        told = words(post)
        assert "$600.00 more than the $401.50 expected" in told
        assert "In it: Cloud SQL +$600.00." in told
        assert "Told by subscription; `/cost subscriptions` shows and ends them." in told
        assert list(buttons(post)) == ["Why", "Expected", "Planned", "Not useful"]
        assert message_problems(post["blocks"]) == []
        assert (await product.slack.click(post, buttons(post)["Planned"], user=BEN))["ok"]
        changed = await sees(product, "Planned: known, and it will be over.")
        assert changed["ts"] == post["ts"]
        assert f"Says <@{BEN}>." in words(changed)
        assert list(buttons(changed)) == ["Why", "Take that back"]
        assert (await product.slack.click(changed, buttons(changed)["Take that back"]))["ok"]

        async def back() -> Json | None:
            seen = await product.slack.messages(CHECKOUT, user=ADA)
            return next((m for m in seen if "Not useful" in buttons(m)), None)

        assert (await product.slack.until(back))["ts"] == post["ts"]
    (anomaly,) = await product.services.anomalies.list(OPERATOR)
    assert anomaly.verdict is not Verdict.PLANNED


async def test_why_is_answered_to_who_asks(product: Product) -> None:
    async with delivering(product.services) as notifier:
        await notifier.start()
        post = await found(product)
        await product.slack.click(post, buttons(post)["Why"], user=BEN)
        answer = await product.slack.answer(user=BEN, channel=CHECKOUT, after="")
        assert "Cloud SQL" in words(answer)


async def test_a_digest_lists_what_had_no_message(product: Product) -> None:
    services = product.services
    await ask(product, "subscribe all anomalies daily")
    await find(services.database, services.anomalies, *RUNAWAY, *BURST)
    product.services.clock.advance(days=1)  # type: ignore[attr-defined]
    async with delivering(services) as notifier:
        await notifier.start()
        await services.anomaly_poster.post()
        post = await sees(product, "the most costly first")
    assert post["text"].splitlines()[0] == "1 anomaly, the most costly first."
    assert message_problems(post["blocks"]) == []


def test_long_subjects_fit() -> None:
    """Slack refuses a message that is too long as a whole."""
    found = [
        Subscription(n, Terms(f"{n} {'ü' * 900}", BOTH, HERE), Maker(ADA, "T0SANDBOX"))
        for n in range(30)
    ]
    told = shown.subscriptions(found, [], here=HERE, command="/cost")
    assert message_problems(told.blocks) == []
    assert size(told.blocks) <= MOST_TEXT
