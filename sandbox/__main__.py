"""`python -m sandbox`: the demo in the background. `make demo` and `make demo-stop` call it."""

import os
import shutil
import sys
from typing import Annotated, Final

import typer
from rich.console import Console

from sandbox.bigquery import Warehouse
from sandbox.demo import closed
from sandbox.demo.home import Home, Ports, program
from sandbox.demo.parts import commands, parts, processes
from sandbox.demo.run import start as start_demo
from sandbox.demo.run import stop_all, sync
from sandbox.demo.sample import SampleFiles
from sandbox.demo.summary import show
from sandbox.processes import SandboxError

app = typer.Typer(
    help="The whole product on stand-ins, in the background.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
out: Final = Console(highlight=False)
_INTERRUPTED: Final = 130


def main() -> None:
    """Run a command; exit 0 for success, 1 for failure, 130 when interrupted."""
    try:
        app(standalone_mode=True)
    except SandboxError as error:
        Console(stderr=True, highlight=False).print(f"[bold red]✗[/] {error}", soft_wrap=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)


@app.command()
def start() -> None:
    """Start what isn't running, and say where to look."""
    home = Home.of(os.environ)
    home.check_room()
    lasting = "some seconds" if home.has_data else "some twenty seconds"
    out.print(f"[bold]Cloud Cost Tracker[/], the demo on this machine, in {lasting}")
    if home.product.closed:
        out.print(
            f"  {home.product.closed} is closed to other accounts, and PostgreSQL doesn't run as "
            f"root:\n  the database is in {home.product.data}. DATA_DIR names another place.",
            soft_wrap=True,
        )
    show(home, start_demo(home, out), out)


@app.command()
def stop() -> None:
    """End everything; the data stays for the next start."""
    ended = stop_all(Home.of(os.environ))
    out.print(f"Ended: {', '.join(ended)}." if ended else "Nothing was running.")


@app.command()
def status() -> None:
    """Say what runs, and where."""
    home = Home.of(os.environ)
    running = _ports(home)
    if running is None:
        return
    for part in parts(home, running):
        pid = part.process.pid()
        state = f"[green]●[/] process {pid}" if pid else "○ not running"
        out.print(f"  {part.name:<10}{part.address:<34}{state}")


@app.command()
def logs(
    part: Annotated[
        str | None,
        typer.Argument(help="product, scheduler, slack, mail, bigquery, valkey, sync or posts"),
    ] = None,
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as they grow.")] = False,
) -> None:
    """Show the end of the logs."""
    home = Home.of(os.environ)
    known = {one.name: one for one in processes(home)} | commands(home)
    if part not in {None, *known}:
        raise SandboxError(f"{part!r} is no part: {', '.join(known)}.")
    chosen = [known[part]] if part else processes(home)
    if follow:
        os.execvp("tail", ["tail", "-F", *(str(one.log) for one in chosen)])  # noqa: S606, S607
    for one in chosen:
        out.print(f"[bold]{one.name}[/]")
        out.print(one.said(40), markup=False, soft_wrap=True)


@app.command()
def late() -> None:
    """Have late rows and a correction arrive, and the product read them."""
    home = Home.of(os.environ)
    running = _ports(home)
    if running is None:
        return
    ended = [one.name for one in processes(home) if one.pid() is None]
    if ended:
        raise SandboxError(f"The demo isn't running ({', '.join(ended)}): make demo")
    with home.locked():
        warehouse = Warehouse(f"http://127.0.0.1:{running.bigquery}")
        added = SampleFiles(home.folder).add_late(warehouse)
        sync(home, home.environment(running), out)
    days = ", ".join(f"{day:%-d %b}" for day in sorted({one.day for one in added}))
    out.print(
        f"{len(added)} rows have come late, for {days}.\n"
        "Ask for them: /cost data, or /cost all last-14d."
    )


@app.command(
    name="cost-tracker",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    add_help_option=False,
)
def cost_tracker(words: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    """Run a command of the product on the demo: `cost-tracker cost checkout last-7d`."""
    home = Home.of(os.environ)
    running = _ports(home)
    if running is None:
        sys.exit(1)
    command = [program("cost-tracker"), *(words or ())]
    os.execve(command[0], command, home.environment(running))  # noqa: S606 - our own program


@app.command()
def clean() -> None:
    """End everything, and remove what it made."""
    home = Home.of(os.environ)
    stop_all(home)
    closed.remove(home.folder)
    shutil.rmtree(home.folder, ignore_errors=True)


def _ports(home: Home) -> Ports | None:
    ports = home.ports()
    if ports is None:
        out.print("The demo isn't set up: make demo")
    return ports


if __name__ == "__main__":
    main()
