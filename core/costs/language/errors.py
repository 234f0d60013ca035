"""What can be wrong with a question. Each error quotes it and shows what would be right."""

from core.errors import InvalidError, NotFoundError


class QuestionError(InvalidError):
    """The question can't be read."""


class TooLongQuestionError(QuestionError):
    """The question is too long."""


class UnclosedQuoteError(QuestionError):
    """A quote is opened and not closed."""


class StrayEqualsError(QuestionError):
    """Before an equals sign stands what to filter by, like `service=BigQuery`."""


class MissingValueError(QuestionError):
    """Something has to follow."""


class LabelKeyError(QuestionError):
    """A label has a key, like `label:team`."""


class UnknownDimensionError(QuestionError):
    """Costs can't be grouped by that."""


class TooManyDimensionsError(QuestionError):
    """Costs are grouped by three things at most."""


class TopError(QuestionError):
    """`top` takes a number from 1 to 1000."""


class AmountError(QuestionError):
    """`over` takes an amount, like `over 100`."""


class UnknownCurrencyError(QuestionError):
    """There is no such currency."""


class WholeMonthsError(QuestionError):
    """An invoice is of whole months."""


class SaidTwiceError(QuestionError):
    """Two things are said of which there can be one."""


class TwoPeriodsError(SaidTwiceError):
    """A question has one period."""


class TwoMeasuresError(SaidTwiceError):
    """A question has one measure."""


class TwoGranularitiesError(SaidTwiceError):
    """A question is cut along time in one way."""


class TwoComparisonsError(SaidTwiceError):
    """A question is compared with one thing."""


class TwoFormsError(SaidTwiceError):
    """An answer has one form."""


class NotOfferedError(QuestionError):
    """Answers don't come as that."""


class TwoCurrenciesError(SaidTwiceError):
    """An answer is converted to one currency."""


class TwoTopsError(SaidTwiceError):
    """There is one `top`."""


class TwoAmountsError(SaidTwiceError):
    """There is one `over`."""


class CommandInQuestionError(QuestionError):
    """A command asks for something else than costs."""


class PersonError(QuestionError):
    """A question can't be about a person."""


class UnknownNameError(NotFoundError):
    """There is nothing of that name."""


class ChannelWithoutProjectsError(NotFoundError):
    """No project has that channel."""
