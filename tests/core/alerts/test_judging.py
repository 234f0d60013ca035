"""What counts as a crossing: any spending, restatements, changed budgets, snoozes, clock jumps.

What is found is held against the whole history of evaluations, looked at from the end: between
two tellings of a threshold it must have been armed again, and what is over must have been told.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core.alerts.judging import judge, released
from core.alerts.model import Deed, Figures, Kind, Occasion, Snoozed, Subject, Threshold
from core.alerts.reading import Judged, Memory, Reading, Watched
from core.costs.model import Measure
from core.period import Period

START = date(2026, 11, 1)
END = date(2027, 2, 1)
NEVER = datetime(2026, 1, 1, tzinfo=UTC)
ACTUAL = tuple(Threshold(Kind.ACTUAL, each) for each in (80, 100, 120, 150))
FORECAST = tuple(Threshold(Kind.FORECAST, each) for each in (100, 130))


@dataclass(frozen=True)
class Seen:
    """One evaluation: what it found, and what was told."""

    day: date
    used: Decimal
    expected: Decimal | None
    complete: date
    amount: Decimal
    was_set: bool
    told: tuple[Threshold, ...]
    silent: bool

    def over(self, threshold: Threshold) -> bool:
        amount = self.used if threshold.kind is Kind.ACTUAL else self.expected
        return amount is not None and amount > 0 and amount / self.amount >= _share(threshold)

    def far_below(self, threshold: Threshold) -> bool:
        return self.used < _share(threshold) * self.amount * Decimal("0.97") or self.used <= 0


def _share(threshold: Threshold) -> Decimal:
    return Decimal(threshold.percent) / 100


class Budget(RuleBasedStateMachine):
    """One period of a budget, whatever comes."""

    @initialize(used=st.integers(0, 60), new=st.booleans())
    def begin(self, *, used: int, new: bool) -> None:
        self.day, self.complete = START + timedelta(3), START + timedelta(2)
        self.used = Decimal(used)
        self.expected: Decimal | None = self.used
        self.amount = Decimal(100)
        self.memory = Memory()
        self.watched: Watched | None = None
        self.clock = datetime.combine(self.day, time(12), UTC)
        self.history: list[Seen] = []
        if not new:
            self.evaluate()

    @rule(amount=st.integers(0, 40))
    def spend(self, amount: int) -> None:
        self.used += amount
        self.expected = max(self.expected or self.used, self.used)

    @rule(share=st.sampled_from(["0.9", "0.96", "0.98", "0.995", "1.01", "1.1", "-0.1"]))
    def restate(self, share: str) -> None:
        self.used = (self.used * Decimal(share)).quantize(Decimal(1))

    @rule(more=st.integers(-30, 150))
    def expect(self, more: int) -> None:
        self.expected = self.used + more

    @rule()
    def no_forecast(self) -> None:
        self.expected = None

    @rule(days=st.integers(1, 4), complete=st.booleans())
    def time_passes(self, *, days: int, complete: bool) -> None:
        self.day += timedelta(days)
        self.clock += timedelta(days)
        if complete:
            self.complete = min(self.complete + timedelta(days), self.day - timedelta(1))

    @rule(amount=st.sampled_from([60, 90, 99, 101, 120, 200]))
    def change(self, amount: int) -> None:
        self.amount = Decimal(amount)

    @precondition(lambda self: self.history and self.memory.marks)
    @rule(hours=st.sampled_from([3, 24, 80]))
    def snooze(self, hours: int) -> None:
        counted = [m.threshold for m in self.memory.crossed() if m.threshold.kind is Kind.ACTUAL]
        over = max((each.percent for each in counted), default=0)
        until = self.clock + timedelta(hours=hours)
        self.memory = replace(self.memory, snoozed=Snoozed("ada", self.clock, until, over))

    @rule()
    def acknowledge(self) -> None:
        self.memory = replace(self.memory, acknowledged=Deed("ada", self.clock))

    @precondition(lambda self: self.memory.snoozed and self.memory.snoozed.until <= self.clock)
    @rule()
    def the_snooze_ends(self) -> None:
        """By itself, between evaluations: by the figures of the last one."""
        last = self.history[-1]
        self.memory, told = released(self.memory, self._figures(last))
        self.history.append(replace(last, told=told, silent=False, was_set=False))

    @rule()
    def evaluate(self) -> None:
        found = judge(self._reading(), self.watched, self.memory, now=self.clock, today=self.day)
        snoozed = self.memory.snoozed is not None and self.memory.snoozed.until > self.clock
        self._see(found, silent=snoozed and not found.told)
        again = judge(self._reading(), self.watched, self.memory, now=self.clock, today=self.day)
        assert not again.told
        assert again.memory == self.memory

    def _see(self, found: Judged, *, silent: bool) -> None:
        was_set = self.watched is None or self.watched.amount != self.amount
        self.history.append(
            Seen(
                self.day,
                self.used,
                self.expected,
                self.complete,
                self.amount,
                was_set,
                found.told,
                silent,
            )
        )
        if found.told:
            assert found.occasion is not None
            assert found.memory.acknowledged is None
            assert list(found.told) == sorted(found.told, key=lambda t: t.severity, reverse=True)
        self.memory, self.watched = found.memory, Watched.of(self._reading())

    def _reading(self) -> Reading:
        return Reading(
            Subject(1, "shop", "USD", Measure.COST, "custom", Period(START, END)),
            self._figures(self),
            (*ACTUAL, *FORECAST),
            "terms",
            NEVER,
            1,
        )

    def _figures(self, of: "Budget | Seen") -> Figures:
        return Figures(of.amount, of.used, of.complete, expected=of.expected)

    @invariant()
    def no_crossing_is_told_twice(self) -> None:
        """Between two tellings people set the budget under it, or it was below for two days."""
        for threshold in (*ACTUAL, *FORECAST):
            places = [n for n, seen in enumerate(self.history) if threshold in seen.told]
            if len(places) > 1 and places[-1] == len(self.history) - 1:
                assert self._armed(threshold, self.history[places[-2] + 1 : places[-1] + 1])

    def _armed(self, threshold: Threshold, between: list[Seen]) -> bool:
        if any(seen.was_set and not seen.over(threshold) for seen in between):
            return True
        if threshold.kind is Kind.FORECAST:
            return False
        for n, first in enumerate(between):
            for last in between[n:]:
                if not last.far_below(threshold):
                    break
                if last.day - first.day >= timedelta(2):
                    return True
        return False

    @invariant()
    def no_crossing_goes_untold(self) -> None:
        """What is spent beyond a threshold has been told since it was below it, unless snoozed."""
        if not self.history or self.memory.snoozed is not None:
            return
        for threshold in ACTUAL:
            if self.history[-1].over(threshold):
                since = self._last_armed(threshold)
                assert any(threshold in seen.told for seen in self.history[since:])

    def _last_armed(self, threshold: Threshold) -> int:
        """From which evaluation on it must have been told: none before armed it since."""
        return max(
            (
                n
                for n in range(len(self.history))
                if not self.history[n].over(threshold)
                and (
                    self.history[n].was_set
                    or self._armed(threshold, self._since_told(threshold, n))
                )
            ),
            default=0,
        )

    def _since_told(self, threshold: Threshold, until: int) -> list[Seen]:
        told = [n for n in range(until) if threshold in self.history[n].told]
        return self.history[(told[-1] + 1 if told else 0) : until + 1]

    @invariant()
    def forecasts_are_told_by_two_of_enough_days(self) -> None:
        if not self.history:
            return
        last = self.history[-1]
        spent = max((t.percent for t in ACTUAL if last.over(t)), default=0)
        for threshold in last.told:
            if threshold.kind is Kind.ACTUAL or threshold.percent <= spent:
                continue
            assert last.over(threshold)
            assert (last.complete - START).days >= 5
            at_once = last.was_set and any(t.kind is Kind.ACTUAL for t in last.told)
            held = any(seen.silent for seen in self.history)
            before = [seen for seen in self.history[:-1] if seen.complete < last.complete]
            assert at_once or held or any(seen.over(threshold) for seen in before)

    @invariant()
    def no_snooze_silences_a_higher_threshold(self) -> None:
        if not self.history or self.memory.snoozed is None:
            return
        over = self.memory.snoozed.over
        fresh = [t for t in ACTUAL if t.percent > over and self.history[-1].over(t)]
        if self.history[-1].silent:
            counted = {mark.threshold for mark in self.memory.crossed() if not mark.held}
            assert set(fresh) <= counted


Budget.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestBudget = Budget.TestCase


def reading(used: int, **figures: object) -> Reading:
    told = {"expected": Decimal(used), "complete_until": START + timedelta(10)} | figures
    return Reading(
        Subject(1, "shop", "USD", Measure.COST, "monthly", Period(START, END)),
        Figures(Decimal(100), Decimal(used), **told),  # type: ignore[arg-type]
        (*ACTUAL, *FORECAST),
        "terms",
        NEVER,
        1,
    )


NOON = datetime(2026, 11, 12, 12, tzinfo=UTC)


def judged(found: Reading, before: Reading | None, memory: Memory, day: int = 12) -> Judged:
    watched = None if before is None else Watched.of(before)
    return judge(found, watched, memory, now=NOON, today=START + timedelta(day - 1))


def test_a_restatement_to_and_fro_is_no_news() -> None:
    calm = judged(reading(10), None, Memory())
    over = judged(reading(81), reading(10), calm.memory)
    under = judged(reading(79), reading(81), over.memory)
    again = judged(reading(82), reading(79), under.memory)
    assert [each.told for each in (over, under, again)] == [(ACTUAL[0],), (), ()]


def test_two_days_well_below_arm_it_again() -> None:
    over = judged(reading(81), reading(10), Memory())
    below = judged(reading(70), reading(81), over.memory, day=12)
    still = judged(reading(70), reading(70), below.memory, day=14)
    assert judged(reading(81), reading(70), below.memory, day=13).told == ()
    assert judged(reading(81), reading(70), still.memory, day=14).told == (ACTUAL[0],)


def test_a_forecast_needs_two_breaches_of_different_days() -> None:
    ahead, later = START + timedelta(10), START + timedelta(11)
    first = judged(reading(50, expected=Decimal(110)), reading(10), Memory())
    same = judged(reading(50, expected=Decimal(110)), reading(50), first.memory)
    calm = judged(reading(50, expected=Decimal(90)), reading(50), same.memory)
    new = reading(50, expected=Decimal(110), complete_until=later)
    assert ahead < later
    assert (first.told, same.told) == ((), ())
    assert judged(new, reading(50), same.memory).told == (FORECAST[0],)
    assert judged(new, reading(50), calm.memory).told == ()


def test_a_forecast_of_few_days_says_nothing() -> None:
    early = {"expected": Decimal(300), "complete_until": START + timedelta(4)}
    first = judged(reading(10, **early), reading(5), Memory())
    assert first.memory.marks == {}


def test_once_as_much_is_spent_its_forecast_is_no_news() -> None:
    spent = judged(reading(101), reading(10), Memory())
    assert spent.told == (ACTUAL[1], FORECAST[0], ACTUAL[0])
    ahead = judged(
        reading(102, expected=Decimal(120), complete_until=START + timedelta(12)),
        reading(101),
        spent.memory,
    )
    assert ahead.told == ()


def test_days_that_were_complete_are_told_apart_from_what_was_spent_since() -> None:
    before = reading(50, used_complete=Decimal(45))
    late = replace(reading(85), before=before.figures.complete_until, known_before=Decimal(80))
    spent = replace(late, known_before=Decimal(45))
    assert judged(late, before, Memory()).occasion is Occasion.LATE
    assert judged(spent, before, Memory()).occasion is Occasion.CROSSED


def test_a_little_below_arms_nothing_however_long() -> None:
    over = judged(reading(81), reading(10), Memory())
    below = judged(reading(79), reading(81), over.memory, day=12)
    still = judged(reading(79), reading(79), below.memory, day=20)
    assert judged(reading(81), reading(79), still.memory, day=20).told == ()


def snoozed(memory: Memory, over: int, until: datetime) -> Memory:
    return replace(memory, snoozed=Snoozed("ada", NOON, until, over))


def ahead(day: int, expected: int) -> Reading:
    """At 85 of 100, heading somewhere, by a day."""
    complete = START + timedelta(day - 2)
    return reading(85, expected=Decimal(expected), complete_until=complete)


def while_snoozed() -> Memory:
    """80% is spent, the alert snoozed, and then a forecast is over the amount for two days."""
    spent = judged(ahead(11, 90), reading(10), Memory())
    memory = snoozed(spent.memory, 80, NOON + timedelta(hours=1))
    first = judged(ahead(12, 110), ahead(11, 90), memory)
    second = judged(ahead(13, 110), ahead(12, 110), first.memory)
    assert (spent.told, first.told, second.told) == ((ACTUAL[0],), (), ())
    return second.memory


def test_what_is_crossed_during_a_snooze_is_told_at_its_end() -> None:
    memory, told = released(while_snoozed(), ahead(13, 110).figures)
    assert told == (FORECAST[0],)
    assert judged(ahead(14, 110), ahead(13, 110), memory).told == ()


def test_what_isnt_true_any_more_at_its_end_is_told_when_it_is_again() -> None:
    memory, told = released(while_snoozed(), ahead(13, 95).figures)
    assert told == ()
    first = judged(ahead(14, 110), ahead(13, 95), memory)
    assert judged(ahead(15, 110), ahead(14, 110), first.memory).told == (FORECAST[0],)


def test_more_spent_than_what_was_snoozed_is_told_with_all_that_waited() -> None:
    held = while_snoozed()
    spent = reading(101, expected=Decimal(110), complete_until=START + timedelta(12))
    found = judged(spent, ahead(13, 110), held)
    assert found.told == (ACTUAL[1], FORECAST[0])
    assert found.memory.snoozed is None


def test_a_period_that_is_over_is_told_once_whatever_becomes_of_the_budget() -> None:
    """What the present period is held against is no news of the one before."""
    over = replace(reading(81), closed=True)
    first = judged(over, replace(reading(10), terms="others"), Memory())
    under = judged(replace(reading(79), closed=True), None, first.memory)
    again = judged(over, None, under.memory)
    assert (first.told, under.told, again.told) == ((ACTUAL[0],), (), ())
    assert first.occasion is Occasion.RECORD


def test_what_is_no_threshold_any_more_counts_no_more() -> None:
    over = judged(reading(101), reading(10), Memory())
    fewer = replace(reading(101), thresholds=(Threshold(Kind.ACTUAL, 120),), terms="others")
    fewer = replace(fewer, changed_at=NOON)
    found = judged(fewer, reading(101), over.memory)
    assert (found.told, found.memory.marks) == ((), {})


def test_a_snooze_silences_no_more_of_a_raised_amount_than_is_spent_of_it() -> None:
    spent = judged(reading(155), reading(10), Memory())
    memory = snoozed(spent.memory, 150, NOON + timedelta(days=9))
    raised = replace(reading(155), figures=replace(reading(155).figures, amount=Decimal(200)))
    calm = judged(raised, reading(155), memory)
    assert calm.told == ()
    more = replace(raised, figures=replace(raised.figures, used=Decimal(165)))
    assert judged(more, raised, calm.memory).told == (ACTUAL[0],)


def test_what_the_amount_was_is_told_of_the_same_terms_only() -> None:
    """In another currency, or of a quarter, it would be another amount."""
    higher = replace(reading(90), figures=replace(reading(90).figures, amount=Decimal(110)))
    euros = replace(reading(90), terms="EUR", changed_at=NOON)
    assert judged(euros, higher, Memory()).was == Decimal(100)
    assert judged(reading(90), higher, Memory()).was == Decimal(110)
