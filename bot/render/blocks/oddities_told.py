"""What channels are told of anomalies: one in a message of its own, several in a digest."""

from functools import partial

from slackblocks import Block

from bot.render import oddities
from bot.render.blocks import actions
from bot.render.blocks.message import (
    Message,
    code,
    context,
    cut,
    escape,
    message,
    section,
    sentence,
)
from bot.render.blocks.oddities import DETAILS, buttons
from bot.render.blocks.spoken import spoken
from core.anomalies.messages import Digest, Told
from core.costs.question import ANOMALIES
from core.subscriptions.model import Of


def anomaly(told: Told, *, command: str) -> Message:
    """One anomaly as it is now: what it cost, what made the difference, what can be said of it.

    Args:
        told: the anomaly, and why it is told there.
        command: the slash command.
    """
    found = told.anomaly
    if told.gone:
        text = f":white_check_mark: {sentence(partial(oddities.ordinary, found))}"
        return message(text, [section(text, "anomaly")])
    text = sentence(partial(oddities.headline, found))
    page: list[Block] = [section(f"{_sign(told)} {text}", "anomaly")]
    details = "\n".join(escape(each) for each in oddities.details(found))
    if details:
        page.append(context(cut(details, DETAILS), "anomaly.details"))
    if found.judged_by:
        page.append(context(spoken(partial(oddities.judged, found)), "anomaly.judged"))
    page += actions.row(buttons(found), "anomaly.actions")
    page.append(context(_ends(told, command), "anomaly.ends"))
    return message(text, page)


def digest(told: Digest, *, command: str) -> Message:
    """Several anomalies, what came to most first."""
    head = escape(oddities.digest(told))
    said = [sentence(partial(oddities.headline, each)) for each in told.anomalies]
    page: list[Block] = [section(f"*{head}*", "anomalies")]
    page += [
        section(f"• {line}", f"anomaly.{each.id}")
        for line, each in zip(said, told.anomalies, strict=True)
    ]
    more = f"And {told.more:,} more. " if told.more else ""
    look = code(f"{command} {ANOMALIES} all")
    page.append(context(f"{more}What is behind them, and to judge them: {look}", "anomalies.how"))
    return message("\n".join([head, *said]), page)


def _sign(told: Told) -> str:
    if told.anomaly.verdict is not None:
        return ":heavy_check_mark:"
    more = told.anomaly.incident.impact > 0
    return ":arrow_upper_right:" if more else ":arrow_lower_right:"


def _ends(told: Told, command: str) -> str:
    """Why it is told here, and how that ends."""
    slug = told.anomaly.incident.subject.project
    if told.reason is not None and told.reason.of is Of.PROJECT and slug is not None:
        how = code(f"{command} unsubscribe {slug} {ANOMALIES}")
        return f"This is the channel of {escape(slug)}; {how} ends such messages."
    return f"Told by subscription; {code(f'{command} subscriptions')} shows and ends them."
