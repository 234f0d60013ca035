"""Slack's own chart block: few points, short names, but allowed in private answers."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from slackblocks import AxisConfig, BarChart, DataPoint, DataSeries, DataVisualizationBlock

from bot.render import words
from bot.render.blocks.message import cut
from bot.render.grid import Grid, grid
from core.costs.model import CostAnswer
from core.money import ZERO

_SERIES: Final = 6
_POINTS: Final = 20
_BARS: Final = 42
_LABEL: Final = 20
_TITLE: Final = 50
_RANKED: Final = 10


def native_chart(answer: CostAnswer) -> Iterator[DataVisualizationBlock]:
    """The chart that Slack draws; nothing where the answer doesn't fit into one."""
    currency = answer.totals[0].currency
    layout = grid(answer, currency, most=_SERIES)
    if layout is None:
        yield _ranked(answer, currency)
    elif layout.slots:
        yield _stacked(layout)


def _ranked(answer: CostAnswer, currency: str) -> DataVisualizationBlock:
    lines = [line for line in answer.lines if line.currency == currency]
    names = [" · ".join(filter(None, words.group(x, answer.query.group_by))) for x in lines]
    labels = names[:_RANKED]
    series = [("Cost", [line.amount for line in lines[:_RANKED]])]
    previous = [line.previous for line in lines[:_RANKED] if line.previous is not None]
    if len(previous) == len(labels):
        series.append(("Before", previous))
    return bars(f"Cost in {currency}", labels, series)


def _stacked(layout: Grid) -> DataVisualizationBlock:
    """Bars of what is in; where there would be too many, slots are joined, groups added up."""
    count = len(layout.slots) - len(layout.missing)
    kept = [i for i in range(len(layout.slots)) if i not in layout.missing or not count]
    step = -(-len(kept) // _POINTS)
    points = [kept[i : i + step] for i in range(0, len(kept), step)]
    parts = [(group.name, group.amounts) for group in layout.groups]
    if len(parts) * len(points) > _BARS:
        parts = [("Total", layout.totals)]
    names = _unique([name for name, _ in parts])
    series = [
        (name, [sum((amounts[i] for i in point), ZERO) for point in points])
        for name, (_, amounts) in zip(names, parts, strict=True)
    ]
    each = f", {step} a bar" if step > 1 else ""
    title = f"{layout.granularity.value.capitalize()} cost in {layout.currency}{each}"
    return bars(title, [_label(layout, point) for point in points], series)


def _label(layout: Grid, point: Sequence[int]) -> str:
    state = " so far" if layout.incomplete.intersection(point) else ""
    return words.slot_short(layout.slots[point[0]], layout.granularity) + state


def bars(
    title: str, labels: Sequence[str], series: Sequence[tuple[str, Sequence[Decimal]]]
) -> DataVisualizationBlock:
    """Bars of a few series over labels, which are made short and unique."""
    labels = _unique(labels)
    return DataVisualizationBlock(
        title=cut(title, _TITLE),
        chart=BarChart(
            series=[
                DataSeries(
                    name=name,
                    data=[
                        # The block takes JSON numbers; the exact amounts are in the table.
                        DataPoint(label=label, value=round(float(amount), 2))
                        for label, amount in zip(labels, amounts, strict=True)
                    ],
                )
                for name, amounts in series
            ],
            axis_config=AxisConfig(categories=list(labels)),
        ),
        block_id="chart",
    )


def _unique(names: Sequence[str]) -> list[str]:
    """Names cut to what Slack shows, and numbered where that made two alike."""
    labels: list[str] = []
    for name in (" ".join(each.split()) or "Cost" for each in names):
        label, number = cut(name, _LABEL), 2
        while label in labels:
            suffix = f" {number}"
            label, number = cut(name, _LABEL - len(suffix)) + suffix, number + 1
        labels.append(label)
    return labels
