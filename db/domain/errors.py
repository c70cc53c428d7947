"""The errors that reach a person. Each says what happened, what was kept, what to do next.

::

    VestibuleError
    ├── ConfigError            a setting cannot be used (names file, line, and the way out)
    ├── UnreadableIdError      a barcode is not an ID we can read
    ├── ImportRefusedError     a list's file has rows that cannot be used; nothing was changed
    │   ├── ImportBusyError    another list is being imported
    │   └── ImportAsksError    whoever imports has to look, and say what they want
    ├── ImportCancelledError   somebody stopped an import; nothing was changed
    ├── EntryRefusedError      an entry cannot be written like that; nothing was changed
    ├── StorageError           the database cannot be opened or written
    ├── UnfitError             a text or number is none that the database can hold
    ├── CameraError            no picture comes
    ├── PrinterError           a badge did not come out
    ├── PhotoError             a photo is not a photo
    └── HubError               the hub did not answer, or refused
        ├── HubAwayError       no answer: try again later, nothing is lost
        └── HubRefusedError    an answer that says no: pairing, token, protocol
"""


class VestibuleError(Exception):
    """Base of all; its text is fit to be shown to a person as it is."""


class ConfigError(VestibuleError):
    """A setting cannot be used."""


class UnreadableIdError(VestibuleError):
    """A payload is not an ID that we can read."""


class ImportRefusedError(VestibuleError):
    """A list's file cannot be used as it is; nothing was changed."""


class ImportBusyError(ImportRefusedError):
    """Another import is under way: two at once would overtake each other."""


class ImportAsksError(ImportRefusedError):
    """Whoever imports has to look, and say what they want."""


class ImportCancelledError(VestibuleError):
    """An import was stopped before its list came into force; nothing was changed."""


class EntryRefusedError(VestibuleError):
    """An entry cannot be added, changed or removed like that; nothing was changed."""


class StorageError(VestibuleError):
    """The database cannot be opened or written."""


class UnfitError(VestibuleError, ValueError):
    """A text is too long or has a zero byte, or a number is too large; nothing was changed."""


class CameraError(VestibuleError):
    """No picture comes from the camera."""


class PrinterError(VestibuleError):
    """A badge did not come out."""


class PhotoError(VestibuleError):
    """Bytes that should be a photo are not one."""


class HubError(VestibuleError):
    """The hub did not answer, or refused."""


class HubAwayError(HubError):
    """No answer from the hub: what is waiting is kept and sent later."""


class HubRefusedError(HubError):
    """The hub answered no."""


def words_of_no_rights(error: PermissionError) -> str:
    """What to tell whoever uses another account than the one that what is kept belongs to.

    Raises the error itself when it is not of a file.
    """
    if error.filename is None:
        raise error
    return (
        f"{error.filename} may not be read or written by this account. Run this as the one that "
        "the hub or the kiosk runs as, for instance by sudo -u and its name."
    )
