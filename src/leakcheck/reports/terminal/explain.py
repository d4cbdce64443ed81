"""The story of one test: the text of `leakcheck explain TEST`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rich.console import Console

from leakcheck.records import ORDER_DEPENDENT, Edge, Leak, Result, Suite, TestVerdict, Trial, Tried, Verdict
from leakcheck.reports.terminal.harm import location
from leakcheck.reports.terminal.hazards import told
from leakcheck.reports.terminal.page import SHORT, Piece, command, emit, field, prose, row, section
from leakcheck.reports.wording.certified import is_unfinished, unseen
from leakcheck.reports.wording.fix_sentences import effect, where
from leakcheck.reports.wording.hazards import hazards
from leakcheck.reports.wording.root_causes import RootCause, grouped, root_causes
from leakcheck.reports.wording.sentences import WORDINGS, headline, proof
from leakcheck.reports.wording.words import clip, listed, more, outcomes_by_word, place, place_at, plural

MAX_NAMES = 20
_INDENT = 5
_SIGNS: Mapping[Verdict, tuple[str, str]] = {
    "stable": ("✓ ", "bold green"),
    "skipped": ("✓ ", "bold green"),
    "unknown": ("? ", "bold magenta"),
}
_VERDICTS: Mapping[Verdict, str] = {
    "stable": "stable: the same outcome in every order",
    "victim": "victim: passes alone, fails after another test",
    "brittle": "brittle: fails alone, passes after another test",
    "self-polluting": "self-polluting: fails when it runs again in the same process",
    "flaky": "flaky: its outcome differs in the same order, with nothing else running",
    "failing": "failing: it fails in every execution",
    "crashing": "crashing: it ends its process",
    "timeout": "timeout: it does not end in time",
    "skipped": "skipped: in every execution",
    "unknown": "undecided: it failed in some execution, and it is not known why",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """How the audit came to know: `new` executions were asked for just now, None if none were; `why_not` tells why
    nothing was asked although something is open."""

    new: int | None = None
    why_not: str = ""


def render_explain(result: Result, trial: Trial, asked: Asked, console: Console) -> None:
    """Print on `console` all that is known about the test of `trial`."""
    emit(console, _pages(result, trial, asked))


def _pages(result: Result, trial: Trial, asked: Asked) -> Iterator[Piece]:
    test = next(each for each in result.tests if each.id == trial.test)
    mine = [edge for edge in result.edges if edge.test == test.id]
    yield from _head(test, trial, asked)
    causes = root_causes(replace(result, edges=tuple(mine), tests=(replace(test, verdict=_hurt(test)),)))
    for cause in causes:
        yield from section(_title(cause), _cause(cause, mine, result))
    settled = not causes and test.verdict == "stable" and not is_unfinished(result.certificate)
    yield from section("What it leaves behind, and for whom", _left(test.id, result))
    yield from section("What it cleans", _cleaned(test.id, result))
    mine_too = [each for each in hazards(result) if test.id in each.tests]
    yield from section("Hazards that it is seen with", told(mine_too, SHORT))
    yield from section("What was tried", _tried(trial, result.suite, stable=settled))
    yield from section("What is still open", _open(trial, asked))


def _hurt(test: TestVerdict) -> Verdict:
    """A verdict under which suspicions are told too."""
    return test.verdict if test.verdict in ORDER_DEPENDENT else "victim"


def _head(test: TestVerdict, trial: Trial, asked: Asked) -> Iterator[Piece]:
    sign, style = _SIGNS.get(test.verdict, ("✗ ", "bold red"))
    yield row((clip(test.id), "bold"))
    yield row((sign, style), (_VERDICTS[test.verdict], "bold"), indent=2)
    if test.outcomes:
        yield prose(outcomes_by_word(test.outcomes), indent=2)
    if test.seen:
        yield prose(test.seen, indent=2)
    yield from (command(each, indent=2) for each in test.reproduce)
    if test.crash:
        yield row((clip(test.crash), "dim"), indent=2)
    if asked.new is not None:
        further = plural(asked.new, "further execution was", "further executions were")
        yield prose((f"The audit had not settled it: {further} asked for, and kept.", "dim"), indent=2)


def _title(cause: RootCause) -> str:
    enabled = any(harm.how == "needs" for harm in cause.harms)
    return "What it needs" if enabled else "What hurts it"


def _cause(cause: RootCause, edges: Sequence[Edge], result: Result) -> Iterator[Piece]:
    if cause.leak is None:
        yield prose((f"What leaks is not known: it is {unseen(result.certificate)}.", "bold red"), indent=2)
    else:
        yield from location(cause.leak)
    for harm in cause.harms:
        yield row(f"{headline(harm).removeprefix('1 test ')} ", (f"({proof(harm)})", "dim"), indent=_INDENT)
        if harm.how != "again":
            together = tuple(" and ".join(map(clip, polluters)) for polluters in harm.polluters)
            yield from field(WORDINGS[harm.how].polluter, _names(together), indent=_INDENT + 2)
        witness = next((edge.witness for edge in edges if edge.reproduce == harm.hurt[0].reproduce), ())
        steps = [f"{number}. {clip(test)}" for number, test in enumerate(witness, start=1)]
        yield from field("shortest order", _names(steps), indent=_INDENT + 2)
        yield command(harm.hurt[0].reproduce, indent=_INDENT + 2)
    yield from field("cleaner", _names(cause.cleaners), indent=_INDENT + 2)
    yield from _fixes(cause, result)


def _fixes(cause: RootCause, result: Result) -> Iterator[Piece]:
    """What to fix: the leak or, for a brittle test, the test; and how."""
    tests = set(cause.tests)
    for fix in result.fixes:
        ends = cause.leak is not None and cause.leak.id in fix.leaks and tests & {*fix.frees, *fix.touches}
        if ends or (not fix.leaks and tests & set(fix.frees)):
            yield row((f"fix {fix.id}  ", "bold"), f"{where(fix)}  {effect(fix)}", indent=_INDENT)
            yield prose(fix.advice, indent=_INDENT + 2)


def _left(test: str, result: Result) -> Iterator[Piece]:
    if not any(test in leak.polluters for leak in result.leaks):
        yield row("nothing that is told; `leakcheck diff` shows all that it changes", indent=2)
    for leak in result.leaks:
        if test in leak.polluters:
            yield from location(leak)
            hurt = [
                edge.test
                for edge in result.edges
                if edge.leak == leak.id and test in edge.polluters and edge.effect in ("breaks", "enables")
            ]
            yield from field("changes the outcome of", _names(list(dict.fromkeys(hurt))), indent=_INDENT)
            if not hurt:
                yield row((_harmless(leak), "dim"), indent=_INDENT)


def _harmless(leak: Leak) -> str:
    if leak.impact == "broken":
        return "known to hurt behind other tests only"
    if leak.impact == "latent":
        return "no test reads it"
    return f"read by {plural(len(leak.readers), 'test')}, no outcome changes"


def _cleaned(test: str, result: Result) -> Iterator[Piece]:
    leaks = {leak.id: leak for leak in result.leaks}
    mine = [edge for edge in result.edges if edge.effect == "cleans" and test in edge.polluters]
    for leak_id, edges in grouped(mine, lambda edge: edge.leak).items():
        leak = leaks.get(leak_id or "")
        if leak is not None:
            yield row((f"{leak.id}  ", "bold"), (place(leak), "bold cyan"), indent=2)
        yield from field("lets pass", _names(list(dict.fromkeys(edge.test for edge in edges))), indent=_INDENT)


def _tried(trial: Trial, suite: Suite, *, stable: bool) -> Iterator[Piece]:
    ran = plural(trial.executions, "execution")
    alone = f", alone in {trial.alone:,} of them" if trial.alone else ""
    apart = " Each had its own view of the project's files, which it changes." if trial.apart else ""
    yield prose(f"It ran in {ran}{alone}.{apart} {_sum(trial.tried)}", indent=2)
    for where_, each in grouped(trial.tried, lambda tried: tried.location).items():
        by = dict.fromkeys(test for tried in each for test in tried.by)
        orders = listed(dict.fromkeys(clip(_order(tried.shown)) for tried in each))
        yield row(
            (place_at(where_, suite.kind(where_)), "cyan"),
            f"  left by {plural(len(by), 'test')}: {orders}",
            indent=4,
        )
    if stable and not trial.open:
        text = "Nothing is left open: no single leak, of what leakcheck watches, changes its outcome."
        yield prose(text, indent=2)


def _sum(tried: Sequence[Tried]) -> str:
    if not tried:
        return "It reads nothing that another test leaks."
    return "Leaked values at locations that it reads, and the order that first put each in front of it:"


def _order(shown: str) -> str:
    own = {"": "never", "pairs": "an order made for it", "confirm": "an order made for it", "isolated": "itself"}
    return own.get(shown, shown)


def _open(trial: Trial, asked: Asked) -> Iterator[Piece]:
    for each in trial.open:
        yield prose(f"{each[0].upper()}{each[1:]}.", indent=2)
    if trial.open and asked.why_not:
        yield prose((f"Nothing further was asked: {asked.why_not}.", "dim"), indent=2)


def _names(names: Sequence[str]) -> tuple[str, ...]:
    return (*map(clip, names[:MAX_NAMES]), *more(len(names) - MAX_NAMES))
