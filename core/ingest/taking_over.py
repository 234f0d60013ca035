"""Changing over to another export of the same bill: read it, then move month after month."""

from collections import defaultdict
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.clock import Clock
from core.costs.writing import sources as stored_sources
from core.database import Database
from core.ingest.model import Left, Progress, Reading, Source, SyncReport
from core.ingest.run import How, Run
from core.money import plain
from core.projects.service import ProjectService

if TYPE_CHECKING:
    from core.costs.writing.taking_over import Moved, Taken

type Held = Mapping[date, Mapping[str, set[date]]]
"""Days by billing period and billing account."""


@dataclass(frozen=True, slots=True)
class TakeOverReport:
    """What changing over came to: the new source's sync, what was moved, and what stayed, why."""

    old: str
    sync: SyncReport
    moved: tuple["Moved", ...] = ()
    stayed: tuple[tuple[date, str], ...] = ()

    def as_dict(self) -> dict[str, object]:
        """For JSON, amounts as text."""
        return {
            "old": self.old,
            "sync": self.sync.as_dict(),
            "moved": [
                {
                    "billing_period": f"{each.month:%Y-%m}",
                    "before": {code: plain(amount) for code, amount in each.before.items()},
                    "after": {code: plain(amount) for code, amount in each.after.items()},
                    "restated": each.restated,
                }
                for each in self.moved
            ],
            "stayed": [
                {"billing_period": f"{month:%Y-%m}", "why": why} for month, why in self.stayed
            ],
        }

    def __str__(self) -> str:
        lines = [str(self.sync)]
        lines += [
            f"{each.month:%Y-%m} moved from {self.old}: {_amounts(each)}" for each in self.moved
        ]
        lines += [f"{month:%Y-%m} stays with {self.old}: {why}" for month, why in self.stayed]
        if not self.stayed and not self.sync.error:
            lines.append(f"{self.old} holds no month any more: remove it from sources.toml.")
        return "\n".join(lines)


def _amounts(moved: "Moved") -> str:
    told = []
    for code in sorted({*moved.before, *moved.after}):
        before, after = moved.before.get(code, Decimal(0)), moved.after.get(code, Decimal(0))
        same = "the same" if before == after else plain(after)
        told.append(f"{code} {plain(before)} before, {same} now")
    restated = "s" if moved.restated != 1 else ""
    told.append(f"{moved.restated:,} restatement{restated}")
    return ", ".join(told)


class TakeOver(Run):
    """The sync of a source that succeeds another; `moved` and `stayed` say what became of months.

    What the new source has of months that the old one holds waits in files until its month has
    its turn. Killed anywhere, it is taken up where it stopped: a month is in one of the two.
    """

    def __init__(
        self,
        database: Database,
        projects: ProjectService,
        clock: Clock,
        name: str,
        progress: Progress,
        *,
        old: str,
        folder: Path,
    ) -> None:
        super().__init__(database, projects, clock, name, progress)
        self.moved: list[Moved] = []
        self.stayed: list[tuple[date, str]] = []
        self._old, self._new, self._folder = old, name, folder
        self._held: Held = {}
        self._days: defaultdict[date, dict[str, set[date]]] = defaultdict(dict)
        self._taken: defaultdict[date, list[Taken]] = defaultdict(list)
        self._kept: set[str] = set()

    async def work(self, source: Source, how: How) -> None:
        """Sync, but for the months that the old source holds; then move those."""
        from core.costs.writing import taking_over  # noqa: PLC0415  # on use: it imports pyarrow

        await stored_sources.register(self._database, source.info)
        await taking_over.begin(self._database, self._old, self._new)
        self._held = await taking_over.days_held(self._database, self._old)
        await super().work(source, how)
        seen = await source.look(None)
        left = await taking_over.left_to_other(self._database, self._new)
        again = sorted(left & seen.fingerprints.keys() - self._kept)
        async with aclosing(source.read(seen, again)) as readings:
            async for reading in readings:
                if isinstance(reading, Left):
                    self._leave(reading)
                else:
                    self._keep(reading)
        for month in sorted(self._held):
            await self._move(month)
        await self._finish(source, await source.look(None))

    async def _replace(self, reading: Reading) -> None:
        await super()._replace(reading)
        self._keep(reading)

    def _keep(self, reading: Reading) -> None:
        """Keep what a slice has of the old source's months, for later."""
        from pyarrow import feather  # noqa: PLC0415  # on use: pyarrow

        from core.costs.writing.shared import among  # noqa: PLC0415  # likewise
        from core.costs.writing.taking_over import Taken  # noqa: PLC0415  # likewise

        self._kept.add(reading.item.key)
        for month, accounts in self._held.items():
            wanted = {(account, month) for account in accounts}
            rows = reading.charges.filter(among(reading.charges, wanted))
            if not len(rows):
                continue
            path = self._folder / f"{len(self._taken[month])}.{month}"
            feather.write_feather(rows, path)
            self._note(month, rows)
            totals = [each for each in reading.totals if each.billing_period == month]
            item = reading.item
            self._taken[month].append(Taken(item.key, item.fingerprint, path, totals))

    def _note(self, month: date, rows: Any) -> None:
        told = rows.select(["billing_account", "day"]).group_by(["billing_account", "day"])
        for each in told.aggregate([]).to_pylist():
            self._days[month].setdefault(each["billing_account"], set()).add(each["day"])

    async def _move(self, month: date) -> None:
        from core.costs.writing import taking_over  # noqa: PLC0415  # on use: it imports pyarrow

        if why := self._lacks(month):
            self.stayed.append((month, why))
            return
        moved = await taking_over.move(
            self._database,
            self._projects,
            old=self._old,
            new=self._new,
            month=month,
            taken=self._taken[month],
            now=self._clock(),
        )
        if moved is None:
            self.stayed.append((month, f"it changed while {self._new} was read; do it again"))
        else:
            self.moved.append(moved)

    def _lacks(self, month: date) -> str:
        """What the new source lacks of a month that the old one has; '' nothing."""
        for account, days in self._held[month].items():
            mine = self._days[month].get(account, set())
            if not mine and days:
                return f"{self._new} has nothing of it" + (f" for {account}" if account else "")
            if lost := sorted(days - mine):
                more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
                return f"{self._new} has nothing of {lost[0]}{more}"
        return ""
