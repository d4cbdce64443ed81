"""What took the time of an audit, in words: what dominates, and what can be done about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from leakcheck.analysis.timing import BETWEEN, CONTROL, OTHERS
from leakcheck.records.timing import Shared, Timing
from leakcheck.reports.wording.words import agreeing, clip, duration, listed, plural

PHASES: Mapping[str, str] = {
    CONTROL: "plain pytest",
    OTHERS: "asked for later",
    BETWEEN: "between, and the end",
    "collect": "collecting",
    "declared": "declared order",
    "isolated": "every test alone",
    "orders": "other orders",
    "turns": "orders, tests alone",
    "meant": "dependences meant",
    "pairs": "leaks before readers",
    "elsewhere": "other changes",
    "crowds": "all leaks at once",
    "explain": "who breaks what",
    "latent": "who else could",
    "deep": "what it is that leaks",
    "alternatives": "who does the same",
    "confirm": "proof",
    "cleaners": "who cleans up",
    "lines": "lines that write",
    "seeds": "other hash seeds",
    "used": "used databases",
    "quiet": "once more in quiet",
}
"""What tables call phases; 21 characters at most."""
_WHATS: Mapping[str, tuple[str, str]] = {
    "file": ("was seen to write files", "were seen to write files"),
    "server": ("was seen to talk to servers", "were seen to talk to servers"),
    "port": ("was seen to take fixed ports", "were seen to take fixed ports"),
}
_MUCH, _HALF = 0.25, 0.4
"""Shares from which on something is what a user should know of."""
MAX_NAMED = 3
_LESS = "`--profile quick` runs alone only tests under suspicion, and `--random 1` fewer orders"
_ADVICE: Mapping[str, str] = {
    "isolated": "`--profile quick` runs alone only tests under suspicion",
    "orders": "`--random 1` runs fewer of them",
    "turns": _LESS,
    "confirm": "leaks that are fixed need no proof, and `--profile quick` proves without new processes",
    "pairs": "leaks that are fixed have no readers, and `--budget` bounds it",
    "explain": "what is fixed need not be found again, and `--budget` bounds it",
    "latent": "leaks that are fixed are not asked about, and `--budget` bounds it",
    "deep": "leaks that are fixed are not looked for, and `--budget` bounds it",
}
_FASTER = "what tests take is paid in every order, and twice where they run alone: a faster suite is audited faster"


def dominating(timing: Timing) -> str:
    """One sentence, or two: what took most, and what the user can do about it."""
    return next(_reasons(timing), "Nothing was executed.")


def why_turns(shared: Shared, shown: Mapping[str, str]) -> str:
    """ "2 tests were seen to write files: data/a.db, data/b.db"; `shown` has the names as reports show them."""
    one, many = _WHATS[shared.what]
    names = [clip(shown[name]) for name in shared.names[:MAX_NAMED]]
    rest = len(shared.names) - len(names)
    told = listed([*names, f"+ {rest} more" if rest else ""])
    return f"{plural(shared.tests, f'test {one}', f'tests {many}')}: {told}"


def _reasons(timing: Timing) -> Iterator[str]:
    """The first that applies is told."""
    yield from _waiting(timing)
    yield from _cpu(timing)
    yield from _slow(timing)
    yield from _phase(timing)


def _waiting(timing: Timing) -> Iterator[str]:
    lanes = timing.seconds * timing.lanes
    if timing.turns > _MUCH * lanes > 0:
        yield (
            f"Lanes stood idle for {duration(timing.turns)} of {duration(lanes)}, as tests run alone that write "
            "files, talk to servers or take fixed ports: give each test its own (`tmp_path`, port 0), and they run "
            "side by side."
        )


def _cpu(timing: Timing) -> Iterator[str]:
    if timing.cpu is None or not timing.cpu.total:
        return
    cpu = timing.cpu
    if cpu.fresh > _HALF * cpu.total:
        yield (
            f"{plural(timing.fresh, 'process', 'processes')} started from nothing took "
            f"{_share(cpu.fresh, cpu.total)} of the CPU, most of it for imports: forks spare that; the notes of "
            "the report tell why there were few or none; `--profile quick` proves without new processes."
        )
    if cpu.nodes > _HALF * cpu.total:
        yield (
            f"Importing test files and what they need took {_share(cpu.nodes, cpu.total)} of the CPU: "
            "`python -X importtime -m pytest --collect-only` shows which modules are dear."
        )
    if cpu.own > _HALF * cpu.total:
        yield (
            f"leakcheck itself took {_share(cpu.own, cpu.total)} of the CPU: `--profile quick` asks less; please "
            "report it with `leakcheck report --json -`."
        )


def _slow(timing: Timing) -> Iterator[str]:
    whole = sum(row.seconds or 0.0 for row in timing.rows) * timing.lanes
    if timing.slow_tests and timing.slow_tests[0].seconds > _MUCH * whole > 0:
        first = timing.slow_tests[0]
        yield (
            f"{clip(first.test)} alone took {_share(first.seconds, whole)} of the time in "
            f"{plural(first.runs, 'run')}: make it faster, or leave it out with `-- --deselect`."
        )


def _phase(timing: Timing) -> Iterator[str]:
    """The largest phase; by CPU, or where that was not recorded by the clock."""
    sizes = {row.name: (row.cpu if timing.cpu is not None else row.seconds) or 0.0 for row in timing.rows}
    whole = timing.cpu.total if timing.cpu is not None else timing.seconds
    if not any(sizes.values()) or not whole:
        return
    name = max(sizes, key=sizes.__getitem__)
    advice = _ADVICE.get(name, _FASTER)
    unit = "CPU" if timing.cpu is not None else "time"
    yield f"Most of the {unit}, {_share(sizes[name], whole)}, went into: {PHASES.get(name, name)}; {advice}."


def _share(part: float, whole: float) -> str:
    return f"{100 * min(1.0, part / whole):.0f} %"


def turns_in_words(timing: Timing) -> str:
    """How many executions ran while nothing else did."""
    were = agreeing(timing.exclusive, "execution", "executions")
    return f"{timing.exclusive:,} {were} ran while nothing else did, for {duration(timing.exclusive_seconds)}"
