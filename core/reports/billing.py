"""What is billed beside what is used, and what is still to come of a closed month: pure."""

from collections.abc import Sequence
from decimal import Decimal

from core.costs.model import CostAnswer, NoteKind, Total
from core.costs.proving.model import Reconciliation, exact
from core.money import ZERO
from core.reports.accruing import TooFewMonthsError, accrual
from core.reports.model import Section, Untold
from core.reports.reading import Answers, Found
from core.reports.sections import Accrual, Bridge, Invoiced, Month, less


def total_of(answer: CostAnswer, currency: str) -> Total | None:
    """An answer's total in one currency; None where it has none."""
    return next((each for each in answer.totals if each.currency == currency), None)


def bridge(answers: Answers, total: Total) -> Bridge:
    """From the cost to what will be paid."""
    gross, net = (total_of(each, total.currency) for each in (answers.gross, answers.net))
    promotions = _noted(answers.services, NoteKind.PROMOTION_EXCLUDED, total.currency)
    billed = net.amount if net else ZERO
    before_credits = gross.amount if gross else ZERO
    return Bridge(
        cost=total.amount,
        gross=before_credits,
        credits=less(billed, before_credits, promotions),
        promotions=promotions,
        tax=_noted(answers.services, NoteKind.TAX_EXCLUDED, total.currency),
        net=billed,
    )


def _noted(answer: CostAnswer, kind: NoteKind, currency: str) -> Decimal:
    said = (each for each in answer.notes if each.kind is kind and each.currency == currency)
    return exact(each.amount or ZERO for each in said)


def invoiced(found: Found, total: Total) -> Invoiced | None:
    """The month on both bases; None for a week."""
    answer = found.answers.invoice
    if answer is None:
        return None
    by_invoice = total_of(answer, total.currency)
    used = total_of(found.answers.net, total.currency)
    both = Invoiced(
        invoiced=by_invoice.amount if by_invoice else ZERO,
        used=used.amount if used else ZERO,
        previous=by_invoice.previous if by_invoice else None,
        agrees=_agrees(answer, total.currency),
    )
    return _with_crossings(both, _latest(found.proofs, total.currency))


def _agrees(answer: CostAnswer, currency: str) -> bool | None:
    kinds = {each.kind for each in answer.notes if each.currency == currency}
    if NoteKind.INVOICE_DIFFERS in kinds:
        return False
    return True if NoteKind.INVOICE_MATCHES in kinds else None


def _latest(proofs: Sequence[Reconciliation], currency: str) -> list[Reconciliation]:
    """The last proof of each source."""
    last: dict[str, Reconciliation] = {}
    for each in proofs:
        if each.currency == currency:
            last.setdefault(each.source, each)
    return list(last.values())


def _with_crossings(both: Invoiced, proofs: Sequence[Reconciliation]) -> Invoiced:
    """With what crossed the month's ends, if the last proofs are still of these figures."""
    came = exact(each.billed for proof in proofs for each in proof.used_elsewhere)
    went = exact(each.billed for proof in proofs for each in proof.invoiced_elsewhere)
    if not proofs or less(came, went) != both.difference:
        return both
    return Invoiced(both.invoiced, both.used, both.previous, came, went, both.agrees)


def accrued(
    found: Found, total: Total, history: Sequence[Month]
) -> tuple[Accrual | None, list[Untold]]:
    """What the month will have cost in the end; or why that can't be told."""
    if found.lateness is None:
        return None, []
    month, currency = found.asked.period.start, total.currency
    try:
        return accrual(month, total.amount, currency, history, found.lateness), []
    except TooFewMonthsError as error:
        return None, [Untold(Section.ACCRUAL, error.message, currency)]
