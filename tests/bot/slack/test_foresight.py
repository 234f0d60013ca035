"""Forecasts and reasons in Slack: what the asker sees, and what can be done with it."""

from datetime import date
from decimal import Decimal

from bot.asking import forecast
from bot.render.charts.spec import Course
from core.access.model import OPERATOR
from core.budgets.model import Terms
from core.costs.question import parse_cost_query
from sandbox.slack.blocks import message_problems
from tests.bot.slack.acting import ask
from tests.bot.slack.reading import Json, block, buttons, rows, words
from tests.support.product import Product
from tests.support.slack import ADA, CHECKOUT


async def pressed(product: Product, answer: Json, label: str, text: str) -> Json:
    """Press a button of a private answer, and wait for what takes its place."""
    await product.slack.click(answer, buttons(answer)[label])

    async def look() -> Json | None:
        seen = await product.slack.private(ADA, CHECKOUT)
        return next((m for m in seen if text in words(m)), None)

    found: Json = await product.slack.until(look)
    return found


async def test_the_months_end_is_forecast_from_what_is_spent(product: Product) -> None:
    answer = await ask(product, "forecast checkout")
    told = words(answer)
    # 21 days of 200.75 are in, nine are to come.
    assert "checkout* is expected to cost $6,022" in answer["text"]
    assert "level with October 2026" not in told
    assert "forecast checkout mtd" in told
    figures = {row[0]: row[1] for row in rows(answer)}
    assert figures["Expected in total"] == "$6,022.50"
    assert figures["Spent, 1\N{EN DASH}21 Nov"] == "$4,215.75"
    assert "$6,022.50 to $6,022.50" in figures["Likely (4 of 5 times)"]
    assert block(answer, "data_visualization") is not None
    assert message_problems(answer["blocks"]) == []


async def test_a_forecast_is_shared_with_its_picture(product: Product) -> None:
    answer = await ask(product, "checkout forecast next 30 days")
    assert "in the next 30 days" in answer["text"]
    await product.slack.click(answer, buttons(answer)["Share to channel"])
    shared = (await product.slack.until(lambda: product.slack.messages(CHECKOUT)))[-1]
    picture = block(shared, "image")
    assert picture is not None
    assert "Expected in total" in picture["alt_text"]
    assert f"<@{ADA}>" in words(shared)


async def test_a_forecast_s_picture_has_its_budget_s_plan(product: Product) -> None:
    """Day by day, of the days that it is of; what is spent before has none."""
    budgets, today = product.services.budgets, product.services.today()
    amounts = {date(2026, 11, 1): Decimal(6000)}
    await budgets.add(Terms("checkout", "USD", months=amounts), by=OPERATOR)
    names = await product.services.costs.vocabulary(OPERATOR)
    query = parse_cost_query("checkout this-month", today=today, names=names)
    drawn = (await forecast(product.services, query, OPERATOR)).drawn
    assert drawn is not None
    assert isinstance(drawn.body, Course)
    assert drawn.body.plan_name == "budget $6,000, by day"
    assert drawn.body.plan[-30:] == (200.0,) * 30
    assert set(drawn.body.plan[:-30]) == {None}


async def test_an_answer_leads_to_its_forecast_and_on_to_another(product: Product) -> None:
    answer = await ask(product, "checkout mtd")
    month = await pressed(product, answer, "Forecast", "is expected to cost")
    quarter = await pressed(product, month, "Quarter", "in Q4 2026")
    assert "forecast checkout qtd" in words(quarter)


async def test_what_cannot_be_forecast_says_why(product: Product) -> None:
    over = await ask(product, "forecast checkout last-month")
    assert "known already" in words(over)
    net = await ask(product, "forecast checkout net")
    assert "another measure" in words(net)


async def test_days_ahead_lead_to_a_forecast(product: Product) -> None:
    refused = await ask(product, "checkout next month")
    told = await pressed(product, refused, "forecast checkout next month", "expected to cost")
    assert "next month" in words(told)


async def test_why_tells_what_made_the_difference(product: Product) -> None:
    answer = await ask(product, "why checkout october vs 2026-11-01..2026-11-10")
    told = words(answer)
    assert "why checkout 2026-10 vs 2026-11-01..2026-11-10" in told
    table = rows(answer)
    assert table[0] == ["What", "Before", "Now", "Change", "How"]
    assert table[-1][0] == "Total"
    assert block(answer, "data_visualization") is not None
    assert message_problems(answer["blocks"]) == []


async def test_why_where_nothing_changed(product: Product) -> None:
    answer = await ask(product, "why checkout last-7d")
    assert "unchanged at $1,405.25" in answer["text"]
    assert block(answer, "data_visualization") is None


async def test_why_is_shared_with_its_waterfall(product: Product) -> None:
    answer = await ask(product, "why checkout october vs 2026-11-01..2026-11-10")
    await product.slack.click(answer, buttons(answer)["Share to channel"])
    shared = (await product.slack.until(lambda: product.slack.messages(CHECKOUT)))[-1]
    picture = block(shared, "image")
    assert picture is not None
    assert "before" in picture["alt_text"]


async def test_viewers_forecast_what_they_may_see(product: Product) -> None:
    answer = await ask(product, "forecast all")
    assert "All projects* are expected" in answer["text"]
