"""What deep looks have found is put back as the kinds of state declare, whoever they are from."""

from __future__ import annotations

from leakcheck.records import About, Change, Kind, Location, Restoring, Suite
from leakcheck.search.deep_stages import stages
from watched import OWN


def foreign(put_back: Restoring) -> Kind:
    return Kind("compared", About(put_back=put_back))


KINDS = {
    **OWN,
    "pool": foreign("together"),
    "plugins": foreign("apart"),
    "clock": foreign("last"),
    "worker": foreign("never"),
}
SUITE = Suite("/project", (), (), kinds=KINDS)


def asked(*kinds: str, internal: str = "") -> list[list[str]]:
    """The kinds that are put back together, in each stage."""
    changes = [Change(Location(kind, "m", "k"), "a", "b", "d", internal=kind == internal) for kind in kinds]
    found = [
        [" ".join(each.kind for each in group) for group in groups if group] for groups in stages(changes, SUITE)
    ]
    return [groups for groups in found if groups]


def test_what_is_held_is_put_back_kind_by_kind_what_is_compared_first() -> None:
    assert asked("caches", "module_globals")[0] == ["module_globals", "caches"]


def test_settings_go_together_and_then_one_kind_at_a_time() -> None:
    assert asked("pool", "cwd")[:2] == [["pool cwd"], ["pool", "cwd"]]


def test_what_is_more_than_to_set_a_value_goes_by_itself() -> None:
    assert asked("plugins", "pool", "imports", "worker")[0] == ["pool", "plugins", "imports", "worker"]


def test_what_is_last_waits_until_all_else_was_tried() -> None:
    first, *_, last = asked("clock", "random_state", "pool", "cwd")
    assert first == ["pool cwd"]
    assert last[:2] == ["clock", "random_state"]


def test_a_kind_that_the_suite_has_no_record_of_is_a_setting() -> None:
    assert asked("stranger", "cwd")[0] == ["stranger cwd"]


def test_what_lies_inside_of_others_waits_for_its_own_stage() -> None:
    assert asked("pool", "cwd", internal="pool")[:2] == [["cwd"], ["pool"]]
