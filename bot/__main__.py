"""The command line: `cost-tracker`."""

import sys

import typer

from bot.cli import (
    access,
    alerts,
    anomalies,
    budgets,
    console,
    costs,
    deliveries,
    export,
    projects,
    proof,
    reports,
    running,
    schedules,
    setup,
    subscriptions,
)
from core.errors import CostTrackerError

app = typer.Typer(
    name="cost-tracker",
    help="Cloud cost in Slack, over REST and here.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(running.app)
app.add_typer(costs.app)
app.add_typer(anomalies.anomalies, name="anomalies")
app.add_typer(budgets.budgets, name="budgets")
app.add_typer(alerts.alerts, name="alerts")
app.add_typer(reports.app)
app.add_typer(schedules.schedules, name="schedules")
app.add_typer(subscriptions.subscriptions, name="subscriptions")
app.add_typer(proof.app)
app.add_typer(export.app, name="export")
app.add_typer(proof.invoice, name="invoice")
app.add_typer(deliveries.deliveries, name="deliveries")
app.add_typer(setup.app)
app.add_typer(projects.app, name="projects")
app.add_typer(access.token, name="token")
app.add_typer(access.members, name="members")


def main() -> None:
    """Run a command; exit 0 for success, 1 for failure, 2 for a mistake in what was typed."""
    try:
        app()
    except CostTrackerError as error:
        sys.exit(console.tell(error))


if __name__ == "__main__":
    main()
