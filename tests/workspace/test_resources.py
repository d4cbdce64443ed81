"""How resources are found: those of the package, and those of others as far as they keep to the contract."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from leakcheck.store import AuditFolder
from leakcheck.wire.events import Event, Outside, Started
from leakcheck.workspace.resource import AuditPlace
from leakcheck.workspace.resources import Resources, discover
from leakcheck.workspace.resources.files import Resource as Files
from leakcheck.workspace.resources.ports import Resource as Ports

OTHERS = dedent("""
    from leakcheck.workspace.resource import Lease, Resource

    class Queues(Resource):
        name = "queues"

        def __init__(self, place):
            self.place = place

        def keep(self, root):
            pass

        def lease(self, tag):
            return Lease(self, tag)

        def returned(self, lease, items):
            return ()

        def put_back(self):
            return ()

        def close(self):
            pass

    class Lazy(Resource):
        name = "lazy"

        def __init__(self, place):
            pass

    class Nameless(Queues):
        name = "my queues"

    class AlsoFiles(Queues):
        name = "files"

    class AlsoPorts(Queues):
        name = "ports"  # what the audit tells of ports has this topic

    class Half:
        name = "half"

        def __init__(self, place):
            pass

        def keep(self, root):
            pass

    class Broken:
        def __init__(self, place):
            raise RuntimeError("no server")
""")

LACKING = (
    "close, compare, forget, is_changed_by, is_otherwise, lease, left, put_back, recover, returned, settle, share, "
    "stop, troubles"
)


@pytest.fixture
def place(tmp_path: Path) -> AuditPlace:
    return AuditPlace(AuditFolder(tmp_path / "audit"), "salt")


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """A package `others` that declares these classes as resources."""
    points = "".join(f"{name.lower()} = others_{folder.name}:{name}\n" for name in names)
    info = folder / "others-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: others\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[leakcheck.resources]\n{points}")
    (folder / f"others_{folder.name}.py").write_text(OTHERS)
    monkeypatch.syspath_prepend(str(folder))


def names(found: Resources) -> list[str]:
    return [each.name for each in found.every]


def test_files_are_found_by_their_package(place: AuditPlace) -> None:
    found = discover(place)
    assert (names(found), found.problems) == (["databases", "files", "ports"], ())
    assert isinstance(found.every[1], Files)
    assert isinstance(found.every[2], Ports)


@pytest.mark.parametrize(
    ("event", "is_changed"),
    [
        (Outside("port", "127.0.0.1:8000"), True),
        (Outside("port", "::1:8000"), True),
        (Outside("port", "127.0.0.1:40000"), False),
        (Outside("server", "127.0.0.1:8000"), False),
        (Started("t.py::a"), False),
    ],
)
def test_who_takes_a_port_that_others_may_take(place: AuditPlace, event: Event, is_changed: bool) -> None:
    assert Ports(place).is_changed_by(event) is is_changed


def test_a_package_adds_one(place: AuditPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, monkeypatch, "Queues")
    found = discover(place)
    assert (names(found), found.problems) == (["databases", "files", "ports", "queues"], ())
    assert vars(found.every[2])["place"] is place


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Nameless", "TypeError: its name is 'my queues', not an identifier"),
        ("AlsoFiles", "TypeError: the name files is taken"),
        ("AlsoPorts", "TypeError: the name ports is taken"),
        ("Half", f"TypeError: it has no {LACKING}"),
        ("Lazy", "TypeError: Can't instantiate abstract class Lazy "),
        ("Broken", "RuntimeError: no server"),
        ("Missing", "AttributeError: module "),
    ],
)
def test_what_does_not_keep_to_the_contract_is_left_out_and_told(
    place: AuditPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, why: str
) -> None:
    installed(tmp_path, monkeypatch, name, "Queues")
    found = discover(place)
    assert names(found) == ["databases", "files", "ports", "queues"]
    (problem,) = found.problems
    told = f"the resource {name.lower()} of others (others_{tmp_path.name}:{name}) is left out: {why}"
    assert problem.startswith(told)
