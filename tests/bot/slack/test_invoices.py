"""Invoices in Slack: recorded, corrected and removed in forms."""

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.slack import forms
from core.access.model import OPERATOR, Member, Role
from core.costs.proving.invoices import Invoice
from tests.bot.slack.acting import ask, sees
from tests.bot.slack.reading import Json, buttons, words
from tests.support.charges import Writer, charge
from tests.support.product import Product, bill
from tests.support.slack import ADA, BEN, CHECKOUT

RECORD = "Record invoice"


async def opened(product: Product, place: Json, action: str, *, user: str = ADA) -> Json:
    """Press a button, and wait for the form that it opens."""
    for view in await product.slack.views(user):
        await product.slack.close(view, user=user)
    assert (await product.slack.click(place, action, user=user))["ok"]

    async def look() -> Json | None:
        views = await product.slack.views(user)
        return views[-1] if views and "Loading" not in str(views[-1]["blocks"]) else None

    return await product.slack.until(look)


async def form(product: Product, typed: str = "data 2026-08") -> Json:
    page = await ask(product, typed)
    return await opened(product, page, buttons(page)[RECORD])


async def told(product: Product, *, user: str = ADA) -> str:
    """What stands in the place of the form."""
    return str((await product.slack.views(user))[-1]["blocks"][0]["text"]["text"])


async def recorded(product: Product) -> list[tuple[str, str, Decimal, str]]:
    found = await product.services.proof.invoices(OPERATOR)
    return [(one.account, one.invoice_id, one.amount, one.currency) for one in found]


@pytest.fixture
async def billed(product: Product) -> Product:
    await bill(product)
    return product


async def test_an_invoice_is_recorded_and_the_difference_told_exactly(billed: Product) -> None:
    view = await form(billed)
    assert "'initial_option': {'text': {'type': 'plain_text', 'text': 'August 2026'" in str(view)
    outcome = await billed.slack.submit(view, {"amount": "104,01"})
    assert outcome["ok"], outcome
    assert await told(billed) == (
        "Recorded: the invoice of 0123AB says 104.01 USD, what is stored 104 USD: the invoice is "
        "0.01 USD more."
    )
    assert await recorded(billed) == [("0123AB", "", Decimal("104.01"), "USD")]
    view = await form(billed)
    await billed.slack.submit(view, {"amount": "104.00"})
    assert await told(billed) == "Recorded: the invoice of 0123AB matches what is stored, 104 USD."
    assert "It matches the invoice" in words(await ask(billed, "data 2026-08"))


async def test_one_invoice_of_several_is_recorded_by_its_id(billed: Product) -> None:
    view = await form(billed)
    await billed.slack.submit(view, {"invoice_id": " INV-7 ", "amount": "-1.5"})
    assert "what is stored 0 USD: the invoice is 1.5 USD less." in await told(billed)
    assert await recorded(billed) == [("0123AB", "INV-7", Decimal("-1.5"), "USD")]


@pytest.mark.parametrize(
    ("amount", "said"),
    [("8.412", "8412 or as 8.412"), ("8,412", "8412 or as 8.412"), ("a lot", "'a lot' is no")],
)
async def test_an_amount_that_is_none_or_two_is_said_at_its_field(
    billed: Product, amount: str, said: str
) -> None:
    outcome = await billed.slack.submit(await form(billed), {"amount": amount})
    assert set(outcome["errors"]) == {"amount"}
    assert said in outcome["errors"]["amount"]
    assert await recorded(billed) == []


async def test_a_recorded_invoice_is_corrected_and_removed(
    billed: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "_DOUBLE_CLICK", timedelta(0))
    invoice = Invoice("0123AB", date(2026, 8, 1), Decimal("8412.5"), "USD")
    kept, _ = await billed.services.proof.record_invoice(invoice, by=OPERATOR)
    page = await ask(billed, "data 2026-08")
    assert "Recorded of *0123AB*, August 2026: 8412.5 USD" in words(page)
    view = await opened(billed, page, f"invoice.edit.{kept.id}")
    assert "0123AB (Google Cloud) · August 2026, in USD" in str(view)
    assert "'initial_value': '8412.5'" in str(view)
    await billed.slack.submit(view, {"amount": "104"})
    assert "matches what is stored" in await told(billed)
    page = await ask(billed, "data 2026-08")
    view = await opened(billed, page, f"invoice.edit.{kept.id}")
    await billed.slack.submit(view, {"amount": "104", "remove": ["remove"]})
    assert await told(billed) == "Removed."
    assert await recorded(billed) == []
    gone = await opened(billed, page, f"invoice.edit.{kept.id}")
    assert "No invoice" in str(gone["blocks"])


async def test_submitted_twice_it_is_recorded_once(billed: Product) -> None:
    view = await form(billed)
    await asyncio.gather(*(billed.slack.submit(view, {"amount": "104"}) for _ in range(2)))
    assert len(await recorded(billed)) == 1


async def test_only_finance_is_offered_the_form_and_may_submit_it(billed: Product) -> None:
    page = await ask(billed, "data 2026-08", user=BEN)
    assert RECORD not in buttons(page)
    await billed.services.access.set_member(Member("T0SANDBOX", BEN, Role.FINANCE), by=OPERATOR)
    page = await ask(billed, "data 2026-08", user=BEN)
    view = await opened(billed, page, buttons(page)[RECORD], user=BEN)
    await billed.services.access.set_member(Member("T0SANDBOX", BEN, Role.VIEWER), by=OPERATOR)
    outcome = await billed.slack.submit(view, {"amount": "104"}, user=BEN)
    assert "needs the role finance" in outcome["errors"]["amount"]
    assert await recorded(billed) == []


async def test_where_everybody_reads_there_are_no_invoices(billed: Product) -> None:
    invoice = Invoice("0123AB", date(2026, 8, 1), Decimal("8412.5"), "USD")
    await billed.services.proof.record_invoice(invoice, by=OPERATOR)
    await billed.slack.say("@cloud-cost data 2026-08", channel=CHECKOUT)
    page = await sees(billed, "August 2026")
    assert page["only_for"] is None
    assert RECORD not in buttons(page)
    assert "Recorded of" not in words(page)


async def test_accounts_with_long_ids_can_be_told_apart_and_chosen(product: Product) -> None:
    """Azure's are longer than a menu's texts and values may be."""
    start = "/providers/Microsoft.Billing/billingAccounts/" + "0f" * 40 + ":" + "1e" * 30
    for profile in ("AAAA-BBBB", "CCCC-DDDD"):
        rows = [charge("2026-08-05", "7", billing_account=f"{start}/billingProfiles/{profile}")]
        await Writer(product.services.database).write(profile, rows)
    view = await form(product)
    menu = view["blocks"][0]["element"]["options"]
    assert [each["text"]["text"][-30:] for each in menu] == [
        "rofiles/AAAA-BBBB (Google Cloud)"[-30:], "rofiles/CCCC-DDDD (Google Cloud)"[-30:],
    ]  # fmt: skip
    outcome = await product.slack.submit(view, {"account": menu[1]["value"], "amount": "7"})
    assert outcome["ok"], outcome
    assert (await recorded(product))[0][0].endswith("CCCC-DDDD")
