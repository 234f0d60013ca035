"""Draws a chart; imports matplotlib and the plain values of a chart, nothing of ours."""

from bot.render.charts.spec import Chart


def draw(chart: Chart) -> bytes:
    """Draw a chart: a PNG of 1600 by 900 pixels."""
    raise NotImplementedError
