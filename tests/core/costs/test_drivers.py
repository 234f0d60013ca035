"""What made the difference: found where it was put, exact to the last digit, said plainly."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.costs.drivers.explaining import explain
from core.costs.drivers.model import Cell, Change, Drivers, PriceAndUsage, Usage
from core.costs.drivers.sentence import place, sentence
from core.costs.drivers.usage import price_and_usage
from core.costs.model import PROJECT, REGION, SERVICE, SKU, label

DIMENSIONS = (SERVICE, REGION, PROJECT, label("env"))


def cell(
    values: str,
    before: float,
    after: float,
    *,
    usage: tuple[float, float] | None = None,
    one_off: bool = False,
) -> Cell:
    """'sql eu web prod' costs so much, and used so many hours."""
    quantity = None if usage is None else Usage(_exact(usage[0]), _exact(usage[1]), "hour")
    return Cell(tuple(values.split()), _exact(before), _exact(after), quantity, one_off)


def _exact(amount: float) -> Decimal:
    return Decimal(str(amount))


def company(*changed: tuple[str, float]) -> list[Cell]:
    """Three services in two regions for three projects, 100 each; what has the values is more."""
    cells = []
    for service in ("sql", "vm", "logs"):
        for region in ("eu", "us"):
            for project in ("web", "shop", "api"):
                values = f"{service} {region} {project} prod"
                more = sum(by for what, by in changed if set(what.split()) <= set(values.split()))
                cells.append(cell(values, 100, 100 + more))
    return cells


def explained(*cells: Cell) -> Drivers:
    return explain(cells, DIMENSIONS, "USD")


@pytest.mark.parametrize(
    "cause", ["sql", "eu", "web", "sql eu", "logs shop", "us api", "vm us web"]
)
def test_the_cause_is_found_where_it_was_put(cause: str) -> None:
    drivers = explained(*company((cause, 80)))
    assert drivers.main is not None
    assert {value for _, value in drivers.main.path} == set(cause.split())
    assert drivers.rest == 0


@pytest.mark.parametrize("fall", [-80, -100])
def test_a_fall_has_a_cause_as_a_rise_has(fall: float) -> None:
    drivers = explained(*company(("sql eu", fall)))
    assert drivers.main is not None
    assert drivers.main.change == Change(Decimal(300), Decimal(300) + 3 * Decimal(fall))
    assert drivers.main.vanished == (fall == -100)


def test_a_second_cause_comes_after_the_first_and_shares_no_charge() -> None:
    drivers = explained(*company(("sql eu", 80), ("vm us web", 60)))
    first, second = drivers.causes
    assert {value for _, value in first.path} == {"sql", "eu"}
    assert second.change.amount == 60
    assert drivers.rest == 0


def test_what_is_left_of_a_place_is_not_called_by_its_name() -> None:
    """Who asks what sql cost gets another figure."""
    drivers = explained(*company(("sql eu", 100), ("sql", 60)))
    assert [place(each) for each in drivers.causes] == ["sql in eu", "the rest of sql"]
    apart = explained(*company(("sql eu", 80), ("vm us web", 60)))
    assert [place(each) for each in apart.causes] == ["sql in eu", "vm of web in us"]


def test_where_no_place_explains_it_the_largest_parts_are_told() -> None:
    drivers = explained(*company(("sql", 50), ("vm", 40), ("logs", 30)))
    assert drivers.main is None
    assert [cause.path for cause in drivers.causes] == [
        ((SERVICE, "sql"),),
        ((SERVICE, "vm"),),
        ((SERVICE, "logs"),),
    ]


def two_causes() -> list[Cell]:
    """Two projects that cost more, in production, as almost everything is."""
    return [
        cell("sql eu web prod", 400, 700),
        cell("vm eu shop prod", 100, 300),
        cell("vm us api prod", 350, 350),
        cell("vm us web test", 70, 75),
        cell("sql us api test", 70, 70),
    ]


def test_what_holds_almost_everything_explains_nothing() -> None:
    """That all of it is in production is true of any change."""
    drivers = explained(*two_causes())
    assert all(dimension != label("env") for cause in drivers.causes for dimension, _ in cause.path)


def test_the_largest_parts_are_told_by_project_where_these_tell_more() -> None:
    cells = [
        cell("vm eu web prod", 300, 450),
        cell("sql us web prod", 300, 450),
        cell("logs eu shop prod", 300, 400),
        cell("vm us shop prod", 300, 401),
        cell("sql eu api prod", 300, 340),
        cell("logs us api prod", 300, 330),
    ]
    drivers = explained(*cells)
    assert drivers.main is None
    assert drivers.causes[0].path == ((PROJECT, "web"),)


def test_of_one_project_the_largest_parts_are_its_services() -> None:
    cells = [
        cell("sql eu web prod", 300, 340),
        cell("vm eu web prod", 300, 330),
        cell("logs eu web prod", 300, 320),
    ]
    assert [each.path for each in explained(*cells).causes] == [
        ((SERVICE, "sql"),),
        ((SERVICE, "vm"),),
        ((SERVICE, "logs"),),
    ]


amounts = st.decimals(-1000, 1000, places=4, allow_nan=False)


@given(
    st.lists(
        st.builds(
            Cell,
            st.tuples(*[st.sampled_from(["a", "b", "c", None])] * 4),
            amounts,
            amounts,
            st.none(),
            st.booleans(),
        ),
        max_size=30,
    )
)
def test_the_steps_lead_from_one_total_to_the_other(cells: list[Cell]) -> None:
    drivers = explain(cells, DIMENSIONS, "USD")
    steps = sum((step.amount for step in drivers.steps), Decimal(0))
    assert drivers.total.before + steps == drivers.total.after
    assert drivers.total == (sum(c.before for c in cells), sum(c.after for c in cells))
    assert sentence(drivers).endswith(".")


def test_one_off_charges_are_told_apart() -> None:
    drivers = explained(*company(("sql", 50)), cell("support us web prod", 0, 900, one_off=True))
    assert drivers.one_off == Change(Decimal(0), Decimal(900))
    assert drivers.main is not None
    assert drivers.main.path == ((SERVICE, "sql"),)
    assert [step.one_off for step in drivers.steps] == [False, True]


def test_new_and_vanished_values_are_listed_once() -> None:
    drivers = explained(
        *company(), cell("gpu asia web prod", 0, 500), cell("old eu web prod", 200, 0)
    )
    assert [driver.path for driver in drivers.new] == [((SERVICE, "gpu"),)]
    assert [driver.path for driver in drivers.vanished] == [((SERVICE, "old"),)]


@pytest.mark.parametrize(
    ("some", "usage", "price"),
    [
        (cell("a", 100, 150, usage=(10, 15)), 50, 0),
        (cell("a", 100, 150, usage=(10, 10)), 0, 50),
        (cell("a", 100, 240, usage=(10, 20)), 100, 40),
        (cell("a", 0, 50, usage=(0, 5)), 50, 0),
        (cell("a", 50, 0, usage=(5, 0)), -50, 0),
    ],
)
def test_price_is_told_from_usage(some: Cell, usage: int, price: int) -> None:
    assert price_and_usage([some]) == PriceAndUsage(
        Decimal(usage), Decimal(price), some.after - some.before, some.usage
    )


def test_what_has_no_quantity_is_not_told_apart() -> None:
    assert price_and_usage([cell("a", 100, 150)]) is None
    assert price_and_usage([cell("a", 100, 150, usage=(0, 5))]) is None
    parts = price_and_usage([cell("a", 100, 150), cell("b", 10, 30, usage=(1, 3))])
    assert parts is not None
    assert parts.of == 20


def test_units_are_added_only_where_they_are_one() -> None:
    hours, bytes_ = cell("a", 1, 2, usage=(1, 2)), Usage(Decimal(1), Decimal(2), "gibibyte")
    parts = price_and_usage([hours, hours._replace(usage=bytes_)])
    assert parts is not None
    assert parts.units is None


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (company(("sql eu", 80)), "Up $240.00 (13%) to $2,040.00: sql in eu +$240.00."),
        (company(), "Unchanged at $1,800.00."),
        ([], "Unchanged at $0.00."),
        (
            [*company(), cell("gpu eu web prod", 0, 500)],
            "Up $500.00 (28%) to $2,300.00: gpu +$500.00, new.",
        ),
        (
            [*company(), cell("x us web prod", 0, 900, one_off=True)],
            "Up $900.00 (50%) to $2,700.00: mostly one-off charges (+$900.00).",
        ),
        (
            [*company(("sql", 50), ("vm eu web", 30)), cell("x us web prod", 0, 60, one_off=True)],
            (
                "Up $390.00 (22%) to $2,190.00: sql +$300.00, 91% of the rest; "
                "one-off charges +$60.00."
            ),
        ),
        (
            company(("sql", 50), ("vm", 40), ("logs", 30)),
            (
                "Up $720.00 (40%) to $2,520.00: no single cause; "
                "most of it sql +$300.00 and vm +$240.00."
            ),
        ),
        (
            [cell("vm eu web prod", 100, 150, usage=(10, 15)), cell("sql eu web prod", 50, 50)],
            "Up $50.00 (33%) to $200.00: vm +$50.00, more usage.",
        ),
        (
            [cell("vm eu web prod", 100, 70, usage=(10, 10)), cell("sql eu web prod", 50, 50)],
            "Down $30.00 (20%) to $120.00: vm -$30.00, a lower price.",
        ),
    ],
)
def test_it_is_said_in_one_plain_sentence(cells: list[Cell], said: str) -> None:
    assert sentence(explained(*cells)) == said


def skus(*said: str) -> list[Cell]:
    """Of one project each: `BigQuery Storage 100 40`."""
    found = []
    for each in said:
        service, sku, before, after = each.split()
        names = (None if service == "-" else service, sku, "web")
        found.append(Cell(names, Decimal(before), Decimal(after)))
    return found


@pytest.mark.parametrize(
    ("cells", "where"),
    [
        (skus("BQ Storage 10 90", "BQ Analysis 90 90", "GCS Get 9 9"), "BQ Storage"),
        (skus("BQ Storage 10 90", "BQ Analysis 10 10"), "Storage"),
        (skus("BQ Storage 10 90", "GCS Storage 10 95", "GCS Get 9 9"), "Storage"),
        (skus("- Storage 10 90", "- Analysis 90 90", "GCS Get 9 9"), "Storage"),
    ],
)
def test_a_sku_is_told_with_its_service(cells: list[Cell], where: str) -> None:
    """Its name alone says little: `Storage` of what? One of several services has none to tell."""
    drivers = explain(cells, (SERVICE, SKU, PROJECT), "USD")
    assert drivers.main is not None
    assert place(drivers.main) == where


def test_a_sku_that_is_new_is_listed_with_its_service() -> None:
    cells = skus("BigQuery Analysis 90 90", "BigQuery Storage 0 50", "GCS Get 20 20")
    drivers = explain(cells, (SERVICE, SKU, PROJECT), "USD")
    assert [place(each) for each in drivers.new] == ["BigQuery Storage"]


def test_names_are_those_that_people_know() -> None:
    cells = [
        Cell(("A1", "web"), Decimal(10), Decimal(50)),
        Cell(("B2", "web"), Decimal(9), Decimal(9)),
    ]
    drivers = explain(cells, (SKU, PROJECT), "USD")
    assert "N2 core +$40.00" in sentence(drivers, lambda *_: "N2 core")
