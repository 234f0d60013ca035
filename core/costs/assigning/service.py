"""The verbs of label rules: link, unlink, order; and have the facts follow."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from core.access.model import Role, Viewer
from core.clock import Clock, today
from core.costs.assigning import months
from core.costs.writing import terms
from core.database import Connection, Database
from core.errors import InvalidError
from core.projects import labels
from core.projects.model import PROVIDERS, Project
from core.projects.rules import ALWAYS, LabelMatch, PlacedRule, RuleBook, check_match
from core.projects.service import ProjectService

type Told = Callable[[date, int, int], None]
"""Told of a month whose facts follow the rules now: which, how many moved, months to come."""


class UnlistedLabelError(InvalidError):
    """No source keeps that label."""


@dataclass(frozen=True, slots=True)
class RulesChanged:
    """What a change of the rules came to.

    `since`: the first day from which on it holds; None: always. `months`: those whose facts
    have to follow, the latest first. `moved`: how many facts did.
    """

    rules: tuple[PlacedRule, ...]
    since: date | None
    months: tuple[date, ...]
    moved: int = 0


class RuleService:
    """Changes which labels define which project.

    A change holds from the first month on that isn't final in every source; with `history`,
    always. It is told to the rules at once, and the facts follow month by month.
    """

    def __init__(
        self,
        database: Database,
        projects: ProjectService,
        clock: Clock,
        *,
        kept: Mapping[str, Sequence[str]],
        zone: ZoneInfo,
    ) -> None:
        """Keep its parts; `kept`: the label keys that `sources.toml` lists, by source."""
        self._database = database
        self._projects = projects
        self._clock = clock
        self._kept = kept
        self._zone = zone

    async def link(
        self,
        slug: str,
        match: LabelMatch,
        *,
        by: Viewer,
        history: bool = False,
        move: bool = False,
        told: Told | None = None,
    ) -> RulesChanged:
        """Let a label define a project: the charges that have it are the project's.

        Args:
            slug: the project.
            match: which charges.
            by: who does it; an administrator.
            history: in closed months too.
            move: take the label from the project that it defines.
            told: is told how far the facts have followed.

        Raises:
            BadRuleError: the label, provider or account can't be one.
            UnlistedLabelError: no source keeps the label's key.
            RuleTakenError: it defines another project, and `move` isn't set.
        """
        by.require(Role.ADMIN)
        check_match(match, PROVIDERS)
        self._check_kept(match.key)
        project = await self._projects.get(slug, by)

        async def change(tx: Connection, start: date) -> RuleBook:
            return await labels.link(tx, project.slug, match, start=start, by=by, move=move)

        return await self._change(change, history=history, told=told)

    async def unlink(
        self,
        slug: str,
        match: LabelMatch,
        *,
        by: Viewer,
        history: bool = False,
        told: Told | None = None,
    ) -> RulesChanged:
        """Let a label define a project no more; its charges are then told by the rules that follow.

        Raises:
            UnknownRuleError: it doesn't.
        """
        by.require(Role.ADMIN)
        project = await self._projects.get(slug, by)

        async def change(tx: Connection, start: date) -> RuleBook:
            return await labels.unlink(tx, project.slug, match, start=start, by=by)

        return await self._change(change, history=history, told=told)

    async def place(
        self,
        rule: int,
        at: int,
        *,
        by: Viewer,
        history: bool = False,
        told: Told | None = None,
    ) -> RulesChanged:
        """Put a rule at another place, from 1 on; past the end is the end.

        Raises:
            UnknownRuleError: there is no such rule.
        """
        by.require(Role.ADMIN)

        async def change(tx: Connection, start: date) -> RuleBook:
            return await labels.place(tx, rule, at, start=start, by=by)

        return await self._change(change, history=history, told=told)

    async def settle(self, told: Told | None = None) -> int:
        """Have the facts of every month marked follow the rules; how many moved.

        Takes up what was interrupted. Safe to run by several at once.
        """
        async with self._database.read() as connection:
            waiting = await months.marked(connection)
        moved = 0
        for left, month in zip(range(len(waiting) - 1, -1, -1), waiting, strict=True):
            followed = await months.follow(self._database, month, self._clock())
            moved += followed
            if told is not None:
                told(month, followed, left)
        return moved

    async def project(self, slug: str, by: Viewer) -> Project:
        """A project as it is now."""
        return await self._projects.get(slug, by)

    async def _change(
        self,
        change: Callable[[Connection, date], Awaitable[RuleBook]],
        *,
        history: bool,
        told: Told | None,
    ) -> RulesChanged:
        async with self._database.begin() as tx:
            await terms.lock(tx)
            day = today(self._clock, self._zone)
            start = ALWAYS if history else await months.first_open(tx, day)
            book = await change(tx, start)
            waiting = await months.mark(tx, start)
        moved = await self.settle(told)
        return RulesChanged(book.placed(), None if history else start, waiting[::-1], moved)

    def _check_kept(self, key: str) -> None:
        if self._kept and any(key in keys for keys in self._kept.values()):
            return
        lines = [
            f"labels = {json.dumps(sorted({*keys, key}))} (source {name!r})"
            for name, keys in self._kept.items()
        ]
        raise UnlistedLabelError(
            f"No source in sources.toml keeps the label {key!r}.",
            fix=f"Write there {' or '.join(lines) or f'labels = ["{key}"]'}, then run"
            " `cost-tracker sync --full`: it reads every slice again, with that label.",
        )
