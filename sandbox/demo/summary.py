"""What a person reads when the demo is ready."""

import os
from pathlib import Path
from typing import Final

from rich.console import Console

from sandbox.demo.home import Home
from sandbox.demo.run import Running

_ITSELF: Final = ".venv/bin/python -m sandbox"


def show(home: Home, running: Running, out: Console) -> None:
    """Print where to look, what to type, and a token."""
    product = f"http://127.0.0.1:{running.ports.product}"
    token = _short(home.folder / "token")
    question = f"{product}/v1/costs/summary?project=checkout&period=last-7d&group_by=service"
    lines = (
        ("Slack", f"http://127.0.0.1:{running.ports.slack}"),
        ("", "first of all: /cost help · /cost checkout last-7d · in #checkout-team just /cost"),
        ("", "/cost forecast checkout · /cost why data-platform mtd · /cost anomalies all"),
        ("", "/cost budgets · /cost alerts · an alert with its thread is in #platform"),
        (
            "",
            "/cost schedule · within a minute last week's and last month's report are in #finance",
        ),
        ("", "/cost checkout last-7d by resource · /cost data"),
        ("Mail", f"http://127.0.0.1:{running.ports.mail}"),
        ("Terminal", f"{_ITSELF} cost-tracker cost all mtd by team"),
        ("REST", f"{product}/docs"),
        ("", f'curl -H "Authorization: Bearer $(cat {token})" \\'),
        ("", f"  '{question}'"),
        ("Token", running.token),
        ("", ""),
        ("Late data", f"{_ITSELF} late, then /cost data"),
        ("Logs", f"{_ITSELF} logs"),
        ("Stop", "make demo-stop; make demo starts it again, as it was"),
        ("Remove", f"{_ITSELF} clean ends it, and removes its data"),
    )
    out.print(f"\n[bold green]Ready[/] in {running.seconds:.1f} s\n")
    for name, text in lines:
        out.print(f"  [bold]{name:<11}[/]", end="")
        out.print(text, markup=False, soft_wrap=True)


def _short(path: Path) -> str:
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
