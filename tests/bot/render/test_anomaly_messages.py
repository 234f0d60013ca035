"""What channels and mails say of anomalies, as their readers see it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from bot.render import oddity_mail
from bot.render.blocks import oddities_told
from core.anomalies.found import Anomaly
from core.anomalies.messages import DIGEST, TOLD, Digest, Told
from core.anomalies.model import Incident, OddDay, Subject, Verdict
from core.subscriptions.model import Of, Reason
from tests.support.messages import buttons, check, words_of

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
SQL = Incident(
    Subject.of_service("checkout", "Cloud SQL"),
    "USD",
    (OddDay(date(2026, 11, 17), Decimal("80.25"), Decimal("380.25")),),
)
FOUND = Anomaly(
    7,
    replace(SQL, subject=Subject("checkout"), ongoing=True, parts=(SQL,)),
    AT,
    why="Up $300.00 (149%) to $501.50: Cloud SQL +$300.00.",
)
TOLD_HERE = Told(FOUND, Reason(Of.PROJECT, 1))
NASTY = replace(FOUND, incident=replace(SQL, subject=Subject("<!channel>*x*")))


def test_a_message_says_what_how_much_why_and_how_it_ends() -> None:
    message = check(oddities_told.anomaly(TOLD_HERE, command="/cost"))
    assert message.text == (
        "*checkout* cost $380.25 on 17 Nov, $300.00 more than the $80.25 expected; it goes on."
    )
    assert words_of(message, "anomaly").startswith(":arrow_upper_right: *checkout* cost")
    assert words_of(message, "anomaly.details").splitlines() == [
        "In it: Cloud SQL +$300.00.",
        "Against the same days a week before: up $300.00 (149%) to $501.50: Cloud SQL +$300.00.",
    ]
    assert words_of(message, "anomaly.ends") == (
        "This is the channel of checkout; `/cost unsubscribe checkout anomalies` ends such "
        "messages."
    )
    assert buttons(message) == {
        "cost.ask.why.7": ("Why", buttons(message)["cost.ask.why.7"][1]),
        "anomaly.judge.7.expected": ("Expected", "7 expected"),
        "anomaly.judge.7.planned": ("Planned", "7 planned"),
        "anomaly.judge.7.not_useful": ("Not useful", "7 not_useful"),
    }


def test_of_days_that_charges_are_still_to_come_of_that_is_said() -> None:
    """Such a day may be over for long."""
    last = OddDay(date(2026, 11, 18), Decimal("80.25"), Decimal(200), complete=False)
    found = replace(FOUND, incident=replace(SQL, days=(*SQL.days, last)))
    message = check(oddities_told.anomaly(Told(found), command="/cost"))
    assert message.text == (
        "*Cloud SQL* of *checkout* has cost $580.25 on 17\u201318 Nov, $419.75 more than the "
        "$160.50 expected; later charges may still come."
    )
    assert (
        words_of(message, "anomaly.details")
        .splitlines()[-1]
        .startswith(
            "Its complete days against the same weekdays before: up $300.00 (149%) to $501.50"
        )
    )


def test_a_verdict_says_whose_it_is_and_can_be_taken_back() -> None:
    judged = replace(FOUND, verdict=Verdict.PLANNED, judged_by="U0ADA")
    message = check(oddities_told.anomaly(Told(judged), command="/cost"))
    assert "Planned: known, and it will be over." in words_of(message, "anomaly.details")
    assert words_of(message, "anomaly.judged") == "Says <@U0ADA>."
    assert buttons(message)["anomaly.judge.7.none"] == ("Take that back", "7 none")
    assert "/cost subscriptions" in words_of(message, "anomaly.ends")


def test_what_late_data_made_ordinary_is_said() -> None:
    message = check(oddities_told.anomaly(replace(TOLD_HERE, gone=True), command="/cost"))
    assert message.text == (
        ":white_check_mark: *checkout*, 17 Nov: data that came late made it ordinary."
    )
    assert buttons(message) == {}


def test_names_are_harmless() -> None:
    for told in (Told(NASTY), Told(NASTY, gone=True), Told(NASTY, Reason(Of.PROJECT, 1))):
        message = check(oddities_told.anomaly(told, command="/cost"))
        assert "<!channel>" not in message.text
        read = [each for each in message.blocks if each["type"] != "actions"]
        assert "<!channel>" not in str(read)


def test_a_digest_lists_them_and_says_how_many_more_there_are() -> None:
    many = tuple(replace(FOUND, id=number) for number in range(20))
    message = check(oddities_told.digest(Digest(many, 3), command="/cost"))
    assert message.text.splitlines()[0] == "23 anomalies, the most costly first."
    assert len(message.text.splitlines()) == 21
    assert words_of(message, "anomalies.how") == (
        "And 3 more. What is behind them, and to judge them: `/cost anomalies all`"
    )
    one = check(oddities_told.digest(Digest((FOUND,)), command="/cost"))
    assert one.text.startswith("1 anomaly, the most costly first.\n*checkout* cost $380.25")


def test_a_mail_has_the_figures_of_the_message() -> None:
    mail = oddity_mail.anomaly(TOLD_HERE, unsubscribe="https://costs.example.com/unsubscribe/x")
    assert mail.subject == "Anomaly: checkout, 17 Nov"
    for said in ("+$300.00", "$380.25", "$80.25", "Cloud SQL +$300.00", "/unsubscribe/x"):
        assert said in mail.text
        assert said in mail.html
    assert mail.unsubscribe == "https://costs.example.com/unsubscribe/x"


def test_a_digest_by_mail_is_a_table() -> None:
    mail = oddity_mail.digest(Digest((FOUND, NASTY), 3))
    assert mail.subject == "5 anomalies, the most costly first"
    assert "And 3 more: in Slack /cost anomalies lists them." in mail.text
    assert "checkout" in mail.text
    assert "<!channel>" not in mail.html


def test_what_the_outbox_holds_is_what_was_put_into_it() -> None:
    told = replace(TOLD_HERE, anomaly=replace(FOUND, verdict=Verdict.EXPECTED, judged_by="U0ADA"))
    assert TOLD.validate_python(TOLD.dump_python(told, mode="json")) == told
    some = Digest((FOUND, NASTY), 2, (Reason(Of.SUBSCRIPTION, 3),))
    assert DIGEST.validate_python(DIGEST.dump_python(some, mode="json")) == some
