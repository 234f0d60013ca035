"""Schedules of reports and their runs, as Slack messages."""

from collections.abc import Iterator, Sequence
from typing import Final

from slackblocks import Block, Button, ConfirmationDialogue

from bot.render import scheduling, words
from bot.render.blocks import actions, tables
from bot.render.blocks.message import Message, bold, code, context, escape, message, section
from bot.render.blocks.tables import Table
from core.schedules.model import Run, Schedule

EDIT: Final = "schedule.edit"
"""Open the form of a schedule: the value is its number, 0 for a new one."""
PAUSE: Final = "schedule.pause"
RESUME: Final = "schedule.resume"
RUN: Final = "schedule.run"
PREVIEW: Final = "schedule.preview"
REMOVE: Final = "schedule.remove"
HISTORY: Final = "schedule.history"
SHOWN: Final = 14
"""A message has fifty blocks."""
_NAMED: Final = 40
"""So many of the others are told by their numbers."""


def schedules(found: Sequence[tuple[Schedule, bool]], *, command: str, done: str = "") -> Message:
    """The schedules that somebody may see, each with what can be done.

    Args:
        found: each, and whether they may change it.
        command: the slash command as installed.
        done: what has just been done, in a sentence.
    """
    count = words.plural(len(found), "scheduled report") if found else "No report is scheduled yet"
    head = " ".join(filter(None, (escape(done), f"{count}.")))
    page: list[Block] = [section(head, "answer")]
    for schedule, may in found[:SHOWN]:
        page += _one(schedule, may=may)
    if len(found) > SHOWN:
        others = [str(schedule.id) for schedule, _ in found[SHOWN:]]
        one = code(f"{command} schedule show {others[0]}")
        named = words.listing(others, most=_NAMED)
        more = f"and {len(others):,} more, number {named}; {one} shows one"
        page.append(context(more, "more"))
    typed = code(f"{command} schedule weekly mon 09:00 #finance")
    page += actions.row([actions.button("Schedule a report", EDIT, "0")], "actions")
    page.append(context(f"Or type {typed}; {code(f'{command} help commands')} has more.", "how"))
    told = [f"{scheduling.title(each)}: {scheduling.upcoming(each)}" for each, _ in found[:SHOWN]]
    return message(" ".join([head, *map(escape, told)]), page)


def _one(schedule: Schedule, *, may: bool) -> Iterator[Block]:
    number = str(schedule.id)
    yield section(f"{bold(scheduling.title(schedule))}\n{_terms(schedule)}", f"schedule.{number}")
    paused = schedule.paused_at is not None
    due = scheduling.upcoming(schedule) if paused else f"next {scheduling.upcoming(schedule)}"
    state = [f"Number {number}", escape(due)]
    if schedule.latest is not None:
        state.append(f"last run {_outcome(schedule.latest)}")
    yield context("; ".join(state), f"state.{number}")
    yield from actions.row(_buttons(schedule, may=may), f"schedule.actions.{number}")


def _outcome(run: Run) -> str:
    """What a run came to, with links to where it couldn't be delivered."""
    said = escape(scheduling.outcome(run))
    for each in run.undelivered:
        if each.to.channel == "slack":
            said = said.replace(each.to.address, place(each.to.address), 1)
    return said


def _terms(schedule: Schedule) -> str:
    when = scheduling.when(schedule.terms.when)
    files = f", with {scheduling.files(schedule)}" if schedule.terms.formats else ""
    shown = f"{when}{files}"
    return f"{escape(shown[:1].upper() + shown[1:])}, to {scheduling.where(schedule, place)}"


def place(id_: str) -> str:
    """A channel or a person, as Slack links them."""
    return f"<@{id_}>" if id_.startswith(("U", "W")) else f"<#{id_}>"


def _buttons(schedule: Schedule, *, may: bool) -> Iterator[Button | None]:
    number = str(schedule.id)
    if may:
        paused = schedule.paused_at is not None
        label, action = ("Resume", RESUME) if paused else ("Pause", PAUSE)
        yield actions.button(label, f"{action}.{number}", number)
        yield actions.button("Run now", f"{RUN}.{number}", number)
    yield actions.button("Preview to me", f"{PREVIEW}.{number}", number)
    yield actions.button("History", f"{HISTORY}.{number}", number)
    if may:
        yield actions.button("Change", f"{EDIT}.{number}", number)
        yield Button(
            text="Remove",
            action_id=f"{REMOVE}.{number}",
            value=number,
            confirm=ConfirmationDialogue(
                title="Remove this schedule?",
                text="Its report is posted no more. What was posted stays.",
                confirm="Remove",
                deny="Keep",
            ),
        )


def running(schedule: Schedule) -> Message:
    """Its report is being made."""
    where = scheduling.where(schedule, place)
    text = f"{escape(scheduling.title(schedule))} is being made, and comes to {where}."
    return message(text, [section(text, "answer")])


def history(schedule: Schedule, runs: Sequence[Run]) -> Message:
    """What became of a schedule each time it was due, the latest first."""
    head = f"{bold(scheduling.title(schedule))}, {escape(scheduling.when(schedule.terms.when))}"
    if not runs:
        none = f"{head}: it was never due yet."
        return message(none, [section(none, "answer")])
    rows = tuple(scheduling.run_row(each, schedule) for each in runs)
    table = tables.block(Table(scheduling.RUN_COLUMNS, rows, (), 3))
    said = f"{head}: {words.plural(len(runs), 'run')}, the latest {_outcome(runs[0])}."
    return message(said, [section(said, "answer"), table])
