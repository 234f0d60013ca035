"""Which machine, disk or bucket a charge of the sample company is of, as Google names them."""

import hashlib
from functools import cache
from typing import Final, NamedTuple

from sandbox.sample.catalogue import SKUS, Region
from sandbox.sample.charge import HOUR, Charge, midnight
from sandbox.sample.company import LINES, Project


class _Kind(NamedTuple):
    """Resources of one kind: their service's address, their path, and what a name ends in."""

    api: str
    path: str
    name: str


_INSTANCE: Final = _Kind("compute", "zones/{place}-b/instances/{digits}", "web-{region}-{part}")
_DISK: Final = _Kind("compute", "zones/{place}-b/disks/{digits}", "data-{region}")
_DATABASE: Final = _Kind("sqladmin", "instances/{name}", "db-{region}")
_SERVICE: Final = _Kind("run", "locations/{place}/services/{name}", "api-{region}")
_BUCKET: Final = _Kind("storage", "buckets/{name}", "files")
_KINDS: Final = {
    "n2-core": _INSTANCE,
    "n2-ram": _INSTANCE,
    "n1-core": _INSTANCE,
    "a100": _Kind("compute", "zones/{place}-b/instances/{digits}", "gpu-{region}-{part}"),
    "egress": _INSTANCE,
    "ssd": _DISK,
    "gke": _Kind("container", "locations/{place}/clusters/{name}", "cluster"),
    "autopilot": _Kind("container", "locations/{place}/clusters/{name}", "cluster"),
    "standard": _BUCKET,
    "class-a": _BUCKET,
    "nearline": _Kind("storage", "buckets/{name}", "archive"),
    "active": _Kind("bigquery", "datasets/{name}", "events"),
    "sql-cpu": _DATABASE,
    "sql-ssd": _DATABASE,
    "run-cpu": _SERVICE,
    "run-requests": _SERVICE,
    "balancer": _Kind("compute", "global/forwardingRules/{digits}", "front"),
    "pipelines": _Kind("aiplatform", "locations/{place}/customJobs/{digits}", "training-{part}"),
    "logs": _Kind("logging", "locations/global/buckets/_Default", "_Default"),
    "pubsub": _Kind("pubsub", "topics/{name}", "orders"),
    "keys": _Kind("cloudkms", "locations/global/keyRings/{name}", "keys"),
}
"""By SKU. Commitments, support and what an invoice adds are of none, as queries are."""
_KEY: Final = {id(sku): key for key, sku in SKUS.items()}
_EVENING: Final = 20 * HOUR


def resource_of(charge: Charge) -> dict[str, str] | None:
    """Return the name and the global name; large lines run on another machine in the evening."""
    line = LINES[charge.line]
    kind = _KINDS.get(_KEY[id(line.sku)])
    if kind is None or line.project is None:
        return None
    evening = charge.start - midnight(charge.day) >= _EVENING
    return _named(kind, line.project, line.region, 2 if evening else 1)


@cache
def _named(kind: _Kind, project: Project, region: Region, part: int) -> dict[str, str]:
    place = region.location
    name = kind.name.format(region=region.place.lower().replace(" ", "-"), part=part)
    name = name if name.startswith("_") else f"{project.name}-{name}"
    digits = int(hashlib.sha256(f"{project.id} {name}".encode()).hexdigest()[:15], 16)
    path = kind.path.format(place=place, name=name, digits=digits)
    return {
        "name": name,
        "global_name": f"//{kind.api}.googleapis.com/projects/{project.number}/{path}",
    }
