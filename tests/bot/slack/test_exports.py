"""Large exports in Slack: told that they are coming, made in the background, sent as a file."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot import exporting
from bot.notify import Notifier
from bot.render.charges import Format
from bot.slack import exports
from core.access.model import OPERATOR, Member, Role
from core.costs.exporting.rows import RowsExport
from core.errors import UnavailableError
from core.exports.model import JOB, ExportState
from core.jobs.model import Job, JobState
from tests.bot.slack.acting import DIRECT, ask, sees
from tests.bot.slack.reading import Json, words
from tests.support.alerts import delivering
from tests.support.product import Product
from tests.support.rows import read, summed
from tests.support.slack import ADA, BEN, CHECKOUT, GUS


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixty rows are many."""
    monkeypatch.setattr(exports, "AT_ONCE", 50)


@pytest.fixture
async def notifier(product: Product) -> AsyncIterator[Notifier]:
    async with delivering(product.services) as made:
        yield made


async def files(product: Product, channel: str, user: str = ADA) -> list[Json]:
    """The messages with files that somebody sees."""
    return [m for m in await product.slack.messages(channel, user=user) if m.get("files")]


async def file_of(product: Product, channel: str) -> tuple[Json, bytes]:
    """The message that brings the one file, and what is in it."""

    async def look() -> list[Json]:
        return await files(product, channel)

    (message,) = await product.slack.until(look)
    (file,) = message["files"].values()
    content = product.slack.slack.workspace.files[file["id"]].content
    assert content is not None
    return message, content


@pytest.mark.parametrize("form", Format)
async def test_a_command_s_file_comes_to_a_direct_message(
    product: Product, notifier: Notifier, form: Format
) -> None:
    answer = await ask(product, f"export checkout 2026-10 {form}")
    assert "About 62 rows: I'll send you the file in a direct message." in words(answer)
    await sees(product, "about 62 rows. It will come here when it is ready.", channel=DIRECT)
    assert await files(product, DIRECT) == []
    await exporting.make_due(product.services)
    assert await notifier.drain() == 1
    message, content = await file_of(product, DIRECT)
    assert "The charges of `checkout 2026-10`: 62 rows." in message["text"]
    assert "thread_ts" not in message
    (file,) = message["files"].values()
    assert file["name"] == f"charges-checkout-2026-10-01-to-2026-10-31.{form}"
    rows = read(content, form)
    assert summed(rows) == Decimal("6223.25")


