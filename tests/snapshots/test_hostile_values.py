"""Values that fight back, and values that must not be seen."""

from __future__ import annotations

import pytest

from support import Audited, Project

pytestmark = pytest.mark.processes

HOSTILE = """
    import pytest
    from fastapi import FastAPI

    class Hostile:
        def __init__(self):
            object.__setattr__(self, "inside", 1)

        def boom(self, *args):
            raise RuntimeError("do not touch me")

        __repr__ = __str__ = __eq__ = __ne__ = __hash__ = __getattr__ = __reduce_ex__ = __bool__ = __len__ = boom
        __iter__ = __format__ = __sizeof__ = __dir__ = __copy__ = __deepcopy__ = boom

    class Wall(Hostile):
        def __getattribute__(self, name):
            raise RuntimeError("nor look at me")

    class Liar:
        @property
        def __class__(self):
            raise RuntimeError("nor ask what I am")

    class Meta(type):
        def __instancecheck__(cls, other):
            raise RuntimeError("no")

        def __subclasscheck__(cls, other):
            raise RuntimeError("no")

        def __eq__(cls, other):
            raise RuntimeError("no")

        def __hash__(cls):
            raise RuntimeError("no")

        def __getattribute__(cls, name):
            raise RuntimeError("no")

    class Odd(metaclass=Meta):
        pass

    class Exits:
        def __getattribute__(self, name):
            raise SystemExit(3)

        def __del__(self):
            raise RuntimeError("not even this")

    app = FastAPI()
    app.state.begin = Hostile()
    KINDS = {"hostile": Hostile, "wall": Wall, "liar": Liar, "odd": Odd, "exits": Exits}

    @pytest.mark.parametrize("name", ["hostile", "wall", "liar", "odd"])
    def test_value(name):
        setattr(app.state, name, KINDS[name]())

    def test_in_containers():
        app.state.containers = {"a": [Hostile(), Wall(), Liar()], ("t", Hostile): {1, 2}}

    def test_changes_inside():
        object.__setattr__(app.state.begin, "inside", 2)

    def test_cycle():
        cycle = {"a": []}
        cycle["a"].append(cycle)
        cycle["self"] = cycle
        app.state.cycle = cycle

    def test_deep():
        deep = []
        for _ in range(100_000):
            deep = [deep]
        app.state.deep = deep

    def test_long():
        app.state.long = list(range(500_000))

    def test_long_of_objects():
        app.state.objects = [{"n": n} for n in range(50_000)]

    def test_surrogates():
        app.state.odd_text = "\\ud800 \\x00 \\x1b[31m"
        setattr(app.state, "odd key \\n", 1)

    def test_unaffected():
        assert app.state.begin is not None
"""


@pytest.fixture(scope="module")
def hostile() -> Audited:
    return Project({"test_h.py": HOSTILE}).audit("--random", "0")


def test_hostile_values_change_no_outcome(hostile: Audited) -> None:
    assert hostile.report, hostile.text
    assert set(hostile.verdicts.values()) == {"stable"}, hostile.text
    assert len(hostile.verdicts) == 12


@pytest.mark.parametrize(
    "key",
    ["hostile", "wall", "liar", "odd", "containers", "cycle", "deep", "long", "objects", "odd_text", "odd key \n"],
)
def test_hostile_values_are_leaks_as_any_other(hostile: Audited, key: str) -> None:
    leak = hostile.leak("app_state", key)
    assert leak["owner"] == "test_h:app"
    assert leak["before"] == "absent"
    assert len(leak["after"]) < 200


def test_a_change_inside_a_hostile_value_has_its_path(hostile: Audited) -> None:
    leak = hostile.leak("app_state", "begin")
    assert (leak["path"], leak["before"], leak["after"]) == (".inside", "1", "2")
