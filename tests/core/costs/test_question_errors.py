"""What can't be read: quoted, and shown how it would be right."""

import pytest

from core.costs.language import errors
from core.costs.model import Vocabulary
from core.costs.question import parse_command, parse_cost_query
from core.errors import CostTrackerError, InvalidError, NotFoundError
from core.named_period import NoSuchDayError
from core.period import FuturePeriodError
from tests.core.costs.question_names import NAMES, TODAY

LISTED = "'projects' lists those that you may see, and 'help' shows what can be asked."
NO = "There is no project, account or service"


@pytest.mark.parametrize(
    ("text", "error", "message", "suggestions"),
    [
        # Names
        ("chekout last-7d", errors.UnknownNameError,
         f"{NO} 'chekout'. Did you mean 'checkout'?", ["checkout last-7d"]),
        ("show me web frontned mtd", errors.UnknownNameError,
         f"{NO} 'frontned'. Did you mean 'web-frontend' or 'storefront'?",
         ["show me web web-frontend mtd"]),
        ("zzzzz qqqqq mtd", errors.UnknownNameError, f"{NO} 'zzzzz qqqqq'. {LISTED}", []),
        ("forcast checkout", errors.UnknownNameError,
         f"{NO} 'forcast'. Did you mean 'forecast'?", ["forecast checkout"]),
        ("checkout montly", errors.UnknownNameError,
         f"{NO} 'montly'. Did you mean 'monthly'?", ["checkout monthly"]),
        ("checkout yearly", errors.NotOfferedError,
         "There is no 'yearly'. Did you mean 'monthly'?", ["checkout monthly"]),
        ("checkout PDF mtd", errors.NotOfferedError,
         "There is no 'PDF'. Did you mean 'xlsx'?", ["checkout xlsx mtd"]),
        ('"mtd"', errors.UnknownNameError, None, None),
        ("service=Clod SQL mtd", errors.UnknownNameError,
         "There is no service 'Clod SQL'. Did you mean 'Cloud SQL'?",
         ['service="Cloud SQL" mtd']),
        ("service=zzz", errors.UnknownNameError,
         "There is no service 'zzz'. 'by service' shows those that there are.", []),
        ("label:env=prd", errors.UnknownNameError,
         "There is no label:env 'prd'. Did you mean 'Prod' or 'prod'?", ["label:env=Prod"]),
        ("checkout vs serch", errors.UnknownNameError,
         "There is no project 'serch'. Did you mean 'search'?", ["checkout vs search"]),
        ("checkout vs shared", errors.UnknownNameError,
         "'shared' is several projects, and one is compared with. Choose one of search, web.",
         ["checkout vs search", "checkout vs web"]),
        ("label:foo=x", errors.UnknownNameError,
         "No label 'foo' is collected. There are aws:createdBy, cost center, env, team.",
         ['label:"aws:createdBy"=x', 'label:"cost center"=x', "label:env=x"]),
        ("<#C9|lost> mtd", errors.ChannelWithoutProjectsError,
         ("No project that you may see has the channel #lost. Say the project itself, or give it "
         "that channel."), ["all mtd"]),
        ("<@U1|ann> mtd", errors.PersonError,
         ("'@ann' is a person, and costs are of projects. Say the project, the team or the "
         "channel."), ["mtd"]),
        # Twice
        ("checkout last-7d mtd", errors.TwoPeriodsError,
         "A question has one period. This one says both 'last-7d' and 'mtd'. Leave one out.",
         ["checkout last-7d", "checkout mtd"]),
        ("net gross", errors.TwoMeasuresError,
         "A question has one measure. This one says both 'net' and 'gross'. Leave one out.",
         ["net", "gross"]),
        ("daily by week", errors.TwoGranularitiesError,
         ("A question is cut along time in one way. This one says both 'daily' and 'week'. "
         "Leave one out."), None),
        ("vs previous vs search", errors.TwoComparisonsError,
         ("A question is compared with one thing. This one says both 'vs previous' and "
         "'vs search'. Leave one out."), ["vs previous", "vs search"]),
        ("table csv", errors.TwoFormsError,
         "An answer has one form. This one says both 'table' and 'csv'. Leave one out.",
         ["table", "csv"]),
        ("in EUR in USD", errors.TwoCurrenciesError,
         ("An answer is converted to one currency. This one says both 'in EUR' and 'in USD'. "
         "Leave one out."), ["in EUR", "in USD"]),
        ("top 5 top 6", errors.TwoTopsError,
         "There is one `top`. This one says both 'top 5' and 'top 6'. Leave one out.",
         ["top 5", "top 6"]),
        ("over 5 over 6", errors.TwoAmountsError,
         "There is one `over`. This one says both 'over 5' and 'over 6'. Leave one out.",
         ["over 5", "over 6"]),
        # Incomplete or out of bounds
        ("by service by sku by region by team", errors.TooManyDimensionsError,
         ("Costs are grouped by 3 things at most, and 'team' is one more than service, sku, "
         "region. Leave one out."), ["by service by sku by region"]),
        ("by service,sku,region,team", errors.TooManyDimensionsError,
         ("Costs are grouped by 3 things at most, and 'team' is one more than service, sku, "
         "region. Leave one out."), ["by service,sku,region"]),
        ("checkout by", errors.MissingValueError,
         "After 'by' stands nothing. Write it like 'by service', 'by region' or 'by day'.",
         ["checkout by service", "checkout by region", "checkout by day"]),
        ("by servce", errors.UnknownDimensionError, None, ["by service"]),
        ("foo=bar", errors.UnknownDimensionError,
         ("Costs can't be filtered by 'foo'. There are project, team, service, sku, resource, "
         'region, provider, account, category, label:"aws:createdBy", label:"cost center", '
         "label:env, label:team."), []),
        ("by label", errors.LabelKeyError,
         "'label' needs a key. Write it like label:\"aws:createdBy\".", None),
        ("label=foo", errors.LabelKeyError, None, None),
        ("region= mtd,", errors.UnknownNameError, None, None),
        ("checkout region=", errors.MissingValueError,
         "After 'region=' stands nothing. Write it like region=europe-west1.",
         ["checkout region=europe-west1", "checkout region=us", "checkout region=us-central1"]),
        ("measure=foo", errors.MissingValueError,
         "'measure' needs cost, net, gross or list. Write it like measure=net.",
         ["measure=cost", "measure=net", "measure=gross", "measure=list"]),
        ("checkout vs", errors.MissingValueError,
         ("After 'vs' stands nothing. Write it like 'vs previous', 'vs last-year', 'vs 2026-09' "
         "or 'vs' and a project."), ["checkout vs previous", "checkout vs last-year"]),
        ("top 0", errors.TopError,
         "'top 0' chooses no lines: it takes a number from 1 to 1000. Write it like 'top 5'.",
         ["top 5"]),
        ("top 1001", errors.TopError, None, ["top 5"]),
        ("mtd top 0 checkout", errors.TopError,
         "'top 0' chooses no lines: it takes a number from 1 to 1000. Write it like 'top 5'.",
         ["mtd top 5 checkout"]),
        ("mtd top", errors.TopError, None, ["mtd top 5"]),
        ("mtd top checkout", errors.TopError, None, ["mtd top 5 checkout"]),
        ("over -5", errors.AmountError,
         "'over -5' is no amount. Write it like 'over 100' or 'over $1,000.50'.", ["over 100"]),
        ("over $x", errors.AmountError, None, ["over 100"]),
        ("mtd in EUX", errors.UnknownCurrencyError,
         "'EUX' is no currency. Write it like 'in EUR'.", ["mtd in EUR", "mtd in USD"]),
        ("=x", errors.StrayEqualsError,
         "Nothing that can be filtered by stands before '='. Write it like service=BigQuery.", []),
        ('service="Cloud SQL', errors.UnclosedQuoteError,
         "The quote in '\"Cloud SQL' isn't closed. Write it like service=\"Cloud SQL\".",
         ['service="Cloud SQL"']),
        ("x" * 40_001, errors.TooLongQuestionError,
         "The question has 40,001 characters. At most 40,000 are read.", []),
        # Periods
        ("invoice last-7d", errors.WholeMonthsError,
         ("An invoice is of whole months, and 'last-7d' is not. Ask for 2026-11, or leave "
         "'invoice' out."), ["invoice 2026-11"]),
        ("invoice wtd", errors.WholeMonthsError, None, ["invoice 2026-11"]),
        ("invoice last 30 days", errors.WholeMonthsError, None, ["invoice 2026-10-01..2026-11-30"]),
        ("invoice oct vs yesterday", errors.WholeMonthsError, None, ["invoice oct vs 2026-11"]),
        ("2026-02-31 checkout", NoSuchDayError, None, ["2026-02-28 checkout"]),
        ("checkout vs 2027", FuturePeriodError, None, ["checkout vs mtd", "checkout vs last-30d"]),
        ("checkout report", errors.CommandInQuestionError,
         ("'report' is a command of its own, and no part of a question about costs. Leave it out; "
         "if it is a project's name, write project=report."), ["checkout"]),
    ],
)  # fmt: skip
def test_errors(
    text: str, error: type[CostTrackerError], message: str | None, suggestions: list[str] | None
) -> None:
    with pytest.raises(error) as caught:
        parse_cost_query(text, today=TODAY, names=NAMES)
    assert type(caught.value) is error
    if message is not None:
        assert str(caught.value) == message
    if suggestions is not None:
        assert list(caught.value.suggestions[: len(suggestions) or None]) == suggestions


