"""The text of `leakcheck fix`, and its JSON."""

from __future__ import annotations

import io
import json
from dataclasses import replace

from leakcheck.fixes.causes import Cause
from leakcheck.fixes.proposing import Proposal
from leakcheck.fixes.remedies import Remedy, Together, Tried
from leakcheck.records import About, Kind, Leak, Location
from leakcheck.reports.json.remedies import remedies_as_json
from leakcheck.reports.terminal.page import console_for
from leakcheck.reports.terminal.remedies import render_list, render_remedies

KIND = Kind(about=About(form="$owner.$key"))
PATCH = "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-\ta\n+\tb\n"


def cause(number: int, *frees: str) -> Cause:
    place = Location("module_globals", "shop", f"N{number}")
    leak = Leak(f"L{number}", place, "broken", ("a.py::p",), frees, (), (), "1", "2", kind=KIND)
    return Cause((leak,), (), frees)


PROVEN = Remedy(
    cause(1, "a.py::one", "a.py::two", "a.py::three", "a.py::four"),
    "proven", Proposal("L1", "the fixture undoes it", {}), {"a.py": "\tb\n"}, PATCH,
    ("1 witness passes with it; without it, the first fails",), "nothing for other tests",
    tried=(Tried("another way", ("a.py::x failed alone",)),),
)  # fmt: skip
DRAFT = Remedy(cause(2), "draft", Proposal("L2", "a fixture", {}), faults=("a.py::y failed",) * 5, cost="much")
NONE = Remedy(cause(3), "none", faults=("leakcheck knows no change that ends it\x1b[31m",))


def shown(found: Together) -> str:
    stream = io.StringIO()
    render_remedies(found, console_for(stream))
    return stream.getvalue()


def test_each_remedy_tells_what_it_is() -> None:
    text = shown(Together((PROVEN, DRAFT, NONE), faults=("together, a.py::z failed",)))
    assert text == (
        "L1  shop.N1: proven\n"
        "  how    the fixture undoes it\n"
        "  frees  a.py::one\n         a.py::two\n         a.py::three\n         + 1 more\n"
        "  proof  1 witness passes with it; without it, the first fails\n"
        "  cost   nothing for other tests\n"
        "  tried  another way\n           a.py::x failed alone\n"
        f"\n{PATCH}\n"
        "L2  shop.N2: a draft: it is not proven\n"
        "  how    a fixture\n"
        "  cost   much\n"
        "  wrong  a.py::y failed\n         a.py::y failed\n         a.py::y failed\n         + 2 more\n"
        "\n"
        "L3  shop.N3: no fix\n"
        "  why    leakcheck knows no change that ends it\\x1b[31m\n"
        "\n"
        "1 of 3 root causes with a proven fix, 1 draft.\n"
        "Made at once, they are not proven:\n"
        "  together, a.py::z failed\n"
    )


def test_nothing_to_fix_and_what_has_no_cause_is_told() -> None:
    stream = io.StringIO()
    render_remedies(Together(()), console_for(stream), ["a.py::lost"])
    assert stream.getvalue() == (
        "There is nothing to fix: no leak is recorded.\n"
        "1 order-dependent test has no recorded cause: `leakcheck fix --list` names them.\n"
    )


def test_a_list_tells_of_tests_that_nothing_explains() -> None:
    stream = io.StringIO()
    possible = Remedy(cause(1), "possible", PROVEN.proposal)
    render_list([possible, NONE], ["a.py::lost"], console_for(stream))
    assert stream.getvalue().splitlines() == [
        "  L1  may be fixed  shop.N1",
        "      the fixture undoes it",
        "  L3  no fix        shop.N3",
        "      leakcheck knows no change that ends it\\x1b[31m",
        "  -  no fix  a.py::lost",
        "      no recorded location explains what it depends on",
    ]


def test_json_has_all_of_it_and_the_patch_as_it_is() -> None:
    told = json.loads(remedies_as_json(Together((PROVEN, NONE), diff=PATCH)))
    assert [row["standing"] for row in told["fixes"]] == ["proven", "none"]
    assert told["fixes"][0]["diff"] == told["together"]["diff"] == PATCH
    assert told["fixes"][0]["tried"] == [{"how": "another way", "faults": ["a.py::x failed alone"]}]


def test_a_draft_that_works_says_what_speaks_against_it() -> None:
    text = shown(Together((replace(DRAFT, proof=("1 witness passes with it",), faults=("it reaches into that",)),)))
    assert "L2  shop.N2: a draft: it works, and is not what a reviewer would wish\n" in text
    assert "  but    it reaches into that\n" in text
