"""Updates of a post: the last says all that those before it do, and none follows it."""

from core.database import Database
from core.outbox.model import DeliveryState, Message, Parked, Verb
from core.outbox.service import OutboxService
from tests.core.outbox.taking import DONE, SLACK, delivered, leased
from tests.support.outbox import put, told


async def test_updates_that_nobody_has_seen_are_left_out_for_the_last(
    fresh_database: Database, outbox: OutboxService
) -> None:
    await put(fresh_database, told("a", thread="t"))
    await put(fresh_database, *(told(f"u{n}", verb=Verb.UPDATE, thread="t") for n in range(3)))
    states = {each.message.key: each.state for each in await outbox.listed()}
    dropped, queued = DeliveryState.DROPPED, DeliveryState.QUEUED
    assert states == {"a": queued, "u0": dropped, "u1": dropped, "u2": queued}


async def states(outbox: OutboxService) -> dict[str, str]:
    return {each.message.key: str(each.state) for each in await outbox.listed()}


def updating(key: str) -> Message:
    return told(key, verb=Verb.UPDATE, thread="a")


async def test_an_update_that_is_parked_is_left_out_for_a_later_one(
    fresh_database: Database, outbox: OutboxService
) -> None:
    """It neither holds the later up nor is ever sent after it; nor does what came between go."""
    await put(fresh_database, told("a"), updating("u0"))
    await delivered(outbox)
    assert await delivered(outbox, Parked("the app isn't in the channel")) == "u0"
    await put(fresh_database, told("r", verb=Verb.REPLY, thread="a"))
    assert await outbox.lease(SLACK) is None
    await put(fresh_database, updating("u1"))
    assert (await states(outbox))["u0"] == "dropped"
    assert [await delivered(outbox), await delivered(outbox)] == ["r", "u1"]
    assert await outbox.retry_parked() == ()


async def test_an_update_that_is_parked_while_a_later_one_is_written_is_too(
    fresh_database: Database, outbox: OutboxService
) -> None:
    await put(fresh_database, told("a"), updating("u0"))
    await delivered(outbox)
    trying = await leased(outbox)
    await put(fresh_database, updating("u1"))
    await outbox.settle(trying, Parked("no"))
    assert await delivered(outbox) == "u1"
    assert await states(outbox) == {"a": "delivered", "u0": "dropped", "u1": "delivered"}


async def test_an_update_that_is_retried_while_a_later_one_is_sent_does_not_follow_it(
    fresh_database: Database, outbox: OutboxService
) -> None:
    await put(fresh_database, told("a"), updating("u0"))
    await delivered(outbox)
    trying = await leased(outbox)
    await put(fresh_database, updating("u1"))
    await outbox.settle(trying, Parked("no"))
    later = await leased(outbox)
    assert await outbox.retry_parked() == (trying.id,)
    await outbox.settle(later, DONE)
    assert await outbox.lease(SLACK) is None
    assert (await states(outbox))["u0"] == "dropped"


async def test_an_update_that_is_parked_holds_up_what_is_no_update(
    fresh_database: Database, outbox: OutboxService
) -> None:
    """And an update waits for the post: that is no update either."""
    await put(fresh_database, told("a"), updating("u0"))
    await delivered(outbox, Parked("no"))
    assert await outbox.lease(SLACK) is None
    await outbox.retry_parked()
    await delivered(outbox)
    await delivered(outbox, Parked("no"))
    await put(fresh_database, told("r", verb=Verb.REPLY, thread="a"), told("b"))
    assert await delivered(outbox) == "b"
    assert await outbox.lease(SLACK) is None


async def test_an_update_that_somebody_is_at_is_not_taken_from_them(
    fresh_database: Database, outbox: OutboxService
) -> None:
    """It may be there: whoever looks for it must know of it."""
    await put(fresh_database, told("a"), updating("u0"))
    await delivered(outbox)
    await leased(outbox)
    await put(fresh_database, updating("u1"), told("b", to="C2"))
    assert await states(outbox) == {"a": "delivered", **dict.fromkeys(("u0", "u1", "b"), "queued")}


async def test_an_update_says_nothing_of_another_post(
    fresh_database: Database, outbox: OutboxService
) -> None:
    other = told("v0", verb=Verb.UPDATE, thread="b")
    await put(fresh_database, told("a"), told("b"), updating("u0"), other, updating("u1"))
    assert await states(outbox) == {
        **dict.fromkeys(("a", "b", "v0", "u1"), "queued"),
        "u0": "dropped",
    }
    assert [await delivered(outbox) for _ in range(4)] == ["a", "b", "v0", "u1"]