async def test_it_says_how_many_rows_there_are_not_about_how_many(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def about(*_: object) -> int:
        return 49

    monkeypatch.setattr(type(product.services.costs), "count_rows", about)
    await ask(product, "export checkout 2026-10")
    assert await sees(product, "The charges of: checkout 2026-10, 62 rows", channel=DIRECT)


async def test_a_mention_s_file_comes_into_its_thread(product: Product, notifier: Notifier) -> None:
    asked = await product.slack.say("<@U0CLOUDCOST> export checkout 2026-10", channel=CHECKOUT)
    told = await sees(product, "about 62 rows. I'll send the file here.")
    await exporting.make_due(product.services)
    assert await notifier.drain() == 1

    async def look() -> list[Json]:
        return await files(product, CHECKOUT)

    (message,) = await product.slack.until(look)
    assert message["thread_ts"] == told["thread_ts"] == asked["ts"]


async def test_it_is_made_once_and_delivered_once(product: Product, notifier: Notifier) -> None:
    """However often it is looked for; and what is delivered isn't kept."""
    await ask(product, "export checkout 2026-10")
    for _ in range(3):
        await exporting.make_due(product.services)
    assert await notifier.drain() == 1
    await file_of(product, DIRECT)
    now = product.services.clock()
    assert await product.services.exports.forget(now) == 1
    assert await product.services.exports.forget(now) == 0


async def test_what_they_may_not_see_any_more_isn_t_exported(
    product: Product, notifier: Notifier
) -> None:
    """Rights are those of the moment it is made."""
    await ask(product, "export all 2026-10", user=BEN)
    shut_out = Member("T0SANDBOX", BEN, None)
    await product.services.access.set_member(shut_out, by=OPERATOR)
    await exporting.make_due(product.services)
    assert await notifier.drain() == 1
    failed = "The export of `all 2026-10` can't be made. You have no access to costs here"
    assert await sees(product, failed, user=BEN, channel="D0BEN")
    assert await files(product, "D0BEN", BEN) == []


async def test_a_file_is_not_sent_to_whom_was_shut_out_meanwhile(
    product: Product, notifier: Notifier
) -> None:
    await ask(product, "export all 2026-10", user=BEN)
    await exporting.make_due(product.services)
    shut_out = Member("T0SANDBOX", BEN, None)
    await product.services.access.set_member(shut_out, by=OPERATOR)
    await notifier.drain()
    said = "The export of `all 2026-10` can't be sent. You have no access to costs here"
    assert await sees(product, said, user=BEN, channel="D0BEN")
    assert await files(product, "D0BEN", BEN) == []


async def test_a_guest_s_is_one_whoever_looks_after_it(
    product: Product, notifier: Notifier
) -> None:
    """Their entry lets them in; once it is gone, nobody takes them for a member."""
    access, exports = product.services.access, product.services.exports
    entry = Member("T0SANDBOX", GUS, Role.VIEWER, frozenset({"checkout"}))
    await access.set_member(entry, by=OPERATOR)
    for _ in range(2):
        await ask(product, "export checkout 2026-10", user=GUS)
    made, waiting = await exports.waiting()
    job = await product.services.jobs.claim(JOB, str(made.id))
    assert job is not None
    await exporting._make(product.services, made, job)
    await product.services.database.fetch("DELETE FROM members RETURNING 1")
    assert await exports.waiting() == (waiting,)
    await exporting.make_due(product.services)
    await notifier.drain()
    for done in ("sent", "made"):
        said = f"The export of `checkout 2026-10` can't be {done}. You have no access"
        assert await sees(product, said, user=GUS, channel="D0GUS")
    assert await files(product, "D0GUS", GUS) == []


async def exported(product: Product, asked: str, *rights: Sequence[str] | None) -> None:
    """An export of Ben's, made by the first of some rights; then they have the next."""
    for number, projects in enumerate(rights):
        seen = None if projects is None else frozenset(projects)
        entry = Member("T0SANDBOX", BEN, Role.VIEWER, seen)
        await product.services.access.set_member(entry, by=OPERATOR)
        if number == 0:
            await ask(product, f"export {asked} 2026-10", user=BEN)
            await exporting.make_due(product.services)


@pytest.mark.parametrize(
    ("asked", "before", "after"),
    [
        ("all", None, ["checkout"]),
        ("all", ["checkout", "search"], ["checkout"]),
        ("checkout", None, ["search"]),
        ("service=Compute Engine", None, ["checkout"]),
    ],
)
async def test_a_file_is_not_sent_to_whom_may_see_less_by_then(
    product: Product,
    notifier: Notifier,
    asked: str,
    before: list[str] | None,
    after: list[str],
) -> None:
    await exported(product, asked, before, after)
    await notifier.drain()
    said = "can't be sent. What you may see isn't what it was when the file was made. Ask again"
    assert await sees(product, said, user=BEN, channel="D0BEN")
    assert await files(product, "D0BEN", BEN) == []


@pytest.mark.parametrize(
    ("asked", "before", "after"),
    [("all", ["checkout"], ["checkout", "search"]), ("checkout", None, ["checkout"])],
)
async def test_a_file_is_sent_to_whom_may_see_all_that_is_in_it(
    product: Product,
    notifier: Notifier,
    asked: str,
    before: list[str] | None,
    after: list[str],
) -> None:
    await exported(product, asked, before, after)
    await notifier.drain()

    async def look() -> list[Json]:
        return await files(product, "D0BEN", BEN)

    assert len(await product.slack.until(look)) == 1


async def test_why_a_file_isn_t_sent_is_told_in_its_thread(
    product: Product, notifier: Notifier
) -> None:
    asked = await product.slack.say("<@U0CLOUDCOST> export checkout 2026-10", channel=CHECKOUT)
    await sees(product, "about 62 rows. I'll send the file here.")
    await exporting.make_due(product.services)
    await product.services.exports.forget(product.services.clock() + timedelta(8))
    await notifier.drain()
    told = await sees(product, "can't be sent. The file of export 1 isn't kept any more. Ask again")
    assert told["thread_ts"] == asked["ts"]


@pytest.mark.parametrize(
    ("attempts", "error", "seconds"),
    [(1, "full", 10), (2, "full", 20), (4, "full", 80), (3, "stopped", 0)],
)
def test_after_each_failure_it_waits_longer(attempts: int, error: str, seconds: int) -> None:
    """But not for what was merely stopped."""
    ended = datetime(2026, 11, 22, 18, tzinfo=UTC)
    job = Job(1, JOB, "1", JobState.FAILED, "w", attempts, ended, ended, error)
    first = next(n for n in range(200) if not exporting._waits(job, ended + timedelta(seconds=n)))
    assert first == seconds


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pause between attempts."""
    monkeypatch.setattr(exporting, "_waits", lambda *_: False)


@pytest.mark.usefixtures("patient")
async def test_what_passes_is_tried_again_and_then_owned_up_to(
    product: Product, notifier: Notifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise UnavailableError("The disk is full.")

    await ask(product, "export checkout 2026-10")
    monkeypatch.setattr(type(product.services.exports), "keep", broken)
    for _ in range(4):
        await exporting.make_due(product.services)
    (waiting,) = await product.services.exports.waiting()
    assert waiting.state is ExportState.WAITING
    job = await product.services.jobs.find(JOB, str(waiting.id))
    assert job is not None
    assert (job.state, job.attempts, job.error) == (JobState.FAILED, 4, "The disk is full.")
    await exporting.make_due(product.services)
    assert await product.services.exports.waiting() == ()
    await notifier.drain()
    told = await sees(product, "can't be made at present", channel=DIRECT)
    assert "cost-tracker export costs 'checkout 2026-10' --out charges.csv" in words(told)


@pytest.mark.usefixtures("patient")
async def test_an_interrupted_one_is_made_by_the_next(
    product: Product, notifier: Notifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the first has left is no part of the file."""
    whole = RowsExport.csv

    async def cut(self: RowsExport, *, guarded: bool = True) -> AsyncIterator[bytes]:
        async for part in whole(self, guarded=guarded):
            yield part
            raise UnavailableError

    await ask(product, "export checkout 2026-10")
    with monkeypatch.context() as patched:
        patched.setattr(RowsExport, "csv", cut)
        await exporting.make_due(product.services)
    await exporting.make_due(product.services)
    await notifier.drain()
    _, content = await file_of(product, DIRECT)
    assert len(read(content, Format.CSV)) == 62


async def test_what_is_too_large_for_slack_is_said_with_the_other_ways(
    product: Product, notifier: Notifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "MOST_BYTES", 1000)
    await ask(product, "export checkout 2026-10")
    await exporting.make_due(product.services)
    await notifier.drain()
    told = words(await sees(product, "can't be made", channel=DIRECT))
    assert "The file has more than 1 GB, and Slack takes no more." in told
    assert "cost-tracker export costs 'checkout 2026-10' --out charges.csv" in told
    assert "/v1/export/costs" in told


async def test_one_person_waits_for_three_at_a_time(product: Product) -> None:
    for _ in range(3):
        await ask(product, "export checkout 2026-10")
    fourth = await ask(product, "export checkout 2026-10")
    assert "3 exports of yours are being made. Ask again when one of them has come." in words(
        fourth
    )
    assert len(await product.services.exports.waiting()) == 3
