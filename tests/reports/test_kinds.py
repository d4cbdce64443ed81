"""Texts that probes declare are told as text, be they a stranger's, and as before where an older audit has none."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from leakcheck.analysis.advice.by_kind import leak_advice
from leakcheck.analysis.advice.code import fix_example
from leakcheck.errors import Unreadable
from leakcheck.records import MAX_TEMPLATE, About, Finding, Kind, Leak, Location, Suite, TestItem
from leakcheck.reports.formats import html, markdown, terminal
from leakcheck.reports.wording.words import clean, place
from leakcheck.store import AuditFolder, read_audit
from leakcheck.wire import codec
from leakcheck.wire.events import Begun, Collected, Completed
from leakcheck.wire.segments import last_seal, seal_line
from reports import samples
from watched import OWN

PLACE = Location("pool", "shop.db:engine", "size")


HOSTILE = {
    "attributes": "$owner.__class__ {0.__class__} {owner.__class__.__init__} %(owner)s ${owner.x} $owner_",
    "controls": "\x1b[31m$owner\x00\u202e\ud800\n$key\r\x07",
    "markup": "<script>alert(1)</script> [x](http://x.example) `$key` @everybody #1 | &amp; ```\n</pre>",
    "huge": "$owner" * 100_000,
}
FORMATS = (terminal.Report(), html.Report(), markdown.Report())


def stored(tmp_path: Path, kinds: Mapping[str, object]) -> Suite:
    """A suite as it is read from an audit in which these are its kinds."""
    folder = AuditFolder.create(tmp_path)
    folder.begin("audit")
    folder.append("audit", Begun("0.1.0", "2026-01-01T00:00:00+00:00", {"lanes": "1"}), Completed(1.0))
    path = folder.begin("suite")
    event = json.loads(codec.encode(Collected(Suite("/p", (), (TestItem("t.py::a", "t.py", 1),)))))
    event["suite"]["kinds"] = kinds
    before = path.read_bytes()
    path.write_bytes(before + seal_line(json.dumps(event).encode("ascii"), last_seal(before)))
    return read_audit(folder).suite


def about(text: str) -> dict[str, object]:
    return {"tracking": "compared", "about": dict.fromkeys(("form", "whole", "advice", "example"), text)}


def leak(kind: Kind, location: Location = PLACE) -> Leak:
    return replace(
        samples.leak(1, Location("environ", "o", "k"), "broken", "a.py::a"), location=location, kind=kind
    )


def told(text: str, tmp_path: Path) -> list[str]:
    """Where the leak is, advice and example, of a kind whose stored record says `text` for each."""
    found = leak(stored(tmp_path, {"pool": about(text)}).kinds["pool"])
    return [place(found), leak_advice(found), fix_example(found)]


def test_names_stand_for_what_the_leak_has_and_nothing_else_is_reached(tmp_path: Path) -> None:
    where, advice, example = told(HOSTILE["attributes"], tmp_path)
    rest = ".__class__ {0.__class__} {owner.__class__.__init__} %(owner)s ${owner.x} $owner_"
    assert where == advice == f"shop.db:engine{rest}"
    assert example == f"$owner{rest}"


def test_what_a_value_holds_is_no_template(tmp_path: Path) -> None:
    kind = stored(tmp_path, {"pool": about("$key of ${owner}s for $$5")}).kinds["pool"]
    assert place(leak(kind, Location("pool", "$key", "$owner {key}"))) == "$owner {key} of $keys for $5"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_strangers_texts_are_short_and_hide_nothing(name: str, tmp_path: Path) -> None:
    for text in told(HOSTILE[name], tmp_path):
        lines = text.split("\n")
        assert lines == [clean(line) for line in lines]
        assert len(text) <= 2 * MAX_TEMPLATE


@pytest.mark.parametrize("key", ["size", "x" * 1_000_000])
def test_many_names_of_something_long_do_not_grow_without_bounds(key: str, tmp_path: Path) -> None:
    kind = stored(tmp_path, {"pool": about("$key" * 100_000)}).kinds["pool"]
    began = time.process_time()
    found = leak(kind, Location("pool", "shop.db:engine", key))
    assert len(place(found)) < 400
    assert len(leak_advice(found)) <= 2 * MAX_TEMPLATE
    assert time.process_time() - began < 5


@pytest.mark.parametrize("name", HOSTILE)
def test_reports_show_a_strangers_texts_as_text(name: str, tmp_path: Path) -> None:
    found = leak(stored(tmp_path, {"pool": about(HOSTILE[name])}).kinds["pool"])
    finding = Finding(
        "LK101", "error", "1 test fails", "a.py", 1, ("b.py::b",), "L1", leak_advice(found), fix_example(found)
    )
    result = samples.result(
        (samples.verdict("b.py::b", "victim"),),
        leaks=(replace(found, victims=("b.py::b",)),),
        edges=(samples.edge(("a.py::a",), "b.py::b", "L1"),),
        findings=(finding,),
    )
    for report in FORMATS:
        text = report.render(result)
        assert report.name == "terminal" or "<script>alert" not in text
        assert not re.search("[\x00\x07\x1b\u202e\ud800]", text)
        assert len(text) < 300_000


def test_an_audit_of_an_earlier_leakcheck_has_our_own_wording_of_today(tmp_path: Path) -> None:
    """It tells how each kind was watched, and no more. What is not ours is told by the names of its locations."""
    found = stored(tmp_path, {"environ": "compared", "module_globals": "compared", "pool": "tracked"})
    assert found.kinds == {
        "environ": replace(OWN["environ"], tracking="compared"),
        "module_globals": OWN["module_globals"],
        "pool": Kind("tracked"),
    }
    assert place(leak(found.kinds["pool"])) == "pool shop.db:engine size"


def test_what_an_audit_declares_is_told_whatever_we_would_say(tmp_path: Path) -> None:
    found = stored(tmp_path, {"environ": about("variable $key")})
    assert place(leak(found.kinds["environ"])) == "variable size"


@pytest.mark.parametrize(
    "wrong",
    [
        "guessed",
        7,
        None,
        {"tracking": "guessed"},
        {"about": {"form": 7}},
        {"about": {"put_back": "later"}},
        {"x": 1},
    ],
    ids=str,
)
def test_what_is_no_kind_is_no_audit(wrong: object, tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        stored(tmp_path, {"pool": wrong})


def test_an_example_that_lacks_a_name_is_left_out() -> None:
    kind = Kind("compared", About(example="monkeypatch.setattr('$target', ...)"))
    assert (
        fix_example(leak(kind, Location("pool", "shop.db", "size"))) == "monkeypatch.setattr('shop.db.size', ...)"
    )
    assert fix_example(leak(kind)) == ""
