"""The sample company: its twelve projects, and what each of them spends on a working day."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

from sandbox.sample.catalogue import REGIONS, SKUS, Region, Sku

BILLING_ACCOUNT: Final = "01A2B3-C4D5E6-F7A8B9"
BILLING_PROJECT: Final = "acme-billing"
DATASET: Final = "billing"
TABLE: Final = "gcp_billing_export_resource_v1_01A2B3_C4D5E6_F7A8B9"
CURRENCY: Final = "USD"
LABEL_KEYS: Final = ("team", "env")
"""The keys of its resource labels that its `sources.toml` lists."""


@dataclass(frozen=True, slots=True)
class Project:
    """A Google Cloud project; `growth` is a year's, `weekend` what is left on a Saturday."""

    name: str
    id: str
    number: str
    folder: str
    team: str
    env: str
    cost_center: str
    growth: float
    weekend: float


@dataclass(frozen=True, slots=True)
class Line:
    """One SKU that one project (or the whole account) buys every day, `base` USD at list price."""

    project: Project | None
    sku: Sku
    region: Region
    base: float
    labels: tuple[tuple[str, str], ...] = ()
    deal: str = ""

    @property
    def description(self) -> str:
        """The SKU's description, in its region."""
        return self.sku.description.format(place=self.region.place)


_DATA: Final = tomllib.loads(Path(__file__).with_name("company.toml").read_text())["project"]

PROJECTS: Final = tuple(
    Project(**{field.name: data[field.name] for field in fields(Project)}) for data in _DATA
)

FLEXIBLE_FEE: Final = Line(None, SKUS["cud-flex"], REGIONS["global"], 415, deal="flexible-fee")
COMMITTED_FEE: Final = Line(PROJECTS[0], SKUS["cud-cpu"], REGIONS["iowa"], 148, deal="fee")
SUPPORT: Final = Line(None, SKUS["support"], REGIONS["global"], 118)
ROUNDING: Final = Line(None, SKUS["rounding"], REGIONS["global"], 0)
GOODWILL: Final = Line(PROJECTS[2], SKUS["goodwill"], REGIONS["global"], 0)
TAXES: Final = tuple(Line(project, SKUS["tax"], REGIONS["global"], 0) for project in PROJECTS)
ACCOUNT_TAX: Final = Line(None, SKUS["tax"], REGIONS["global"], 0)

# People forget to label these.
_UNLABELLED: Final = {"egress", "balancer", "keys"}


def _labels(project: Project, sku: str) -> tuple[tuple[str, str], ...]:
    if sku in _UNLABELLED:
        return ()
    labels = {"team": project.team, "env": project.env, "cost_center": project.cost_center}
    if project.name == "staging" and sku == "sql-cpu":
        labels |= {"team": "storefront", "cost_center": "cc-1010"}
    if project.name == "sandbox-labs" and sku == "a100":
        labels |= {"team": "ml"}
    return tuple(labels.items())


def _bought() -> Iterator[Line]:
    for project, data in zip(PROJECTS, _DATA, strict=True):
        for sku, region, base, *deal in data["buys"]:
            yield Line(
                project, SKUS[sku], REGIONS[region], base, _labels(project, sku), "".join(deal)
            )


DAILY: Final = (*_bought(), FLEXIBLE_FEE, COMMITTED_FEE, SUPPORT)
"""What is charged every day."""

LINES: Final = (*DAILY, *TAXES, ACCOUNT_TAX, ROUNDING, GOODWILL)
"""Everything that is ever charged."""
