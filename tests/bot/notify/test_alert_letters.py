"""Letters of alerts: with the budget's picture, as long as that is of the same figures."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.notify import letters
from bot.services import Services
from core.access.model import OPERATOR, Member, Role, Viewer
from core.alerts.model import ALERT, ALERTS, Alert, NotToldError, Occasion, Roundup, Telling
from core.alerts.service import ROUNDUP, TELLING
from core.budgets.model import Terms
from core.money import display
from core.outbox.model import Delivery, DeliveryState, Destination, Message, Receipt, Verb
from core.subscriptions.model import Kind
from core.subscriptions.model import Terms as Wish
from tests.support.alerts import HUNDRED, raised
from tests.support.charges import Writer, charge
from tests.support.product import charts, public, services, settings
from tests.support.slack import ADA, BEN, CHECKOUT, slackbox

__all__ = ["charts", "public", "services", "settings", "slackbox"]
AT = datetime(2026, 11, 22, tzinfo=UTC)
HERE = Destination("slack", CHECKOUT)
SOMEBODY = Destination("mail", "somebody@example.com")


@pytest.fixture
async def alert(services: Services) -> Alert:
    """Checkout's, over 4000 by 215.75."""
    terms = Terms("checkout", "USD", amount=Decimal(4000), emails=(SOMEBODY.address,), owner=ADA)
    return await raised(services, terms)


def delivery(told: Alert, *, to: Destination = HERE, verb: Verb = Verb.POST) -> Delivery:
    """An alert on its way."""
    values = TELLING.dump_python(Telling(Occasion.CROSSED, told, (HUNDRED,)), mode="json")
    message = Message("k", to, "t", verb, ALERT, values)
    return Delivery(1, message, DeliveryState.QUEUED, "token", AT, AT)


def several(*told: Alert, to: Destination) -> Delivery:
    """Alerts on their way in one message."""
    of = tuple(Telling(Occasion.LATE, each, (HUNDRED,)) for each in told)
    values = ROUNDUP.dump_python(Roundup(Occasion.LATE, of, 0), mode="json")
    message = Message("k", to, "t", Verb.POST, ALERTS, values)
    return Delivery(1, message, DeliveryState.QUEUED, "token", AT, AT)


async def test_the_parent_shows_the_budget(services: Services, alert: Alert) -> None:
    letter = await letters.slack(delivery(alert), services)
    (picture,) = letter.pictures
    assert picture.png is not None
    assert "checkout has used $4,215.75 of $4,000.00" in picture.alt
    assert [b["type"] for b in letter.message.blocks].count("image") == 1


async def test_a_reply_has_no_picture(services: Services, alert: Alert) -> None:
    letter = await letters.slack(delivery(alert, verb=Verb.REPLY), services)
    assert letter.pictures == ()
    assert "100% crossed: *checkout* is over budget" in letter.message.text


async def test_no_picture_contradicts_the_words_beside_it(services: Services, alert: Alert) -> None:
    """What was written before the figures moved on goes without."""
    old = replace(alert, figures=replace(alert.figures, used=Decimal(4100)))
    letter = await letters.slack(delivery(old), services)
    assert letter.pictures == ()
    await services.budgets.remove(alert.subject.budget, by=OPERATOR)
    letter = await letters.slack(delivery(alert), services)
    assert letter.pictures == ()


async def test_the_picture_is_of_the_forecast_that_the_words_are_of(
    services: Services, alert: Alert
) -> None:
    """Evaluations go by a kept forecast; one made now would differ once days are restated."""
    late = [
        charge(f"2026-11-{day}", "90", account_id="acme-checkout", service="Cloud SQL")
        for day in range(14, 21)
    ]
    await Writer(services.database).write("late", late)
    await services.evaluation.evaluate()
    (now,) = await services.alerts.listed(OPERATOR, budget=alert.subject.budget)
    fresh = await services.budgets.status(alert.subject.budget, OPERATOR)
    assert now.figures.expected != fresh.expected
    letter = await letters.slack(delivery(now), services)
    (picture,) = letter.pictures
    assert now.figures.expected is not None
    assert f"Expected at the end {display(now.figures.expected, 'USD')};" in picture.alt


async def test_a_mail_has_it_too(services: Services, alert: Alert) -> None:
    mail = await letters.mail(delivery(alert, to=SOMEBODY), services)
    assert mail.subject == "Budget of checkout, November 2026"
    assert [each.name for each in mail.pictures] == ["budget"]
    assert "Ada Moreno" in mail.text
    reply = await letters.mail(delivery(alert, to=SOMEBODY, verb=Verb.REPLY), services)
    assert reply.subject == "Re: Budget of checkout, November 2026"


async def test_who_may_see_it_no_more_is_not_told_what_waited(
    services: Services, alert: Alert
) -> None:
    """A message that is parked is tried again days later."""
    other = await services.budgets.add(Terms("search", "USD", amount=Decimal(1)), by=OPERATOR)
    (search,) = await services.alerts.listed(OPERATOR, budget=other.id)
    ben, workspace = Destination("slack", BEN), "T1"
    by = Viewer(BEN, Role.VIEWER, None, workspace)
    await services.subscriptions.add(Wish("all", (Kind.ALERTS,), ben), by=by)
    assert "checkout" in (await letters.slack(delivery(alert, to=ben), services)).message.text
    both = (await letters.slack(several(alert, search, to=ben), services)).message
    assert "checkout" in str(both.blocks)
    entry = Member(workspace, BEN, Role.VIEWER, frozenset({"search"}))
    await services.access.set_member(entry, by=OPERATOR)
    with pytest.raises(NotToldError):
        await letters.slack(delivery(alert, to=ben), services)
    with pytest.raises(NotToldError):
        await letters.slack(delivery(alert, to=ben, verb=Verb.REPLY), services)
    rest = (await letters.slack(several(alert, search, to=ben), services)).message
    assert "search" in str(rest.blocks)
    assert "checkout" not in str(rest.blocks)
    with pytest.raises(NotToldError):
        await letters.slack(several(alert, to=ben), services)


async def test_its_owner_is_told_and_a_thread_that_is_there_kept_true(
    services: Services, alert: Alert
) -> None:
    owner, left = Destination("slack", ADA), Destination("slack", "C0LEFT")
    assert (await letters.slack(delivery(alert, to=owner), services)).message.text
    begun = replace(delivery(alert, to=left, verb=Verb.UPDATE), begun=Receipt("C0LEFT", "1.1"))
    assert (await letters.slack(begun, services)).message.text
    with pytest.raises(NotToldError):
        await letters.mail(delivery(alert, to=Destination("mail", "left@example.com")), services)
