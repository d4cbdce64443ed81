"""A plan is a plugin of pytest that needs nothing else, whatever tests are called."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from leakcheck.audit.planning.plan_file import Plan, PlanKind, text_of

ODD = 'tests/test_a.py::test_x["\\n{}\x1b\u2028é]'


def loaded(kind: PlanKind, *shares: tuple[str, ...]) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(compile(text_of(Plan(kind, shares), "python -m pytest", "3 tests"), "plan", "exec"), names)
    return names


def config(**options: object) -> Any:
    known = SimpleNamespace(option=SimpleNamespace(tx=[], dist="no"), getoption=lambda name, default=None: None)
    for name, value in options.items():
        setattr(known if name == "workerinput" else known.option, name, value)
    known.getoption = lambda name, default=None: getattr(known.option, name, default)
    return known


def arranged(names: dict[str, Any], config: Any, *tests: str) -> list[str]:
    items = [SimpleNamespace(nodeid=test) for test in tests]
    hook = names["pytest_collection_modifyitems"](config, items)
    next(hook)
    with pytest.raises(StopIteration):
        hook.send(None)
    return [item.nodeid for item in items]


def test_tests_keep_their_names() -> None:
    assert loaded("xdist", (ODD,), ())["SHARES"] == ((ODD,), ())


def test_a_worker_has_all_tests_share_by_share_and_new_ones_last() -> None:
    names = loaded("xdist", ("c", "a"), ("b",))
    worker = config(workerinput={"workercount": 2})
    assert arranged(names, worker, "a", "new", "b", "c", "newer") == ["c", "a", "b", "new", "newer"]
    assert arranged(names, config(), "a", "b", "c") == ["a", "b", "c"]


def test_a_group_behind_an_id_is_no_part_of_it() -> None:
    assert loaded("xdist", ("a",), ("b",))["PLACES"]["a@mine"] == (0, 0)


def test_a_shard_has_its_share_only() -> None:
    names = loaded("split", ("c", "a"), ("b",))
    assert arranged(names, config(splits=2, group=1), "a", "new", "b", "c") == ["c", "a"]
    assert arranged(names, config(splits=2, group=2), "a", "new", "b", "c") == ["b", "new"]
    assert arranged(names, config(), "a", "b", "c") == ["a", "b", "c"]


def test_another_number_is_refused() -> None:
    names = loaded("xdist", ("a",), ("b",))
    names["pytest_configure"](config(tx=["popen"] * 2, dist="load"))
    names["pytest_configure"](config())
    with pytest.raises(pytest.UsageError, match="for 2, not for 3"):
        names["pytest_configure"](config(tx=["popen"] * 3, dist="load"))
