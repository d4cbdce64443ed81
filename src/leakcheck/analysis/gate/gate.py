"""What counts: findings against ignore rules, marks, and the baseline of what is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from leakcheck.analysis.gate.baseline import Baseline
from leakcheck.analysis.gate.baseline_entries import VICTIM, Entry, Line, entries_of
from leakcheck.analysis.gate.declared_dependencies import Meant
from leakcheck.analysis.gate.mark_rules import Rule, rules_of_marks
from leakcheck.analysis.gate.quoting import joined
from leakcheck.nouns import plural
from leakcheck.options import FailOn, Ignore, matches
from leakcheck.records import Finding, Gate, Leak, Severity, Suite

_GATES: Mapping[FailOn, tuple[str, ...]] = {
    "error": ("error",),
    "warning": ("error", "warning"),
    "note": ("error", "warning", "note"),
    "never": (),
}


@dataclass(frozen=True)
class GateInput:
    """Everything that findings are judged by. `today` is None where no rule expires; `baseline` is None where there
    is none, `name` its file. `partial` are reasons why the audit cannot tell what is no longer there. `severities`
    are those of hazards, by code, where people want others."""

    fail_on: FailOn = "error"
    rules: tuple[Ignore, ...] = ()
    today: date | None = None
    baseline: Baseline | None = None
    name: str = ""
    partial: tuple[str, ...] = ()
    severities: Mapping[str, Severity] = field(default_factory=dict)


@dataclass(frozen=True)
class GateResult:
    """The findings with what is to be said of each, the gate, and whether it tripped."""

    findings: tuple[Finding, ...]
    gate: Gate
    tripped: bool


def judge(
    case: GateInput, findings: Iterable[Finding], leaks: Iterable[Leak], suite: Suite, meant: Meant
) -> GateResult:
    """Tell which findings are ignored and which are known, and what of rules, marks and baseline is out of date."""
    by_id = {leak.id: leak for leak in leaks}
    expired = [rule for rule in case.rules if case.today is not None and rule.expired(case.today)]
    rules = [*(Rule(each) for each in case.rules if each not in expired), *rules_of_marks(suite)]
    baseline = case.baseline or Baseline()
    used: set[Rule] = set()
    judged, found = [], []
    for finding in findings:
        entries = entries_of(finding, by_id)
        reasons = {entry: _reason(entry, rules, used) for entry in entries}
        ignored = meant.reasons.get(finding.tests[0], "") if finding.code == "LK102" else ""
        ignored = ignored or _ignored(reasons)
        counting = [entry.line for entry, reason in reasons.items() if not reason]
        found += [entry.line for entry in entries]
        new = tuple(joined(line.texts) for line in counting if not baseline.covering(line))
        judged.append(
            replace(
                finding,
                ignored=ignored,
                known=case.baseline is not None and not ignored and not new,
                new=new if case.baseline is not None and not ignored else (),
            )
        )
    gate = Gate(
        case.fail_on,
        case.name if case.baseline is not None else "",
        tuple(joined(line.texts) for line in baseline.gone(found)) if not case.partial else (),
        (
            *(_expired(rule) for rule in expired),
            *(_unused(rules, used) if not case.partial else ()),
            *meant.remarks,
            *_cannot_tell(case, baseline, found),
        ),
    )
    return GateResult(tuple(judged), gate, any(counts(each, case.fail_on) for each in judged))


def counts(finding: Finding, fail_on: FailOn) -> bool:
    """Whether `finding` trips the gate."""
    return not finding.ignored and not finding.known and finding.severity in _GATES[fail_on]


def _ignored(reasons: Mapping[Entry, str]) -> str:
    """Why a finding does not count: everybody who leaves the state is excused, or everybody who suffers from it."""
    for role in (False, True):
        group = [reason for entry, reason in reasons.items() if (entry.line.role == VICTIM) is role]
        if group and all(group):
            return "; ".join(dict.fromkeys(group))
    return ""


def _reason(entry: Entry, rules: Iterable[Rule], used: set[Rule]) -> str:
    """The reason of the first rule that is about `entry`; every rule that is counts as used."""
    fitting = [rule for rule in rules if _is_about(rule, entry)]
    used.update(fitting)
    return fitting[0].ignore.reason if fitting else ""


def _is_about(rule: Rule, entry: Entry) -> bool:
    ignore, place = rule.ignore, entry.location
    if not matches(ignore.code, entry.line.code):
        return False
    if ignore.about_state:
        if place is None or not matches(ignore.kind, place.kind):
            return False
        if not matches(ignore.owner, place.owner) or not matches(ignore.key, place.key):
            return False
    if rule.tests is not None and not set(entry.tests) <= rule.tests:
        return False
    if not all(matches(ignore.test, test) for test in entry.tests):
        return False
    own = [test.partition("::")[0] for test in entry.tests]
    return all(matches(ignore.file, file) for file in own) or any(
        matches(ignore.file, file) for file in entry.files
    )


def _expired(rule: Ignore) -> str:
    return f"{rule.origin} has expired on {rule.until}, so it counts no longer ({_what(rule)}; {rule.reason})"


def _unused(rules: Sequence[Rule], used: set[Rule]) -> Iterable[str]:
    """Rules that nothing fits. Of those that one mark stands for, one has to be used."""
    served = {rule.ignore for rule in used}
    for ignore in dict.fromkeys(rule.ignore for rule in rules):
        if ignore not in served:
            yield f"{ignore.origin} ignores nothing that this audit found: {_what(ignore)}"


def _what(rule: Ignore) -> str:
    return ", ".join(f"{name} {pattern}" for name, pattern in rule.patterns.items())


def _cannot_tell(case: GateInput, baseline: Baseline, found: Iterable[Line]) -> Iterable[str]:
    if case.partial and baseline.gone(found):
        number = len(baseline.gone(found))
        lines = plural(number, f"line of {case.name} was", f"lines of {case.name} were")
        yield f"{lines} not seen, but this audit cannot tell what is fixed: {'; '.join(case.partial)}"
