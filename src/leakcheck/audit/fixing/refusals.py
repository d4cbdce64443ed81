"""Why no fix is looked for: the audit has to be ours, whole, and of the sources that are there."""

from __future__ import annotations

from pathlib import Path

from leakcheck.audit.choosing import Stored
from leakcheck.audit.investigate import why_not_here
from leakcheck.errors import UsageError
from leakcheck.wire.events import Sources
from leakcheck.workspace.salts import kept_salt
from leakcheck.workspace.source_digests import differences, sources_of

MAX_TOLD = 5
_AGAIN = "Audit it again with `leakcheck run`."


def salt_of(stored: Stored) -> str:
    """The salt of the audit, once it is sure that fixes can be looked for; UsageError else."""
    salt = kept_salt(stored.folder.path)
    reason = why_not_here(stored.audit, salt)
    if reason or salt is None:
        raise UsageError(f"no fix can be looked for: {reason}")
    found = (event.files for event in stored.folder.read("audit") if isinstance(event, Sources))
    known = next(found, None)
    if known is None:
        raise UsageError("no fix can be looked for: the audit does not tell of which sources it is", hint=_AGAIN)
    changed = differences(known, sources_of(Path(stored.audit.suite.rootdir), salt))
    if changed:
        raise UsageError(
            "no fix can be looked for: the sources are not those that were audited",
            detail="\n".join(f"  {each}" for each in changed[:MAX_TOLD]),
            hint=_AGAIN,
        )
    return salt
