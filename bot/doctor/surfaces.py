"""REST's keys, and the address at which Slack fetches charts."""

from typing import Final

import aiohttp

from bot.doctor.case import Case, Tell
from bot.rest.tokens import Keys
from core.findings import failure, ok, warning

_TIMEOUT: Final = aiohttp.ClientTimeout(total=10)
_FOUND: Final = 200


async def rest(case: Case, tell: Tell) -> None:
    """What signed tokens need."""
    settings = case.settings
    if Keys(settings):
        tell(ok("REST", "", "tokens can be verified"))
    elif settings.database_url is None:
        tell(ok("REST", "", "a key to sign tokens is made in DATA_DIR at the first start"))
    else:
        tell(
            failure(
                "REST",
                "",
                "neither JWT_SECRETS nor JWT_JWKS_URL is set",
                "Set JWT_SECRETS, the same everywhere: echo k1:$(openssl rand -base64 48)",
            )
        )


async def public_address(case: Case, tell: Tell) -> None:
    """Whether PUBLIC_URL leads here."""
    url = case.settings.public_url
    if url is None:
        tell(
            warning(
                "charts",
                "",
                "PUBLIC_URL is not set: private answers have Slack's own charts",
                "Set PUBLIC_URL to the address at which Slack reaches this process.",
            )
        )
        return
    problem = await _asked(f"{url}/healthz")
    if problem:
        tell(
            warning(
                "charts",
                "",
                f"{url}/healthz {problem}",
                "Start the product (cost-tracker run) and let the address lead to HTTP_PORT.",
            )
        )
    else:
        tell(ok("charts", "", f"PUBLIC_URL leads to the product: {url}"))


async def _asked(url: str) -> str:
    """What is wrong with what answers there; '' if nothing is."""
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT, trust_env=True) as session,
            session.get(url) as reply,
        ):
            return "" if reply.status == _FOUND else f"answers {reply.status}"
    except (aiohttp.ClientError, OSError, ValueError) as error:
        return f"doesn't answer from here ({type(error).__name__})"
