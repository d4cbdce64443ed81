"""The recorder's parts, built from what the engine tells the in-suite part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from leakcheck.hazards import own
from leakcheck.postgres.own_copies import OwnCopies
from leakcheck.probes import Probes, Setting, discover
from leakcheck.probes.kinds.databases import Probe as Databases
from leakcheck.probes.kinds.files import Probe as Files
from leakcheck.probes.kinds.transactions import Probe as Transactions
from leakcheck.recorder.changes.causes import Causes
from leakcheck.recorder.changes.observed import ObservedLedger
from leakcheck.recorder.changes.recording import Recording
from leakcheck.recorder.outside.audit_hook import OutsideWatch
from leakcheck.recorder.outside.drivers import follow_drivers
from leakcheck.snapshots import secret_forms
from leakcheck.snapshots.redaction import Redactor
from leakcheck.wire.database_terms import DatabaseTerms
from leakcheck.wire.process_config import Setup

__all__ = ["Setup", "Watch"]

T = TypeVar("T", bound=Setting)


@dataclass(frozen=True)
class Watch:
    """The recorder's parts that live as long as the process."""

    book: ObservedLedger
    causes: Causes
    probes: Probes
    outside: OutsideWatch
    copies: OwnCopies

    @classmethod
    def start(cls, setup: Setup, root: str) -> Watch:
        """Build the book and patch what is imported from now on."""
        secret_forms.prepare()
        probes = discover()
        recording = Recording.start(probes, Redactor(setup.salt, show_values=setup.show_values), root, own())
        book, causes = recording.book, recording.causes
        files, databases = _one(probes, Files), _one(probes, Databases)
        files.salt = databases.salt = setup.salt
        files.is_told_elsewhere = databases.is_database
        copies = OwnCopies(setup.scratch, setup.copies, terms=DatabaseTerms.decode(setup.databases))
        databases.serve(copies)
        transactions = _one(probes, Transactions)
        transactions.connections, transactions.copies = databases.connections, copies
        outside = OutsideWatch(
            root, setup.folder, setup.scratch, setup.salt, files.keep, causes.sharer, databases.connections, copies
        )
        outside.install()
        follow_drivers(copies)
        book.bodies = outside.bodies
        return cls(book, causes, probes, outside, copies)


def _one(probes: Probes, kind: type[T]) -> T:
    """The probe of our own of this class."""
    return next(each for each in probes.settings.values() if isinstance(each, kind))
