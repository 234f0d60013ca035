"""`manifest`, `openapi`, `doctor`: setting it up, and finding what is wrong."""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import asdict

import typer

from bot.cli import console
from bot.render.findings import findings
from core.errors import ConfigurationError
from core.findings import Finding, State, failure

app = typer.Typer()


@app.command()
def manifest() -> None:
    """Print the Slack app manifest, to be pasted at api.slack.com/apps."""
    from bot.slack.manifest import manifest as app_manifest  # noqa: PLC0415  # on use, as below

    console.print_json(app_manifest(console.read_settings()))


@app.command()
def openapi() -> None:
    """Print the OpenAPI 3.1 document of the REST API."""
    from bot.rest import openapi as document  # noqa: PLC0415  # on use: 0.2 s

    console.print_json(document.document())


@app.command()
def doctor(*, as_json: console.AsJson = False) -> None:
    """Look at every part, say what is wrong and how to mend it."""

    async def work() -> bool:
        found = await _found()
        # Said before the loop ends: that waits for requests that nobody answers.
        if as_json:
            console.print_json([asdict(finding) for finding in found])
        else:
            console.out.print(findings(found), crop=False)
        sys.stdout.flush()
        return any(finding.state is State.FAILURE for finding in found)

    if asyncio.run(work()):
        raise typer.Exit(console.FAILURE)


async def _found() -> Sequence[Finding]:
    try:
        settings = console.read_settings()
    except ConfigurationError as error:
        return (failure("settings", "", error.message, error.fix or "See docs/settings.md."),)
    from bot.doctor import examine  # noqa: PLC0415  # on use: 0.2 s

    return await examine(settings)
