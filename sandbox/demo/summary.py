"""What a person reads when the demo is ready."""

import os
from pathlib import Path

from rich.console import Console

from sandbox.demo.home import Home
from sandbox.demo.run import Running
from sandbox.processes import answers


def show(home: Home, running: Running, out: Console) -> None:
    """Print where to look, what to type, and a token."""
    product = f"http://127.0.0.1:{running.ports.product}"
    docs = f"{product}/docs"
    token = _short(home.folder / "token")
    question = f"{product}/v1/costs/summary?project=checkout&period=last-7d&group_by=service"
    lines = (
        ("Slack", f"http://127.0.0.1:{running.ports.slack}"),
        ("", "type  /cost checkout last-7d"),
        ("REST", docs if answers(docs) else f"{product}/v1"),
        ("", f'curl -H "Authorization: Bearer $(cat {token})" \\'),
        ("", f"  '{question}'"),
        ("Terminal", f"{_python()} -m sandbox cost-tracker cost checkout last-7d"),
        ("Logs", f"{_python()} -m sandbox logs"),
        ("Late data", f"{_python()} -m sandbox late"),
        ("Stop", "make demo-stop"),
        ("Token", running.token),
    )
    out.print(f"\n[bold green]Ready[/] in {running.seconds:.1f} s\n")
    for name, text in lines:
        out.print(f"  [bold]{name:<11}[/]", end="")
        out.print(text, markup=False, soft_wrap=True)


def _short(path: Path) -> str:
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


def _python() -> str:
    return ".venv/bin/python"
