"""The charges of the sample company, made day by day from a seed.

What a day holds depends on the seed and on its date alone, so the sample made today continues the
one made yesterday. Its export is cut off at the end of `through`, Pacific time: what was exported
later is not in it, so that the last days are still growing, as they are in life.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Final

from sandbox.sample.charge import (
    HOUR,
    MICRO,
    PACIFIC,
    Charge,
    midnight,
    month_before,
    month_of,
)
from sandbox.sample.company import (
    ACCOUNT_TAX,
    DAILY,
    GOODWILL,
    LINES,
    ROUNDING,
    TAXES,
    Line,
    Project,
)
from sandbox.sample.credits import Terms, terms
from sandbox.sample.story import level

MONTHS: Final = 18
SEED: Final = 20_250_501

_INVOICED_ON: Final = 4
_CORRECTED_ON: Final = 9
_GOODWILL_ON: Final = 20
_BIG: Final = 100
_EVENING: Final = 20
_TAX_PERCENT: Final = 7
_LATE: Final = 0.06
_LATE_HOURS: Final = 22
_VERY_LATE: Final = 0.003
_NUMBER: Final = {id(line): number for number, line in enumerate(LINES)}


def first_day(through: date) -> date:
    """Return the first day of a sample that ends on a day: 18 whole months, and the one begun."""
    months = through.year * 12 + through.month - 1 - MONTHS
    return date(months // 12, months % 12 + 1, 1)


def cut(through: date) -> int:
    """Return the instant at which the export of a sample is cut off."""
    return midnight(through + timedelta(1))


def charges(start: date, through: date, *, seed: int = SEED) -> Iterator[Charge]:
    """Make every charge exported from the first day (a month's first) to the end of the last."""
    until = cut(through)
    for charge in _Books(seed).write(start, through):
        if charge.exported < until:
            yield charge


class _Books:
    """Writes the charges of one day after the other, and remembers what invoices need."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._taxable: dict[str, dict[Project | None, int]] = defaultdict(lambda: defaultdict(int))
        self._invoiced: dict[str, int] = defaultdict(int)
        self._recent: dict[date, list[Charge]] = {}

    def write(self, start: date, through: date) -> Iterator[Charge]:
        day = start
        while day <= through:
            yield from map(self._noted, self._usage(day))
            if day.day == _INVOICED_ON and month_before(day) >= start:
                yield from self._invoice(month_before(day), midnight(day) + HOUR)
            if day.day == _CORRECTED_ON and month_before(day) >= start:
                yield from map(self._noted, self._corrections(day))
            if day.day == _GOODWILL_ON and day.month % 3 == 0:
                yield self._noted(_goodwill(day))
            day += timedelta(1)

    def _noted(self, charge: Charge) -> Charge:
        net = charge.cost + sum(amount for _, amount in charge.credits)
        self._invoiced[charge.invoice] += net
        if charge.invoice == month_of(charge.day) and charge.cost_type == "regular":
            self._taxable[charge.invoice][LINES[charge.line].project] += net
        return charge

    def _usage(self, day: date) -> list[Charge]:
        random = Random(f"{self._seed}:{day.isoformat()}").random
        begins, ends = midnight(day), midnight(day + timedelta(1))
        made = []
        for number, line in enumerate(DAILY):
            noise = 1 + (random() + random() - 1) * (0.09 if line.project else 0)
            listed = int(line.base * level(line, day) * noise * MICRO)
            deal, hour, delay = terms(line, day, listed), int(random() * 18), random()
            if line.base < _BIG:
                span = begins + hour * HOUR, begins + (hour + 1) * HOUR
                made.append(
                    _charge(
                        number, day, span, listed, deal=deal, exported=_exported(span[1], delay)
                    )
                )
                continue
            evening, late = listed * 8 // 100, begins + _EVENING * HOUR
            by_day = listed - evening
            made.append(
                _charge(
                    number, day, (begins, late), by_day, deal=deal, exported=_exported(late, delay)
                )
            )
            made.append(
                _charge(
                    number,
                    day,
                    (late, ends),
                    evening,
                    deal=deal,
                    exported=_exported(ends, random()),
                )
            )
        self._recent[day] = made
        self._recent.pop(day - timedelta(62), None)
        return made

    def _corrections(self, day: date) -> Iterator[Charge]:
        """Take back what last month's 17th and 18th cost on some lines, and charge it anew."""
        random = Random(f"{self._seed}:correction:{day.isoformat()}").random
        exported, invoice = midnight(day) + 11 * HOUR, month_of(day)
        for old in (17, 18):
            usage = self._recent[month_before(day).replace(day=old)]
            for _ in range(3):
                wrong = usage[int(random() * len(usage))]
                again = 0.7 + random() * 0.25
                later = wrong._replace(exported=exported, invoice=invoice, adjustment=0)
                yield _scaled(later, -1)
                yield _scaled(later, again)

    def _invoice(self, month: date, at: int) -> Iterator[Charge]:
        """Add tax, and what rounds the invoice to whole cents."""
        code, last = month_of(month), month.replace(day=28) + timedelta(4)
        last -= timedelta(last.day)
        for line in (*TAXES, ACCOUNT_TAX):
            base = self._taxable[code][line.project]
            if tax := base * _TAX_PERCENT // 100:
                yield self._issued(_closing(line, last, at, "tax", tax))
        cents = (self._invoiced[code] + 5_000) // 10_000
        if rounding := cents * 10_000 - self._invoiced[code]:
            yield self._issued(_closing(ROUNDING, last, at, "rounding_error", rounding))

    def _issued(self, charge: Charge) -> Charge:
        self._invoiced[charge.invoice] += charge.cost
        return charge


def _closing(line: Line, day: date, at: int, cost_type: str, cost: int) -> Charge:
    span = midnight(day), midnight(day) + HOUR
    return Charge(_NUMBER[id(line)], day, *span, at, month_of(day), cost_type, cost, cost)


def _charge(
    number: int, day: date, span: tuple[int, int], listed: int, *, deal: Terms, exported: int
) -> Charge:
    price, agreed = deal
    cost = listed * price // 1000
    taken = tuple((kind, -(cost * part // 1000)) for kind, part in agreed)
    invoice = _invoice_month(day, exported)
    return Charge(number, day, *span, exported, invoice, "regular", cost, listed, taken)


def _exported(end: int, chance: float) -> int:
    """Most usage is exported within hours, some in one or two days, a little a week later."""
    if chance < _VERY_LATE:
        return end + 7 * 24 * HOUR
    if chance < _LATE:
        return end + 26 * HOUR + int(chance / _LATE * _LATE_HOURS) * HOUR
    return end + HOUR + int(chance * 3 * HOUR)


def _invoice_month(day: date, exported: int) -> str:
    """Usage that comes after its month's invoice was made is on the next one."""
    on = datetime.fromtimestamp(exported // MICRO, UTC).astimezone(PACIFIC).date()
    if (on.year, on.month) == (day.year, day.month) or on.day < _INVOICED_ON:
        return month_of(day)
    return month_of(on)


def _scaled(charge: Charge, factor: float) -> Charge:
    taken = tuple((kind, int(amount * factor)) for kind, amount in charge.credits)
    return charge._replace(
        cost=int(charge.cost * factor), listed=int(charge.listed * factor), credits=taken
    )


def _goodwill(day: date) -> Charge:
    """Google gives some money back for an outage of the week before."""
    outage = day - timedelta(6)
    span, number = (midnight(outage), midnight(outage) + HOUR), _NUMBER[id(GOODWILL)]
    amount, at = -186_400_000, midnight(day) + 9 * HOUR
    return Charge(
        number, outage, *span, at, month_of(day), "adjustment", amount, amount, (), adjustment=1
    )
