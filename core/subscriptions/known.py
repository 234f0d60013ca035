"""What subscriptions are to: their subjects read."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Self

from core.access.model import OPERATOR
from core.costs.model import PROJECT, SERVICE, TEAM, CostQuery, Filter, Vocabulary, meant
from core.costs.question import parse_cost_query, write_subject
from core.costs.service import CostService
from core.errors import CostTrackerError
from core.outbox.model import Destination
from core.subscriptions.model import (
    Kind,
    Subscription,
    SubscriptionSubjectError,
    Terms,
    check,
)

_FOUND_BY: Final = frozenset({PROJECT, TEAM, SERVICE})


@dataclass(frozen=True, slots=True)
class Known:
    """What the subjects of subscriptions are read with."""

    names: Vocabulary
    today: date

    @classmethod
    async def of(cls, costs: CostService) -> Self:
        """All names, whoever asks: rights come after."""
        return cls(await costs.vocabulary(OPERATOR), costs.today())

    def read(self, found: Subscription) -> Subscription:
        """A subscription with what it is to, as that is called now."""
        try:
            query = self.query(found.terms)
        except CostTrackerError:
            return found
        terms = replace(found.terms, subject=write_subject(query.where))
        return replace(found, terms=terms, query=query)

    def query(self, terms: Terms) -> CostQuery:
        """What a subscription is to.

        Raises:
            CostTrackerError: that can't be read, any more.
        """
        return parse_cost_query(terms.subject, today=self.today, names=self.names)

    def check(self, terms: Terms) -> Terms:
        """Terms that a subscription can have, its subject in canonical words.

        Raises:
            SubscriptionError, CostTrackerError: it can't.
        """
        terms = check(terms)
        query = self.query(terms)
        if query.period.name != "mtd":
            raise SubscriptionSubjectError(
                f"{terms.subject!r} has days of its own; a subscription tells what is new.",
                fix="Leave the days out.",
            )
        odd = [each for each in query.where if each.dimension not in _FOUND_BY]
        if odd and Kind.ANOMALIES in terms.kinds:
            raise SubscriptionSubjectError(
                f"Anomalies are looked for by project and service, not by {odd[0].dimension}.",
                fix="Name projects, teams or services; or subscribe to alerts alone.",
            )
        return replace(terms, subject=write_subject(query.where))


def find(
    there: Iterable[Subscription], to: Destination, where: Iterable[Filter]
) -> Subscription | None:
    """The subscription of a place to just what some filters keep."""
    wanted = meant(where)
    return next(
        (
            each
            for each in there
            if each.terms.to == to and each.query is not None and meant(each.query.where) == wanted
        ),
        None,
    )
