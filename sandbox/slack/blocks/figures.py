"""Tables and native charts.

Source: docs.slack.dev/reference/block-kit/blocks: table, data-table, data-visualization.
Where sources differ (6 or 12 series, 100 or 200 rows) the smaller number holds here.
"""

from typing import Final

from sandbox.slack.blocks.node import Node
from sandbox.slack.blocks.rich import rich_text

ROWS: Final = 100
COLUMNS: Final = 20
SERIES: Final = 6
POINTS: Final = 20
LABEL: Final = 20


def table(node: Node) -> None:
    """A table: at most 100 rows of 20 cells, none empty."""
    node.only("block_id", "rows", "column_settings")
    rows = node.need("rows")
    for row in rows.each(ROWS) if rows else []:
        for cell in row.each(COLUMNS):
            _cell(cell, ("raw_text", "rich_text"))
    settings = node.get("column_settings")
    for column in settings.each(COLUMNS) if settings else []:
        if column.value is None:
            continue
        column.only("align", "is_wrapped")
        if align := column.get("align"):
            align.choice(("left", "center", "right"))


def data_table(node: Node) -> None:
    """A data table: a header and at most 100 rows, all of the same width."""
    node.only("block_id", "rows", "caption", "page_size", "row_header_column_index")
    if caption := node.need("caption"):
        caption.string()
    if size := node.get("page_size"):
        size.number(1, 100)
    rows = node.need("rows")
    lines = rows.each(ROWS + 1, 2) if rows else []
    for index, row in enumerate(lines):
        kinds = ("raw_text", "raw_number", *(("rich_text",) if index else ()))
        for cell in row.each(COLUMNS):
            _cell(cell, kinds)
    if rows and len({len(row.value) for row in lines if isinstance(row.value, list)}) > 1:
        rows.problem("all rows must have the same number of columns")


def _cell(cell: Node, kinds: tuple[str, ...]) -> None:
    if not cell.is_object():
        return
    if cell.kind not in kinds:
        cell.unsupported()
    elif cell.kind == "rich_text":
        rich_text(cell)
    elif cell.kind == "raw_number":
        if value := cell.need("value"):
            value.number()
    elif words := cell.need("text"):
        words.string()


def chart(node: Node) -> None:
    """A native chart."""
    node.only("block_id", "title", "chart")
    if title := node.need("title"):
        title.string(50)
    drawn = node.need("chart")
    if drawn is None or not drawn.is_object():
        return
    kind = drawn.kind
    if kind == "pie":
        _pie(drawn)
    elif kind in ("bar", "area", "line"):
        _series(drawn)
    else:
        drawn.unsupported()


def _pie(node: Node) -> None:
    node.only("segments")
    segments = node.need("segments")
    for segment in segments.each(SERIES) if segments else []:
        segment.only("label", "value")
        _label(segment.need("label"))
        if value := segment.need("value"):
            value.number()
            if isinstance(value.value, int | float) and value.value <= 0:
                value.problem("must be greater than 0")


def _series(node: Node) -> None:
    node.only("series", "axis_config")
    categories = _axis(node.need("axis_config"))
    series = node.need("series")
    names: list[str] = []
    for line in series.each(SERIES) if series else []:
        line.only("name", "data")
        names.append(_label(line.need("name")) or "")
        data = line.need("data")
        labels = [_point(point) for point in data.each(POINTS)] if data else []
        if data and sorted(labels) != sorted(categories):
            data.problem("must have exactly one point for every category")
    if series and len(set(names)) != len(names):
        series.problem("series names must be unique")


def _axis(node: Node | None) -> list[str]:
    if node is None or not node.is_object():
        return []
    node.only("categories", "x_label", "y_label")
    for key in ("x_label", "y_label"):
        if label := node.get(key):
            label.string(50)
    listed = node.need("categories")
    names = [_label(item) or "" for item in listed.each(POINTS)] if listed else []
    if listed and len(set(names)) != len(names):
        listed.problem("categories must be unique")
    return names


def _point(node: Node) -> str:
    node.only("label", "value")
    if value := node.need("value"):
        value.number()
    return _label(node.need("label")) or ""


def _label(node: Node | None) -> str | None:
    return node.string(LABEL) if node else None
