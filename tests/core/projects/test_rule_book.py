"""Lists of label rules, as values."""

from collections.abc import Callable

import pytest

from core.projects.rules import (
    ALWAYS,
    LabelMatch,
    Rule,
    RuleBook,
    moved_to,
    with_rule,
)
from tests.support.label_rules import NOVEMBER, OCTOBER, SEPTEMBER


class TestRuleBook:
    """Lists of rules, each from a month on."""

    A, B, C = (Rule(n, LabelMatch("team", name)) for n, name in enumerate("abc"))

    def adding(self, rule: Rule) -> Callable[[tuple[Rule, ...]], tuple[Rule, ...]]:
        return lambda rules: with_rule(rules, rule)

    def test_a_change_holds_from_its_month_on(self) -> None:
        book = RuleBook().changed(OCTOBER, self.adding(self.A))
        book = book.changed(NOVEMBER, self.adding(self.B))
        assert book.in_force(SEPTEMBER) == ()
        assert book.in_force(OCTOBER) == (self.A,)
        assert book.present == (self.A, self.B)

    def test_one_that_begins_earlier_changes_later_lists_too(self) -> None:
        book = (
            RuleBook().changed(NOVEMBER, self.adding(self.A)).changed(ALWAYS, self.adding(self.B))
        )
        assert book.in_force(SEPTEMBER) == (self.B,)
        assert book.present == (self.A, self.B)
        assert [each.since for each in book.placed()] == [NOVEMBER, None]

    def test_lists_that_repeat_the_one_before_are_none(self) -> None:
        book = RuleBook().changed(NOVEMBER, self.adding(self.A))
        assert book.changed(NOVEMBER, lambda rules: rules[:-1]) == RuleBook()

    @pytest.mark.parametrize(
        ("place", "order"), [(1, "CAB"), (2, "ACB"), (3, "ABC"), (9, "ABC"), (0, "CAB")]
    )
    def test_a_rule_has_the_place_it_was_put_at(self, place: int, order: str) -> None:
        found = moved_to((self.A, self.B, self.C), self.C, place)
        assert found == tuple(getattr(self, name) for name in order)
