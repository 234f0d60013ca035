"""From what was read to a report: pure."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from core.costs.model import Freshness, Note, NoteKind, Total
from core.money import ZERO
from core.period import add_months
from core.reports.asking import HISTORY, subject, words
from core.reports.daily import first_whole
from core.reports.model import Reason, Report, ReportStatus, Section, Untold
from core.reports.reading import Found
from core.reports.scope import anomaly_lines, budget_lines
from core.reports.sections import BudgetLine
from core.reports.sheets import made as sheet_of

_OF_INVOICES = frozenset({NoteKind.INVOICE_MATCHES, NoteKind.INVOICE_DIFFERS})


def made(found: Found) -> Report:
    """The report of all that was read."""
    answers, period = found.answers, found.asked.period
    fresh = _freshness(found)
    complete = fresh.complete_until is not None and fresh.complete_until >= period.end
    reason = _reason(found, fresh, complete=complete)
    totals = sorted(answers.services.totals, key=_weight)
    sheets = [sheet_of(found, total) for total in totals]
    budgets = budget_lines(found.statuses, period)
    unsaid = (each for _, left in sheets for each in left)
    untold = (*found.untold, *unsaid, *_unset(found, budgets), *_unheld(found))
    return Report(
        kind=found.kind,
        subject=subject(found.asked),
        text=words(found.kind, found.asked),
        query=found.asked,
        made_at=found.made_at,
        status=ReportStatus.FINAL if reason is Reason.SETTLED else ReportStatus.PROVISIONAL,
        reason=reason,
        complete=complete,
        sheets=tuple(sheet for sheet, _ in sheets),
        budgets=budgets,
        anomalies=anomaly_lines(found.anomalies, answers.scope),
        untold=_untold(untold),
        notes=tuple(_notes(found)),
        freshness=fresh,
        partial=any(each.kind is NoteKind.PARTIAL_ACCESS for each in answers.services.notes),
        data_version=answers.services.data_version,
    )


def _untold(every: Iterable[Untold]) -> tuple[Untold, ...]:
    """Each once, in the order of their sections, whichever was found out first."""
    order = list(Section)
    return tuple(sorted(dict.fromkeys(every), key=lambda each: order.index(each.section)))


def _unset(found: Found, budgets: Sequence[BudgetLine]) -> list[Untold]:
    """That nothing is planned of it, unless they can't be told."""
    if budgets or any(each.section is Section.BUDGETS for each in found.untold):
        return []
    return [Untold(Section.BUDGETS, "No budget is set for what this report is of.")]


def _unheld(found: Found) -> list[Untold]:
    """Since when there are months, where that is less than two years."""
    history = found.answers.history
    since = None if history is None else first_whole(history)
    wanted = add_months(found.asked.period.start, 1 - 2 * HISTORY)
    if since is None or since <= wanted:
        return []
    return [Untold(Section.HISTORY, f"Whole months are known from {since:%B %Y} on.")]


def _weight(total: Total) -> tuple[Decimal, str]:
    return -abs(total.amount or total.previous or ZERO), total.currency


def _freshness(found: Found) -> Freshness:
    """How far the data reaches; a month is as final as the billing period of its invoice."""
    of, by_invoice = found.answers.services.freshness, found.answers.invoice
    if by_invoice is None:
        return of
    matches = of.matches_export and by_invoice.freshness.matches_export
    return Freshness(of.through, of.complete_until, matches, by_invoice.freshness.final)


def _reason(found: Found, fresh: Freshness, *, complete: bool) -> Reason:
    told = (found.answers.services, found.answers.invoice)
    kinds = {note.kind for answer in told if answer is not None for note in answer.notes}
    if not complete:
        return Reason.INCOMPLETE
    if NoteKind.MISMATCH in kinds:
        return Reason.MISMATCH
    if NoteKind.BEHIND_EXPORT in kinds:
        return Reason.BEHIND
    return Reason.SETTLED if fresh.final else Reason.OPEN


def _notes(found: Found) -> list[Note]:
    """Those of the total, and what recorded invoices say."""
    invoice = found.answers.invoice
    said = () if invoice is None else invoice.notes
    return [
        *found.answers.services.notes,
        *(each for each in said if each.kind in _OF_INVOICES),
    ]
