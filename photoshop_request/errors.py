"""Errors that stop a run. The message says what to do next.

Failures of single items are values (`Verdict`), never exceptions. Exit code 2 means a wrong command line.
"""


class PhotoshopRequestError(Exception):
    """Base class of all errors of this package."""

    exit_code = 1


class InputError(PhotoshopRequestError):
    """A given file, address or value cannot be used."""

    exit_code = 3


class EmptyInputError(InputError):
    """A file is empty."""

    exit_code = 9


class ForeignInputError(InputError):
    """A file has no line that is a submission or a comment."""

    exit_code = 10


class CutInputError(InputError):
    """A file is truncated. The lines before the cut were read and are kept."""

    exit_code = 11


class CorpusError(PhotoshopRequestError):
    """The corpus folder is missing, damaged, or of another version."""

    exit_code = 4


class CredentialsError(PhotoshopRequestError):
    """An account or token is missing or refused."""

    exit_code = 5


class StorageError(PhotoshopRequestError):
    """The disk is full or read-only, or access is not permitted."""

    exit_code = 6


class NetworkError(PhotoshopRequestError):
    """A service that the run depends on does not answer."""

    exit_code = 7


class PendingError(PhotoshopRequestError):
    """Hosts did not answer, so addresses are left for a later run. Everything else is done."""

    exit_code = 12


class BusyError(PhotoshopRequestError):
    """Another process works on this corpus."""

    exit_code = 8


class Interrupted(PhotoshopRequestError):  # noqa: N818 - a signal, not an error
    """A signal stopped the run. Everything finished is kept."""

    exit_code = 130
