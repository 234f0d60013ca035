"""What every command shares: settings, services, output, and how errors are told."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Final

import orjson
import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot import log
from bot.opening import open_services
from bot.services import Services
from bot.settings import Settings
from core.errors import ConfigurationError, CostTrackerError, InvalidError

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable, on standard output.")]

# For a command one of whose arguments may begin with a dash: an amount, an id given long ago.
DASHED_VALUES: Final = {"ignore_unknown_options": True}

USAGE = 2
FAILURE = 1
_TERMINATED = 128 + signal.SIGTERM


def read_settings() -> Settings:
    """The settings from the environment.

    Raises:
        ConfigurationError: naming each variable that is wrong, never its value.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"{str(problem['loc'][0]).upper()}: {problem['msg']}" for problem in error.errors()
        )
        raise ConfigurationError(f"Settings that can't be used: {wrong}.") from None
    log.configure(settings.log_level, settings.log_format)
    return settings


def with_services[T](work: Callable[[Services], Awaitable[T]]) -> T:
    """Run a command's work with the services open, and close them."""

    async def run() -> T:
        # Told to stop, work is given up in order: its job says so, and others needn't wait for it.
        task = asyncio.current_task()
        if task is not None:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        async with open_services(read_settings()) as services:
            return await work(services)

    try:
        return asyncio.run(run())
    except asyncio.CancelledError:
        raise typer.Exit(_TERMINATED) from None


def print_json(value: object) -> None:
    """Print a value as indented JSON."""
    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n")


def print_list[T](
    found: Sequence[T],
    *,
    as_json: bool,
    json: Callable[[T], object],
    columns: Sequence[str],
    row: Callable[[T], Sequence[str]],
    empty: str,
    names: int | None = None,
) -> None:
    """Print what is listed: as JSON, or as a table; `names` as for `print_table`."""
    if as_json:
        print_json([json(each) for each in found])
    else:
        print_table(columns, [row(each) for each in found], empty=empty, names=names)


def print_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    empty: str,
    names: int | None = None,
) -> None:
    """Print rows as a table, or one line that says there are none.

    Args:
        columns: their heads.
        rows: their cells.
        empty: what to say where there are no rows.
        names: so many columns are names; those after them are figures. None: all are names.
    """
    if not rows:
        out.print(empty)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, column in enumerate(columns):
        figures = names is not None and number >= names
        table.add_column(column, justify="right" if figures else "left")
    for row in rows:
        table.add_row(*map(Text, row))
    out.print(table)


def tell(error: CostTrackerError) -> int:
    """Print an error with its fix and suggestions; the exit status that it means."""
    err.print(f"[bold red]{type(error).__name__.removesuffix('Error')}[/]", end=": ")
    err.print(str(error), markup=False)
    if error.suggestions:
        err.print("Did you mean: " + " · ".join(error.suggestions), markup=False)
    return USAGE if isinstance(error, InvalidError) else FAILURE
