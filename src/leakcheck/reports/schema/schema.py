"""The JSON Schema (draft 2020-12) of the JSON report, made from the records.

`python -m leakcheck.reports.schema.schema` prints it; the copy beside this file is what we ship.
"""

from __future__ import annotations

import json
import sys
from typing import get_type_hints

from leakcheck.options import FailOn, ProfileName
from leakcheck.records import Effect, Impact, OrderKind, Outcome, Phase, Result, Severity, Verdict
from leakcheck.reports.formats.json import SCHEMA_VERSION
from leakcheck.reports.schema.parts import (
    Schema,
    array_of,
    count,
    counts_of,
    map_of,
    nullable,
    one_of,
    record,
    ref,
    seconds,
    string,
)
from leakcheck.reports.schema.timing import timing_definitions


def schema() -> Schema:
    """The schema as plain data."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:leakcheck:report-format:{SCHEMA_VERSION}",
        "title": f"leakcheck report, format {SCHEMA_VERSION}",
        **record("What an audit of a pytest suite's isolation found.", **_top()),
        "$defs": {
            "suite": _suite(),
            "cost": _cost(),
            "order": _order(),
            "test": _test(),
            "leak": _leak(),
            "also": _also(),
            "source": _source(),
            "path": _path(),
            "edge": _edge(),
            "finding": _finding(),
            "certificate": _certificate(),
            "unexplained": _unexplained(),
            "gate": _gate(),
            "fix": _fix(),
            "joint_fix": _joint_fix(),
            **timing_definitions(),
            "proven_fix": _proven_fix(),
            "part": _part(),
        },
    }


def text() -> str:
    """The schema as the shipped file has it."""
    return json.dumps(schema(), indent=2) + "\n"


def _top() -> Schema:
    return {
        "schema_version": {"const": SCHEMA_VERSION, "description": "Number of this format."},
        "leakcheck": string("Version of leakcheck that made the report."),
        "suite": ref("suite"),
        "cost": ref("cost"),
        "orders": array_of(ref("order"), "Whole-suite orders as executed, isolated runs as one."),
        "tests": array_of(ref("test"), "Every collected test, in declared order."),
        "leaks": array_of(ref("leak"), "One per root cause, the most damaging first."),
        "edges": array_of(ref("edge"), "Which test does what to which, by which leak."),
        "findings": array_of(ref("finding"), "What a person should do something about, errors first."),
        "certificate": ref("certificate"),
        "verdict": one_of(get_type_hints(Result)["verdict"], "The suite in one word."),
        "exit_code": {**count("What `leakcheck run` exited with."), "maximum": 5},
        "notes": array_of(string(), "What the audit has to say about itself, for people."),
        "gate": ref("gate"),
        "fixes": array_of(ref("fix"), "Single things to fix, the one that frees most tests first."),
        "joint_fixes": array_of(ref("joint_fix"), "What frees the tests that no single fix frees."),
        "groups": array_of(
            array_of(string(), "Tests each of which hurts all others of the group, be it through others."),
            "Strongly connected groups of the confirmed edges, the largest first.",
        ),
        "timing": ref("timing"),
        "proven_fixes": array_of(
            ref("proven_fix"), "What `leakcheck fix` has proven since; none if it has not run."
        ),
    }


def _suite() -> Schema:
    return record(
        "What was audited, and how.",
        rootdir={"const": ".", "description": "All paths are relative to pytest's rootdir."},
        args=array_of(string(), "Arguments that pytest got."),
        tests=count("Number of collected tests."),
        python=string("Version of the audited interpreter."),
        pytest=string("Version of pytest in it."),
        engine=string("How executions were isolated: fork or spawn."),
        lanes=count("How many executions ran at a time, at most."),
        neutralised=array_of(string(), "Plugins and options of the project that the audit switched off."),
    )


def _cost() -> Schema:
    return record(
        "What the audit cost.",
        plain_seconds=seconds(
            "Duration of plain pytest on the same suite, beside its collection; 0 if not measured."
        ),
        audit_seconds=seconds("Duration of the whole audit."),
        executions=count("Orders that were run."),
        test_executions=count("Tests that were run in them, every time counted."),
        processes=count("pytest processes that were started."),
        forks=count("Forks of them."),
        plain_cpu_seconds=seconds(
            "CPU of plain pytest and of what it started, user and system; 0 if not recorded."
        ),
        audit_cpu_seconds=seconds("CPU of leakcheck and of all that it started; 0 if not recorded."),
    )


def _order() -> Schema:
    return record(
        "One order, run once.",
        name=string("Name of the order, as in `outcomes` of a test."),
        kind=one_of(OrderKind, "How the order came about."),
        seed=nullable("integer", "Seed of a random order."),
        outcomes=counts_of(
            Outcome, "How many tests had which outcome; outcomes that did not occur may be missing."
        ),
        reproduce=string("A plain command that runs this order, empty if there is none."),
    )


def _test() -> Schema:
    return record(
        "One test over all executions.",
        id=string("pytest's node id."),
        verdict=one_of(Verdict, "What the test is."),
        roles=array_of({"enum": ["polluter", "cleaner", "state-setter"]}, "What it does to others."),
        outcomes=map_of(one_of(Outcome), "Its outcome by the name of the order, in the order of execution."),
        crash=string(
            "Exception and place of its first failure, or what ended its process, without values; else empty."
        ),
        seen=string(
            "Which executions disagreed, where chance, the hash seed or a used database decides; else empty."
        ),
        reproduce=array_of(string(), "Plain commands that show that; empty where none does."),
    )


def _leak() -> Schema:
    return record(
        "A change that outlived what made it: all changes of one location through the same lines.",
        id={"type": "string", "pattern": "^L[1-9][0-9]*$", "description": "Name of the leak in this report."},
        kind=string("Kind of state: app_state, dependency_overrides, client_cookies, ..."),
        owner=string("What holds the state: `module:attribute`, a fixture, or the line that made it."),
        key=string("Name of the state within its owner."),
        impact=one_of(Impact, "Whether it changes an outcome, is read without effect, or is read by no test."),
        polluters=array_of(string(), "Tests that leak it; a test file if its import leaks it."),
        victims=array_of(string(), "Tests whose outcome it changes."),
        readers=array_of(string(), "Tests that read it."),
        sources=array_of(ref("source"), "The lines that wrote."),
        before=string("The value before, described; secrets are salted digests."),
        after=string("The value left behind."),
        path=nullable("string", "Where in the value the only difference is, null for the whole value."),
        paths=array_of(ref("path"), "All differences inside the value, empty if it differs as a whole."),
        reach=string('Who can see it: "suite", or the scope of the fixture that owns it.'),
        internal={"type": "boolean", "description": "Whether it lies inside objects of third parties only."},
        also=array_of(ref("also"), "What the same lines leave elsewhere: one fix ends it all."),
    )


def _also() -> Schema:
    return record(
        "State that the lines of a leak change beside what it is named by.",
        kind=string("Kind of state."),
        owner=string("What holds the state."),
        key=string("Name of the state within its owner."),
        before=string("The value before, described; secrets are salted digests."),
        after=string("The value left behind."),
    )


def _source() -> Schema:
    return record(
        "A line of the project that wrote.",
        file=string("Path relative to the rootdir."),
        line=count("1-based, 0 if unknown."),
        function=string("Function that holds the line."),
        fixture=nullable("string", "Fixture that was running, if any."),
        scope=nullable("string", "Scope of that fixture."),
        phase=one_of(Phase, "What pytest was doing."),
    )


def _path() -> Schema:
    return record(
        "One difference inside a value.",
        path=string('Where: `["users"][3].name`.'),
        before=string("The part before."),
        after=string("The part after."),
    )


def _edge() -> Schema:
    return record(
        "What some tests do to another.",
        **{
            "from": array_of(
                string(), "Polluters, state-setters or cleaners that act together; a test file may be one."
            )
        },
        to=string("The test that it is done to."),
        effect=one_of(Effect, "What is done."),
        leak=nullable("string", "Id of the leak that does it, null if no recorded leak explains it."),
        witness=array_of(string(), "The shortest order known to show it."),
        confirmed={
            "type": "boolean",
            "description": "Whether an execution of just the witness showed it again.",
        },
        counterfactual=nullable("boolean", "Whether putting back the one location undoes it; null: not tried."),
        reproduce=string("A plain pytest command that shows it, empty if there is none."),
        executions=array_of(string(), "Names of the stored executions that show it."),
    )


def _finding() -> Schema:
    return record(
        "Something to fix.",
        code={"type": "string", "pattern": "^LK[0-9]{3}$", "description": "What sort of finding."},
        severity=one_of(
            Severity,
            "Order dependence is an error, a read leak a warning, a latent one and a hazard a note, unless chosen.",
        ),
        title=string("The finding in a few words."),
        file=string("Where to begin, relative to the rootdir."),
        line=count("1-based, 0 if unknown."),
        tests=array_of(string(), "Tests that it is about, victims first."),
        leak=nullable("string", "Id of the leak."),
        fix=string("How it is usually fixed."),
        ignored=nullable("string", "Why it does not count: the reason of an ignore rule or a mark. Null: it does."),
        known={"type": "boolean", "description": "Whether the baseline has it, so that it does not count."},
        new=array_of(string(), "Its lines that the baseline lacks, if there is a baseline."),
        why=string("Of a hazard, what is wrong about it, in a sentence; else empty."),
    )


def _certificate() -> Schema:
    return record(
        "What was covered.",
        pairs_total=count("Pairs of a leaked value and a test that reads its location."),
        pairs_covered=count("Those that were executed."),
        unexplained=array_of(ref("unexplained"), "Differences in outcome that no edge explains."),
        kinds=map_of(string(), "How each kind of state was watched: tracked, compared or on demand."),
        budget_exhausted={"type": "boolean", "description": "Whether something was left out for lack of budget."},
        budget=string("What the search was allowed in runs of the declared order, or the whole audit in seconds."),
        covered_by=map_of(count("Pairs."), "The pairs by what first executed them: an order's name, or a kind."),
        profile=one_of(ProfileName, "How thorough the audit was asked to be."),
        limits=array_of(string(), "What the profile does not cover, or that the audit was not finished."),
        economies=array_of(string(), "What fewer or cheaper executions have covered than a thorough audit makes."),
        never_alone=array_of(
            string(), "Tests that should have run alone, and did not: no budget was left, or no name."
        ),
        orders_not_run=array_of(string(), "Orders of the whole suite that were not run to their end for the same."),
        alone=count("Tests that ran alone in a process."),
        in_rows=count("Tests that ran, instead, behind tests of their file that had left nothing."),
    )


def _gate() -> Schema:
    return record(
        "What decided on the exit code.",
        fail_on=one_of(FailOn, "The least severity that makes the exit code 1."),
        baseline=nullable("string", "The file of what is known, null if there is none."),
        counted=count("Findings that are neither known nor ignored, of any severity."),
        known=count("Findings that the baseline has."),
        ignored=count("Findings that a rule or a mark tells to ignore."),
        fixed=array_of(string(), "Lines of the baseline that hold no longer, if the audit can tell."),
        remarks=array_of(string(), "What of rules, marks and baseline should be looked at again, for people."),
    )


def _unexplained() -> Schema:
    return record(
        "A difference that no edge explains.",
        test=string("The test whose outcome differs."),
        witness=array_of(string(), "The shortest order known to show it, empty if none is known."),
    )


def _fix() -> Schema:
    return record(
        "One thing to fix, and what becomes of the tests.",
        id={"type": "string", "pattern": "^F[1-9][0-9]*$", "description": "Name of the fix in this report."},
        leaks=array_of(string(), "Leaks that it ends; none where a brittle test shall make what it needs."),
        file=string("Where to fix, relative to the rootdir."),
        line=count("1-based, 0 if unknown."),
        fixture=nullable("string", "The fixture that leaks, if it is one."),
        frees=array_of(string(), "Tests that depend on no order any more after this one fix."),
        touches=array_of(string(), "Tests that it does not free by itself: other polluters hurt them too."),
        exposes=array_of(string(), "Brittle tests that these leaks let pass: they will fail in every order."),
        advice=string("How it is usually fixed."),
    )


def _joint_fix() -> Schema:
    return record(
        "What frees tests that no single fix frees.",
        tests=array_of(string(), "The tests."),
        fixes=array_of(string(), "Ids of the fixes that they need together."),
        enough={"type": "boolean", "description": "False if something else hurts them, which has no known leak."},
    )


def _proven_fix() -> Schema:
    return record(
        "A change of source that was proven to end leaks.",
        leaks=array_of(string(), "Ids of the leaks that it ends."),
        how=string("What it does, in words."),
        proof=array_of(string(), "What was executed with it and without it, in sentences."),
        cost=string("Who runs something more from then on."),
        diff=string("The patch, from the top of the repository on; empty if something in it looks secret."),
        parts=array_of(ref("part"), "The same changes as lines in place of lines; only together they are proven."),
    )


def _part() -> Schema:
    return record(
        "Lines in place of lines.",
        file=string("Path relative to the rootdir; the file may be a new one."),
        line=count(
            "1-based: the first that is removed; where none is, the line in front of which the new ones stand."
        ),
        removed=count("How many are removed."),
        lines=array_of(string(), "What stands there then."),
    )


if __name__ == "__main__":
    sys.stdout.write(text())
