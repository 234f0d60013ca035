"""Questions as people write them, and as they are understood."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from core.costs.model import (
    ACCOUNT,
    PROJECT,
    REGION,
    SERVICE,
    SKU,
    TEAM,
    Asker,
    Basis,
    CostQuery,
    Dimension,
    Filter,
    Form,
    Granularity,
    Measure,
    Versus,
    label,
)
from core.costs.question import QUESTION_HELP, parse_cost_query, write
from core.named_period import parse_period
from core.period import Period
from tests.core.costs.question_names import NAMES, TODAY

EC2 = "Amazon Elastic Compute Cloud"
SERVICES = [
    f"all mtd by service service={services}"
    for services in (
        '"Amazon Elastic Kubernetes Service","Cloud Storage","Kubernetes Engine"',
        '"Cloud Key Management Service (KMS)","Cloud Pub/Sub"',
    )
]
MTD = parse_period("mtd", TODAY)


def ask(text: str, asker: Asker = Asker()) -> CostQuery:  # noqa: B008 - frozen
    return parse_cost_query(text, today=TODAY, names=NAMES, asker=asker)


def period(text: str) -> Period:
    return parse_period(text, TODAY)


def only(dimension: Dimension, *values: str | None, negated: bool = False) -> Filter:
    return Filter(dimension, values, negated)


CHECKOUT = (only(PROJECT, "checkout"),)
EVERYTHING = (
    "checkout,search 2026-10 by region,sku team=data net vs last-year weekly top 5 over 1,000.50 "
    "in EUR chart"
)
BOTH = (only(PROJECT, "checkout", "search"),)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", CostQuery(MTD)),
        ("checkout last-7d", CostQuery(period("last-7d"), CHECKOUT)),
        (
            EVERYTHING,
            CostQuery(
                period("2026-10"),
                (*BOTH, only(TEAM, "data")),
                (REGION, SKU),
                Measure.NET,
                granularity=Granularity.WEEKLY,
                versus=Versus("last-year"),
                top=5,
                over=Decimal("1000.50"),
                currency="EUR",
                form=Form.CHART,
            ),
        ),
        ("checkout search", CostQuery(MTD, BOTH, (PROJECT,))),
        ("all by team", CostQuery(MTD, (), (TEAM,))),
        ("invoice last-month", CostQuery(
            period("last-month"), measure=Measure.NET, basis=Basis.INVOICE)),
        ("checkout vs search", CostQuery(
            MTD, CHECKOUT, versus=Versus("project", project="search"))),
        ("checkout vs 2026-07", CostQuery(
            MTD, CHECKOUT, versus=Versus("period", period=period("2026-07")))),
        ("by day", CostQuery(MTD, group_by=(), granularity=Granularity.DAILY)),
        ("daily", CostQuery(MTD, granularity=Granularity.DAILY)),
        ("in total", CostQuery(MTD, group_by=())),
        ("label:team=none", CostQuery(MTD, (only(label("team"), None),))),
    ],
)  # fmt: skip
def test_questions(text: str, query: CostQuery) -> None:
    assert ask(text) == query


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        # Sentences
        ("show me the cost of checkout for last week please", "checkout last-week by service"),
        ("How much did we spend on EC2 this month?", f'all mtd by service service="{EC2}"'),
        ("what's checkout's cost since october?", "checkout since 2026-10-01 by service"),
        ("list the costs of all projects over the last 30 days", "all last-30d by project"),
        ("top 5 services of checkout in the past 2 weeks", "checkout last-2w by service top 5"),
        ("which regions cost more than $1,000 per month", "all mtd by region monthly over 1000"),
        ("compare checkout with search", "checkout,search mtd by project"),
        ("checkout compared to last month", "checkout mtd by service vs last-month"),
        ("is checkout more expensive than last year", "checkout mtd by service vs last-year"),
        # Order, hyphens, number, case, what keyboards do
        ("LAST-7D Checkout", "checkout last-7d by service"),
        ("last 7 days data platform", "data-platform last-7d by service"),
        ("data platform last 7 days", "data-platform last-7d by service"),
        ("checkout last\u20147d", "checkout last-7d by service"),
        ("checkout\u00a0mtd\u200b", "checkout mtd by service"),
        ("service=\u201cCloud SQL\u201d", 'all mtd by service service="Cloud SQL"'),
        ("\u2018Cloud SQL\u2019 mtd", 'all mtd by service service="Cloud SQL"'),
        ("services=kubernetes engines", 'all mtd by service service="Kubernetes Engine"'),
        ("checkout by-region top-3 vs-previous", "checkout mtd by region vs previous top 3"),
        ("*checkout* `mtd`", "checkout mtd by service"),
        ("service:BigQuery", "all mtd by service service=BigQuery"),
        ("service = BigQuery , Cloud Run", 'all mtd by service service=BigQuery,"Cloud Run"'),
        ("service=BigQuery or Cloud Run", 'all mtd by service service=BigQuery,"Cloud Run"'),
        ("region \u2260 us-east1", "all mtd by service region!=us-east1"),
        # What Slack makes of names
        ("<#C1|shop> mtd", "checkout mtd by service"),
        ("<#C2> mtd", "checkout,search mtd by project"),
        ("<http://checkout|checkout> mtd", "checkout mtd by service"),
        ("search &amp; discovery", "search mtd by service"),
        ("&gt; 100 mtd", "all mtd by service over 100"),
        # Names
        ("service=Cloud SQL mtd", 'all mtd by service service="Cloud SQL"'),
        ("cloud sql bigquery", 'all mtd by service service=BigQuery,"Cloud SQL"'),
        ("basket", "checkout mtd by service"),
        ("acme-checkout-prod", "checkout mtd by service"),
        ("Checkout (dev) mtd", "checkout mtd by service"),
        ("account=acme-checkout-dev", "all mtd by service account=acme-checkout-dev"),
        ("ml training", "all mtd by service account=210987654321"),
        ("shared", "search,web mtd by project"),
        ("account=shared", "all mtd by service account=123456789012,123456789013"),
        ("aws us-east1", "all mtd by service region=us-east1 provider=aws"),
        ("google cloud", "all mtd by service provider=gcp"),
        ("iowa", "all mtd by service region=us-central1"),
        ("sku=n2 instance core", "all mtd by service sku=0012-AB"),
        ("storefront team", "all mtd by service team=storefront"),
        ("team storefront", "all mtd by service team=storefront"),
        ("data team", "all mtd by service team=data"),
        ("env=dev", "all mtd by service label:env=dev"),
        ("label:env=prod", "all mtd by service label:env=prod"),
        ("label:env=PROD", "all mtd by service label:env=Prod,prod"),
        ('tag:team="none"', 'all mtd by service label:team="none"'),
        ('label:team=""', 'all mtd by service label:team=""'),
        ('label:"cost center"=cc-1010', 'all mtd by service label:"cost center"=cc-1010'),
        ("label:cost-center=cc 1010", 'all mtd by service label:"cost center"=cc-1010'),
        ('label:"Cost Center"="a, b"', 'all mtd by service label:"cost center"="a, b"'),
        ("label:aws:createdBy=root:1", 'all mtd by service label:"aws:createdBy"="Root:1"'),
        ('env="the ""best"""', 'all mtd by service label:env="the ""best"""'),
        ("team=none,data", "all mtd by service team=data,none"),
        ("project=none", "unassigned mtd by service"),
        ("checkout unassigned", "project=checkout,none mtd by project"),
        ("all checkout", "checkout mtd by service"),
        # Short names
        ("gcs k8s", SERVICES[0]),
        ("s3 lambda", 'all mtd by service service="AWS Lambda","Amazon Simple Storage Service"'),
        ("bq gce", 'all mtd by service service=BigQuery,"Compute Engine"'),
        ("kms pubsub", SERVICES[1]),
        ("pub/sub", 'all mtd by service service="Cloud Pub/Sub"'),
        ("vms", f'all mtd by service service="{EC2}","Compute Engine","Virtual Machines"'),
        # Clashes
        ("may", "all 2026-05 by service"),
        ("project=may may", "project=may 2026-05 by service"),
        ('"may"', "project=may mtd by service"),
        ("web 2026", "web 2026 by service"),
        ("web-2026 2026", "web-2026 2026 by service"),
        ("web frontend", "web-frontend mtd by service"),
        ("project=web frontend", "web-frontend mtd by service"),
        ("in-house", "project=in-house mtd by service"),
        ("in us-east1 in EUR", "all mtd by service region=us-east1 in EUR"),
        ("2048", "project=2048 mtd by service"),
        ('"forecast"', "project=forecast mtd by service"),
        ("project=forecast", "project=forecast mtd by service"),
        ("cost explorer", 'all mtd by service service="AWS Cost Explorer"'),
        ("service=invoice mtd", "all mtd by service service=Invoice"),
        ("env=top-5", "all mtd by service label:env=top-5"),
        ("in all", "all mtd by service"),
        ("vs project=may", "all mtd by service vs project=may"),
        ("vs may", "all mtd by service vs 2026-05"),
        # Filters
        ("project!=checkout", "all mtd by service project!=checkout"),
        ("service=bigquery, region=us", "all mtd by service service=BigQuery region=us"),
        ("service=bigquery, mtd", "all mtd by service service=BigQuery"),
        ("service=bigquery service=cloud run", 'all mtd by service service=BigQuery,"Cloud Run"'),
        ("service!=ec2 service=bq", f'all mtd by service service=BigQuery service!="{EC2}"'),
        # Groupings
        ("by services and regions", "all mtd by service,region"),
        ("by service by service", "all mtd by service"),
        ("by service region daily", "all mtd by service,region daily"),
        ("by service project checkout", "checkout mtd by service"),
        ("by label:env,team", "all mtd by label:env,team"),
        ("by env", "all mtd by label:env"),
        ('by label:"cost center"', 'all mtd by label:"cost center"'),
        ("by day and service", "all mtd by service daily"),
        ("per week", "all mtd by week"),
        ("search daily by project", "search mtd by project daily"),
        ("checkout search daily", "checkout,search mtd by project daily"),
        ("top services", "all mtd by service top 10"),
        ("top ten skus", "all mtd by sku top 10"),
        # Measures, invoices
        ("net cost", "all mtd by service net"),
        ("gross invoice oct", "all 2026-10 by service gross invoice"),
        ("invoice", "all 2026-11 by service invoice"),
        ("invoice qtd vs 2026-Q3", "all 2026-Q4 by service invoice vs 2026-Q3"),
        ("invoice cost oct", "all 2026-10 by service invoice"),
        ("measure=cost invoice oct", "all 2026-10 by service measure=cost invoice"),
        ("list prices of checkout", "checkout mtd by service list"),
        # Comparing
        ("vs previous period", "all mtd by service vs previous"),
        ("vs last year", "all mtd by service vs last-year"),
        ("yoy", "all mtd by service vs last-year"),
        ("last-year vs 2024", "all last-year by service vs 2024"),
        ("against basket", "all mtd by service vs checkout"),
        ("vs last 7 days", "all mtd by service vs last-7d"),
        ("vs previous 7 days", "all mtd by service vs last-7d"),
        ("vs previous month", "all mtd by service vs previous"),
        # Amounts
        ("over 5k", "all mtd by service over 5000"),
        ("over 1.5m", "all mtd by service over 1500000"),
        ("over \u20ac500", "all mtd by service over 500 in EUR"),
        ("over 500 usd", "all mtd by service over 500 in USD"),
        ("over $1,234,567.89", "all mtd by service over 1234567.89"),
        ("over 7 days", "all last-7d by service"),
        ("over 0", "all mtd by service over 0"),
        ("in dollars", "all mtd by service in USD"),
        ("graph", "all mtd by service chart"),
        ("csv", "all mtd by service csv"),
    ],
)  # fmt: skip
def test_the_question_as_understood(text: str, understood: str) -> None:
    assert write(ask(text)) == understood
    assert ask(understood) == ask(text)


