"""The database, Redis, the disk."""

import shutil
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bot.doctor.case import Case, Tell
from bot.services import Services
from core.cache import ping
from core.errors import CostTrackerError
from core.findings import failure, ok, warning
from core.sizes import size
from migrations import FIRST

SKEW: Final = timedelta(seconds=30)
"""Clocks may differ by so much; tokens allow ten seconds, Slack's signatures five minutes."""

_FULL: Final = 500_000_000
_NEARLY_FULL: Final = 5_000_000_000


async def database(services: Services, behind: Sequence[str], tell: Tell) -> None:
    """Its schema, and its clock beside ours."""
    kind = "embedded" if services.settings.database_url is None else "PostgreSQL"
    if FIRST in behind:
        fix = "Run: cost-tracker migrate (`run` and `sync` do it too)"
        tell(warning("database", "schema", f"reached ({kind}), and still empty", fix))
    elif behind:
        tell(
            failure(
                "database",
                "schema",
                f"reached ({kind}), but its schema is {len(behind)} revisions behind: "
                f"{', '.join(behind)}",
                "Run: cost-tracker migrate",
            )
        )
    else:
        tell(ok("database", "", f"reached ({kind}), and its schema is up to date"))
    skew = services.clock() - await services.database.now()
    if abs(skew) > SKEW:
        tell(
            warning(
                "database",
                "clock",
                f"this machine's clock is {_seconds(skew)} of the database's",
                "Synchronise both with NTP: timedatectl set-ntp true",
            )
        )


def _seconds(skew: timedelta) -> str:
    seconds = round(skew.total_seconds())
    return f"{abs(seconds):,} s {'ahead' if seconds > 0 else 'behind'}"


async def redis(case: Case, tell: Tell) -> None:
    """Whether it answers; it being down costs time, never an answer."""
    url = case.settings.redis_url
    if url is None:
        tell(ok("Redis", "", "not used: answers are cached in each process"))
        return
    try:
        await ping(url.get_secret_value())
    except CostTrackerError as error:
        tell(warning("Redis", "", error.message, error.fix or ""))
    else:
        tell(ok("Redis", "", "answers"))


async def disk(case: Case, tell: Tell) -> None:
    """The room where DATA_DIR is, or will be."""
    folder = case.settings.data_dir.absolute()
    place = next(each for each in (folder, *folder.parents) if each.exists())
    usage = shutil.disk_usage(place)
    words = f"{size(usage.free)} of {size(usage.total)} free for DATA_DIR ({folder})"
    fix = "Make room there, or set DATA_DIR to a larger disk and move its content."
    if usage.free < _FULL and case.settings.database_url is None:
        tell(failure("disk", "", words, fix))
    elif usage.free < _NEARLY_FULL:
        tell(warning("disk", "", words, fix))
    else:
        tell(ok("disk", "", words))
