"""Projects over REST."""

from bot.render import json
from bot.rest import project_models as models
from bot.rest.operations import Call, Operation, Reply, created
from bot.rest.pages import page
from core.access.model import Role
from core.projects.model import UNCHANGED, NewProject, ProjectChange
from core.projects.rules import LabelMatch, Rule, UnknownRuleError


async def list_projects(call: Call) -> Reply:
    """The projects that the token may see, by slug."""
    asked: models.ListedProjects = call.parameters
    found = await call.services.projects.list(call.viewer, archived=asked.archived)
    shown, next_ = page(found, lambda project: project.slug, asked)
    return {"items": [json.project(project) for project in shown], "next": next_}


async def create(call: Call) -> Reply:
    """Make a project."""
    body: models.NewProject = call.body
    made = await call.services.projects.create(
        NewProject(body.slug, body.name, body.owner, body.team, body.cost_center, body.channel),
        by=call.viewer,
    )
    return created(json.project(made), f"/v1/projects/{made.slug}")


async def show(call: Call) -> Reply:
    """One project, by its slug or a former one."""
    return json.project(await call.services.projects.get(call.path["slug"], call.viewer))


async def change(call: Call) -> Reply:
    """Change some of a project; what isn't mentioned stays."""
    body: models.ProjectChange = call.body
    projects = call.services.projects
    slug = (await projects.get(call.path["slug"], call.viewer)).slug
    said = body.model_dump(include=body.model_fields_set - {"slug", "archived"})
    if said.get("name", "") is None:
        said["name"] = UNCHANGED
    # The new slug may be refused; what comes after it can't be, so it's all or nothing.
    if body.slug is not None and body.slug != slug:
        slug = (await projects.rename(slug, body.slug, by=call.viewer)).slug
    found = await projects.change(slug, ProjectChange(**said), by=call.viewer)
    if body.archived is not None:
        found = await projects.archive(found.slug, archived=body.archived, by=call.viewer)
    return json.project(found)


async def merge(call: Call) -> Reply:
    """Hand all that a project holds to another; its slug finds that one from then on."""
    body: models.Merge = call.body
    return json.project(
        await call.services.projects.merge(call.path["slug"], body.into, by=call.viewer)
    )


async def link(call: Call) -> Reply:
    """Let a project hold an account, all its past spend included; or the charges with a label.

    A label holds from the first month that isn't closed, unless `history` is asked for.
    """
    slug, body = call.path["slug"], call.body.root
    if isinstance(body, models.NewAccount):
        found = await call.services.projects.link(
            slug, body.provider, body.id, move=body.move, by=call.viewer
        )
        return json.project(found)
    match = LabelMatch(body.label.key, body.label.value, body.provider, body.account)
    await call.services.rules.link(
        slug, match, history=body.history, move=body.move, by=call.viewer
    )
    return await show(call)


async def labels(call: Call) -> Reply:
    """The labels that define a project, in order."""
    found = await call.services.projects.get(call.path["slug"], call.viewer)
    return {"items": json.project(found)["labels"], "next": None}


async def place(call: Call) -> Reply:
    """Put a label at another place of the order of all: the first that matches a charge wins."""
    body: models.Place = call.body
    rule = await _rule(call)
    await call.services.rules.place(rule.id, body.place, history=body.history, by=call.viewer)
    return await show(call)


async def unlink_label(call: Call) -> Reply:
    """Let a label define a project no more; its charges then go by what follows."""
    asked: models.UnlinkParameters = call.parameters
    rule = await _rule(call)
    await call.services.rules.unlink(
        call.path["slug"], rule.match, history=asked.history, by=call.viewer
    )
    return await show(call)


async def _rule(call: Call) -> Rule:
    """The rule that a path names.

    Raises:
        UnknownRuleError: the project isn't defined by it.
    """
    found = await call.services.projects.get(call.path["slug"], call.viewer)
    for placed in found.rules:
        if str(placed.rule.id) == call.path["number"]:
            return placed.rule
    raise UnknownRuleError(
        f"The project {found.slug!r} has no label {call.path['number'][:40]!r}.",
        suggestions=[str(placed.rule.id) for placed in found.rules],
    )


async def unlink(call: Call) -> Reply:
    """Take an account from a project; its spend is unassigned then."""
    path = call.path
    return json.project(
        await call.services.projects.unlink(
            path["slug"], path["provider"], path["id"], by=call.viewer
        )
    )


async def accounts(call: Call) -> Reply:
    """The accounts that a project holds."""
    found = await call.services.projects.get(call.path["slug"], call.viewer)
    return {"items": json.project(found)["accounts"], "next": None}


_ONE = "/v1/projects/{slug}"

OPERATIONS = (
    Operation(
        "GET",
        "/v1/projects",
        list_projects,
        "List the projects",
        "Projects",
        reply=models.ProjectList,
        parameters=models.ListedProjects,
    ),
    Operation(
        "POST",
        "/v1/projects",
        create,
        "Make a project",
        "Projects",
        reply=models.Project,
        body=models.NewProject,
        role=Role.ADMIN,
        status=201,
    ),
    Operation("GET", _ONE, show, "Show a project", "Projects", reply=models.Project),
    Operation(
        "PATCH",
        _ONE,
        change,
        "Change a project",
        "Projects",
        reply=models.Project,
        body=models.ProjectChange,
        role=Role.ADMIN,
    ),
    Operation(
        "POST",
        f"{_ONE}/merge",
        merge,
        "Merge a project into another",
        "Projects",
        reply=models.Project,
        body=models.Merge,
        role=Role.ADMIN,
    ),
    Operation(
        "GET",
        f"{_ONE}/accounts",
        accounts,
        "List a project's accounts",
        "Projects",
        reply=models.Accounts,
    ),
    Operation(
        "POST",
        f"{_ONE}/accounts",
        link,
        "Link an account or a label to a project",
        "Projects",
        reply=models.Project,
        body=models.NewLink,
        role=Role.ADMIN,
        status=201,
    ),
    Operation(
        "DELETE",
        f"{_ONE}/accounts/{{provider}}/{{id}}",
        unlink,
        "Unlink an account from a project",
        "Projects",
        reply=models.Project,
        role=Role.ADMIN,
    ),
    Operation(
        "GET",
        f"{_ONE}/labels",
        labels,
        "List the labels that define a project",
        "Projects",
        reply=models.Labels,
    ),
    Operation(
        "PATCH",
        f"{_ONE}/labels/{{number}}",
        place,
        "Put a label at another place",
        "Projects",
        reply=models.Project,
        body=models.Place,
        role=Role.ADMIN,
    ),
    Operation(
        "DELETE",
        f"{_ONE}/labels/{{number}}",
        unlink_label,
        "Unlink a label from a project",
        "Projects",
        reply=models.Project,
        parameters=models.UnlinkParameters,
        role=Role.ADMIN,
    ),
)
