"""`manifest`, `openapi`, `doctor`: setting it up, and finding what is wrong."""

import asyncio
from dataclasses import asdict

import typer

from bot import doctor as checks
from bot.cli import console
from bot.rest import openapi as document
from bot.slack.manifest import manifest as app_manifest

app = typer.Typer()

_MARKS = {"ok": "[green]✓[/]", "warning": "[yellow]![/]", "failure": "[red]✗[/]"}


@app.command()
def manifest() -> None:
    """Print the Slack app manifest, to be pasted at api.slack.com/apps."""
    console.print_json(app_manifest(console.read_settings()))


@app.command()
def openapi() -> None:
    """Print the OpenAPI 3.1 document of the REST API."""
    console.print_json(document.document())


@app.command()
def doctor(*, as_json: console.AsJson = False) -> None:
    """Look at every part, say what is wrong and how to mend it."""
    found = asyncio.run(checks.examine(console.read_settings()))
    if as_json:
        console.print_json([asdict(finding) for finding in found])
    else:
        for finding in found:
            console.out.print(_MARKS[finding.state], end=" ")
            console.out.print(f"{finding.part}: {finding.words}", markup=False)
            if finding.fix:
                console.out.print(f"  → {finding.fix}", markup=False)
    if any(finding.state == "failure" for finding in found):
        raise typer.Exit(console.FAILURE)
