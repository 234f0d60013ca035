"""Blocks for tests: one of everything that a message may hold."""

from typing import Any

type Json = dict[str, Any]

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(text: str = "hello", **more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(text), **more}


def button(action_id: str = "go", text: str = "Go", **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(text), **more}


def actions(*elements: Json, **more: Any) -> Json:
    return {"type": "actions", "elements": list(elements), **more}


def option(text: str, value: str | None = None) -> Json:
    return {"text": plain(text), "value": value or text.lower()}


def select(action_id: str = "pick", *names: str, **more: Any) -> Json:
    return {
        "type": "static_select",
        "action_id": action_id,
        "options": [option(name) for name in names or ("One", "Two")],
        **more,
    }


def asks(block_id: str, element: Json, **more: Any) -> Json:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(block_id.title()),
        "element": element,
        **more,
    }


def line(text: str) -> Json:
    return {"type": "plain_text_input", "action_id": text}


def table(rows: int = 2, columns: int = 2, text: str = "1", **more: Any) -> Json:
    cells = [{"type": "raw_text", "text": text} for _ in range(columns)]
    return {"type": "table", "rows": [cells] * rows, **more}


def pie(segments: int = 2, *, title: str = "Cost", value: float = 1, label: str = "s") -> Json:
    parts = [{"label": f"{label}{n}", "value": value} for n in range(segments)]
    chart = {"type": "pie", "segments": parts}
    return {"type": "data_visualization", "title": title, "chart": chart}


def bars(series: int = 1, points: int = 3, *, missing: int = 0) -> Json:
    names = [f"d{n}" for n in range(points)]
    data = [{"label": name, "value": n} for n, name in enumerate(names[missing:])]
    chart = {
        "type": "bar",
        "series": [{"name": f"s{n}", "data": data} for n in range(series)],
        "axis_config": {"categories": names, "x_label": "Day", "y_label": "USD"},
    }
    return {"type": "data_visualization", "title": "Cost", "chart": chart}


def modal(*blocks: Json, **more: Any) -> Json:
    return {
        "type": "modal",
        "title": plain("Budget"),
        "submit": plain("Save"),
        "blocks": list(blocks),
        **more,
    }


def home(*blocks: Json, **more: Any) -> Json:
    return {"type": "home", "blocks": list(blocks), **more}