@pytest.mark.parametrize(
    ("text", "here", "mine", "projects"),
    [
        ("last-7d", ("checkout",), ("search",), ("checkout",)),
        ("last-7d", (), ("search", "web"), ("search", "web")),
        ("last-7d", (), (), ()),
        ("all last-7d", ("checkout",), ("search",), ()),
        ("search last-7d", ("checkout",), (), ("search",)),
        ("ec2 last-7d", ("checkout",), (), ("checkout",)),
        ("team=data", ("checkout",), (), ()),
        ("account=ml-training", ("checkout",), (), ()),
        ("project!=web", ("checkout",), (), ()),
        ("unassigned", ("checkout",), (), ()),
    ],
)
def test_whose_costs_are_meant(
    text: str, here: tuple[str, ...], mine: tuple[str, ...], projects: tuple[str, ...]
) -> None:
    assert ask(text, Asker(here, mine)).projects == projects


def test_several_projects_that_were_left_unsaid_are_grouped_by_project_too() -> None:
    assert ask("mtd", Asker(here=("checkout", "search"))).group_by == (PROJECT,)
    assert ask("mtd by sku", Asker(here=("checkout", "search"))).group_by == (SKU,)
    assert ask("mtd", Asker(here=("checkout",))).group_by == (SERVICE,)


def test_an_account_chosen_by_itself_is_that_account() -> None:
    assert ask("account=acme-checkout-dev").where == (only(ACCOUNT, "acme-checkout-dev"),)


def test_a_question_keeps_its_relative_period() -> None:
    earlier = parse_cost_query("last-7d", today=date(2026, 3, 1), names=NAMES)
    assert write(earlier) == write(ask("last-7d"))
    assert earlier.period != ask("last-7d").period


def test_filters_and_values_have_one_order() -> None:
    one = ask("region=us-east1,us-central1 service=cloud run search checkout")
    other = ask("checkout search service=cloud run region=us-central1,us-east1")
    assert one == other


@pytest.mark.parametrize(
    ("topic", "question"),
    [
        (topic, example.question)
        for topic, each in QUESTION_HELP.items()
        for example in each.examples
    ],
)
def test_every_example_of_the_help_is_a_question(topic: str, question: str) -> None:
    query = ask(question)
    assert ask(write(query)) == query, topic


def test_writing_is_for_any_query_not_only_those_that_were_read() -> None:
    query = replace(ask("checkout"), over=Decimal("1E+3"), versus=Versus("project", project="may"))
    assert write(query) == "checkout mtd by service vs project=may over 1000"
