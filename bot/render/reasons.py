"""What made the difference between two periods, in words and as a table.

Text here is plain; whoever puts it into Slack's markup escapes it.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from bot.render import sentences, words
from bot.render.sentences import Mark
from core.costs.drivers.model import Driver, Drivers, PriceAndUsage, Step
from core.costs.drivers.sentence import place, sentence
from core.costs.drivers.service import Why
from core.costs.model import Comparable, Dimension
from core.money import display

_LISTED: Final = 3
_SHARED: Final = Decimal("0.05")
EVERYTHING_ELSE: Final = "everything else"
ONE_OFF: Final = "one-off charges"


def headline(why: Why, mark: Mark = str) -> str:
    """What changed and why, in one sentence."""
    who = sentences.subject(why.query, mark)
    if not why.drivers:
        return f"No cost of {who} was found {words.when(why.query.period)}."
    said = "; ".join(_said(why, each) for each in why.drivers)
    return f"{who}: {said[:1].lower()}{said[1:]}"


def _said(why: Why, drivers: Drivers) -> str:
    several = len(why.drivers) > 1
    text = sentence(drivers, lambda dimension, value: named(why, dimension, value))
    return f"{drivers.currency} {text[:1].lower()}{text[1:].removesuffix('.')}" if several else text


def compared(why: Why) -> str:
    """The days that are compared: `15 to 21 Nov against 8 to 14 Nov`."""
    year = why.now.start.year != why.then.start.year
    return f"{words.days(why.now, year=year)} against {words.days(why.then, year=year)}"


def named(why: Why, dimension: Dimension, value: str | None) -> str:
    """What people call a value."""
    return words.identity(why.names.get((dimension, value or ""), value), dimension)


def where(why: Why, driver: Driver) -> str:
    """Where a driver is."""
    return place(driver, lambda dimension, value: named(why, dimension, value))


def step(why: Why, value: Step) -> str:
    """What a bar of the waterfall stands for."""
    if value.one_off:
        return ONE_OFF
    return EVERYTHING_ELSE if value.driver is None else where(why, value.driver)


def rows(why: Why, drivers: Drivers) -> Iterator[tuple[str, str, str, str, str]]:
    """Each step: what it is, what it cost before and costs now, the difference, and how."""
    for each in drivers.steps:
        change = each.driver.change if each.driver else None
        if each.one_off:
            change = drivers.one_off
        before = "" if change is None else display(change.before, drivers.currency)
        after = "" if change is None else display(change.after, drivers.currency)
        difference = words.signed(each.amount, drivers.currency)
        yield step(why, each), before, after, difference, _how(each.driver, drivers.currency)


def total(drivers: Drivers) -> tuple[str, str, str, str, str]:
    """The sum of the steps, as their last row."""
    both = Comparable(drivers.total.after, drivers.total.before)
    return (
        "Total",
        display(drivers.total.before, drivers.currency),
        display(drivers.total.after, drivers.currency),
        words.signed(drivers.total.amount, drivers.currency),
        words.change(both, drivers.currency),
    )


def _how(driver: Driver | None, currency: str) -> str:
    if driver is None:
        return ""
    if driver.new:
        return "new"
    if driver.vanished:
        return "gone"
    return _taken_apart(driver.parts, currency) if driver.parts is not None else ""


def _taken_apart(parts: PriceAndUsage, currency: str) -> str:
    """By usage and by price, each where it matters."""
    whole = abs(parts.usage) + abs(parts.price)
    told = [
        f"{name} {words.signed(amount, currency)}"
        for name, amount in (("usage", parts.usage), ("price", parts.price))
        if whole and abs(amount) >= _SHARED * whole
    ]
    return ", ".join(told)


def notes(why: Why) -> Iterator[str]:
    """What began and what ended, and what must be said beside the figures."""
    for drivers in why.drivers:
        yield from _listed("New", why, drivers.new, drivers)
        yield from _listed("Gone", why, drivers.vanished, drivers)
        if len(drivers.one_offs) > 1:
            yield from _listed("One-off", why, drivers.one_offs, drivers)
    yield from map(sentences.note, why.notes)


def _listed(what: str, why: Why, found: tuple[Driver, ...], drivers: Drivers) -> Iterator[str]:
    shown = [
        f"{where(why, each)} {words.signed(each.change.amount, drivers.currency)}" for each in found
    ]
    if shown:
        yield f"{what}: {words.listing(shown, most=_LISTED)}."
