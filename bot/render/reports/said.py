"""What a report says, sentence by sentence; text here is plain, as everywhere in `render`."""

from collections.abc import Iterator
from typing import Final

from bot.render import foresight, oddities, sentences, words
from bot.render.budgeting import STATES
from bot.render.sentences import Mark
from core.budgets.model import Cycle
from core.budgets.status import State
from core.costs.model import PROJECT, Comparable
from core.costs.question import write_subject
from core.forecasts.model import Band
from core.money import display
from core.period import Period
from core.reports.correcting import Corrected, Corrections, Figure
from core.reports.model import Reason, Report, ReportKind, ReportStatus, Section, Sheet
from core.reports.rounding import rounded_parts
from core.reports.sections import (
    Against,
    AnomalyLine,
    BudgetLine,
    Invoiced,
    Mover,
)

SECTIONS: Final = {
    Section.DRIVERS: "What made the difference",
    Section.FORECAST: "Forecast",
    Section.BUDGETS: "Budgets",
    Section.ANOMALIES: "Anomalies",
    Section.INVOICE: "Invoice",
    Section.ACCRUAL: "Expected final cost",
    Section.HISTORY: "The year before",
}
_REASONS: Final = {
    Reason.INCOMPLETE: "not all of its days are in yet",
    Reason.MISMATCH: "what is stored differs from the export",
    Reason.BEHIND: "the export has changed since it was read",
    Reason.OPEN: "later charges may still come",
    Reason.SETTLED: "no further charge is expected",
}
_FIGURES: Final = {
    Figure.TOTAL: "The total",
    Figure.NET: "Net, as billed",
    Figure.INVOICE: "The invoice",
}
_CHANGES: Final = 8


def about(report: Report, mark: Mark = str, *, begins: bool = False) -> str:
    """What it is of: `all projects`, `checkout`; `begins`: a sentence."""
    everything = "ll that you may see" if report.partial else "ll projects"
    return sentences.subject(report.query, mark, everything=f"{'A' if begins else 'a'}{everything}")


def title(report: Report) -> str:
    """`Weekly report: checkout, 9 to 15 Nov 2026`."""
    return f"{report.kind.value.capitalize()} report: {about(report)}, {period(report)}"


def period(report: Report) -> str:
    """Its days in few words: `9 to 15 Nov 2026`, `October 2026`."""
    return words.calendar(report.period) or words.days(report.period, year=True)


def unit(report: Report) -> str:
    """`week` or `month`."""
    return "week" if report.kind is ReportKind.WEEKLY else "month"


def badge(report: Report) -> str:
    """Whether its figures may still change, and why: `Provisional: later charges may come`."""
    state = "Final" if report.status is ReportStatus.FINAL else "Provisional"
    return f"{state}: {_REASONS[report.reason]}"


def headline(report: Report, mark: Mark = str) -> str:
    """The report in one sentence."""
    who = about(report, mark, begins=bool(report.sheets))
    when = f"in the week {period(report)}" if unit(report) == "week" else f"in {period(report)}"
    if not report.sheets:
        return _nothing(report, who, when)
    amounts = words.listing([display(e.total, e.currency) for e in report.sheets], most=5)
    several = len(report.sheets) > 1
    moves = [
        (sheet.currency, moved(sheet.previous, sheet, _before(report))) for sheet in report.sheets
    ]
    said = "; ".join(f"{code} {move}" if several else move for code, move in moves if move)
    return ", ".join(filter(None, (f"{who} cost {amounts} {when}", said))) + "."


def _nothing(report: Report, who: str, when: str) -> str:
    if report.freshness.through is None:
        return sentences.unsynced(report.query, who)
    if not report.complete:
        reaches = words.day(report.freshness.through.date(), year=True)
        return f"No cost of {who} {when} is in yet: the data reaches to {reaches}."
    return f"No cost of {who} was found {when}."


def _before(report: Report) -> str:
    return f"the {unit(report)} before"


def moved(against: Against, sheet: Sheet, other: str) -> str:
    """How the total moved: `up 5.3% on the week before`; empty where that can't be said."""
    both = against.comparable
    if both is None:
        return ""
    if against.cut and against.days is not None:
        here, there = against.days
        return f"on {words.days(here)} {_direction(both, sheet.currency)} {words.days(there)}"
    return f"{_direction(both, sheet.currency)} {other}"


