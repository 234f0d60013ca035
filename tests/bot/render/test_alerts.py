"""How alerts read: in Slack, in mail, in plain sentences."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.render import alert_mail, alerting
from bot.render.blocks import alerts
from bot.render.blocks.message import MOST_TEXT, size
from bot.render.enclosed import Picture
from core.alerts.model import Alert, Occasion, Roundup, Telling, Threshold
from sandbox.slack.blocks import message_problems
from tests.bot.slack.reading import buttons, words
from tests.support.alerts import (
    ACKNOWLEDGED,
    AHEAD,
    EIGHTY,
    FINAL,
    HEADING,
    HUNDRED,
    OVER,
    SNOOZED,
    UNDER,
    alert,
)
from tests.support.slack import ADA, BEN

ALL = {"Acknowledge", "Snooze 1 day", "Snooze until month end", "Change budget", "Details"}
CROSSED = Telling(Occasion.CROSSED, alert(), (HUNDRED,))


def shown(told: Telling) -> dict[str, object]:
    """The message in Slack."""
    made = alerts.alert(told)
    assert message_problems(made.blocks) == []
    return {"text": made.text, "blocks": made.blocks}


def state(found: Alert) -> Telling:
    """What the thread's parent says."""
    return Telling(Occasion.STATE, found)


def test_an_alert_says_it_all_to_who_hears_only_its_text() -> None:
    """What, how much of how much, at which pace, when, why, whose, how it stands."""
    assert alerts.alert(CROSSED).text == (
        "*checkout* is over budget: $8,412.50 of $8,000.00 (105.2%) spent in November 2026. "
        "At this pace it ends near $10,934, 4 of 5 times $10,120 to $11,811; over since 20 Nov. "
        "Pace: 151.9% of the $5,333 planned before 21 Nov. "
        "Why: Cloud SQL +$1,640, BigQuery +$512 (new) and Compute Engine -$120, "
        "against 1\N{EN DASH}20 Oct. "
        f"Owner: <@{BEN}>. Open: nobody has acknowledged it yet."
    )


def test_its_blocks_say_the_same() -> None:
    """The figures beside the headline, why, and what can be done."""
    told = words(shown(CROSSED))
    for text in ("$412.50", "$10,934 (136.7%)", "151.9% of the $5,333", "20 Nov", f"<@{BEN}>"):
        assert text in told
    assert "crossed: 100% and 80% spent" in told
    assert "Cloud SQL +$1,640" in told
    assert set(buttons(shown(CROSSED))) == ALL


@pytest.mark.parametrize(
    ("found", "headline", "offered"),
    [
        (
            alert(HEADING, AHEAD, EIGHTY),
            "checkout is heading over budget: $6,600.00 of $8,000.00 (82.5%) spent",
            ALL,
        ),
        (alert(UNDER, EIGHTY), "checkout has spent $6,600.00 of $8,000.00 (82.5%)", ALL),
        (
            alert(acknowledged=ACKNOWLEDGED),
            "checkout is over budget",
            ALL - {"Acknowledge"},
        ),
        (alert(snoozed=SNOOZED), "checkout is over budget", {"Change budget", "Details"}),
        (
            alert(UNDER, reached=False),
            "checkout is back under every threshold: $6,600.00 of $8,000.00",
            {"Change budget", "Details"},
        ),
        (
            alert(FINAL),
            "For the record: checkout came to $9,120.00 of $8,000.00 (114.0%) in November 2026",
            {"Change budget", "Details"},
        ),
        (alert(removed=True), "The budget of checkout was removed: $8,412.50 of", set()),
        (
            alert(withdrawn=True),
            "The budget of checkout is not watched any more: $8,412.50 of",
            {"Change budget", "Details"},
        ),
        (alert(of="all"), "all projects are over budget", ALL),
        (alert(of="checkout,search"), "checkout and search are over budget", ALL),
        (alert(of="team=payments,search"), "team=payments,search is over budget", ALL),
    ],
)
def test_the_parent_shows_how_it_stands(found: Alert, headline: str, offered: set[str]) -> None:
    """In words, and by what can be done about it still."""
    assert alerting.headline(found).startswith(headline)
    message = shown(state(found))
    assert headline in words(message).replace("*", "")
    if offered:
        assert set(buttons(message)) == offered
    else:
        assert not buttons(message)


def test_where_it_is_told_no_more_no_figure_stays() -> None:
    """Who reads there may have lost the right to see them."""
    left = shown(Telling(Occasion.LEFT, alert()))
    assert left["text"] == "Alerts of the budget of *checkout* are not told here any more."
    assert "$" not in words(left)
    assert not buttons(left)


def test_why_nothing_is_watched_any_more_is_said() -> None:
    """A budget without an amount for its days, say."""
    said = "Closed: the budget has no amount for November 2026 any more, or can't be read"
    assert said in words(shown(state(alert(withdrawn=True))))
    assert not alerting.outlook(alert(withdrawn=True))


def test_who_did_what_is_shown() -> None:
    """By their names, and when in each reader's own time."""
    acknowledged = words(shown(state(alert(acknowledged=ACKNOWLEDGED))))
    assert f"Acknowledged by <@{ADA}>, <!date^" in acknowledged
    snoozed = words(shown(state(alert(snoozed=SNOOZED))))
    assert f"Snoozed by <@{ADA}> until <!date^" in snoozed
    assert "a higher threshold of what is spent is told all the same" in snoozed
    by_token = replace(ACKNOWLEDGED, by="ci <!channel>")
    assert "Acknowledged by ci &lt;!channel&gt;" in words(
        shown(state(alert(acknowledged=by_token)))
    )


