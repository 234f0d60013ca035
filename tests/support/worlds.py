"""Any small world: two providers, three projects and what is of none, charges of every kind."""

from datetime import date, timedelta

from hypothesis import strategies as st

from core.costs import model
from core.costs.model import (
    ACCOUNT,
    CATEGORY,
    PROJECT,
    PROVIDER,
    REGION,
    SERVICE,
    SKU,
    TEAM,
    Dimension,
    Filter,
    label,
)
from tests.support.facts import Charge, World

FIRST = date(2026, 8, 20)
TODAY = date(2026, 11, 22)
PROJECTS = {"shop": "retail", "blog": "media", "lab": None}
ACCOUNTS = {
    ("gcp", "g1"): "shop",
    ("gcp", "g2"): "blog",
    ("aws", "a1"): "shop",
    ("aws", "a2"): "lab",
}
KINDS = [
    ("Usage", "regular"), ("Usage", "regular"), ("Tax", "tax"), ("Credit", "PROMOTION"),
    ("Credit", "SUSTAINED_USAGE_DISCOUNT"), ("Credit", "FEE_UTILIZATION_OFFSET"),
    ("Adjustment", "adjustment"),
]  # fmt: skip
# Resources are kept of young days only, and have tests of their own.
DIMENSIONS = (
    *(d for d in model.DIMENSIONS if d != model.RESOURCE),
    *(label("team"), label("env")),
)
SERVICES = {"gcp": ["Compute", "Storage"], "aws": ["EC2", "S3", ""]}
LABELS = [(), (("team", "web"),), (("env", "prod"),), (("env", "dev"), ("team", "ops"))]
CATEGORIES = {"Compute": "Compute", "Storage": "Storage", "EC2": "Compute", "S3": ""}

days = st.dates(FIRST, TODAY)
amounts = st.decimals(-1000, 1000, places=12, allow_nan=False)


@st.composite
def charges(draw: st.DrawFn) -> Charge:
    """Any charge of these days."""
    provider, account = draw(
        st.sampled_from([*ACCOUNTS, ("gcp", "g3"), ("gcp", ""), ("aws", "a3")])
    )
    used = draw(days)
    month = used.replace(day=1)
    category, source_type = draw(st.sampled_from(KINDS))
    amount = draw(amounts)
    return Charge(
        day=used,
        amount=amount,
        account=account,
        provider=provider,
        service=draw(st.sampled_from(SERVICES[provider])),
        sku=draw(st.sampled_from(["", "sku-1", "sku-2"])),
        region=draw(st.sampled_from(["", "east", "west"])),
        labels=draw(st.sampled_from(LABELS)),
        category=category,
        source_type=source_type,
        currency=draw(st.sampled_from(["USD", "USD", "EUR"])),
        effective=draw(st.none() | st.just(amount / 2)),
        list_price=draw(st.just(amount * 2)),
        billing_period=draw(st.sampled_from([month, (month + timedelta(32)).replace(day=1)])),
    )  # fmt: skip


worlds = st.builds(
    World,
    charges=st.lists(charges(), min_size=1, max_size=12).map(tuple),
    projects=st.just(PROJECTS),
    accounts=st.just(ACCOUNTS),
    complete_until=st.fixed_dictionaries(
        {"gcp": st.dates(date(2026, 10, 20), TODAY), "aws": st.dates(date(2026, 10, 20), TODAY)}
    ),
    service_categories=st.just(CATEGORIES),
)


VALUES: dict[Dimension, list[str | None]] = {
    PROJECT: ["shop", "blog", None], TEAM: ["retail", "media", None],
    SERVICE: ["Compute", "EC2", None], SKU: ["sku-1", None],
    REGION: ["east", "west", None], PROVIDER: ["gcp", "aws"],
    ACCOUNT: ["g1", "a1", None], CATEGORY: ["Compute", None], label("team"): ["web", None],
    label("env"): ["prod", "dev", None],
}  # fmt: skip


@st.composite
def filters(draw: st.DrawFn) -> Filter:
    """Any filter of one or two values."""
    dimension = draw(st.sampled_from(DIMENSIONS))
    values = draw(st.lists(st.sampled_from(VALUES[dimension]), min_size=1, max_size=2, unique=True))
    return Filter(dimension, tuple(values), draw(st.booleans()))
