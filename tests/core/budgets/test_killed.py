"""Evaluations that are killed, wherever they are, or run at once: each crossing is told once."""

import asyncio
import signal
import sys
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from core.access.model import OPERATOR
from core.alerts.reading import Round
from core.data_version import bump
from tests.support.evaluating import TERMS, Company, evaluation, november

_EVALUATES = """
import asyncio, os, signal, sys
from datetime import datetime
from core.alerts import raising, store, telling
from core.budgets.evaluating import EvaluationService
from core.database import Database
from tests.support.evaluating import evaluation

url, instant, point = sys.argv[1:]

def dying(work, before, after):
    async def worked(*given, **named):
        if point and before == point:
            os.kill(os.getpid(), signal.SIGKILL)
        done = await work(*given, **named)
        if point and after == point:
            os.kill(os.getpid(), signal.SIGKILL)
        return done
    return worked

store.lock = dying(store.lock, "read", "locked")
store.add = dying(store.add, "", "kept")
telling.send = dying(telling.send, "kept all", "told all")
EvaluationService.evaluate = dying(EvaluationService.evaluate, "", "committed")

async def main():
    database = await Database.connect(url)
    print("ready", flush=True)
    sys.stdin.readline()
    await evaluation(database, lambda: datetime.fromisoformat(instant)).evaluate()
    await database.close()

asyncio.run(main())
"""


async def evaluator(company: Company, point: str = "") -> asyncio.subprocess.Process:
    """A process that evaluates once it is told to, and kills itself when it comes to a point."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _EVALUATES),
        *(company.database.url, company.clock().isoformat(), point),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    return process


async def over(company: Company) -> None:
    """Two budgets that are over by the data of the day."""
    await company.sync(november(8))
    for subject in ("shop", "blog"):
        await company.budgets.add(replace(TERMS, subject=subject, emails=()), by=OPERATOR)
    for account in ("acc-1", "acc-2"):
        company.spend(account, {november(9): 1200})
    await company.sync(november(10))


TOLD_ONCE = [("C-shop", "post", "crossed"), ("C-shop", "post", "crossed")]


@pytest.mark.parametrize("point", ["read", "locked", "kept", "kept all", "told all", "committed"])
async def test_one_killed_at_a_point_is_followed_by_another(company: Company, point: str) -> None:
    await over(company)
    dying = await evaluator(company, point)
    await dying.communicate(b"go\n")
    assert dying.returncode == -signal.SIGKILL
    await company.evaluation.evaluate()
    assert [each.said for each in await company.sent()] == TOLD_ONCE


async def test_three_at_once_tell_each_crossing_once(company: Company) -> None:
    await over(company)
    every = [await evaluator(company) for _ in range(3)]
    await asyncio.gather(*(each.communicate(b"go\n") for each in every))
    assert [each.returncode for each in every] == [0, 0, 0]
    assert [each.said for each in await company.sent()] == TOLD_ONCE


async def test_what_was_set_isnt_lost_to_one_that_knew_newer_data_alone(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It had read the budgets before, and the data after."""
    await over(company)
    await company.evaluation.evaluate()
    first, *_ = await company.budgets.list(OPERATOR)
    before = await company.budgets._catalogue.everything()
    look = company.evaluation._look

    async def overtaken(*asked: Any, **named: Any) -> Round:
        found = await look(*asked, **named)
        monkeypatch.undo()
        async with company.database.begin() as tx:
            await bump(tx)
        other = evaluation(company.database, company.clock)
        await other._tell(await other._look(before, before.budgets))
        await company.sent()
        return found

    monkeypatch.setattr(company.evaluation, "_look", overtaken)
    raised = replace(first.terms, amount=Decimal(9000))
    await company.budgets.change(first.id, raised, by=OPERATOR)
    (update,) = await company.sent()
    assert update.value.alert.figures.amount == Decimal(9000)  # type: ignore[union-attr]


async def test_figures_that_were_read_before_a_change_undo_nothing(company: Company) -> None:
    """An evaluation that read its figures before somebody raised the amount comes too late."""
    await over(company)
    first, *_ = await company.budgets.list(OPERATOR)
    late = await company.evaluation._look(
        await company.budgets._catalogue.everything(),
        await company.budgets.list(OPERATOR),
    )
    raised = replace(first.terms, amount=Decimal(9000))
    await company.budgets.change(first.id, raised, by=OPERATOR)
    await company.sent()
    await company.evaluation._tell(late)
    assert all(
        each.value.alert.subject.budget != first.id  # type: ignore[union-attr]
        for each in await company.sent()
    )


async def test_what_an_evaluation_comes_too_late_for_is_behind_still(company: Company) -> None:
    """It knew the newer data, and not what was set since: both are evaluated together next."""
    await over(company)
    await company.evaluation.evaluate()
    first, *_ = await company.budgets.list(OPERATOR)
    before = await company.budgets._catalogue.everything()
    await company.budgets.change(first.id, replace(first.terms, amount=Decimal(9000)), by=OPERATOR)
    async with company.database.begin() as tx:
        await bump(tx)
    await company.evaluation._tell(await company.evaluation._look(before, before.budgets))
    assert await company.evaluation.is_behind()
    await company.evaluation.evaluate()
    assert not await company.evaluation.is_behind()
