"""What messages that answer have in common, whatever it is that they answer."""

from collections.abc import Iterable, Iterator

from slackblocks import Block, Button, ContextBlock

from bot.render.blocks import actions
from bot.render.blocks.message import code, context, escape
from bot.render.blocks.picture import Look
from bot.render.charts.spec import Chart


def understood(text: str, look: Look, *also: str) -> ContextBlock:
    """The question as it was understood, or who asked it where all can read that.

    Args:
        text: the words that ask it again.
        look: how the message looks.
        also: what is said beside it.
    """
    by = look.shared_by
    asked = f"{code(text)} asked by <@{escape(by)}>" if by else f"Understood as {code(text)}"
    return context(" · ".join((asked, *map(escape, filter(None, also)))), "question")


def notes(said: Iterable[str], look: Look) -> Iterator[Block]:
    """What must be said beside the figures, an apology last."""
    lines = [*said, *([look.apology] if look.apology else [])]
    if lines:
        yield context("\n".join(f"• {escape(each)}" for each in lines), "notes")


def what_next(
    text: str, look: Look, further: Iterable[Button | None], *, drawn: Chart | None
) -> Iterator[Block]:
    """What can be done with an answer, and between that the questions that come next."""
    share = look.share and look.shared_by is None
    picture = look.send_chart and drawn is not None
    buttons = [
        actions.button("Share to channel", actions.SHARE, text) if share else None,
        actions.button("Send me the chart", actions.SEND_CHART, text) if picture else None,
        *further,
        actions.button("CSV", actions.CSV, text),
    ]
    yield from actions.row(buttons, "actions")
