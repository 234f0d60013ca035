"""The sections of a report, each in one currency; every amount exact, days half-open."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.anomalies.model import Verdict
from core.budgets.model import Cycle
from core.budgets.status import State
from core.costs.model import Comparable, Dimension, Measure
from core.costs.proving.model import exact
from core.forecasts.model import Band
from core.money import ZERO
from core.period import Period


def less(amount: Decimal, *others: Decimal) -> Decimal:
    """An amount less others, exact however many digits they have."""
    return exact((amount, *(each.copy_negate() for each in others)))


@dataclass(frozen=True, slots=True)
class Against:
    """The total beside another period's.

    `period`: the other. `amount`: all of it; None where not all of it is known. `comparable`:
    what both cost on the days complete on both sides; None where there are none. `days`: those
    days, here and there; `cut`: not all of both. A percentage is `share`, and there is none where
    that isn't honest.
    """

    period: Period
    amount: Decimal | None = None
    comparable: Comparable | None = None
    days: tuple[Period, Period] | None = None
    cut: bool = False

    @property
    def change(self) -> Decimal | None:
        """How much more it cost than the other, on comparable days."""
        return None if self.comparable is None else less(self.comparable.now, self.comparable.then)

    @property
    def share(self) -> Decimal | None:
        """The same, as a share of the other; None where that isn't positive."""
        return None if self.comparable is None else self.comparable.change


@dataclass(frozen=True, slots=True)
class Row:
    """What one project or service cost; rows add up to the total of their currency.

    `value`: identity (project slug, ServiceName), None for what has none; `name`: what people
    call it. `share`: of the total, None where that isn't positive. `before`: all of the period
    before, None where not all is known. `comparable`: as in `Against`. `of`: how many the row
    `other` adds up, 0 for every other row. A row can have an amount of 0 (it stopped).
    """

    value: str | None
    name: str
    amount: Decimal
    share: Decimal | None = None
    before: Decimal | None = None
    comparable: Comparable | None = None
    of: int = 0

    @property
    def other(self) -> bool:
        """Whether it adds up those that are not listed."""
        return self.of > 0


@dataclass(frozen=True, slots=True)
class Mover:
    """A project or service that cost much more or less than in the period before.

    `now`, `then`: on days complete on both sides. `why`: what made the difference, a sentence
    for people; '' where it is new or has stopped, wasn't looked for or can't be told. `text`: the
    question that asks why.
    """

    dimension: Dimension
    value: str | None
    name: str
    now: Decimal
    then: Decimal
    why: str = ""
    text: str = ""

    @property
    def change(self) -> Decimal:
        """How much more it cost."""
        return less(self.now, self.then)

    @property
    def share(self) -> Decimal | None:
        """The same, as a share of what it was; None where that isn't positive."""
        return self.change / self.then if self.then > 0 else None

    @property
    def new(self) -> bool:
        """Whether nothing was spent on it before."""
        return self.then == 0 and self.now != 0

    @property
    def stopped(self) -> bool:
        """Whether nothing is spent on it any more."""
        return self.now == 0 and self.then != 0


@dataclass(frozen=True, slots=True)
class Cause:
    """One place that explains a part of the change; `where` in words: `Cloud SQL of checkout`.

    `new`: nothing was spent there before. `stopped`: nothing is now.
    """

    where: str
    amount: Decimal
    new: bool = False
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Explained:
    """What made the total another, between `then` and `now` (days complete on both sides).

    `causes` and `one_off` (charges that don't go on by themselves) and `rest` (what nothing
    explains) add up to `after - before`. `sentence`: all of it in one, for people.
    """

    now: Period
    then: Period
    before: Decimal
    after: Decimal
    sentence: str
    causes: tuple[Cause, ...] = ()
    one_off: Decimal = ZERO
    rest: Decimal = ZERO

    @property
    def change(self) -> Decimal:
        """How much more it cost."""
        return less(self.after, self.before)


@dataclass(frozen=True, slots=True)
class Expected:
    """What days to come are expected to come to; some of them may be known.

    `period`: what is forecast: the month that goes on, or the week (month) after the report's.
    `total`: None where `refused` says why it can't be told. `spent`: its complete days.
    `at80`, `at95`: bands of the total, None where none can be given. `before`: what the period
    before it came to, None where not all is known. `error`, `within`: how good earlier forecasts
    of the same were: the middle error as a share, the share within the 80% band.
    """

    period: Period
    total: Decimal | None = None
    spent: Decimal = ZERO
    at80: Band | None = None
    at95: Band | None = None
    before: Decimal | None = None
    error: Decimal | None = None
    within: Decimal | None = None
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Bridge:
    """From the cost to what will be paid, by day of use; `cost + tax + promotions + timing = net`.

    `gross`: before credits. `credits`: those that lower the cost (discounts), negative: they are
    in `cost` already. `promotions`: those that end some day, negative: not in `cost`. `tax`: not
    in `cost`. `timing`: what is billed in other days than it is used (commitments, purchases).
    """

    cost: Decimal
    gross: Decimal
    credits: Decimal
    promotions: Decimal
    tax: Decimal
    net: Decimal

    @property
    def timing(self) -> Decimal:
        """What is left between cost, tax and promotions on one side and net on the other."""
        return less(self.net, self.cost, self.tax, self.promotions)


