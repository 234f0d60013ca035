"""Budgets in Slack: shown, listed, set in words or by a form."""

from dataclasses import replace
from hashlib import blake2b
from typing import Any

from bot.asking import ASKED, Answered, NoBudgetError, budget_of
from bot.render import blocks, budgeting
from bot.render.blocks import budgets as shown
from bot.slack import answers, budget_form, forms, modals
from bot.slack.asked import Asked
from bot.slack.budget_form import Filled
from bot.slack.desk import Desk
from core.access.model import RoleNeededError, Viewer
from core.budgets.model import (
    Budget,
    BudgetForecastThresholdsError,
    Cycle,
    Terms,
    UnknownBudgetError,
)
from core.budgets.said import Said, parse_budget
from core.costs.model import CostQuery
from core.costs.question import BUDGET, parse_cost_query
from core.errors import ConflictError
from core.named_period import parse_period


class BudgetChangedError(ConflictError):
    """Somebody else has changed this budget since the form was opened."""


async def listed(desk: Desk, asked: Asked) -> None:
    """Those that the asker may see, with how far they are."""
    viewer = await desk.viewer(asked)
    found = await desk.services.budgets.statuses(viewer)
    told = {each.budget.id for each in found}
    every = await desk.services.budgets.list(viewer)
    unread = [each for each in every if each.id not in told]
    await desk.answer(
        asked, shown.budgets(found, unread, command=desk.command), replace=asked.private
    )


async def _of_channel(desk: Desk, asked: Asked, viewer: Viewer, query: CostQuery) -> bool:
    """Show those of some of the channel's projects; whether there are any."""
    here = set(query.projects)
    found = await desk.services.budgets.statuses(
        viewer, only=lambda each: bool(each.projects) and here.issuperset(each.projects)
    )
    if found:
        told = shown.budgets(found, (), command=desk.command)
        await desk.answer(asked, told, replace=asked.private)
    return bool(found)


async def typed(desk: Desk, asked: Asked, viewer: Viewer, rest: str) -> None:
    """What follows `budget`: shown or, where there is an amount in it, set."""
    names, asker = await desk.names(asked, viewer)
    said = parse_budget(rest, today=desk.services.today(), names=names, asker=asker)
    if said.amount is None:
        try:
            answer = await ASKED[BUDGET](desk.services, said.query, viewer)
        except NoBudgetError:
            if rest.strip() or not await _of_channel(desk, asked, viewer, said.query):
                raise
            return
    else:
        answer = await _set(desk, viewer, said)
    if asked.response is not None:
        await answers.privately(desk, asked, answer)
    else:
        await answers.post(desk, answer, asked.channel or asked.user, thread=asked.thread)


async def _set(desk: Desk, viewer: Viewer, said: Said) -> Answered:
    """Set what was said; the answer says so, and how far the budget is."""
    currency = desk.services.settings.default_currency
    made = await desk.services.budgets.set_amount(said, by=viewer, currency=currency)
    shows = await budget_of(desk.services, made.id, viewer)
    done = blocks.escape(_done(made))
    return replace(shows, write=lambda look, drawn: blocks.headed(done, shows.write(look, drawn)))


async def open_form(desk: Desk, asked: Asked) -> None:
    """Open the form of a budget: of a number, else of a new one of what is named."""

    async def make() -> modals.View:
        viewer = await desk.viewer(asked)
        if asked.text.isdecimal():
            found = await _pressed(desk, int(asked.text), viewer)
            if not await desk.services.budgets.may_change(found, viewer):
                raise RoleNeededError(
                    "A budget is changed by its project's owner, finance and administrators."
                )
            return budget_form.view(found.terms, found.id, seen=_as_of(found.terms))
        currency = desk.services.settings.default_currency
        return budget_form.view(Terms(asked.text, currency), 0)

    await forms.open_form(desk, asked, budget_form.TITLE, make)


async def _pressed(desk: Desk, number: int, viewer: Viewer) -> Budget:
    """The budget of a button, which others see too."""
    try:
        return await desk.services.budgets.get(number, viewer)
    except UnknownBudgetError:
        raise UnknownBudgetError(
            "There is no such budget any more, or you may not see all that it is of.",
            fix="An administrator can change what you may see.",
        ) from None


def _as_of(terms: Terms) -> str:
    """What terms are known by: the same as long as nobody changes one."""
    said = repr((replace(terms, months={}), sorted(terms.months.items())))
    return blake2b(said.encode(), digest_size=16).hexdigest()


async def save(desk: Desk, body: dict[str, Any]) -> forms.Errors | str:
    """Set what was submitted."""
    asked, said = Asked.of_view(body), budget_form.read(body["view"])
    try:
        viewer = await desk.viewer(asked)
        terms = await _terms(desk, viewer, said)
        budgets = desk.services.budgets
        if said.number:
            made = await budgets.change(said.number, terms, by=viewer)
        else:
            made = await budgets.add(terms, by=viewer)
    except Exception as error:  # noqa: BLE001 - the last resort: logged, and owned up to
        return {budget_form.at_field(error): desk.regret(error, asked)}
    return " ".join([_done(made), *budgeting.untold(made)])


def _done(made: Budget) -> str:
    return f"Set: {budgeting.subject(made)}, {budgeting.terms(made)}."


async def _terms(desk: Desk, viewer: Viewer, said: Filled) -> Terms:
    """The terms that a form says; what it doesn't show stays as it was."""
    services = desk.services
    found = await services.budgets.get(said.number, viewer) if said.number else None
    terms = found.terms if found else Terms(said.subject, said.currency)
    names = await services.costs.vocabulary(viewer)
    query = parse_cost_query(said.subject, today=services.today(), names=names)
    # The days of what was custom are still in the form when it is made monthly.
    left = said.cycle is not Cycle.CUSTOM and said.dates == str(terms.dates or "")
    days = "" if left else said.dates
    filled = replace(
        terms,
        subject=said.subject,
        amount=budget_form.amount(said),
        cycle=said.cycle,
        dates=parse_period(days, services.today(), ahead=True) if days else None,
        measure=said.measure,
        currency=said.currency,
        thresholds=budget_form.percents(said.thresholds),
        forecast_thresholds=budget_form.percents(said.forecast, BudgetForecastThresholdsError),
        owner=said.owner or None,
        channels=said.channels,
        emails=tuple(each.strip() for each in said.emails.split(",") if each.strip()),
    )
    if found:
        if _as_of(terms) != said.seen and filled != terms:
            raise BudgetChangedError(
                fix="Close the form and open it again: it shows how it is now."
            )
        return filled
    people = await services.budgets.with_people(filled, query, viewer)
    return replace(
        people,
        owner=filled.owner or people.owner,
        channels=filled.channels or people.channels,
    )
