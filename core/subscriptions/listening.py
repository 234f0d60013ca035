"""Who listens to what: thousands of budgets held against all subscriptions, in memory."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from core.access.model import Maker, Viewer
from core.costs.model import PROJECT, TEAM, Dimension, Filter
from core.subscriptions.containment import Teams, contains
from core.subscriptions.model import Kind, Subscription
from core.subscriptions.rights import may_see

type _Value = tuple[Dimension, str | None]


@dataclass(slots=True)
class Listening:
    """Subscriptions of a kind, with the rights that their makers have now.

    Each is kept under the values of one filter that it has: whatever it contains has one of them,
    too. Those without such a filter are held against everything.
    """

    teams: Teams
    viewers: Mapping[Maker, Viewer]
    _under: defaultdict[_Value, list[Subscription]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _others: list[Subscription] = field(default_factory=list)

    @classmethod
    def of_kind(
        cls,
        kind: Kind,
        subscriptions: Iterable[Subscription],
        teams: Teams,
        viewers: Mapping[Maker, Viewer],
    ) -> Self:
        """Those of a kind whose subjects can be read and whose makers still have access."""
        made = cls(teams, viewers)
        for each in subscriptions:
            if kind in each.terms.kinds and each.query is not None and each.maker in viewers:
                made._add(each, each.query.where)
        return made

    def _add(self, found: Subscription, where: Iterable[Filter]) -> None:
        chosen = next((each for each in where if not each.negated), None)
        if chosen is None:
            self._others.append(found)
            return
        for value in dict.fromkeys(chosen.values):
            self._under[chosen.dimension, value].append(found)

    def to(self, *wheres: Sequence[Filter]) -> Iterator[Subscription]:
        """The subscriptions that tell of something.

        Args:
            wheres: what it is of, as filters; of several, one that is contained is enough.
        """
        told: set[int] = set()
        for where in wheres:
            for each in self._near(where):
                if each.id not in told and self._tells(each, where):
                    told.add(each.id)
                    yield each

    def _tells(self, found: Subscription, where: Sequence[Filter]) -> bool:
        return (
            found.query is not None
            and contains(found.query.where, where, self.teams)
            and may_see(where, self.viewers[found.maker])
        )

    def _near(self, where: Sequence[Filter]) -> Iterator[Subscription]:
        yield from self._others
        for each in where:
            if not each.negated and each.values:
                first = each.values[0]
                yield from self._under.get((each.dimension, first), ())
                if each.dimension == PROJECT:
                    team = None if first is None else self.teams.get(first)
                    yield from self._under.get((TEAM, team), ())
