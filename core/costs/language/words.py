"""The words that mean something in a question, and those that mean nothing."""

from typing import Final

from core.costs.model import (
    ACCOUNT,
    CATEGORY,
    PROJECT,
    PROVIDER,
    REGION,
    RESOURCE,
    SERVICE,
    SKU,
    TEAM,
    Form,
    Granularity,
    Measure,
)
from core.named_period import NAMES as PERIOD_NAMES
from core.named_period import STARTS as PERIOD_STARTS


def words(text: str) -> frozenset[str]:
    """A set of words."""
    return frozenset(text.split())


def _each[T](table: dict[T, str]) -> dict[str, T]:
    return {word: meaning for meaning, text in table.items() for word in text.split()}


DIMENSION_WORDS: Final = _each(
    {
        PROJECT: "project projects",
        TEAM: "team teams",
        SERVICE: "service services product products",
        SKU: "sku skus",
        RESOURCE: "resource resources",
        REGION: "region regions location locations",
        PROVIDER: "provider providers cloud clouds vendor vendors",
        ACCOUNT: "account accounts subaccount subaccounts",
        CATEGORY: "category categories",
    }
)
LABEL_WORDS: Final = words("label labels tag tags")
MEASURES: Final = _each(
    {
        Measure.COST: "cost effective amortized amortised",
        Measure.NET: "net billed payable",
        Measure.GROSS: "gross",
        Measure.LIST: "list",
    }
)
WEAK_MEASURES: Final = words("cost")
"""Said of any money, so they choose nothing: `net cost` is net. `measure=cost` does choose."""
GRANULARITIES: Final = _each(
    {
        Granularity.DAILY: "daily day days",
        Granularity.WEEKLY: "weekly week weeks",
        Granularity.MONTHLY: "monthly month months",
    }
)
CUTS: Final = words("daily weekly monthly")
"""The granularities that need no `by` before them."""
FORMS: Final = _each(
    {
        Form.TABLE: "table tables",
        Form.CHART: "chart charts graph plot",
        Form.CSV: "csv",
        Form.XLSX: "xlsx excel",
        Form.JSON: "json",
    }
)
NOT_OFFERED: Final = _each(
    {
        "daily": "hourly",
        "weekly": "biweekly fortnightly",
        "monthly": "quarterly yearly annual annually",
        "csv": "tsv parquet",
        "xlsx": "xls ods pdf",
        "chart": "png svg",
    }
)
"""What people may ask for that answers don't come as, with the nearest that they do."""
INVOICE: Final = words("invoice invoices invoiced")
ALL: Final = words("all everything")
UNASSIGNED: Final = words("unassigned unallocated")
NONE: Final = words("none unassigned unallocated")

BY: Final = words("by per")
VERSUS: Final = words("vs versus against compared than")
PREVIOUS: Final = words("previous prior before")
LAST_YEAR: Final = words("yoy")
TOP: Final = words("top")
OVER: Final = words("over above exceeding >")
IN: Final = words("in")
AND: Final = words("and or & then")
MEASURE: Final = "measure"
SPLIT: Final = BY | words("vs versus top over in")
"""Words that a hyphen may tie to what they are about: `by-service`, `top-5`."""

VERBS: Final = words(
    "help why forecast anomalies budget budgets alerts report schedule schedules subscribe "
    "unsubscribe "
    "subscriptions save projects project data export whoami"
)
WHY: Final = "why"
ALERTS: Final = "alerts"
ANOMALIES: Final = "anomalies"
BUDGET: Final = "budget"
BUDGETS: Final = "budgets"
REPORT: Final = "report"
SCHEDULE: Final = "schedule"
SCHEDULES: Final = "schedules"
EXPORT: Final = "export"
SUBSCRIBE: Final = "subscribe"
UNSUBSCRIBE: Final = "unsubscribe"
SUBSCRIPTIONS: Final = "subscriptions"
FORECAST: Final = "forecast"
"""The sub-command whose periods may be yet to come."""
QUESTIONS: Final = words("why forecast anomalies export report")
"""Sub-commands about the costs of a question; what follows them must be one."""

FILLER: Final = words(
    "a about again am amount an and are as at be been being bill billed bills breakdown broken "
    "can change changed charge charged charges cheaper come comes compare costing costs could d "
    "did do does doing done down drop dropped during each every everyone expense expenses "
    "expensive fall fallen fell figure figures find for from gave get give go goes going gone "
    "got grew grow growing had happen happened happening has have hello hey hi how i increase "
    "increased is it its just kindly know let like lot made make many me mean money more most "
    "much my need now of ok okay on or our ours paid pay paying please pls price prices raise "
    "raised rise rising rose s see shall should show showing so some spend spending spends "
    "spent split suddenly t tell thank thanks that the their them then there these they thing "
    "things this those through to total totals up us usage use used using value want was we "
    "went were what whats where which while who whole will with would you your"
)
NUMBERS: Final = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "twenty": 20,
}  # fmt: skip
CURRENCIES: Final = {"dollars": "USD", "euros": "EUR", "euro": "EUR", "pounds": "GBP"}
SIGNS: Final = {"$": None, "€": "EUR", "£": "GBP"}
"""A dollar may be anybody's, so it says no currency."""

RESERVED: Final = frozenset[str]().union(
    DIMENSION_WORDS, LABEL_WORDS, MEASURES, GRANULARITIES, FORMS, INVOICE, ALL, UNASSIGNED, NONE,
    BY, VERSUS, PREVIOUS, LAST_YEAR, TOP, OVER, IN, AND, [MEASURE], VERBS, FILLER, NUMBERS,
    CURRENCIES, PERIOD_NAMES, PERIOD_STARTS, words("last-year gcp aws azure"),
)  # fmt: skip
"""What can't be a project's slug, because it means something else in a question."""

SUGGESTED: Final = (
    *sorted(VERBS - {"project"}), *sorted(CUTS), "table", "chart", "csv", "xlsx", "json",
    "net", "gross", "list",
    "invoice", "all", "unassigned", *PERIOD_NAMES,
)  # fmt: skip
"""What somebody may have meant who mistyped a word of the language."""
