"""Errors that are meant for a person: a message, the way out, and the exit code they end a command with."""

from __future__ import annotations


class LeakcheckError(Exception):
    """Something that the user can fix.

    `message` names the file, key or test at fault; `hint` tells the way out; `detail` is text of another
    program (for example pytest's own), shown as it is. `option` is the field of the options whose value is at
    fault, "" if none is.
    """

    exit_code = 4

    def __init__(self, message: str, *, hint: str = "", detail: str = "", option: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.detail = detail
        self.option = option


class UsageError(LeakcheckError):
    """Bad options, configuration or arguments."""


class CollectionFailed(LeakcheckError):
    """The suite cannot be collected; `detail` holds pytest's own message."""


class NoTests(LeakcheckError):
    """pytest collected nothing."""

    exit_code = 5


class Unreadable(LeakcheckError):
    """A stored audit that is not there, is torn beyond use, or was written in another format."""


class EngineFailed(LeakcheckError):
    """The audited interpreter could not be started or answered nonsense."""


class Interrupted(LeakcheckError):
    """The user, or the system, asked to stop. `kept` is the folder of the audit that can be shown so far, "" if
    there is none, or if nobody wants to wait for that."""

    exit_code = 2
    kept = ""


class CannotRecord(Interrupted):
    """The audit's folder cannot be written to any more: the disk is full, or gone."""


class FolderGone(CannotRecord):
    """The audit's folder, or what it holds, was removed while the audit ran."""
