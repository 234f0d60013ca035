"""What is known about the data as JSON: sources, proofs, restatements, invoices, syncs."""

from typing import Any

from bot.render.json import instant
from core.costs.listings import Archived, Restatement, SourceState
from core.costs.proving.invoices import Invoice
from core.costs.proving.model import (
    Bill,
    Crossing,
    InvoiceState,
    KindProof,
    Reconciliation,
    Sums,
)
from core.jobs.model import Job
from core.money import plain
from core.outbox.model import Delivery


def source(value: SourceState, *, configured: bool) -> dict[str, Any]:
    """A source: how fresh, how complete, how well proved; `configured`: it is still read."""
    return {
        "name": value.name,
        "kind": value.kind,
        "provider": value.provider,
        "configured": configured,
        "through": instant(value.through),
        "complete_until": value.complete_until.isoformat() if value.complete_until else None,
        "synced_at": instant(value.synced_at),
        "matches_export": value.matches_export,
        "behind": value.behind,
        "currencies": list(value.currencies),
        "unfinished": [
            {"key": each.key, "why": each.why, "since": instant(each.since)}
            for each in value.unfinished
        ],
        "left_out": [each.as_dict() for each in value.left_out],
        "archived": None if value.archived is None else _archived(value.archived),
        "billing_periods": [
            {
                "month": f"{period.month:%Y-%m}",
                "matches_export": period.matches_export,
                "final": period.final,
            }
            for period in value.billing_periods
        ],
    }


def _archived(value: Archived) -> dict[str, Any]:
    return {
        "slices": value.slices,
        "since": instant(value.since),
        "lines": value.lines,
        "billing_periods": [f"{month:%Y-%m}" for month in value.months],
    }


def reconciliation(value: Reconciliation) -> dict[str, Any]:
    """A proof of one source, billing period and currency; `difference` is stored less source."""
    state = value.invoice_state
    return {
        "id": value.id or None,
        "checked_at": instant(value.checked_at),
        "asked_by": value.asked_by,
        "source": value.source,
        "provider": value.provider,
        "month": f"{value.month:%Y-%m}",
        "currency": value.currency,
        "matches_export": value.matches_export,
        "matches_rollups": not value.rollup_errors,
        "matches_invoice": {InvoiceState.MATCHES: True, InvoiceState.DIFFERS: False}.get(state),
        "final": value.final,
        "behind": value.behind,
        "archived": value.archived,
        "total": _proof(value.total),
        "kinds": [
            {"category": kind.charge_category, "type": kind.source_type, **_proof(kind)}
            for kind in value.kinds
        ],
        "parts": [
            {"part": part.part.value, "type": part.type, "amount": plain(part.billed)}
            for part in value.parts
        ],
        "invoiced": plain(value.invoiced),
        "used": plain(value.used),
        "used_elsewhere": [_crossing(each) for each in value.used_elsewhere],
        "invoiced_elsewhere": [_crossing(each) for each in value.invoiced_elsewhere],
        "bills": [bill(each) for each in value.bills],
    }


def _proof(kind: KindProof) -> dict[str, Any]:
    return {
        "matches": kind.matches,
        "source": _sums(kind.source),
        "stored": _sums(kind.stored),
        "difference": _sums(kind.difference),
    }


def _sums(value: Sums) -> dict[str, Any]:
    return {
        "billed": plain(value.billed),
        "effective": plain(value.effective),
        "lines": value.lines,
    }


def _crossing(value: Crossing) -> dict[str, str]:
    return {"month": f"{value.month:%Y-%m}", "amount": plain(value.billed)}


def bill(value: Bill) -> dict[str, Any]:
    """What an account owes by what is stored, and by the invoice recorded, if there is one."""
    return {
        "account": value.account,
        "invoice_id": value.invoice_id,
        "stored": plain(value.billed),
        "invoice": None if value.invoice is None else plain(value.invoice),
        "agrees": value.agrees,
    }


def invoice(value: Invoice) -> dict[str, Any]:
    """An invoice as it was recorded."""
    return {
        "id": value.id,
        "provider": value.provider,
        "account": value.account,
        "invoice_id": value.invoice_id,
        "month": f"{value.month:%Y-%m}",
        "amount": plain(value.amount),
        "currency": value.currency,
        "recorded_at": instant(value.recorded_at),
        "recorded_by": value.recorded_by,
    }


def restatement(value: Restatement) -> dict[str, Any]:
    """A day that changed after it was published: the measure `cost`, before and after."""
    return {
        "id": value.id,
        "recorded_at": instant(value.recorded_at),
        "source": value.source,
        "date": value.day.isoformat(),
        "project": value.project,
        "account": value.account,
        "service": value.service,
        "currency": value.currency,
        "before": plain(value.before),
        "after": plain(value.after),
    }


def delivery(value: Delivery) -> dict[str, Any]:
    """A message to the outside: where to, what about, what became of it."""
    message = value.message
    return {
        "id": value.id,
        "key": message.key,
        "state": value.state.value,
        "channel": message.to.channel,
        "address": message.to.address,
        "verb": message.verb.value,
        "kind": message.kind,
        "created_at": instant(value.created_at),
        "due_at": instant(value.due_at),
        "delivered_at": instant(value.delivered_at),
        "tries": value.tries,
        "reason": value.reason,
    }


def sync(value: Job) -> dict[str, Any]:
    """A sync: when, how it ended, what it came to per source."""
    return {
        "id": value.id,
        "period": value.period,
        "state": value.state.value,
        "started_at": instant(value.started_at),
        "ended_at": instant(value.ended_at),
        "error": value.error,
        "reports": value.result or [],
    }
