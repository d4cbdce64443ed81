"""Whether this machine lets executions have their own view of files; elsewhere who needs that is skipped."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from leakcheck.errors import UsageError
from leakcheck.workspace.own_views import OwnViews


@cache
def why_no_views() -> str:
    """Why it does not; "" if it does."""
    with tempfile.TemporaryDirectory() as folder:
        root, scratch = Path(folder, "root"), Path(folder, "scratch")
        root.mkdir()
        scratch.mkdir(mode=0o700)
        try:
            OwnViews.begin(str(scratch), str(root), str(root / ".leakcheck"), ())
        except UsageError as error:
            return error.message
    return ""
