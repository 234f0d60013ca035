"""What the sample company buys: services, SKUs and regions, with list prices of about 2026."""

import hashlib
from dataclasses import dataclass
from typing import Final

MONTH_HOURS: Final = 730
GIB: Final = 2**30
TIB: Final = 2**40


@dataclass(frozen=True, slots=True)
class Region:
    """A place where things run; a multi-region has no `code` of a region."""

    location: str
    country: str
    code: str | None
    place: str


REGIONS: Final = {
    "iowa": Region("us-central1", "US", "us-central1", "Iowa"),
    "carolina": Region("us-east1", "US", "us-east1", "South Carolina"),
    "belgium": Region("europe-west1", "BE", "europe-west1", "Belgium"),
    "tokyo": Region("asia-northeast1", "JP", "asia-northeast1", "Tokyo"),
    "us": Region("us", "US", None, "US"),
    "global": Region("global", "", None, "Global"),
}

SERVICES: Final = {
    "Compute Engine": "6F81-5844-456A",
    "Kubernetes Engine": "CCD8-9BF1-090E",
    "Cloud Storage": "95FF-2EF5-5EA1",
    "BigQuery": "24E6-581D-38E5",
    "Cloud SQL": "9662-B51E-5089",
    "Cloud Run": "152E-C115-5142",
    "Networking": "E505-1604-58F8",
    "Vertex AI": "C7E2-9256-1C43",
    "Cloud Logging": "5490-F7B7-8DF6",
    "Cloud Pub/Sub": "A1E8-BE35-7EBC",
    "Cloud Key Management Service (KMS)": "EE2F-D110-890C",
    "Support": "2062-016F-44A2",
    "Invoice": "CFE7-0F2D-2A2C",
}


@dataclass(frozen=True, slots=True)
class Sku:
    """Something with a price.

    `unit` is what usage is measured in, `pricing_unit` what the list `price` (USD) is for;
    `per_pricing_unit` of the first make one of the second.
    """

    service: str
    description: str
    unit: str
    pricing_unit: str
    per_pricing_unit: float
    price: str


def _hours(service: str, description: str, price: str) -> Sku:
    return Sku(service, description, "seconds", "hour", 3600, price)


def _gib_hours(service: str, description: str, price: str) -> Sku:
    return Sku(service, description, "byte-seconds", "gibibyte hour", GIB * 3600, price)


def _gib_months(service: str, description: str, price: str) -> Sku:
    seconds = GIB * 3600 * MONTH_HOURS
    return Sku(service, description, "byte-seconds", "gibibyte month", seconds, price)


def _gib(service: str, description: str, price: str) -> Sku:
    return Sku(service, description, "bytes", "gibibyte", GIB, price)


def _each(service: str, description: str, price: str, per: float = 1) -> Sku:
    return Sku(service, description, "requests" if per > 1 else "count", "count", per, price)


SKUS: Final = {
    "n2-core": _hours("Compute Engine", "N2 Instance Core running in {place}", "0.031611"),
    "n2-ram": _gib_hours("Compute Engine", "N2 Instance Ram running in {place}", "0.004237"),
    "n1-core": _hours("Compute Engine", "N1 Predefined Instance Core running in {place}", "0.0316"),
    "a100": _hours("Compute Engine", "Nvidia Tesla A100 GPU running in {place}", "2.933908"),
    "ssd": _gib_months("Compute Engine", "SSD backed PD Capacity in {place}", "0.17"),
    "cud-flex": _hours(
        "Compute Engine", "Commitment - dollar based v1: GCE flexible for 1 year", "1"
    ),
    "cud-cpu": _hours("Compute Engine", "Commitment v1: Cpu in {place} for 1 Year", "0.019915"),
    "gke": _hours("Kubernetes Engine", "Regional Kubernetes Clusters", "0.1"),
    "autopilot": _hours("Kubernetes Engine", "Autopilot Pod vCPU Requests in {place}", "0.0445"),
    "standard": _gib_months("Cloud Storage", "Standard Storage {place}", "0.026"),
    "nearline": _gib_months("Cloud Storage", "Nearline Storage {place}", "0.01"),
    "class-a": _each("Cloud Storage", "Regional Standard Class A Operations", "0.005", 1000),
    "analysis": Sku("BigQuery", "Analysis ({place})", "bytes", "tebibyte", TIB, "6.25"),
    "active": _gib_months("BigQuery", "Active Logical Storage ({place})", "0.02"),
    "sql-cpu": _hours(
        "Cloud SQL", "Cloud SQL for PostgreSQL: Regional - vCPU in {place}", "0.0826"
    ),
    "sql-ssd": _gib_months(
        "Cloud SQL", "Cloud SQL for PostgreSQL: Regional - Standard storage in {place}", "0.34"
    ),
    "run-cpu": _hours("Cloud Run", "Services CPU (Request-based billing) in {place}", "0.0864"),
    "run-requests": _each("Cloud Run", "Requests", "0.4", 1_000_000),
    "egress": _gib(
        "Networking", "Network Internet Data Transfer Out from {place} to Americas", "0.085"
    ),
    "balancer": _hours("Networking", "Cloud Load Balancer Forwarding Rule Minimum", "0.025"),
    "gemini": _each("Vertex AI", "Gemini 2.5 Flash Text Input - Predictions", "0.3", 1_000_000),
    "pipelines": _hours("Vertex AI", "Custom Training A2 machines in {place}", "4.223947"),
    "logs": _gib("Cloud Logging", "Log Storage cost", "0.5"),
    "pubsub": Sku("Cloud Pub/Sub", "Message Delivery Basic", "bytes", "tebibyte", TIB, "40"),
    "keys": _each(
        "Cloud Key Management Service (KMS)", "Active software symmetric key versions", "0.06"
    ),
    "support": _each("Support", "Enhanced Support", "1"),
    "tax": _each("Invoice", "Tax", "1"),
    "rounding": _each("Invoice", "Rounding error", "1"),
    "goodwill": _each("Compute Engine", "Service level agreement credit", "1"),
}


def sku_id(description: str) -> str:
    """Return an id of the shape that Google gives SKUs, always the same for a description."""
    digits = hashlib.sha256(description.encode()).hexdigest().upper()
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:12]}"
