"""The pictures of private answers, by their signed addresses."""

from aiohttp import web
from slack_sdk.errors import SlackApiError

from bot.asking import ASKED
from bot.render.charts.spec import Chart
from bot.slack import links
from bot.slack.asked import Asked
from bot.slack.desk import Desk
from bot.slack.links import Pictured
from core.costs.question import parse_command
from core.errors import CostTrackerError, UnavailableError


def route(desk: Desk) -> web.RouteDef:
    """Where Slack fetches pictures; what isn't signed here, or shows nothing, isn't there."""

    async def show(request: web.Request) -> web.Response:
        pictured = desk.links.read(request.match_info["token"])
        if pictured is None:
            raise web.HTTPNotFound
        try:
            drawn = await _draw(desk, pictured)
        except (UnavailableError, SlackApiError):
            raise web.HTTPServiceUnavailable from None
        except CostTrackerError:
            raise web.HTTPNotFound from None
        if drawn is None:
            raise web.HTTPNotFound
        return web.Response(
            body=drawn,
            content_type="image/png",
            headers={"Cache-Control": "private, max-age=300"},
        )

    return web.get(f"{links.PATH}/{{token}}.png", show)


async def _draw(desk: Desk, pictured: Pictured) -> bytes | None:
    """Draw what an address stands for, as far as its asker may see; None: no picture."""
    chart = desk.shown.get(pictured) or await _chart(desk, pictured)
    return None if chart is None else await desk.drawings.draw(chart)


async def _chart(desk: Desk, pictured: Pictured) -> Chart | None:
    viewer = await desk.viewer(Asked(workspace=pictured.workspace, user=pictured.user))
    names = await desk.services.costs.vocabulary(viewer)
    understood = parse_command(pictured.question, today=pictured.today, names=names)
    if understood.query is None or understood.verb not in ASKED:
        return None
    return (await ASKED[understood.verb](desk.services, understood.query, viewer)).drawn