def _direction(both: Comparable, currency: str) -> str:
    by = both.change
    if by is not None and words.percent(by) == "0.0%":
        return "level with"
    if by is not None and by < words.BIG_CHANGE:
        return f"{'up' if by > 0 else 'down'} {words.percent(by).lstrip('+-')} on"
    more = both.now - both.then
    if not more:
        return "the same as"
    return f"{display(abs(more), currency)} {'more' if more > 0 else 'less'} than"


# Figures --------------------------------------------------------------------------------


def figures(report: Report, sheet: Sheet) -> Iterator[tuple[str, str]]:
    """The figures of one currency, named: what it cost, against what, and what will be paid."""
    currency, one = sheet.currency, unit(report)
    yield "Total", display(sheet.total, currency)
    yield from _against(sheet.previous, f"The {one} before", currency)
    yield from _against(sheet.last_year, f"The same {one} a year before", currency)
    if sheet.unassigned is not None:
        share = words.share(sheet.unassigned.share)
        yield "Of no project", _with(display(sheet.unassigned.amount, currency), share)
    yield from _forecasts(sheet)
    yield from paid(sheet)
    if sheet.invoice is not None:
        yield from _invoiced(sheet.invoice, currency)
    if sheet.accrual is not None:
        yield "Expected final cost", display(sheet.accrual.expected, currency)
        yield "Accrual, still to come", words.signed(sheet.accrual.late, currency)
        yield (
            f"Final cost between ({words.share(sheet.accrual.holds)} of the time)",
            span(sheet.accrual.at, currency),
        )


def _against(against: Against, name: str, currency: str) -> Iterator[tuple[str, str]]:
    if against.amount is None and against.comparable is None:
        yield name, "not known"
        return
    both, days = against.comparable, ""
    if both is not None and against.cut and against.days is not None:
        days = f" on {words.days(against.days[0])}"
    by = words.change(both, currency)
    amount = "not all known" if against.amount is None else display(against.amount, currency)
    yield name, _with(amount, f"{by}{days}" if by else "")


def _with(amount: str, beside: str) -> str:
    return f"{amount} ({beside})" if beside else amount


def _forecasts(sheet: Sheet) -> Iterator[tuple[str, str]]:
    for each in sheet.forecasts:
        if each.total is not None:
            yield f"Expected, {days(each.period)}", display(each.total, sheet.currency)
        if each.total is not None and each.at80 is not None:
            likely = f"Likely, {days(each.period)} ({foresight.LIKELY})"
            yield likely, span(each.at80, sheet.currency)


def span(band: Band, currency: str) -> str:
    """Between which amounts it lies."""
    return " to ".join(display(bound, currency) for bound in band)


def days(value: Period) -> str:
    """Days as a name: `November 2026`, `16 to 22 Nov`."""
    return words.calendar(value) or words.days(value)


