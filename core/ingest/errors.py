"""Why a source can't be read. Each says what to do about it."""

from core.errors import ConfigurationError, NotFoundError, UnavailableError


class NoSourcesError(ConfigurationError):
    """No billing source is listed in sources.toml."""


class UnknownSourceError(NotFoundError):
    """sources.toml lists no such source."""


class SourceError(UnavailableError):
    """A billing source can't be read."""


class NoSuchTableError(SourceError):
    """There is no such table in BigQuery."""


class NoSuchDatasetError(SourceError):
    """There is no such data set in BigQuery."""


class NoSuchProjectError(SourceError):
    """There is no such project on Google Cloud."""


class NoPermissionError(SourceError):
    """BigQuery doesn't let us read the export."""


class NoCredentialsError(SourceError):
    """There are no credentials for Google Cloud."""


class UnreachableError(SourceError):
    """BigQuery doesn't answer."""


class OverByteLimitError(SourceError):
    """Reading would scan more than `maximum_bytes_billed` allows."""


class QuotaError(SourceError):
    """A quota of BigQuery is used up."""


class EmptyExportError(SourceError):
    """The billing export is still empty."""


class NotAnExportError(SourceError):
    """The table is no billing export."""


class NoSuchFolderError(SourceError):
    """There is no such folder of billing files."""


class EmptyFolderError(SourceError):
    """The folder holds no billing files."""


class UnfinishedExportError(SourceError):
    """The export is still being written."""


class SeveralExportsError(SourceError):
    """The folder holds several exports; their charges would count twice."""


class BadFileError(SourceError):
    """A billing file can't be read."""


class MixedProvidersError(BadFileError):
    """The files hold charges of several clouds."""


class NotABillingFileError(BadFileError):
    """The file is neither Parquet nor CSV."""


class DelimiterError(BadFileError):
    """The file's columns are not separated by commas."""


class TruncatedFileError(BadFileError):
    """The file ends before its end."""


class MissingColumnError(BadFileError):
    """The file lacks a column."""


class BadLineError(BadFileError):
    """A line of a file can't be read."""


class BadValueError(BadFileError):
    """A value of a file can't be read."""


class BadSlicesError(SourceError):
    """Some slices can't be read."""
