"""`python -m bench [NAME…]`: run the measurements, print a table; status 1 if a limit breaks."""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Generator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from statistics import median

from rich.console import Console
from rich.table import Table

from bench import Figure, Limit


def main(names: list[str]) -> int:
    """Run those named, or all."""
    known = [m.name for m in iter_modules(__import__("bench").__path__) if m.name[0] != "_"]
    known = [name for name in known if hasattr(import_module(f"bench.{name}"), "measure")]
    if unknown := set(names) - set(known):
        print(f"No such measurement: {', '.join(sorted(unknown))}. There are {', '.join(known)}.")
        return 2
    figures: list[Figure] = []
    began = _load()
    try:
        asyncio.run(_run(names or sorted(known, key=_turn), figures))
    finally:
        console = Console(width=140 if not sys.stdout.isatty() else None)
        console.print(_table(figures))
        console.print(f"Load average before: {began}; after: {_load()}; {os.cpu_count()} cores.")
        broken = [figure for figure in figures if figure.holds is False]
        for figure in broken:
            console.print(f"BROKEN: {figure.what}: {_result(figure)}, limit {_limit(figure)}")
    return int(bool(broken))


def _turn(name: str) -> tuple[bool, str]:
    """What is disturbed by others first; what writes most last."""
    return name == "replace", name


def _load() -> str:
    """Over one, five and fifteen minutes; what else the machine does shows in every figure."""
    return " ".join(f"{load:.1f}" for load in os.getloadavg())


async def _run(names: list[str], figures: list[Figure]) -> None:
    """Run them one after the other; what is measured counts, even if a later one fails."""
    for name in names:
        with _folder() as folder:
            measured: AsyncIterator[Figure] = import_module(f"bench.{name}").measure(folder)
            async for figure in measured:
                print(f"{figure.what}: {_result(figure)}", file=sys.stderr, flush=True)
                figures.append(figure)


@contextmanager
def _folder() -> Generator[Path]:
    with tempfile.TemporaryDirectory(prefix="cost-tracker-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # as root, the server runs as somebody else
        yield folder


def _table(figures: list[Figure]) -> Table:
    table = Table("what", "runs", "ours", "raw", "raw is", "result", "limit", "")
    for column in (1, 2, 3, 5, 6):
        table.columns[column].justify = "right"
    for f in figures:
        table.add_row(
            f.what,
            str(len(f.ours)),
            _spread(f.ours, f.unit),
            _spread(f.raw, f.unit) if f.raw else "",
            f.raw_is,
            _result(f),
            _limit(f),
            {True: "holds", False: "BROKEN", None: ""}[f.holds],
        )
    return table


def _spread(values: Sequence[float], unit: str) -> str:
    return f"{_number(median(values))} {unit} ({_number(min(values))}-{_number(max(values))})"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits


def _result(figure: Figure) -> str:
    unit = {Limit.SPEED: "", Limit.TIMES: " x"}.get(figure.judged, f" {figure.unit}")
    return f"{figure.result:,.2f}{unit}"


def _limit(figure: Figure) -> str:
    if figure.limit is None:
        return ""
    return f"{'≥' if figure.judged in (Limit.SPEED, Limit.LEAST) else '≤'} {figure.limit:g}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
