"""One currency of a report, from what was read: pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from core.costs.drivers.model import Drivers
from core.costs.drivers.sentence import because, place, sentence
from core.costs.drivers.service import Why
from core.costs.model import PROJECT, SERVICE, CostAnswer, Total, Versus
from core.costs.question import WHY, write
from core.forecasts.service import Outlook
from core.period import Period, previous
from core.reports.asking import narrowed, year_before
from core.reports.billing import accrued, bridge, invoiced, total_of
from core.reports.daily import by_day, days, layers, months
from core.reports.model import Section, Sheet, Untold
from core.reports.reading import Found
from core.reports.rows import appeared, movers, of_currency, rows, unassigned
from core.reports.sections import Against, Cause, Expected, Explained, Mover


def made(found: Found, total: Total) -> tuple[Sheet, list[Untold]]:
    """What is told in a currency, and what can't be."""
    answers, currency, asked = found.answers, total.currency, found.asked
    period = asked.period
    projects = of_currency(answers.projects, currency)
    services = of_currency(answers.services, currency)
    daily = by_day(of_currency(answers.days, currency))
    known = _known(found, total, daily)
    history = months(answers.history, currency) if answers.history is not None else ()
    accrual, untold = accrued(found, total, history)
    new, stopped = (_with_questions(found, each) for each in appeared(projects, services))
    sheet = Sheet(
        currency=currency,
        total=total.amount,
        previous=_against(answers.services, previous(period), total),
        last_year=_against(
            answers.last_year,
            year_before(found.kind, period),
            total_of(answers.last_year, currency),
        ),
        projects=() if len(asked.projects) == 1 else rows(PROJECT, projects, total.amount),
        services=rows(SERVICE, services, total.amount),
        bridge=bridge(answers, total),
        days=days(period, daily, known, found.lost),
        days_before=days(previous(period), daily, known, found.lost),
        layers=layers(period, of_currency(answers.days, currency)),
        movers=tuple(_explained(found, each, currency) for each in movers(projects, services)),
        new=new,
        stopped=stopped,
        explained=_change(found.why, currency),
        unassigned=unassigned(projects, total.amount),
        forecasts=tuple(_expected(found, currency)),
        invoice=invoiced(found, total),
        accrual=accrual,
        history=history,
    )
    return sheet, [*untold, *_unforecast(sheet)]


def _known(found: Found, total: Total, daily: Mapping[date, Decimal]) -> Period | None:
    """The days of which all is known: complete, and not before the first that is held."""
    until, both = found.answers.complete_until, found.answers.days.query.period
    held = total.previous is not None or total.comparable is not None
    first = both.start if held else min(daily, default=both.end)
    return Period(first, until) if until is not None and first < until else None


def _against(answer: CostAnswer, period: Period, total: Total | None) -> Against:
    if total is None or answer.compared is None:
        return Against(period)
    both = answer.comparable if total.comparable is not None else None
    cut = both is not None and (both[0].days, both[1].end) != (answer.query.period.days, period.end)
    return Against(period, total.previous, total.comparable, both, cut)


def _explained(found: Found, mover: Mover, currency: str) -> Mover:
    """A mover with why it moved, and the question that asks."""
    why = found.reasons.get((mover.dimension, mover.value))
    drivers = _of(why, currency)
    said = because(drivers, why.named) if why and drivers and _tells(drivers, mover) else ""
    return replace(mover, why=said, text=_question(found, mover))


def _tells(drivers: Drivers, mover: Mover) -> bool:
    """Whether there is more to say than that it moved itself."""
    itself = ((mover.dimension, mover.value),)
    alone = drivers.main is None and all(each.path == itself for each in drivers.causes)
    return bool(drivers.total.amount) and not (
        alone and drivers.causes and not drivers.one_off.amount
    )


def _with_questions(found: Found, every: tuple[Mover, ...]) -> tuple[Mover, ...]:
    return tuple(replace(each, text=_question(found, each)) for each in every)


def _question(found: Found, mover: Mover) -> str:
    asked = narrowed(found.asked, mover.dimension, mover.value)
    return f"{WHY} {write(replace(asked, versus=Versus('previous')), grouped=False)}"


def _of(why: Why | None, currency: str) -> Drivers | None:
    every = () if why is None else why.drivers
    return next((each for each in every if each.currency == currency), None)


def _change(why: Why | None, currency: str) -> Explained | None:
    drivers = _of(why, currency)
    if why is None or drivers is None:
        return None
    return Explained(
        now=why.now,
        then=why.then,
        before=drivers.total.before,
        after=drivers.total.after,
        sentence=sentence(drivers, why.named),
        causes=tuple(
            Cause(place(each, why.named), each.change.amount, each.new, each.vanished)
            for each in drivers.causes
        ),
        one_off=drivers.one_off.amount,
        rest=drivers.rest,
    )


def _expected(found: Found, currency: str) -> Iterator[Expected]:
    for answer in found.forecasts:
        for outlook in answer.outlooks:
            if outlook.currency == currency:
                yield _outlook(answer.query.period, outlook)


def _outlook(period: Period, outlook: Outlook) -> Expected:
    made = outlook.forecast
    if made is None:
        return Expected(period, before=outlook.before, refused=str(outlook.refused or ""))
    return Expected(
        period=period,
        total=made.total,
        spent=made.spent,
        at80=made.at80,
        at95=made.at95,
        before=outlook.before,
        error=made.past.error if made.past else None,
        within=made.past.within if made.past else None,
    )


def _unforecast(sheet: Sheet) -> list[Untold]:
    """Why nothing can be expected, where that is so."""
    return [
        Untold(Section.FORECAST, each.refused, sheet.currency)
        for each in sheet.forecasts[:1]
        if each.refused
    ]
