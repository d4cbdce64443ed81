"""Which share of an audit is run here, as people write it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from leakcheck.errors import UsageError
from leakcheck.options.said import Compound

AUTO = "auto"
MOST = 1_000
INDEX, TOTAL = "CI_NODE_INDEX", "CI_NODE_TOTAL"
"""Set by GitLab in every job, the index (from 1) in those of `parallel`."""
_SHARD = re.compile(r"([0-9]{1,4})/([0-9]{1,4})")


def parse_shard(text: str, environment: Mapping[str, str] = os.environ) -> tuple[int, int]:
    """A share like `2/4`, or `auto` for what the variables of the CI say; ValueError for anything else. Variables
    count only where they are asked for: nothing else may make an audit another."""
    found = _SHARD.fullmatch(_told_by(environment) if text == AUTO else text)
    index, total = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= index <= total <= MOST:
        if text == AUTO:
            raise _unknown(environment)
        raise ValueError(f"no share: {text}")
    return index, total


def _told_by(environment: Mapping[str, str]) -> str:
    """A job of GitLab that is no part of a `parallel` has a total of 1, and no index."""
    total = environment.get(TOTAL, "")
    return f"{environment.get(INDEX, '1' if total == '1' else '')}/{total}"


def _unknown(environment: Mapping[str, str]) -> UsageError:
    told = [f"{name} is {environment[name]!r}" if name in environment else f"{name} is not set" for name in _NAMES]
    return UsageError(
        f"--shard auto: {' and '.join(told)}",
        hint="Write --shard 2/4 where the CI sets no such variables.",
        option="shard",
    )


_NAMES = (INDEX, TOTAL)
SHARD = Compound(
    ("shard", "shards"),
    parse_shard,
    expected='a share like "2/4", or "auto", is expected',
    wrong="neither an index from 1 and a total nor auto",
    hint="Write --shard 2/4 for the second of four shares, or --shard auto for CI_NODE_INDEX of CI_NODE_TOTAL.",
)
