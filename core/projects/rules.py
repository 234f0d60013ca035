"""Rules: label values that define projects, in an order of their own, month by month.

The first rule that matches a charge gives it its project; where none does, its account does.
Lists of rules hold from a month on, so that what an earlier month was told by stays as it was.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from core.errors import ConflictError, InvalidError, NotFoundError

type ScopeKey = tuple[str, str, int | None]
"""Provider, account id, and the rule that the charges match; None: none of them."""

ALWAYS: Final = date.min
"""Since when a list holds that has no beginning."""


class RuleTakenError(ConflictError):
    """Those labels define another project."""


class UnknownRuleError(NotFoundError):
    """There is no such rule."""


class BadRuleError(InvalidError):
    """A rule is a label's key and value, as team=payments."""


@dataclass(frozen=True, slots=True)
class LabelMatch:
    """Which charges a rule is about: those with a label, of a provider or an account, or any.

    `account` only with its provider; '' is what belongs to no account.
    """

    key: str
    value: str
    provider: str | None = None
    account: str | None = None

    def __str__(self) -> str:
        """As people read it: `team=payments in gcp account shop`."""
        where = f" in {self.provider}" if self.provider else ""
        return f"{self.key}={self.value}{where}" + (
            f" account {self.account}" if self.account is not None else ""
        )

    def holds(self, provider: str, account: str, labels: Mapping[str, str]) -> bool:
        """Whether a charge is one of them."""
        return (
            labels.get(self.key) == self.value
            and self.provider in (None, provider)
            and self.account in (None, account)
        )

    def covers(self, other: "LabelMatch") -> bool:
        """Whether every charge that the other is about is one of these."""
        return (
            (self.key, self.value) == (other.key, other.value)
            and self.provider in (None, other.provider)
            and self.account in (None, other.account)
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """Gives the charges it matches to a project."""

    id: int
    match: LabelMatch
    slug: str = field(default="", compare=False)


type Rules = tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class PlacedRule:
    """A rule of the present list: its place from 1 on, and since when it holds (None: always)."""

    place: int
    rule: Rule
    since: date | None


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Every list of rules, with the first day of the month from which on it holds, in order."""

    lists: tuple[tuple[date, Rules], ...] = ()

    @property
    def present(self) -> Rules:
        """The latest list."""
        return self.lists[-1][1] if self.lists else ()

    def in_force(self, day: date) -> Rules:
        """The list that holds on a day."""
        return next((rules for since, rules in reversed(self.lists) if since <= day), ())

    def rule_of(
        self, provider: str, account: str, labels: Mapping[str, str], day: date
    ) -> Rule | None:
        """The rule that a charge is told by, if any is: the first that matches."""
        rules = self.in_force(day)
        return next((r for r in rules if r.match.holds(provider, account, labels)), None)

    def may_match(self, labels: Mapping[str, str]) -> bool:
        """Whether any rule of any list is about a charge with such labels."""
        return any(
            labels.get(rule.match.key) == rule.match.value
            for _, rules in self.lists
            for rule in rules
        )

    def changed(self, start: date, change: Callable[[Rules], Rules]) -> "RuleBook":
        """The book with every list changed that holds from `start` on, a month's first day."""
        lists = {since: rules for since, rules in self.lists if since < start}
        later = {since: rules for since, rules in self.lists if since > start}
        later[start] = self.in_force(start)
        lists |= {since: change(later[since]) for since in sorted(later)}
        return RuleBook(_without_repetitions(lists))

    def placed(self) -> tuple[PlacedRule, ...]:
        """The present list, numbered."""
        return tuple(
            PlacedRule(place, rule, self._since(rule))
            for place, rule in enumerate(self.present, start=1)
        )

    def _since(self, rule: Rule) -> date | None:
        since = ALWAYS
        for start, rules in reversed(self.lists):
            if rule not in rules:
                break
            since = start
        return None if since == ALWAYS else since


def _without_repetitions(lists: Mapping[date, Rules]) -> tuple[tuple[date, Rules], ...]:
    kept: list[tuple[date, Rules]] = []
    for since, rules in lists.items():
        if rules != (kept[-1][1] if kept else ()):
            kept.append((since, rules))
    return tuple(kept)


def with_rule(rules: Rules, new: Rule) -> Rules:
    """A list with one more: last, or before the first that would leave it nothing."""
    if new in rules:
        return rules
    at = next((i for i, r in enumerate(rules) if r.match.covers(new.match)), len(rules))
    return (*rules[:at], new, *rules[at:])


def without_rule(rules: Rules, gone: Rule) -> Rules:
    """A list without one of them."""
    return tuple(rule for rule in rules if rule != gone)


def moved_to(rules: Rules, rule: Rule, place: int) -> Rules:
    """A list with one of its rules at another place, from 1 on; past the end is the end."""
    if rule not in rules:
        return rules
    rest = without_rule(rules, rule)
    at = max(place, 1) - 1
    return (*rest[:at], rule, *rest[at:])


def check_match(match: LabelMatch, providers: Sequence[str]) -> LabelMatch:
    """Give back what a rule can be about.

    Raises:
        BadRuleError: key or value is missing, or an account has no provider or an unknown one.
    """
    if not match.key or not match.value:
        raise BadRuleError(
            f"{match.key}={match.value} has no {'value' if match.key else 'key'}.",
            fix="Write the label's key and value, as team=payments.",
        )
    if match.provider is not None and match.provider not in providers:
        raise BadRuleError(
            f"{match.provider!r} is no provider.",
            fix=f"Use one of {', '.join(providers)}, or none for all of them.",
            suggestions=providers,
        )
    if match.account is not None and match.provider is None:
        raise BadRuleError(
            f"The account {match.account!r} has no provider.",
            fix=f"Say which of {', '.join(providers)} it is of.",
        )
    return match
