"""What a first use makes, and what cleans up behind others, is no leak."""

from __future__ import annotations

import pytest

from leakcheck.guard.warm_up import WarmUp
from leakcheck.records import NO_VALUE, WHOLE, Change, Location, Source

POOL = Location("app_state", "shop:app", "pool")
VARIABLE = Location("environ", "os.environ", "SHOP_MODE")
IN_CODE = Source("shop/main.py", 12, "pool", "call")
IN_TEST = Source("tests/test_a.py", 7, "test_a", "call")


def change(location: Location = POOL, before: str = NO_VALUE, after: str = "a pool", **more: object) -> Change:
    return Change(location, before, after, digest=after, before_digest=before, **more)  # type: ignore[arg-type]


def test_what_the_projects_code_looks_for_and_makes_is_made_by_use() -> None:
    made = change(sources=(IN_CODE,))
    assert WarmUp().is_made_by_use(made, {POOL})
    assert WarmUp().is_made_by_use(made, {Location(POOL.kind, POOL.owner, WHOLE)})


def test_who_lists_the_environment_looks_for_no_variable() -> None:
    made = change(VARIABLE, sources=(IN_CODE,))
    assert not WarmUp().is_made_by_use(made, {Location(VARIABLE.kind, VARIABLE.owner, WHOLE)})
    assert WarmUp().is_made_by_use(made, {VARIABLE})


@pytest.mark.parametrize(
    ("left", "consulted"),
    [
        (change(sources=(IN_CODE,)), set()),
        (change(sources=(IN_TEST,)), {POOL}),
        (change(before="another pool", sources=(IN_CODE,)), {POOL}),
        (change(Location("logging", "root", "level"), before="10"), set()),
        (change(Location("threads", "threading", "a client or portal that was entered and never left")), set()),
    ],
)
def test_the_rest_is_not(left: Change, consulted: set[Location]) -> None:
    assert not WarmUp().is_made_by_use(left, consulted)


@pytest.mark.parametrize(
    "left",
    [
        change(internal=True),
        change(Location("caches", "shop", "limit_of"), before="0", after="1"),
        change(Location("module_globals", "shop", "Item.__init__"), before="function", after="another function"),
        change(Location("module_globals", "shop", 'CACHE["a"]')),
        change(Location("threads", "threading", "function pymongo.monitor:run")),
    ],
)
def test_what_libraries_and_caches_keep_for_themselves_is(left: Change) -> None:
    assert WarmUp().is_made_by_use(left, ())


def test_who_brings_back_what_stood_there_first_has_cleaned_up() -> None:
    known = WarmUp()
    assert not known.is_cleaned_up(change(before="None", after="bob"))
    assert not known.is_cleaned_up(change(before="bob", after="eve"))
    assert known.is_cleaned_up(change(before="eve", after="None"))


def test_who_takes_away_what_a_live_fixture_has_set_has_not() -> None:
    known = WarmUp()
    assert not known.is_cleaned_up(change(before="None", after="bob"))
    assert not known.is_cleaned_up(change(before="bob", after="None", over="module"))
