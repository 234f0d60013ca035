"""`reconcile`, `restatements`, `invoice`: proving what is stored, and what changed of it."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Final

import typer

from bot.cli import console
from bot.render import data_json, proofs, restated
from bot.services import Services
from core.access.model import OPERATOR
from core.costs.proving.invoices import Invoice
from core.costs.proving.model import InvoiceState
from core.named_period import parse_period

app = typer.Typer()
invoice = typer.Typer(
    help="What invoices say: recorded, they are compared with what is stored.",
    invoke_without_command=True,
)

Month = Annotated[datetime, typer.Argument(formats=["%Y-%m"], help="For example: 2026-10.")]
_INVOICE: Final = ("id", "provider", "account", "invoice_id", "month", "amount", "currency")


@app.command()
def reconcile(
    period: Annotated[
        list[str] | None, typer.Argument(help="Months, as in questions; default: all.")
    ] = None,
    *,
    source: Annotated[str | None, typer.Option(help="One source; default: all.")] = None,
    as_json: console.AsJson = False,
) -> None:
    """Compare what is stored with the export, the summaries and the invoices, exactly."""

    async def work(services: Services) -> bool:
        months = parse_period(" ".join(period), services.today()) if period else None
        found = await services.proof.prove(OPERATOR, source=source, period=months)
        if as_json:
            console.print_json([data_json.reconciliation(each) for each in found])
        else:
            for each in found:
                console.out.print(proofs.title(each), style="bold", markup=False)
                for sentence in proofs.sentences(each):
                    console.out.print(f"  {sentence}", markup=False)
            empty = "Nothing is stored of that; `cost-tracker sync` reads it."
            console.print_table(proofs.HEADER, proofs.rows(found), empty=empty)
        return all(each.proved and each.invoice_state is not InvoiceState.DIFFERS for each in found)

    if not console.with_services(work):
        raise typer.Exit(console.FAILURE)


@app.command()
def restatements(
    period: Annotated[
        list[str] | None, typer.Argument(help="Days, as in questions; default: all.")
    ] = None,
    *,
    project: Annotated[
        list[str] | None, typer.Option(help="Of this project only; repeatable.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="The latest so many.")] = 1000,
    as_json: console.AsJson = False,
) -> None:
    """List the days that changed after they were published, before and after."""

    async def work(services: Services) -> None:
        days = parse_period(" ".join(period), services.today()) if period else None
        found = await services.costs.restatements(
            OPERATOR, period=days, projects=project or (), limit=limit + 1
        )
        shown = found[:limit]
        if as_json:
            console.print_json([data_json.restatement(each) for each in shown])
            return
        for group in restated.groups(shown):
            console.out.print(group.title, style="bold", markup=False)
            console.print_table(restated.HEADER, group.rows, empty="", names=restated.NAMES)
        if not shown:
            console.out.print("No published day has changed.")
        if len(found) > limit:
            console.err.print(f"There are more than {limit:,}: name a period, or raise --limit.")

    console.with_services(work)


@invoice.callback()
def listing(context: typer.Context, *, as_json: console.AsJson = False) -> None:
    """Record, list and remove invoices; they are listed when nothing else is said."""
    if context.invoked_subcommand is None:
        show(as_json=as_json)


@invoice.command(name="list")
def show(*, as_json: console.AsJson = False) -> None:
    """List the invoices that are recorded, the latest first."""

    async def work(services: Services) -> None:
        found = await services.proof.invoices(OPERATOR, limit=1000)
        console.print_list(
            [data_json.invoice(each) for each in found],
            as_json=as_json,
            json=lambda each: each,
            columns=[name.replace("_", " ").capitalize() for name in _INVOICE],
            row=lambda each: [str(each[name]) or "-" for name in _INVOICE],
            empty="No invoice is recorded.",
        )

    console.with_services(work)


@invoice.command(context_settings=console.DASHED_VALUES)
def add(
    account: Annotated[str, typer.Argument(help="The billing account, as the export has it.")],
    month: Month,
    amount: Annotated[str, typer.Argument(help="What is to be paid, exactly: 1234.56.")],
    currency: Annotated[str, typer.Argument(help="Three letters: USD.")],
    *,
    invoice_id: Annotated[
        str, typer.Option("--id", help="InvoiceId; left out: all of the account's month.")
    ] = "",
    provider: Annotated[str, typer.Option(help="Where two have such an account.")] = "",
) -> None:
    """Record what an invoice says, or correct it; exit 1 if what is stored differs."""
    said = Invoice(account, month.date(), _amount(amount), currency, invoice_id, provider)

    async def work(services: Services) -> bool:
        _, bill = await services.proof.record_invoice(said, by=OPERATOR)
        console.out.print(proofs.recorded(bill, currency), markup=False)
        return bill.agrees is True

    if not console.with_services(work):
        raise typer.Exit(console.FAILURE)


@invoice.command()
def remove(number: Annotated[int, typer.Argument(help="As `invoice list` has it.")]) -> None:
    """Remove an invoice that was recorded by mistake."""
    console.with_services(lambda services: services.proof.remove_invoice(number, by=OPERATOR))
    console.out.print(f"Removed: invoice {number}.")


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise typer.BadParameter(f"{text!r} is no amount; write it as 1234.56") from None
