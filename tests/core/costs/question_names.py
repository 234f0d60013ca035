"""The names of a company, as questions about it find them."""

from datetime import date
from typing import Final

from core.costs.model import Vocabulary

TODAY: Final = date(2026, 11, 22)
"""A Sunday."""

NAMES: Final = Vocabulary(
    projects={
        "checkout": "Checkout",
        "search": "Search & Discovery",
        "web": "",
        "web-2026": "",
        "web-frontend": "Web Frontend",
        "data-platform": "Data Platform",
        "may": "Mobile Analytics",
        "forecast": "Forecast",
        "in-house": "",
        "2048": "Game",
    },
    aliases={"basket": "checkout", "shop": "web-frontend"},
    accounts={
        "acme-checkout-prod": ("Checkout (prod)", "checkout"),
        "acme-checkout-dev": ("Checkout (dev)", "checkout"),
        "210987654321": ("ml-training", None),
        "123456789012": ("shared", "search"),
        "123456789013": ("shared", "web"),
    },
    teams=frozenset({"storefront", "data", "discovery"}),
    services=frozenset(
        {
            "AWS Cost Explorer", "AWS Lambda", "Amazon Elastic Compute Cloud",
            "Amazon Elastic Kubernetes Service", "Amazon Simple Storage Service", "BigQuery",
            "Cloud Key Management Service (KMS)", "Cloud Pub/Sub", "Cloud Run", "Cloud SQL",
            "Cloud Storage", "Compute Engine", "Invoice", "Kubernetes Engine", "Virtual Machines",
        }
    ),
    skus={"0012-AB": "N2 Instance Core", "0013-CD": "N2 Instance Ram"},
    regions={"us-central1": "Iowa", "us-east1": "South Carolina", "europe-west1": "", "us": ""},
    providers=frozenset({"aws", "azure", "gcp"}),
    categories=frozenset({"Compute", "Storage"}),
    labels={
        "team": frozenset({"storefront", "data", "none", ""}),
        "env": frozenset({"prod", "Prod", "dev", "top-5", 'the "best"'}),
        "cost center": frozenset({"cc-1010", "a, b"}),
        "aws:createdBy": frozenset({"Root:1"}),
    },
    channels={"C1": ("checkout",), "C2": ("checkout", "search")},
)  # fmt: skip
