"""Chooses the picture of an answer, and writes every word and length of it."""

from bot.render.charts.spec import Chart
from core.costs.model import CostAnswer


def choose(answer: CostAnswer) -> Chart | None:
    """The picture of an answer; None where one would say no more than its words."""
    del answer
    return None
