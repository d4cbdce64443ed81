"""The part of the JSON Schema on where the time of an audit went."""

from __future__ import annotations

from leakcheck.reports.schema.parts import Schema, array_of, count, nullable, record, ref, seconds, string


def timing_definitions() -> Schema:
    """What `$defs` holds of it."""
    return {
        "timing": _timing(),
        "timing_phase": _phase(),
        "timing_cpu": _cpu(),
        "timing_shared": _shared(),
        "slow_test": _slow_test(),
        "slow_execution": _slow_execution(),
    }


def _timing() -> Schema:
    return record(
        "Where the time of the audit went.",
        hint=string("What dominates, and what can be done about it, for people."),
        phases=array_of(
            ref("timing_phase"), "Phases in the order of their beginnings, and what lies between them."
        ),
        cpu={"oneOf": [ref("timing_cpu"), {"type": "null"}]},
        fresh_processes=count("Executions by processes that were started from nothing."),
        prepared_processes=count("Processes that imported test files, and were forked."),
        exclusive_executions=count("Executions that ran while nothing else did."),
        exclusive_seconds=seconds("How long these took."),
        turns_seconds=seconds("For how long lanes stood idle for them, all lanes added up."),
        imports_seconds=seconds("For how long lanes waited for processes to be ready to be forked."),
        shared=array_of(ref("timing_shared"), "Why executions ran while nothing else did."),
        slow_tests=array_of(ref("slow_test"), "The tests that took most in all their runs."),
        slow_executions=array_of(ref("slow_execution"), "The executions that took most."),
    )


def _phase() -> Schema:
    return record(
        "All phases of one name.",
        name=string("declared, isolated, orders, confirm, ...; control: plain pytest, between: what is no phase."),
        executions=count("Executions that ended in them."),
        tests=count("Tests that these ran."),
        seconds=nullable("number", "Seconds by the clock; null if not recorded."),
        cpu_seconds=nullable("number", "CPU of all processes; null if not recorded."),
        waiting_seconds=nullable("number", "Seconds for which lanes stood idle, added up; null if not recorded."),
    )


def _cpu() -> Schema:
    return record(
        "CPU seconds by process. Null if not recorded.",
        forked=seconds("Of executions that were forked."),
        fresh=seconds("Of executions by processes that were started from nothing."),
        prepared=seconds("Of processes that imported test files to be forked, until they were ready."),
        own=seconds("Of leakcheck itself."),
        rest=seconds("Of forking, guarding and ending them."),
    )


def _shared() -> Schema:
    return record(
        "State outside the processes that tests share.",
        what={"enum": ["file", "server", "port"], "description": "What it is."},
        names=array_of(string(), "Files, relative to the rootdir where they lie below it, servers, or ports."),
        tests=count("Tests that were seen to use it."),
    )


def _slow_test() -> Schema:
    return record(
        "A test in all its runs.",
        test=string("pytest's node id."),
        runs=count("How often it ran."),
        seconds=seconds("How long that took."),
    )


def _slow_execution() -> Schema:
    return record(
        "One execution.",
        id=string("Name of the stored execution."),
        order=string("Name of its order."),
        tests=count("Tests that ran in it."),
        seconds=seconds("How long it took."),
        cpu_seconds=nullable("number", "Its CPU; null if not recorded."),
    )
