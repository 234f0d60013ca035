"""The SQL of label rules, and of the scopes that they make."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from core.database import Connection
from core.many import one_of, one_of_rows
from core.projects.rules import LabelMatch, Rule, RuleBook, ScopeKey
from core.projects.tables import label_rule_lists, label_rules, projects, scopes

_NONE = 0


async def read(tx: Connection) -> RuleBook:
    """Every list of rules."""
    c = label_rule_lists.c
    lists = (await tx.execute(select(c.since, c.rules).order_by(c.since))).all()
    if not lists:
        return RuleBook()
    known = await _rules(tx)
    return RuleBook(tuple((since, tuple(known[id_] for id_ in ids)) for since, ids in lists))


async def _rules(tx: Connection) -> dict[int, Rule]:
    c = label_rules.c
    statement = select(
        c.id, c.label_key, c.label_value, c.provider, c.account_id, projects.c.slug
    ).join(projects, projects.c.id == c.project_id)
    return {
        id_: Rule(id_, LabelMatch(*match), slug)
        for id_, *match, slug in await tx.execute(statement)
    }


async def add(tx: Connection, project_id: int, match: LabelMatch) -> int:
    """The id of a project's rule about some charges; made, unless it once was."""
    values = {
        "project_id": project_id,
        "label_key": match.key,
        "label_value": match.value,
        "provider": match.provider,
        "account_id": match.account,
    }
    same = [label_rules.c[name].is_not_distinct_from(value) for name, value in values.items()]
    known = select(label_rules.c.id).where(*same).order_by(label_rules.c.id).limit(1)
    if (found := (await tx.execute(known)).scalar_one_or_none()) is not None:
        return int(found)
    made = insert(label_rules).values(values).returning(label_rules.c.id)
    return int((await tx.execute(made)).scalar_one())


async def write(tx: Connection, book: RuleBook) -> None:
    """Let these be the lists."""
    await tx.execute(label_rule_lists.delete())
    if book.lists:
        rows = [{"since": since, "rules": [r.id for r in rules]} for since, rules in book.lists]
        await tx.execute(insert(label_rule_lists), rows)


async def move_all(tx: Connection, source: int, target: int) -> None:
    """Hand a project's rules to another."""
    mine = label_rules.c.project_id == source
    await tx.execute(update(label_rules).where(mine).values(project_id=target))


async def find_scopes(tx: Connection, keys: Collection[ScopeKey]) -> dict[ScopeKey, int]:
    """The scopes that there are for accounts' charges, by what they match."""
    c = scopes.c
    accounts = {(provider, account) for provider, account, _ in keys}
    statement = select(c.provider, c.account_id, c.rule_id, c.id).where(
        one_of_rows((c.provider, c.account_id), accounts)
    )
    found = {(p, a, rule): scope for p, a, rule, scope in await tx.execute(statement)}
    return {key: found[key] for key in keys if key in found}


async def add_scopes(tx: Connection, keys: Iterable[ScopeKey]) -> None:
    """Make scopes for accounts' charges that match a rule; named as the account is."""
    ordered = sorted(keys, key=lambda key: (key[0], key[1], key[2] or _NONE))
    accounts = {(provider, account) for provider, account, _ in ordered}
    names = await _names(tx, accounts)
    rules = await _rules_by_id(tx, {rule for _, _, rule in ordered if rule is not None})
    rows = [
        {
            "provider": provider,
            "account_id": account,
            "account_name": names.get((provider, account), ""),
            "rule_id": rule,
            "labels": rules[rule][0],
            "project_id": rules[rule][1],
        }
        for provider, account, rule in ordered
        if rule is not None
    ]
    if rows:
        await tx.execute(insert(scopes).on_conflict_do_nothing(), rows)


async def _names(
    tx: Connection, accounts: Collection[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    c = scopes.c
    statement = select(c.provider, c.account_id, c.account_name).where(
        one_of_rows((c.provider, c.account_id), accounts), c.rule_id.is_(None)
    )
    return {(provider, account): name for provider, account, name in await tx.execute(statement)}


async def _rules_by_id(
    tx: Connection, ids: Collection[int]
) -> Mapping[int, tuple[dict[str, str], int]]:
    c = label_rules.c
    statement = select(c.id, c.label_key, c.label_value, c.project_id).where(one_of(c.id, ids))
    return {
        id_: ({key: value}, project) for id_, key, value, project in await tx.execute(statement)
    }