@dataclass(frozen=True, slots=True)
class Day:
    """One day; `complete`: no more of it is expected.

    `amount` None: nothing of it is in yet, or it is older than what is held.
    """

    date: date
    amount: Decimal | None
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Layer:
    """One service day by day: `amounts`, one for each day of the period, from its first.

    A day that is not in yet is 0. `other`: it adds up those that have no layer; layers add up to
    the days.
    """

    value: str | None
    name: str
    amounts: tuple[Decimal, ...]
    other: bool = False


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the history, by its first day; the measure cost, by day of use.

    `year_before`: the same month a year before, None where not all of it is held. `complete`: all
    its days are.
    """

    month: date
    amount: Decimal
    year_before: Decimal | None = None
    complete: bool = True

    @property
    def growth(self) -> Decimal | None:
        """What it is more than a year before, as a share; None where that isn't honest."""
        if not self.complete or self.year_before is None or self.year_before <= 0:
            return None
        return (self.amount - self.year_before) / self.year_before


@dataclass(frozen=True, slots=True)
class Invoiced:
    """The month on the invoice basis beside the usage basis: net, everything that is billed.

    `invoiced`: billed on this month's invoice, whenever it was used. `used`: billed for use in
    this month, whenever it is invoiced. `difference`: the one less the other. `previous`: the
    invoice of the month before. `used_elsewhere`: on this invoice, for other months' use;
    `invoiced_elsewhere`: for this month's use, on other invoices; both None where they can't be
    told (they are of the whole company); `difference = used_elsewhere - invoiced_elsewhere`.
    `agrees`: with the invoices that finance recorded; None where none is, or not all.
    """

    invoiced: Decimal
    used: Decimal
    previous: Decimal | None = None
    used_elsewhere: Decimal | None = None
    invoiced_elsewhere: Decimal | None = None
    agrees: bool | None = None

    @property
    def difference(self) -> Decimal:
        """What is on the invoice more than was used in the month."""
        return less(self.invoiced, self.used)


@dataclass(frozen=True, slots=True)
class Accrual:
    """What a month that is over but not final is expected to cost in the end.

    `known`: what is there now. `expected`: with what past months grew by, from the same age on.
    `at`: between the least and the most that any of them grew by. `months`: how many past months
    tell. `holds`: how often the next month lies between them, `(months - 1) / (months + 1)`.
    `age`: days since the month's end.
    """

    known: Decimal
    expected: Decimal
    at: Band
    months: int
    age: int

    @property
    def late(self) -> Decimal:
        """What is still expected to come."""
        return less(self.expected, self.known)

    @property
    def holds(self) -> Decimal:
        """How often what comes lies in the band, if months are alike."""
        return Decimal(self.months - 1) / (self.months + 1)


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """How far a budget of the scope is, in the period of it that holds the report's last day.

    As `core.budgets.status.Status`, whose words these are: `used` with days that aren't complete,
    `expected` at its end, `at80` its band, `breach` the day on which the amount is exceeded.
    """

    id: int
    subject: str
    cycle: Cycle
    measure: Measure
    currency: str
    period: Period
    state: State
    amount: Decimal | None
    used: Decimal
    expected: Decimal | None = None
    at80: Band | None = None
    breach: date | None = None

    @property
    def share(self) -> Decimal | None:
        """What is spent, as a share of the amount."""
        return self.used / self.amount if self.amount else None


@dataclass(frozen=True, slots=True)
class AnomalyLine:
    """Days of the period that cost something else than expected.

    `days`: all of its days, which may begin before the report's period. `service` None: the
    project as a whole, if `whole`, else charges without a service. `why`: what made the
    difference to the same days one or more weeks before, a sentence; '' where it isn't known or
    is told of more than this line. `provisional`: charges of its days are still to come; `why` is
    of its complete ones.
    """

    id: int
    project: str | None
    service: str | None
    whole: bool
    currency: str
    days: Period
    expected: Decimal
    actual: Decimal
    ongoing: bool = False
    provisional: bool = False
    why: str = ""
    verdict: Verdict | None = None

    @property
    def impact(self) -> Decimal:
        """How much more it cost than expected."""
        return less(self.actual, self.expected)
