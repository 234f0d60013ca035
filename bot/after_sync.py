"""What follows a sync, whoever began it: budgets, anomalies and reports held against the data.

Each step may be repeated, and done by several processes at once: nothing is told twice.
"""

from bot.services import Services
from core.alerts.raising import Raised
from core.anomalies.posting import Posted
from core.anomalies.service import Screened


async def follow(services: Services) -> None:
    """Take all of the steps: after a sync that isn't the one of its time, which has duties."""
    await evaluate(services)
    await foresee(services)
    await screen(services)
    await correct(services)


async def evaluate(services: Services) -> Raised:
    """Hold budgets against what is spent now, and tell of what is crossed."""
    evaluation = services.evaluation
    found = [await evaluation.evaluate(over=False)]
    if await evaluation.foresee():
        found.append(await evaluation.evaluate(over=False))
    # What is over can wait: it is told for the record.
    found.append(await evaluation.evaluate(over=True))
    return Raised(
        looked_at=sum(each.looked_at for each in found),
        told=sum(each.told for each in found),
        changed=sum(each.changed for each in found),
    )


async def foresee(services: Services) -> tuple[int, int]:
    """Judge the forecasts whose days are in, and make those of today; how many of each."""
    return await services.forecasts.judge_due(), await services.forecasts.make_all()


async def screen(services: Services) -> tuple[Screened, Posted]:
    """Find anomalies, and tell of them."""
    await services.anomaly_poster.listen()
    return await services.anomalies.screen(), await services.anomaly_poster.post()


async def correct(services: Services) -> int:
    """Have reports posted that waited for data, and those corrected that it changes; how many."""
    await services.poster.wake()
    return await services.corrector.correct()
