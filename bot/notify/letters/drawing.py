"""Charts in letters: drawn by the process that draws; what can't be drawn is said in words."""

import structlog

from bot.render.charts.spec import Chart
from bot.render.charts.worker import ChartError
from bot.render.enclosed import Picture
from bot.services import Services

_log = structlog.get_logger()


async def drawn(services: Services, name: str, chart: Chart) -> Picture:
    """A chart as a picture of a letter or a mail; without its PNG where it can't be drawn."""
    try:
        png = await services.charts.draw(chart)
    except ChartError as error:
        _log.warning("a letter goes without its chart", chart=name, error=str(error))
        png = None
    return Picture(name, chart.alt, png)
