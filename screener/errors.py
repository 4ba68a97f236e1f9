"""What can go wrong, as one line that says what, where and what to do, and the exit code that goes with it."""

from __future__ import annotations

import errno
from enum import IntEnum
from pathlib import Path
from typing import Any

from screener.i18n import _, cause


class ExitCode(IntEnum):
    """Exit status of every command."""

    DONE = 0
    BUG = 1
    USAGE = 2
    DATA = 3
    LOGIN = 4
    NETWORK = 5
    INTERRUPTED = 130


class ScreenerError(Exception):
    """A fault that the user can mend; the message stands by itself, without a traceback."""

    exit_code = ExitCode.BUG

    def __init__(self, message: str, /, *, hint: str = "", **values: Any) -> None:
        """Translate and fill both parts.

        Args:
            message: what is wrong, and where: a message id of the catalogue, or finished text.
            hint: what to do about it; empty where nothing can be done.
            values: what fills the placeholders of both.
        """
        self.message = _(message, **values)
        self.hint = _(hint, **values)
        super().__init__(f"{self.message}: {self.hint}" if self.hint else self.message)

    @property
    def lines(self) -> list[str]:
        """What is said of it, a line each."""
        return [str(self)]


def lacks_space(error: Exception) -> bool:
    """Whether a disk, or what the user may have of it, is full."""
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def describe(error: Exception, file: object) -> tuple[str, ExitCode]:
    """What to say of an error that no command foresaw, and its exit code; `file` stands where the system names none."""
    if isinstance(error, ScreenerError):
        return str(error), error.exit_code
    if _lacks_memory(error):
        message = _("out of memory: no partial results; add memory, or request fewer stocks and sessions")
        return message, ExitCode.DATA
    if isinstance(error, OSError):
        values = {"file": error.filename or file, "cause": cause(error)}
        if lacks_space(error):
            return _("{file}: {cause}: free some space, or choose another location", **values), ExitCode.DATA
        return _("{file}: {cause}: check it and its permissions, or choose another location", **values), ExitCode.DATA
    values = {"kind": type(error).__name__, "error": error}
    return _("a bug in the screener: {kind}: {error} (--debug shows where)", **values), ExitCode.BUG


_NO_MEMORY = ("failed to map segment", "Cannot allocate memory", "cannot allocate memory", "can't start new thread")
"""What the loader of libraries and the operating system call it."""


def _lacks_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError):
        return True
    told = isinstance(error, ImportError | OSError | RuntimeError | SystemError)
    return told and any(sign in str(error) for sign in _NO_MEMORY)


def install(extra: str, *libraries: str) -> str:
    """The command that installs the libraries of an extra: from the checkout, if that is where the screener runs."""
    checkout = (Path(__file__).parents[1] / "pyproject.toml").is_file()
    return f"pip install '.[{extra}]'" if checkout else f"pip install {' '.join(libraries)}"


class UsageError(ScreenerError):
    """The command line asks for something that cannot be."""

    exit_code = ExitCode.USAGE


class ConfigError(ScreenerError):
    """A mistake in a configuration file; `str()` gives one line for each mistake."""

    exit_code = ExitCode.USAGE

    def __init__(self, *mistakes: str, hint: str = "", **values: Any) -> None:
        super().__init__("\n".join(mistakes), hint=hint, **values)

    @property
    def lines(self) -> list[str]:
        """One for each mistake."""
        return str(self).split("\n")


class DataError(ScreenerError):
    """Data that is missing, partial, or fails its checks."""

    exit_code = ExitCode.DATA


class BusyError(DataError):
    """The store is being written by somebody else."""


class TooEarlyError(DataError):
    """A source does not reach back as far as it is asked to; another one may."""


class LoginError(ScreenerError):
    """An account that is missing, wrong or expired; trying again would not help."""

    exit_code = ExitCode.LOGIN


class NetworkError(ScreenerError):
    """The exchange could not be reached, did not answer in time, or answered what it never answers."""

    exit_code = ExitCode.NETWORK


class BlockedError(NetworkError):
    """The exchange refuses this machine; asking again would only prolong it."""
