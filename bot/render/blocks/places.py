"""Projects, the state of the data, who one is: as Slack messages."""

from collections.abc import Iterator, Sequence

from slackblocks import Block, RawText, TableBlock

from bot.render import sentences, words
from bot.render.blocks import actions
from bot.render.blocks.message import Message, bold, code, context, cut, escape, message, section
from core.access.model import Viewer
from core.costs.left_out import in_words
from core.costs.listings import SourceState
from core.costs.model import PROVIDER
from core.projects.model import Project
from core.projects.rules import PlacedRule

_ROWS = 99
_CELL = 60
_NOTHING = "\N{EN DASH}"


def projects(found: Sequence[Project], *, command: str = "/cost") -> Message:
    """The projects that somebody may see, a button each for the first few."""
    if not found:
        text = "There are no projects yet: the first sync makes one of every account it meets."
        return message(text, [section(text, "projects")])
    named = words.listing([project.slug for project in found], most=20)
    text = f"{words.plural(len(found), 'project')}: {escape(named)}"
    rows = [
        (project.slug, project.name, project.team or _NOTHING, _defined_by(project))
        for project in found[:_ROWS]
    ]
    blocks: list[Block] = [
        section(f"*{words.plural(len(found), 'project')}*", "projects"),
        _table(("Project", "Name", "Team", "Made of"), rows),
    ]
    if len(found) > _ROWS:
        blocks.append(context(f"and {len(found) - _ROWS:,} more", "more"))
    blocks.append(context(f"Ask {code(f'{command} PROJECT mtd')} for its cost.", "next"))
    return message(text, blocks)


def project(found: Project, *, command: str = "/cost", may_change: bool = False) -> Message:
    """One project: who answers for it and what it holds."""
    facts = list(_facts(found))
    head = bold(found.slug) + (f": {escape(found.name)}" if found.name != found.slug else "")
    head += " (archived)" if found.archived else ""
    body = "\n".join((head, *facts))
    hint = f"Ask {code(f'{command} {found.slug} last-7d')} for its cost."
    buttons = [
        actions.button("Cost this month", f"{actions.ASK}.project", f"project={found.slug} mtd"),
        actions.button("Change", actions.PROJECT_CHANGE, found.slug) if may_change else None,
    ]
    return message(
        body, [section(body, "project"), context(hint, "next"), *actions.row(buttons, "actions")]
    )


def _facts(found: Project) -> Iterator[str]:
    if found.owner:
        yield f"Owner: {_person(found.owner)}"
    for name, value in (("Team", found.team), ("Cost centre", found.cost_center)):
        if value:
            yield f"{name}: {escape(value)}"
    if found.channel:
        yield f"Channel: <#{escape(found.channel)}>"
    accounts = [
        f"{words.identity(account.provider, PROVIDER)} {account.id}"
        + (f" ({account.name})" if account.name not in ("", account.id) else "")
        for account in found.accounts
    ]
    if found.rules:
        yield f"Labels: {escape(labels_of(found))}"
    yield f"Accounts: {escape(words.listing(accounts, most=20) or 'none')}"
    if found.aliases:
        yield f"Also found as: {escape(words.listing(found.aliases, most=10))}"


def labels_of(found: Project) -> str:
    """The labels that define a project, in the order in which they are looked at."""
    return words.listing([_rule(each) for each in found.rules], most=20)


def _rule(placed: PlacedRule) -> str:
    """A label, whose it has to be, and since when: `team=payments (Google Cloud, from …)`."""
    match = placed.rule.match
    where = [words.identity(match.provider, PROVIDER)] if match.provider else []
    if match.account is not None:
        where.append(match.account or "no account")
    if placed.since is not None:
        where.append(f"from {words.month(placed.since)}")
    return f"{match.key}={match.value}" + (f" ({', '.join(where)})" if where else "")


def _defined_by(found: Project) -> str:
    """How many labels and accounts a project is made of."""
    labels = [words.plural(len(found.rules), "label")] if found.rules else []
    return ", ".join([*labels, words.plural(len(found.accounts), "account")])


def _person(owner: str) -> str:
    return escape(owner) if "@" in owner else f"<@{escape(owner)}>"


def data_state(sources: Sequence[SourceState]) -> Message:
    """How fresh and how well proved the data is, per source."""
    if not sources:
        text = "There is no data yet: no source has been synced."
        return message(text, [section(text, "data")])
    lines = [f"{bold(source.name)}: {escape(_state(source))}" for source in sources]
    return message(
        "\n".join(lines),
        [section(line, f"data.{number}") for number, line in enumerate(lines[:45])],
    )


def _state(source: SourceState) -> str:
    if source.through is None:
        return "nothing has been synced yet"
    parts = [f"data through {sentences.clock(source.through)}"]
    if source.complete_until is not None:
        parts.append(f"days complete before {words.day(source.complete_until)}")
    if source.synced_at is not None:
        parts.append(f"last read {sentences.clock(source.synced_at)}")
    differing = [p for p in source.billing_periods if not p.matches_export]
    parts.append(
        "every billing period matches the export"
        if source.matches_export
        else "not matched: "
        + (words.listing([words.month(p.month) for p in differing]) or "no period yet")
    )
    if source.behind:
        parts.append(f"{words.plural(source.behind, 'slice')} changed at the source since")
    if source.archived is not None:
        parts.append(sentences.archived(source.archived))
    parts += [
        f"{each.key} left alone until it is whole, since {sentences.clock(each.since)}: {each.why}"
        for each in source.unfinished
    ]
    return "; ".join([*parts, *in_words(source.left_out)])


def whoami(viewer: Viewer, *, mine: Sequence[str] = ()) -> Message:
    """Who one is here, and what that lets one see."""
    seen = (
        "every project"
        if viewer.projects is None
        else words.listing(sorted(viewer.projects), most=20) or "no project"
    )
    text = f"Your role is {bold(viewer.role.value)}; you may see {escape(seen)}."
    if mine:
        text += f" Yours: {escape(words.listing(mine, most=20))}."
    return message(text, [section(text, "whoami")])


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> TableBlock:
    return TableBlock(
        rows=[[RawText(cut(cell, _CELL) or _NOTHING) for cell in row] for row in (header, *rows)],
        block_id="table",
    )
