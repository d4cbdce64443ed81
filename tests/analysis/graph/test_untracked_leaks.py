"""Leaks that hurt nobody: which are told, and which together."""

from __future__ import annotations

from dataclasses import replace

from analysis.made import alone, change, name, ran, suite
from leakcheck.analysis.graph.leaks import LeftChange
from leakcheck.analysis.graph.untracked_leaks import counted, left_quietly, told_together
from leakcheck.records import WHOLE, Location, Source
from watched import OWN

SUITE = suite(kinds=OWN)


def defined(
    key: str, line: int, *, module: str = "shop", function: str = "<module>", after: str = ""
) -> LeftChange:
    """A function of `module` that a test replaced, by itself unless `after` says otherwise."""
    before = f"function {module}:{key}"
    sources = (Source(f"{module}.py", line, function, "call"),)
    place = Location("module_globals", module, key)
    return LeftChange(name("a"), replace(change(place, after or before, before), sources=sources))


def told(*lefts: LeftChange) -> list[tuple[str, str]]:
    return [(each.change.location.key, each.change.before) for each in told_together(lefts, SUITE)]


def test_a_module_that_is_executed_again_is_one_leak() -> None:
    (found,) = told_together([defined("rate", 3), defined("price", 7)], SUITE)
    assert found.change.location == Location("module_globals", "shop", WHOLE)
    assert (found.by, found.change.before) == (name("a"), "2 functions and classes")
    assert [source.line for source in found.change.sources] == [3]


def test_what_others_replaced_is_told_by_its_name() -> None:
    """By another function, by a line inside of one (a wrapper has the same name), or in another module."""
    patched = defined("price", 7, after="function tests:free")
    assert told(defined("rate", 3), patched) == [("rate", "function shop:rate"), ("price", "function shop:price")]
    wrapped = defined("price", 7, function="wrap")
    assert [key for key, _ in told(defined("rate", 3), wrapped)] == ["rate", "price"]
    assert [key for key, _ in told(defined("rate", 3), defined("rate", 3, module="bank"))] == ["rate", "rate"]
    assert [key for key, _ in told(patched, defined("rate", 3), defined("tax", 9))] == ["price", WHOLE]


def configured(logger: str, key: str, line: int, value: str = "10", by: str = "a") -> LeftChange:
    """A setting of a logger that the line of a fixture has made; 0 where no line was seen."""
    sources = (Source("conftest.py", line, "", "setup", "logs", "session"),) if line else ()
    return LeftChange(name(by), replace(change(Location("logging", logger, key), value, "absent"), sources=sources))


def test_what_one_line_sets_of_one_logger_is_one_leak() -> None:
    (found,) = told_together(
        [configured("shop", "level", 3), configured("shop", "handlers", 3, "list of 1")], SUITE
    )
    assert found.change.location == Location("logging", "shop", WHOLE)
    assert found.change.before == "handlers: absent, level: absent"
    assert found.change.after == "handlers: list of 1, level: 10"
    assert [source.line for source in found.change.sources] == [3]


def test_what_one_line_sets_of_many_loggers_is_one_leak() -> None:
    lefts = [configured(logger, key, 3) for logger in ("uvicorn", "root") for key in ("level", "handlers")]
    (found,) = told_together(lefts, SUITE)
    assert found.change.location == Location("logging", "root and others", WHOLE)
    assert found.change.before == "4 settings of 2 loggers"
    assert found.change.after == "set: handlers of root, level of root, handlers of uvicorn, …"


def test_settings_of_loggers_by_different_lines_are_different_leaks() -> None:
    lefts = [configured("shop", "level", 3), configured("bank", "level", 4), configured("root", "level", 0)]
    assert told_together(lefts, SUITE) == lefts


def test_settings_of_loggers_that_no_line_was_seen_to_make_are_one_leak_by_the_tests_that_leave_them() -> None:
    both = [configured(logger, "level", 0, by=by) for logger in ("bank", "root") for by in "ab"]
    found = told_together([*both, configured("shop", "level", 0)], SUITE)
    assert [(each.by, each.change.location.owner) for each in found] == [
        (name("a"), "bank and others"),
        (name("b"), "bank and others"),
        (name("a"), "shop"),
    ]


def test_what_is_told_together_stands_on_one_line_and_is_short() -> None:
    left = change(Location("module_globals", "shop", 'SEEN["' + "two\nlines " * 20 + '"]'), "1", "2")
    made = replace(alone(ran("a")), deep=(left,))
    (line,) = counted([made], SUITE)
    assert line.endswith("…")
    assert "\n" not in line
    assert len(line) < 200


def test_what_a_test_class_keeps_of_its_own_is_meant_to_be_there() -> None:
    mock = {"after": "instance of unittest.mock._patch", "before": "absent"}
    own = change(Location("module_globals", "test_a", "TestMail.patcher"), **mock)  # type: ignore[arg-type]
    others = change(Location("module_globals", "shop.test_a_helper", "patcher"), **mock)  # type: ignore[arg-type]
    by = replace(alone(ran("a")), deep=tuple(replace(each, cause=name("a")) for each in (own, others)))
    assert [left.change.location for left in left_quietly([by], SUITE)] == [others.location]
