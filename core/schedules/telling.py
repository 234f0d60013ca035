"""The messages of a run: a thread in each place, kept up to date, and what changed under it."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pydantic import TypeAdapter

from core.database import Connection
from core.outbox.model import MAIL, SLACK, Destination, Message, Verb
from core.schedules.model import POSTING, Posting, Terms
from core.subscriptions.model import Of, Reason
from core.subscriptions.service import declined

VALUES: TypeAdapter[Posting] = TypeAdapter(Posting)
"""Postings as the values of messages, and back."""


def thread_of(run: int) -> str:
    """What the messages of a run have in common."""
    return f"report:{run}"


def places(terms: Terms) -> tuple[Destination, ...]:
    """Where a schedule posts."""
    channels = (Destination(SLACK, each) for each in terms.channels)
    return (*channels, *(Destination(MAIL, each) for each in terms.emails))


async def wanted(
    tx: Connection, schedule: int, places: Iterable[Destination]
) -> tuple[Destination, ...]:
    """Those of some places that haven't declined what a schedule sends, in constant order."""
    reason = Reason(Of.SCHEDULE, schedule)
    left_out = await declined(tx, Of.SCHEDULE)
    chosen = [each for each in places if (each, reason) not in left_out]
    return tuple(sorted(chosen, key=lambda each: (each.channel, each.address)))


def posted(posting: Posting, to: Destination) -> Iterator[Message]:
    """The post, and its files; in a mail they are attached to it."""
    yield _message(posting, to, Verb.POST)
    if to.channel != MAIL:
        yield from _files(posting, to)


def corrected(posting: Posting, to: Destination) -> Iterator[Message]:
    """The post as it is now; what changed, if that is to be told, and the files again."""
    if to.channel != MAIL:
        yield _message(posting, to, Verb.UPDATE)
    if posting.corrections is not None:
        yield _message(posting, to, Verb.REPLY)
        if to.channel != MAIL and posting.corrections.figures:
            yield from _files(posting, to)


def _files(posting: Posting, to: Destination) -> Iterator[Message]:
    for each in posting.formats:
        yield _message(replace(posting, file=each), to, Verb.FILE)


def _message(posting: Posting, to: Destination, verb: Verb) -> Message:
    thread = thread_of(posting.run)
    what = verb if posting.file is None else f"{verb}:{posting.file}"
    return Message(
        key=f"{thread}:{posting.version}:{what}:{to.channel}:{to.address}",
        to=to,
        thread=thread,
        verb=verb,
        kind=POSTING,
        values=VALUES.dump_python(posting, mode="json"),
    )
