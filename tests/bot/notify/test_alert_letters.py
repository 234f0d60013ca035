"""Letters of alerts: with the budget's picture, as long as that is of the same figures."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.notify import letters
from bot.services import Services
from core.access.model import OPERATOR
from core.alerts.model import ALERT, Alert, Occasion, Telling
from core.alerts.service import TELLING
from core.budgets.model import Terms
from core.money import display
from core.outbox.model import Delivery, DeliveryState, Destination, Message, Verb
from tests.support.alerts import HUNDRED, raised
from tests.support.charges import Writer, charge
from tests.support.product import charts, public, services, settings
from tests.support.slack import slackbox

__all__ = ["charts", "public", "services", "settings", "slackbox"]
AT = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
async def alert(services: Services) -> Alert:
    """Checkout's, over 4000 by 215.75."""
    return await raised(services, Terms("checkout", "USD", amount=Decimal(4000)))


def delivery(told: Alert, *, to: str = "slack", verb: Verb = Verb.POST) -> Delivery:
    """An alert on its way."""
    values = TELLING.dump_python(Telling(Occasion.CROSSED, told, (HUNDRED,)), mode="json")
    message = Message("k", Destination(to, "somebody@example.com"), "t", verb, ALERT, values)
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
    mail = await letters.mail(delivery(alert, to="mail"), services)
    assert mail.subject == "Budget of checkout, November 2026"
    assert [each.name for each in mail.pictures] == ["budget"]
    reply = await letters.mail(delivery(alert, to="mail", verb=Verb.REPLY), services)
    assert reply.subject == "Re: Budget of checkout, November 2026"
