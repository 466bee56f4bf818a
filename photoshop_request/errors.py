"""What stops a run, with what to do next. Failures of single items are values (`Verdict`), never exceptions.

PhotoshopRequestError           1
├── InputError                  3   a file or address that was given cannot be used
│   ├── EmptyInputError         9   a file without a byte
│   ├── ForeignInputError       10  a file without a line of Reddit's
│   └── CutInputError           11  a file that ends in the middle; what came before was read
├── CorpusError                 4   the corpus folder is not what it should be
├── CredentialsError            5   an account or token is missing or refused
├── StorageError                6   no space, no permission, a read-only folder
├── NetworkError                7   a service that the run depends on does not answer
├── BusyError                   8   another process works on this corpus
└── Interrupted                130  stopped by a signal, everything finished is kept

Exit code 2 is the command line's own (usage).
"""


class PhotoshopRequestError(Exception):
    """The root: cannot go on; the message says what to do next."""

    exit_code = 1


class InputError(PhotoshopRequestError):
    """A file or address that was given cannot be used."""

    exit_code = 3


class EmptyInputError(InputError):
    """A file without a byte."""

    exit_code = 9


class ForeignInputError(InputError):
    """A file without a line that is a submission or a comment."""

    exit_code = 10


class CutInputError(InputError):
    """A file that ends in the middle; what came before the cut was read and is kept."""

    exit_code = 11


class CorpusError(PhotoshopRequestError):
    """The corpus folder is not what it should be."""

    exit_code = 4


class CredentialsError(PhotoshopRequestError):
    """An account or token is missing or refused."""

    exit_code = 5


class StorageError(PhotoshopRequestError):
    """No space, no permission, or a read-only folder."""

    exit_code = 6


class NetworkError(PhotoshopRequestError):
    """A service that the run depends on does not answer."""

    exit_code = 7


class BusyError(PhotoshopRequestError):
    """Another process works on this corpus."""

    exit_code = 8


class Interrupted(PhotoshopRequestError):  # noqa: N818 - not a fault of anybody
    """Stopped by a signal; everything finished is kept."""

    exit_code = 130