def paid(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """From the cost to what will be paid, as far as they differ."""
    bridge, currency = sheet.bridge, sheet.currency
    if bridge.credits:
        yield "Discounts in it", display(bridge.credits, currency)
    steps = (
        ("Promotional credits", bridge.promotions),
        ("Tax", bridge.tax),
        ("Billed in other days than used", bridge.timing),
    )
    yield from ((name, display(amount, currency)) for name, amount in steps if amount)
    if rounding := rounded_parts((bridge.cost, *(by for _, by in steps)), currency).rounding:
        yield "Rounding", words.signed(rounding, currency)
    if bridge.net != bridge.cost:
        yield "Net, as billed", display(bridge.net, currency)


def _invoiced(value: Invoiced, currency: str) -> Iterator[tuple[str, str]]:
    yield "On its invoice, net", display(value.invoiced, currency)
    if value.agrees is not None:
        yield "Recorded invoices", "agree" if value.agrees else "differ"
    yield "By day of use, net", display(value.used, currency)
    if value.difference:
        yield "On the invoice more than used", words.signed(value.difference, currency)
    if value.used_elsewhere is not None and value.used_elsewhere:
        yield "Invoiced for other months' use", display(value.used_elsewhere, currency)
    if value.invoiced_elsewhere is not None and value.invoiced_elsewhere:
        yield "Used, on other invoices", display(value.invoiced_elsewhere, currency)
    if value.previous is not None:
        yield "The invoice before", display(value.previous, currency)


# Lines ----------------------------------------------------------------------------------


def mover(each: Mover, currency: str, mark: Mark = str) -> str:
    """What moved, by how much, and why."""
    name = mark(each.name)
    if each.new:
        said = f"{name}: new, {display(each.now, currency)}"
    elif each.stopped:
        said = f"{name}: stopped, was {display(each.then, currency)}"
    else:
        by = words.percent(each.share) if each.share is not None else ""
        said = f"{name}: {_with(words.signed(each.change, currency), by)}"
    return f"{said}: {each.why}" if each.why and not each.stopped else said


def appeared(each: Mover, currency: str, mark: Mark = str) -> str:
    """What is new or has stopped, in few words."""
    kind = "project " if each.dimension == PROJECT else ""
    amount = each.now if each.new else each.then
    return f"{kind}{mark(each.name)} {display(amount, currency)}"


def budget(each: BudgetLine) -> tuple[str, ...]:
    """A budget as a line of a table: what, period, used, of how much, expected, state."""
    return (
        each.subject,
        days(each.period) if each.cycle is not Cycle.CUSTOM else words.days(each.period, year=True),
        "-" if each.amount is None else display(each.amount, each.currency),
        _with(display(each.used, each.currency), words.share(each.share)),
        "-" if each.expected is None else display(each.expected, each.currency),
        STATES[each.state],
    )


def budget_line(each: BudgetLine, mark: Mark = str) -> str:
    """A budget in one sentence."""
    used = display(each.used, each.currency)
    of = "" if each.amount is None else f" of {display(each.amount, each.currency)}"
    share = f" ({words.share(each.share)})" if each.share is not None else ""
    span = budget(each)[1]
    said = f"{mark(each.subject)}, {span}: {used}{of}{share}, {STATES[each.state]}"
    if each.breach is not None:
        said += (
            f" since {words.day(each.breach)}"
            if each.state is State.OVER
            else (f" from {words.day(each.breach)} on")
        )
    return said


def anomaly(each: AnomalyLine, mark: Mark = str) -> str:
    """What was out of the ordinary, in one sentence."""
    project = each.project or "unassigned"
    what = project if each.whole else f"{each.service or 'no service'} of {project}"
    impact = words.signed(each.impact, each.currency)
    actual, expected = (display(x, each.currency) for x in (each.actual, each.expected))
    verdict = f", {each.verdict.value.replace('_', ' ')}" if each.verdict else ""
    going = ", still going on" if each.ongoing else ""
    of = f"{actual} instead of the {expected} expected"
    said = f"{mark(what)}, {words.days(each.days)}: {impact} ({of}){going}{verdict}"
    if not each.why:
        return said
    before = oddities.against_before(each.days, each.why, provisional=each.provisional)
    return f"{said}. {before}"


def notes(report: Report) -> Iterator[str]:
    """What must be said beside the figures, and what can't be told."""
    # Among figures a measure is a word as any other.
    yield from (sentences.note(each).replace("`net`", "net") for each in report.notes)
    for each in report.untold:
        code = f" in {each.currency}" if each.currency and len(report.sheets) > 1 else ""
        yield f"{SECTIONS[each.section]}{code}: {each.reason}"


def asked(report: Report, verb: str = "", rest: str = "") -> str:
    """A question behind the report, of the same costs and days."""
    span = f"{report.period.start}..{report.period.last_day}"
    currency = f"in {report.query.currency}" if report.query.currency else ""
    parts = (verb, write_subject(report.query.where), span, rest, currency)
    return " ".join(filter(None, parts))


# Corrections ----------------------------------------------------------------------------


def corrected(changes: Corrections, mark: Mark = str) -> Iterator[str]:
    """What a report says otherwise than before, a sentence each."""
    if changes.became_final:
        yield "The figures are final now."
    elif changes.became_complete:
        yield "All days are in now."
    for each in changes.figures[:_CHANGES]:
        yield f"{_what(each, mark)}: {_change(each)}."
    if len(changes.figures) > _CHANGES:
        yield f"And {words.plural(len(changes.figures) - _CHANGES, 'further figure')}."


def _what(each: Corrected, mark: Mark) -> str:
    return _FIGURES.get(each.figure) or mark(each.name or "unassigned")


def _change(each: Corrected) -> str:
    currency = each.currency
    by = words.signed(each.change, currency)
    share = "" if each.share is None else f", {words.percent(each.share)}"
    before, after = display(each.before, currency), display(each.after, currency)
    return f"{after} instead of {before} ({by}{share})"
