"""What others do with label rules inside transactions of their own."""

from collections.abc import Collection
from datetime import date

from core import data_version
from core.access.model import Viewer
from core.access.service import record
from core.database import Connection
from core.projects import rule_store, store
from core.projects.model import UnknownProjectError
from core.projects.rules import (
    ALWAYS,
    LabelMatch,
    Rule,
    RuleBook,
    Rules,
    RuleTakenError,
    ScopeKey,
    UnknownRuleError,
    moved_to,
    with_rule,
    without_rule,
)


async def read_book(tx: Connection) -> RuleBook:
    """Every list of rules."""
    return await rule_store.read(tx)


async def scopes_of(tx: Connection, keys: Collection[ScopeKey]) -> dict[ScopeKey, int]:
    """The scope of each account's charges that match a rule, or none; those missing are made.

    Accounts have been adopted before, so that each has a scope of its own.
    """
    found = await rule_store.find_scopes(tx, keys)
    if missing := [key for key in keys if key not in found]:
        await store.lock(tx)
        await rule_store.add_scopes(tx, missing)
        found = await rule_store.find_scopes(tx, keys)
        await data_version.bump(tx)
    return found


async def link(
    tx: Connection, slug: str, match: LabelMatch, *, start: date, by: Viewer, move: bool
) -> RuleBook:
    """Let a label define a project from a month on.

    Raises:
        RuleTakenError: it defines another, and `move` isn't set.
    """
    book = await rule_store.read(tx)
    others = [r for _, rules in book.lists for r in rules if r.match == match and r.slug != slug]
    if not move and (taken := [rule for rule in others if rule in book.present]):
        raise RuleTakenError(
            f"{match} defines the project {taken[0].slug!r}.",
            fix="Unlink it there first, or move it.",
        )
    project_id = await store.id_of(tx, slug)
    if project_id is None:
        raise UnknownProjectError(f"There is no project {slug!r} any more.")
    rule = Rule(await rule_store.add(tx, project_id, match), match, slug)

    def change(rules: Rules) -> Rules:
        """In the place of the other project's rule, if there is one."""
        place = next((at for at, r in enumerate(rules, start=1) if r in others), None)
        kept = tuple(r for r in rules if r not in others)
        if place is None or rule in rules:
            return with_rule(kept, rule)
        return moved_to((*kept, rule), rule, place)

    book = book.changed(start, change)
    return await _keep(tx, book, rule, start, by=by, action="project.link")


async def unlink(
    tx: Connection, slug: str, match: LabelMatch, *, start: date, by: Viewer
) -> RuleBook:
    """Let a label define a project no more, from a month on.

    Raises:
        UnknownRuleError: it doesn't.
    """
    book = await rule_store.read(tx)
    held = [
        *book.in_force(start),
        *(r for since, rules in book.lists if since > start for r in rules),
    ]
    mine = dict.fromkeys(rule for rule in held if rule.slug == slug)
    rule = next((rule for rule in mine if rule.match == match), None)
    if rule is None:
        raise UnknownRuleError(
            f"The project {slug!r} isn't defined by {match}.",
            suggestions=[str(each.match) for each in mine],
        )
    book = book.changed(start, lambda rules: without_rule(rules, rule))
    return await _keep(tx, book, rule, start, by=by, action="project.unlink")


async def place(tx: Connection, rule_id: int, at: int, *, start: date, by: Viewer) -> RuleBook:
    """Put a rule at another place of the list, from 1 on, from a month on.

    Raises:
        UnknownRuleError: the present list has no such rule.
    """
    book = await rule_store.read(tx)
    rule = next((rule for rule in book.present if rule.id == rule_id), None)
    if rule is None:
        raise UnknownRuleError(
            f"There is no rule {rule_id}.", fix="`cost-tracker projects rules` lists them."
        )
    book = book.changed(start, lambda rules: moved_to(rules, rule, at))
    return await _keep(tx, book, rule, start, by=by, action="project.order", place=at)


async def _keep(
    tx: Connection,
    book: RuleBook,
    rule: Rule,
    start: date,
    *,
    by: Viewer,
    action: str,
    **detail: object,
) -> RuleBook:
    await rule_store.write(tx, book)
    since = None if start == ALWAYS else start.isoformat()
    await record(tx, by, action, rule.slug, label=str(rule.match), since=since, **detail)
    await data_version.bump(tx)
    return book
