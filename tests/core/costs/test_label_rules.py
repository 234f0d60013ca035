"""Labels define projects: the first rule that matches tells, whatever happens in which order."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text

from core.access.model import OPERATOR, Role, RoleNeededError, Viewer
from core.costs.assigning import months
from core.costs.assigning.service import UnlistedLabelError
from core.database import Database
from core.projects.rules import (
    BadRuleError,
    LabelMatch,
    RuleTakenError,
    UnknownRuleError,
)
from tests.support.charges import comparable, facts, scalar
from tests.support.label_rules import (
    BOTH,
    NOVEMBER,
    OCTOBER,
    PAY,
    PAY_RULE,
    SEPTEMBER,
    World,
    by_project,
    close,
    labelled,
    world,
)


@pytest.fixture
async def made(database: Database) -> World:
    return await world(database)


async def test_a_label_gives_its_charges_to_a_project(made: World) -> None:
    await made.write("a", [labelled("2026-11-02", "10", PAY), labelled("2026-11-02", "5")])
    assert await by_project(made.database) == {"shop": Decimal(15)}
    done = await made.rules.link("payments", PAY_RULE, by=OPERATOR)
    assert (done.moved, done.since, done.months) == (1, NOVEMBER, (NOVEMBER,))
    assert await by_project(made.database) == {"payments": Decimal(10), "shop": Decimal(5)}
    await made.write("b", [labelled("2026-11-03", "1", BOTH), labelled("2026-11-03", "2")])
    assert await by_project(made.database) == {"payments": Decimal(11), "shop": Decimal(7)}
    assert comparable(await facts(made.database)) == comparable(made.rows)


async def test_the_first_match_wins(made: World) -> None:
    await made.write("a", [labelled("2026-11-02", "10", BOTH), labelled("2026-11-02", "1", PAY)])
    await made.rules.link("payments", PAY_RULE, by=OPERATOR)
    done = await made.rules.link("platform", LabelMatch("env", "prod"), by=OPERATOR)
    assert await by_project(made.database) == {"payments": Decimal(11)}
    assert [each.rule.slug for each in done.rules] == ["payments", "platform"]
    done = await made.rules.place(done.rules[1].rule.id, 1, by=OPERATOR)
    assert [each.rule.slug for each in done.rules] == ["platform", "payments"]
    assert await by_project(made.database) == {"platform": Decimal(10), "payments": Decimal(1)}


async def test_a_narrower_rule_goes_before_the_one_that_covers_it(made: World) -> None:
    await made.write(
        "a", [labelled("2026-11-02", "3", PAY), labelled("2026-11-02", "4", PAY, account_id="lab")]
    )
    await made.rules.link("payments", PAY_RULE, by=OPERATOR)
    narrow = LabelMatch("team", "pay", "gcp", "lab")
    done = await made.rules.link("platform", narrow, by=OPERATOR)
    assert [str(each.rule.match) for each in done.rules] == [
        "team=pay in gcp account lab",
        "team=pay",
    ]
    assert await by_project(made.database) == {"payments": Decimal(3), "platform": Decimal(4)}


async def test_closed_months_stay_unless_history_is_asked_for(made: World) -> None:
    await made.write("a", [labelled(f"2026-{month}-05", "1", PAY) for month in ("09", "10", "11")])
    await close(made.database, SEPTEMBER, OCTOBER)
    done = await made.rules.link("payments", PAY_RULE, by=OPERATOR)
    assert done.since == NOVEMBER
    assert await by_project(made.database) == {"shop": Decimal(2), "payments": Decimal(1)}
    await made.write("late", [labelled("2026-09-30", "0.5", PAY)])
    assert await by_project(made.database) == {"shop": Decimal("2.5"), "payments": Decimal(1)}
    done = await made.rules.link("payments", PAY_RULE, by=OPERATOR, history=True)
    assert (done.since, done.moved) == (None, 3)
    assert await by_project(made.database) == {"payments": Decimal("3.5")}


async def test_a_late_final_month_in_between_doesn_t_open_older_ones(made: World) -> None:
    """A late row has opened September again: the change begins after October all the same."""
    await made.write("a", [labelled(f"2026-{month}-05", "1", PAY) for month in ("09", "10", "11")])
    await close(made.database, OCTOBER)
    assert (await made.rules.link("payments", PAY_RULE, by=OPERATOR)).since == NOVEMBER


async def test_what_is_unlinked_goes_back_to_its_account(made: World) -> None:
    await made.write("a", [labelled(f"2026-{month}-05", "1", PAY) for month in ("10", "11")])
    await made.rules.link("payments", PAY_RULE, by=OPERATOR, history=True)
    await close(made.database, OCTOBER)
    await made.rules.unlink("payments", PAY_RULE, by=OPERATOR)
    assert await by_project(made.database) == {"payments": Decimal(1), "shop": Decimal(1)}
    await made.rules.unlink("payments", PAY_RULE, by=OPERATOR, history=True)
    assert await by_project(made.database) == {"shop": Decimal(2)}


async def test_a_label_of_another_project_is_refused_or_moved(made: World) -> None:
    await made.write("a", [labelled(f"2026-{month}-05", "1", PAY) for month in ("10", "11")])
    await made.rules.link("payments", PAY_RULE, by=OPERATOR, history=True)
    await close(made.database, OCTOBER)
    with pytest.raises(RuleTakenError, match="team=pay defines the project 'payments'"):
        await made.rules.link("platform", PAY_RULE, by=OPERATOR)
    await made.rules.link("platform", PAY_RULE, by=OPERATOR, move=True)
    assert await by_project(made.database) == {"payments": Decimal(1), "platform": Decimal(1)}


async def test_a_merge_takes_the_labels_along(made: World) -> None:
    await made.write("a", [labelled("2026-11-05", "1", PAY)])
    await made.rules.link("payments", PAY_RULE, by=OPERATOR)
    await made.writer.projects.merge("payments", "platform", by=OPERATOR)
    await made.write("b", [labelled("2026-11-06", "1", PAY)])
    assert await by_project(made.database) == {"platform": Decimal(2)}
    found = await made.writer.projects.get("platform", OPERATOR)
    assert [str(each.rule.match) for each in found.rules] == ["team=pay"]
    assert found.accounts == ()


async def test_published_days_that_move_are_restated(made: World) -> None:
    await made.write("a", [labelled("2026-11-05", "10", PAY), labelled("2026-11-05", "1")])
    async with made.database.begin() as tx:
        await tx.execute(
            text("UPDATE sources SET held_since = '2026-11-01', complete_until = '2026-11-10'")
        )
    await made.rules.link("payments", PAY_RULE, by=OPERATOR)
    statement = text(
        'SELECT p.slug, r."before", r."after" FROM restatements r'
        " JOIN scopes s ON s.id = r.scope_id JOIN projects p ON p.id = s.project_id ORDER BY 1"
    )
    async with made.database.read() as connection:
        told = [tuple(row) for row in await connection.execute(statement)]
    assert told == [("payments", 0, 10), ("shop", 11, 1)]


async def test_what_was_interrupted_is_taken_up(
    made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await made.write("a", [labelled(f"2026-{month}-05", "1", PAY) for month in ("09", "10", "11")])
    follow = months.follow
    done: list[date] = []

    async def killed_after_one(database: Database, month: date, now: datetime) -> int:
        if done:
            raise KeyboardInterrupt
        done.append(month)
        return await follow(database, month, now)

    monkeypatch.setattr(months, "follow", killed_after_one)
    with pytest.raises(KeyboardInterrupt):
        await made.rules.link("payments", PAY_RULE, by=OPERATOR, history=True)
    monkeypatch.undo()
    assert await by_project(made.database) == {"shop": Decimal(2), "payments": Decimal(1)}
    told: list[tuple[date, int, int]] = []
    assert await made.rules.settle(lambda *each: told.append(each)) == 2
    assert told == [(OCTOBER, 1, 1), (SEPTEMBER, 1, 0)]
    assert await by_project(made.database) == {"payments": Decimal(3)}
    assert await made.rules.settle() == 0


async def test_resources_move_with_their_charges(made: World) -> None:
    await made.write("a", [labelled("2026-11-05", "10", PAY)])
    async with made.database.begin() as tx:
        await tx.execute(
            text(
                "INSERT INTO cost_by_day_resource SELECT slice_id, day, billing_period, scope_id,"
                " service_id, region_id, tag_set_id, kind_id, 0, currency, billed, effective, list"
                " FROM charge_daily"
            )
        )
    await made.rules.link("payments", PAY_RULE, by=OPERATOR)
    same = (
        "SELECT count(*) FROM cost_by_day_resource r JOIN charge_daily f"
        " ON f.slice_id = r.slice_id AND f.scope_id = r.scope_id"
    )
    assert await scalar(made.database, same) == 1


async def test_renaming_an_account_renames_it_everywhere(made: World) -> None:
    await made.rules.link("payments", PAY_RULE, by=OPERATOR)
    await made.write("2026-11-01", [labelled("2026-11-05", "1", PAY)])
    await made.write("2026-11-02", [labelled("2026-11-06", "1", PAY, account_name="Store")])
    names = "SELECT count(*) FROM scopes WHERE account_name = 'Store'"
    assert await scalar(made.database, names) == 2


@pytest.mark.parametrize(
    ("match", "said"),
    [
        (LabelMatch("team", ""), "has no value"),
        (LabelMatch("", "x"), "has no key"),
        (LabelMatch("team", "x", "ovh"), "'ovh' is no provider"),
        (LabelMatch("team", "x", None, "shop"), "'shop' has no provider"),
    ],
)
async def test_what_can_t_be_a_rule_is_refused(made: World, match: LabelMatch, said: str) -> None:
    with pytest.raises(BadRuleError, match=said):
        await made.rules.link("payments", match, by=OPERATOR)


async def test_a_label_that_no_source_keeps_is_refused_with_the_line_to_add(made: World) -> None:
    with pytest.raises(UnlistedLabelError) as caught:
        await made.rules.link("payments", LabelMatch("app", "x"), by=OPERATOR)
    assert 'labels = ["app", "env", "team"] (source \'gcp\')' in str(caught.value)
    assert "sync --full" in str(caught.value)


async def test_only_administrators_change_rules(made: World) -> None:
    with pytest.raises(RoleNeededError):
        await made.rules.link("payments", PAY_RULE, by=Viewer("eve", Role.FINANCE))


async def test_what_isn_t_linked_can_t_be_unlinked_or_placed(made: World) -> None:
    with pytest.raises(UnknownRuleError, match="isn't defined by team=pay"):
        await made.rules.unlink("payments", PAY_RULE, by=OPERATOR)
    with pytest.raises(UnknownRuleError):
        await made.rules.place(7, 1, by=OPERATOR)