def test_nobody_is_pinged_by_a_name() -> None:
    """What a budget is of may hold anything that can be typed."""
    told = words(shown(state(alert(of="<!channel> *x*", owner="<!here>"))))
    assert "<!channel>" not in told
    assert "<!here>" not in told


@pytest.mark.parametrize(
    ("occasion", "before", "said"),
    [
        (Occasion.SET, None, f"The budget is new, set by <@{ADA}>"),
        (Occasion.SET, Decimal(8000), f"The budget was changed by <@{ADA}>."),
        (Occasion.SET, Decimal(5000), "The budget was changed from $5,000.00 to $8,000.00 by"),
        (Occasion.LATE, None, "Late data: days that had been complete cost more"),
        (Occasion.RECORD, None, "The period is over"),
        (Occasion.WAITED, None, "crossed while the alert was snoozed"),
        (Occasion.REMINDER, None, "A reminder: nobody has acknowledged this yet."),
    ],
)
def test_why_there_is_a_message(occasion: Occasion, before: Decimal | None, said: str) -> None:
    """In the message itself and where it is a reply."""
    told = Telling(occasion, alert(), (HUNDRED,), before, ADA)
    assert said in words(shown(told))
    assert said in alerts.further(told).text


@pytest.mark.parametrize(("crossed", "said"), [(HUNDRED, "100% crossed"), (AHEAD, "100% expected")])
def test_a_reply_is_short(crossed: Threshold, said: str) -> None:
    """The threshold, the figures, what follows."""
    made = alerts.further(Telling(Occasion.CROSSED, alert(), (crossed,)))
    assert message_problems(made.blocks) == []
    assert f"{said}: *checkout* is over budget: $8,412.50 of $8,000.00 (105.2%)" in made.text
    assert not buttons({"blocks": made.blocks})


@pytest.mark.parametrize("count", [1, 10, 20])
def test_several_in_one_message(count: int) -> None:
    """As many as an evaluation puts into one, with the longest names, are what Slack takes."""
    long = [alert(of=f"project-{n}-" + "x" * 900, number=n) for n in range(count)]
    told = Roundup(
        Occasion.DIGEST, tuple(Telling(Occasion.DIGEST, each, (HUNDRED,)) for each in long), 3
    )
    made = alerts.roundup(told)
    assert message_problems(made.blocks) == []
    assert size(made.blocks) < MOST_TEXT
    assert f"Today's alerts: {count + 3} budgets, at least {count} over budget." in made.text
    assert "and 3 more budgets" in words({"text": "", "blocks": made.blocks})


def test_what_is_for_the_record_asks_nothing() -> None:
    """Of periods that are over there is nothing to acknowledge."""
    told = Roundup(Occasion.RECORD, (Telling(Occasion.RECORD, alert(FINAL), (HUNDRED,)),))
    made = alerts.roundup(told)
    assert "For the record: 1 budget crossed thresholds in periods that are over." in made.text
    assert not buttons({"blocks": made.blocks})


def test_a_list_of_those_that_are_open() -> None:
    """With what can be done; none is said in words."""
    made = alerts.listed([alert(), alert(HEADING, number=8)], asked="", about="")
    assert message_problems(made.blocks) == []
    assert made.text.startswith("2 open alerts, 1 over budget.")
    none = alerts.listed([], asked="", about="checkout")
    assert none.text.startswith("No alert is open of checkout")


def test_a_mail_has_the_same_figures() -> None:
    """As HTML and as text, with the picture where there is one; its thread has one subject."""
    made = alert_mail.alert(CROSSED, Picture("budget", "the course", b"png"))
    assert made.subject == "Budget of checkout, November 2026"
    for form in (made.html, made.text):
        for text in ("$8,412.50", "$8,000.00", "$10,934 (136.7%)", "Cloud SQL +$1,640", "20 Nov"):
            assert text in form
        assert f"{BEN} in Slack" in form
        assert "/cost alerts lets you acknowledge or snooze it." in form
    assert "cid:budget" in made.html
    assert [each.name for each in made.pictures] == ["budget"]
    reply = alert_mail.alert(CROSSED, None, reply=True)
    assert reply.subject == f"Re: {made.subject}"
    assert not reply.pictures


def test_nothing_is_foretold_of_what_is_over() -> None:
    """A budget that was removed isn't exceeded from the 27th on; one that was exceeded was."""
    heading, over = alert(HEADING, removed=True), alert(OVER, removed=True)
    assert dict(alerting.figures(alert(HEADING)))["Left"] == "$1,400.00, over from 27 Nov on"
    assert dict(alerting.figures(heading))["Left"] == "$1,400.00"
    assert dict(alerting.figures(over))["Over"] == "by $412.50, since 20 Nov"


def test_a_mail_names_people() -> None:
    """Nobody knows anybody by their id."""
    found = Telling(Occasion.SET, alert(acknowledged=ACKNOWLEDGED, snoozed=SNOOZED), by="ci")
    assert alert_mail.people(found) == {ADA, BEN}
    made = alert_mail.alert(found, None, names={ADA: "Ada Moreno", BEN: "Ben Osei"})
    for form in (made.html, made.text):
        assert "Ben Osei" in form
        assert BEN not in form


def test_several_in_one_mail() -> None:
    """As a table."""
    told = Roundup(Occasion.LATE, (CROSSED, Telling(Occasion.LATE, alert(HEADING, of="search"))), 1)
    made = alert_mail.roundup(told)
    for form in (made.html, made.text):
        for text in ("search", "$6,600.00", "open", "And 1 more budget: in Slack /cost alerts"):
            assert text in form