@pytest.mark.parametrize(
    "text",
    [
        "chekout last-7d", "service=Clod SQL mtd", "label:env=prd", "checkout vs serch",
        "checkout last-7d mtd", "net gross", "vs previous vs search", "in EUR in USD", "by servce",
        "by service,sku,region,team", "checkout by", "checkout region=", "measure=foo",
        "checkout vs", "top 0", "over -5", "mtd in EUX", "invoice last-7d", "invoice 2026-10-03",
        "2026-02-31 checkout", "2027-03", "1999", "last-0d", "checkout report", "<#C9|lost> mtd",
        "<@U1|ann> mtd", 'service="Cloud SQL', "daily by label", "checkout vs 2026-12",
        "2026-10-15..2026-10-01", "mtd top",
    ],
)  # fmt: skip
def test_every_suggestion_is_a_question(text: str) -> None:
    with pytest.raises(CostTrackerError) as caught:
        parse_cost_query(text, today=TODAY, names=NAMES)
    assert caught.value.suggestions
    for each in caught.value.suggestions:
        assert parse_command(each, today=TODAY, names=NAMES).query


def test_families() -> None:
    assert issubclass(errors.QuestionError, InvalidError)
    assert issubclass(errors.UnknownNameError, NotFoundError)


def test_with_no_names_at_all_a_question_can_still_be_asked() -> None:
    assert parse_cost_query("all last-7d by service", today=TODAY, names=Vocabulary())
    with pytest.raises(errors.UnknownNameError) as caught:
        parse_cost_query("checkout", today=TODAY, names=Vocabulary())
    assert str(caught.value) == f"{NO} 'checkout'. {LISTED}"
    with pytest.raises(errors.LabelKeyError, match="Write it like label:team"):
        parse_cost_query("by label", today=TODAY, names=Vocabulary())


def test_long_words_are_shown_short() -> None:
    with pytest.raises(errors.UnknownNameError) as caught:
        parse_cost_query("x" * 5000, today=TODAY, names=NAMES)
    assert len(caught.value.message) < 150
