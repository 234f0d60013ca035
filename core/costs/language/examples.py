"""What `help` shows: questions by example. A test reads every one of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Example:
    """A question, and what it asks."""

    question: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Topic:
    """Some examples of one thing. Names in them stand for a company's own."""

    title: str
    examples: tuple[Example, ...]
    note: str = ""


def _examples(*pairs: tuple[str, str]) -> tuple[Example, ...]:
    return tuple(Example(*pair) for pair in pairs)


QUESTION_HELP: Final[Mapping[str, Topic]] = {
    "start": Topic(
        "Asking",
        _examples(
            ("checkout last-7d", "what a project cost in the last seven days"),
            ("how much did we spend on cloud sql last month", "the same in whole sentences"),
            ("all mtd by project", "everything this month so far, project by project"),
            ("checkout search last-month", "two projects, one line each"),
            ("unassigned mtd", "what belongs to no project"),
        ),
        "Words come in any order. Say nothing, and it is about this channel's projects, else "
        "yours, this month so far.",
    ),
    "periods": Topic(
        "Periods",
        _examples(
            ("checkout yesterday", "one day; also today"),
            ("checkout last-7d", "the seven whole days before today; also 7d, last 7 days"),
            ("checkout last-4w", "four whole weeks from Monday; also last-week"),
            ("checkout last-3m", "three whole calendar months; also last-month, last-quarter"),
            ("checkout mtd", "this month up to today; also wtd, qtd, ytd"),
            ("checkout 2026-10", "a month; also oct, 2026-Q3, 2026, 2026-10-03"),
            ("checkout 2026-10-01..2026-10-15", "a range, its last day included"),
            ("checkout since 2026-10-01", "from a day up to today"),
        ),
    ),
    "grouping": Topic(
        "Grouping",
        _examples(
            ("checkout last-7d by sku", "a line for each SKU"),
            ("checkout last-7d by resource", "each machine, disk, bucket; the last 35 days"),
            ("all mtd by team,service", "for each pair; up to three things"),
            ("all mtd by label:env", "for each value of a label"),
            ("checkout last-30d daily", "each line cut into days; also weekly, monthly"),
            ("checkout last-30d by day", "days alone"),
            ("all mtd in total", "one sum"),
        ),
        "By project, team, service, sku, resource, region, provider, account, category or "
        "label:KEY.",
    ),
    "filters": Topic(
        "Filters",
        _examples(
            ("checkout mtd service=BigQuery,Cloud SQL", "one of several values"),
            ("all mtd region!=us-central1", "everything but one"),
            ("all mtd team=data by service", "a team's projects"),
            ("all mtd label:team=none by project", "what lacks a label"),
            ("checkout last-7d resource=web-1 daily", "one resource, by its name or id"),
            ('all mtd service="Cloud SQL"', "quotes, where a name looks like something else"),
            ("ec2 gcs k8s mtd", "short names are known"),
        ),
        "Values of one kind are alternatives, different kinds restrict each other.",
    ),
    "comparing": Topic(
        "Comparing",
        _examples(
            ("checkout mtd vs previous", "with the same dates of last month"),
            ("checkout last-month vs last-year", "with the same dates a year ago"),
            ("checkout 2026-10 vs 2026-07", "with any other period"),
            ("checkout last-30d vs search", "with another project"),
            ("checkout last-3m weekly vs last-year", "week by week, beside a year ago"),
        ),
    ),
    "showing": Topic(
        "Showing",
        _examples(
            ("all mtd top 5", "the five largest lines, the others in one"),
            ("all mtd over 1,000", "the lines above an amount"),
            ("all mtd in EUR", "converted"),
            ("all last-month table", "only the table; also chart; csv, xlsx, json as a file"),
            ("all mtd net", "what will be paid; also gross, list"),
            ("all last-month invoice", "by invoice month, as billed"),
        ),
        "`cost` (the default) leaves out tax and promotional credits.",
    ),
}
"""Topics by the word that `help` takes, in the order to show them."""
