"""The sources of billing data: each of them looked at, and what is stored of it."""

from collections.abc import Iterable, Sequence
from typing import Final

from bot.doctor.case import Case, Tell
from bot.render import sentences, words
from bot.services import Services
from core.access.model import OPERATOR
from core.costs.left_out import in_words
from core.costs.listings import SourceState
from core.findings import failure, ok, warning
from core.ingest import probing
from core.ingest.config import SourceConfig
from core.projects.model import Project

_MOST_NAMED: Final = 5


async def source(config: SourceConfig, case: Case, tell: Tell) -> None:
    """Reachable, permission by permission, of the right kind, up to date, without gaps."""
    if case.services is not None:
        await case.services.ingest.probe(config, tell)
    else:
        endpoint = case.settings.bigquery_api_endpoint
        await probing.probe(config, case.clock, None, tell, bigquery_endpoint=endpoint)


async def stored(case: Case, tell: Tell) -> None:
    """What is stored of each: whether it agrees, what is missing, who answers for it."""
    if not case.sources:
        path = case.settings.sources_file
        tell(warning("sources", "", f"{path} lists none", "See 'Google Cloud' in the README."))
    if case.services is None:
        return
    states = {state.name: state for state in await case.services.costs.data_state(OPERATOR)}
    missing = await case.services.costs.missing_days()
    for config in case.sources:
        part = f"data of {config.name}"
        state = states.get(config.name)
        if state is None or state.through is None:
            fix = f"Run: cost-tracker sync {config.name}"
            tell(warning(part, "", "nothing has been synced yet", fix))
            continue
        _proof(part, state, tell)
        _days(part, state, [f"{day:%Y-%m-%d}" for day in missing.get(config.name, ())], tell)
        _lines(part, state, tell)
        if state.archived is not None:
            fix = f"To delete it: cost-tracker sync {state.name} --prune lists it, and asks first."
            tell(warning(part, "vanished", sentences.archived(state.archived), fix))
    for name in sorted(states.keys() - {config.name for config in case.sources}):
        tell(
            warning(
                f"data of {name}",
                "",
                "is stored, but sources.toml lists no such source any more",
                f"List it again, or delete what is stored of it: cost-tracker sync {name} --prune",
            )
        )
    await _owners(case.services, tell)


def _proof(part: str, state: SourceState, tell: Tell) -> None:
    differing = [f"{each.month:%Y-%m}" for each in state.billing_periods if not each.matches_export]
    if differing:
        tell(
            failure(
                part,
                "proof",
                f"stored totals differ from the export's in {words.listing(differing, most=5)}",
                f"Run: cost-tracker sync {state.name} --full",
            )
        )
    elif not state.billing_periods:
        tell(warning(part, "proof", "no charge is stored", "The lines left out, below, say why."))
    else:
        months = words.plural(len(state.billing_periods), "month")
        tell(ok(part, "proof", f"{months} match the export, in {', '.join(state.currencies)}"))


def _days(part: str, state: SourceState, missing: Sequence[str], tell: Tell) -> None:
    if missing:
        tell(
            warning(
                part,
                "days",
                f"there is no charge of {words.listing(missing, most=_MOST_NAMED)}",
                f"Run: cost-tracker sync {state.name} --full; if that brings none, look at the "
                "export: nothing was used, or it lacks those days.",
            )
        )
    elif state.complete_until is not None:
        tell(ok(part, "days", f"complete before {state.complete_until}, none missing"))


def _lines(part: str, state: SourceState, tell: Tell) -> None:
    said = "; ".join(in_words(state.left_out))
    if any(each.reason.kept for each in state.left_out):
        fix = "They are kept and counted; left_out of GET /v1/sources says of which months."
        tell(warning(part, "lines", said, fix))
    else:
        tell(ok(part, "lines", said or "every one could be mapped"))


async def _owners(services: Services, tell: Tell) -> None:
    """Sub-accounts for whose cost nobody answers."""
    found = await services.projects.list(OPERATOR)
    if not found:
        return
    nobody = [project for project in found if project.owner is None and project.accounts]
    if not nobody:
        tell(ok("projects", "owners", "every sub-account's project has an owner"))
        return
    accounts = sum(len(project.accounts) for project in nobody)
    tell(
        warning(
            "projects",
            "owners",
            f"{words.plural(accounts, 'sub-account')} without an owner, of "
            f"{words.listing(_slugs(nobody), most=_MOST_NAMED)}",
            f"cost-tracker projects set {nobody[0].slug} --owner EMAIL-OR-SLACK-ID",
        )
    )


def _slugs(projects: Iterable[Project]) -> list[str]:
    return [project.slug for project in projects]
