"""What happened to the company: how much of a line is used on a day, noise apart.

The story is told by calendar dates, so that it is the same whenever the sample is made, and
returns every year, so that any 18 months hold all of it.
"""

import math
from datetime import date
from typing import Final

from sandbox.sample.company import Line, Project

_EPOCH: Final = date(2025, 1, 1)
_SATURDAY: Final = 5
_FIRST_OF_TRAINING: Final = 9
_DAYS_OF_TRAINING: Final = 14
_LAUNCH: Final = (9, 14)
_RUNAWAY_MONTHS: Final = (2, 5, 8, 11)
_RUNAWAY_DAYS: Final = (12, 13)
_SHOP: Final = "shop"
_STEADY_UNITS: Final = ("gibibyte month",)


def level(line: Line, day: date) -> float:
    """Return how many times its `base` a line comes to on a day."""
    project = line.project
    if project is None or line.deal == "fee":
        return 1.0
    factor = _growth(project, day)
    if line.sku.pricing_unit not in _STEADY_UNITS:
        factor *= _weekend(project, day) * _season(project, day) * _launch(project, day)
    return factor * _training(line, day) * _runaway(line, day)


def _growth(project: Project, day: date) -> float:
    return float((1 + project.growth) ** ((day - _EPOCH).days / 365))


def _weekend(project: Project, day: date) -> float:
    return project.weekend if day.weekday() >= _SATURDAY else 1.0


def _season(project: Project, day: date) -> float:
    """Shops sell more towards the end of the year: most on 1 December."""
    if project.folder != _SHOP:
        return 1.0
    away = abs((day - date(day.year, 12, 1)).days)
    return 1 + 0.35 * math.exp(-((away / 24) ** 2))


def _launch(project: Project, day: date) -> float:
    """A new version of the mobile application comes out; the interest fades in months."""
    launched = date(day.year, *_LAUNCH)
    if day < launched:
        launched = date(day.year - 1, *_LAUNCH)
    interest = math.exp(-(day - launched).days / 110)
    return 1 + {"mobile-api": 0.9, "payments": 0.12}.get(project.name, 0) * interest


def _training(line: Line, day: date) -> float:
    """Models are trained for two weeks of every month; between, the GPUs idle."""
    if line.project is None or line.project.name != "ml-training":
        return 1.0
    if line.sku.unit != "seconds":
        return 1.0
    return 1.35 if 0 <= day.day - _FIRST_OF_TRAINING < _DAYS_OF_TRAINING else 0.45


def _runaway(line: Line, day: date) -> float:
    """Once a quarter somebody's query reads everything, for two days."""
    if line.project is None or line.project.name != "data-platform":
        return 1.0
    if line.sku.pricing_unit != "tebibyte" or line.sku.service != "BigQuery":
        return 1.0
    return 6.5 if day.month in _RUNAWAY_MONTHS and day.day in _RUNAWAY_DAYS else 1.0
