"""The salts of the audits that this user has made on this machine.

Not in the audits' folders: with the salt, digests of short secrets could be guessed, and folders are passed on. An
audit whose salt is here was made here, too: only such a one may say what is to be run.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from leakcheck.errors import UsageError
from leakcheck.nouns import plural

SHORTEST = 32
"""Characters of a salt; what has less is none."""
VARIABLE = "LEAKCHECK_SALT"
MAX_AGE = 30 * 24 * 3600
"""Seconds after which a salt is forgotten."""


def keep_salt(audit: Path, salt: str) -> None:
    """Keep the `salt` of the audit in the folder `audit` where only this user can read it, if there is such a
    place."""
    place = _place(audit)
    if place is None:
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(salt)
    _forget_old_ones(place.parent)


def kept_salt(audit: Path) -> str | None:
    """The salt of the audit in the folder `audit`; None if it was made by somebody else, elsewhere or long ago."""
    place = _place(audit)
    try:
        salt = place.read_text(encoding="ascii") if place is not None else ""
    except (OSError, UnicodeDecodeError):
        return None
    return salt if len(salt) >= SHORTEST else None


def shared_salt(sources: Mapping[str, str], environment: Mapping[str, str] = os.environ) -> str:
    """The salt of all shards of an audit, which cannot talk to one another: what the variable `LEAKCHECK_SALT`
    says, else what follows from the `sources`. Who knows these knows that one."""
    told = environment.get(VARIABLE, "")
    if not told:
        return hashlib.blake2b(repr(sorted(sources.items())).encode(), digest_size=16).hexdigest()
    if len(told) < SHORTEST:
        raise UsageError(
            f"{VARIABLE} has {plural(len(told), 'character')}, and {SHORTEST} are needed",
            hint="Set it to the same long secret for all shards, or not at all.",
        )
    return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()


def key_of_sources(environment: Mapping[str, str] = os.environ) -> str:
    """What digests of sources in parts are keyed with: the same for all shards."""
    return environment.get(VARIABLE, "")[:64] or "leakcheck"


def _forget_old_ones(folder: Path) -> None:
    for each in folder.glob("*.salt"):
        with contextlib.suppress(OSError):
            if each.lstat().st_mtime < time.time() - MAX_AGE:
                each.unlink()


def private_folder() -> Path | None:
    """A folder of this user's own in the temporary folder; None where there cannot be one."""
    if not hasattr(os, "getuid"):
        return None
    try:
        folder = Path(tempfile.gettempdir(), f"leakcheck-{os.getuid()}")
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return None
    own = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
    return folder if own else None


def _place(audit: Path) -> Path | None:
    """A file in the user's own folder, named after the audit and where it stands."""
    folder = private_folder()
    where = hashlib.blake2b(os.fsencode(os.path.realpath(audit)), digest_size=8).hexdigest()
    return folder / f"{audit.name}-{where}.salt" if folder is not None else None
