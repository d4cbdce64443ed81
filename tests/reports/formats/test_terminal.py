from __future__ import annotations

import io
import shlex
from dataclasses import replace

import pytest
from rich.console import Console

from leakcheck.records import (
    Certificate,
    Fix,
    Gate,
    JointFix,
    Location,
    OrderSummary,
    PathChange,
    Result,
    Unexplained,
)
from leakcheck.reports.formats.terminal import Detail, Report
from leakcheck.reports.wording.root_causes import root_causes
from reports import samples
from reports.golden import assert_golden
from reports.samples import APP, edge, leak, result, verdict

A, B, V, W = (f"tests/test_a.py::test_{name}" for name in "abvw")
LEAK = replace(leak(1, Location("app_state", APP, "x"), "broken", A, B), victims=(V, W))


def rendered(found: Result) -> str:
    return Report().render(found)


def written(found: Result, detail: Detail = "usual", **console: object) -> str:
    stream = io.StringIO()
    Report().write(found, Console(file=stream, **console), detail)  # type: ignore[arg-type]
    return stream.getvalue()


class Terminal(io.StringIO):
    """A stream that somebody looks at."""

    def isatty(self) -> bool:
        return True


def on_a_terminal(found: Result, width: int, detail: Detail = "usual") -> str:
    stream = Terminal()
    Report().write(found, Console(file=stream, width=width, color_system=None), detail)
    return stream.getvalue()


def clean() -> Result:
    orders = (
        OrderSummary("declared", "declared", None, {"passed": 2}, "pytest"),
        OrderSummary("isolated", "isolated", None, {"passed": 2}, ""),
    )
    return result((verdict(A), verdict(B)), orders=orders)


def mixed() -> Result:
    """The blocks that the shop does not have: imports, sets of polluters, suspicion, no leak, no polluter."""
    orphan = verdict("tests/test_a.py::test_lost", "victim", declared="passed", reversed="failed")
    edges = (
        replace(edge((A, B), V, "L1"), counterfactual=False),
        replace(edge(("tests/test_b.py",), W, "L1"), counterfactual=True),
        replace(edge((A,), W, "L1"), confirmed=False),
        edge((B,), W, None),
    )
    found = result((verdict(V, "victim"), verdict(W, "victim"), orphan), leaks=(LEAK,), edges=edges)
    odd = (Unexplained(W, (B, W)), Unexplained(orphan.id, ()))
    fix = Fix("F1", ("L1",), "tests/test_a.py", 11, None, (), (V, W), (A,), "Put it back.")
    return replace(
        found,
        certificate=replace(found.certificate, unexplained=odd, pairs_total=3, pairs_covered=3),
        fixes=(fix, replace(fix, id="F2", fixture="shop", frees=(B,), touches=(), exposes=())),
        joint_fixes=(
            JointFix((V,), ("F1", "F2"), True),
            JointFix((W,), ("F1",), False),
            JointFix((A, B), (), False),
        ),
        groups=((A, V),),
    )


def gated() -> Result:
    """Of the shop's findings all but two are known or ignored; rules and baseline are out of date."""
    shop = samples.shop()
    first, second, third, *rest = shop.findings
    ignored = (replace(second, ignored="ticket 12; \x1b[31mhostile"), replace(third, ignored="by design"))
    known = tuple(replace(each, known=True) for each in rest[:-1])
    fixed = tuple(f"LK101 app_state {APP} key{number} test tests/test_a.py::test_{number}" for number in range(25))
    remarks = ("pyproject.toml, ignore rule 1 has expired on 2030-01-31, so it counts no longer (key x; \x1b[0m)",)
    return replace(
        shop,
        findings=(replace(first, new=(f"LK101 app_state {APP} key victim {A}",)), *ignored, *known, rest[-1]),
        gate=Gate("warning", "ci/known.txt", fixed, remarks),
        certificate=replace(shop.certificate, profile="quick", limits=("This was left out.", "And this.")),
    )


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("gate.txt", gated()),
        ("shop.txt", samples.shop()),
        ("troubled.txt", samples.troubled()),
        ("mixed.txt", mixed()),
        ("clean.txt", clean()),
        ("empty.txt", result()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_transcript(name: str, found: Result) -> None:
    assert_golden(name, rendered(found))


@pytest.mark.parametrize("width", [20, 40, 100, 300])
def test_commands_stand_alone_on_one_line_in_files(width: int) -> None:
    lines = [line.strip() for line in written(samples.shop(), "whole", width=width).splitlines()]
    shown = {each.reproduce for each in samples.shop().edges if each.reproduce and each.effect != "cleans"}
    hurt = {each.test for each in samples.shop().edges if each.effect in ("breaks", "enables")}
    assert sum(line in shown for line in lines) == len(hurt)


def test_a_root_cause_is_shown_by_one_command() -> None:
    lines = [line.strip() for line in rendered(samples.shop()).splitlines()]
    for cause in root_causes(samples.shop()):
        for harm in cause.harms:
            commands = [each.reproduce for each in harm.hurt if each.reproduce in lines]
            assert commands == [harm.hurt[0].reproduce]


@pytest.mark.parametrize("detail", ["usual", "whole"])
@pytest.mark.parametrize("width", [80, 100])
def test_no_line_is_wider_than_the_terminal(width: int, detail: Detail) -> None:
    """But one argument may be, in a command: it must be copied whole."""
    lines = on_a_terminal(samples.shop(), width, detail).splitlines()
    too_wide = [line for line in lines if len(line) > width]
    assert [line for line in too_wide if " " in line.strip().removesuffix(" \\")] == []


def test_no_word_is_broken_at_80_columns() -> None:
    whole, narrow = (on_a_terminal(samples.shop(), width).split() for width in (1000, 80))
    names = {word for word in narrow if word != "\\" and word not in whole}
    assert {word for word in names if "…" not in word} == set()


def test_commands_at_80_columns_are_what_a_shell_reads() -> None:
    text = on_a_terminal(samples.shop(), 80, "whole").replace(" \\\n", " ")
    lines = [shlex.split(line) for line in text.splitlines() if line.strip().startswith("pytest ")]
    shown = {each.reproduce for each in samples.shop().edges if each.effect in ("breaks", "enables")}
    assert {shlex.join(line) for line in lines} <= {shlex.join(shlex.split(each)) for each in shown}
    assert len(lines) > 10


def test_a_wide_terminal_is_used() -> None:
    assert any(len(line) > 150 for line in on_a_terminal(samples.troubled(), 200, "whole").splitlines())


def test_the_end_is_the_verdict_three_fixes_and_what_to_type() -> None:
    lines = rendered(samples.shop()).splitlines()
    end = lines[next(number for number, line in enumerate(lines) if line.startswith("✗ 64 tests: 16 order")) :]
    assert len(end) < 20
    assert sum(line.startswith("  F") for line in end) == 3
    assert end[-4:] == [
        "Next",
        "  leakcheck fix L1                              write its fix, and prove it",
        "  leakcheck explain test_profile_needs_a_login  all about one test",
        "  leakcheck report --html leaks.html            a page for the browser",
    ]


def test_a_command_of_ten_thousand_characters_is_whole() -> None:
    found = result((verdict(samples.LONG, "victim"),), leaks=(LEAK,), edges=(edge((A,), samples.LONG, "L1"),))
    assert f"       pytest {A} {samples.LONG}\n" in written(found, width=80)


def test_no_line_ends_in_blanks() -> None:
    assert not [line for line in rendered(samples.shop()).splitlines() if line != line.rstrip()]


def test_colours_only_for_a_terminal() -> None:
    assert "\x1b[" not in rendered(samples.shop())
    coloured = written(samples.shop(), force_terminal=True, color_system="standard", width=100)
    assert "\x1b[1;31m✗ \x1b[0m" in coloured


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "utf-8"])
@pytest.mark.parametrize("found", [samples.shop(), samples.hostile(), clean()], ids=["shop", "hostile", "clean"])
def test_any_encoding_will_do(encoding: str, found: Result) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    Report().write(found, Console(file=stream, width=100))
    stream.flush()
    assert raw.getvalue().decode(encoding).count("\n") > 3


def test_hostile_names_are_shown_as_they_are_spelled() -> None:
    text = rendered(samples.hostile())
    assert "</script>\\x1b[31mred\\x1b]8;;https://example.org\\x07link" in text
    assert 'app.state["a b\\x9b"] of shop.main:app[/bold]\\x1b[0m' in text
    assert "  [blink]note\\x07\n" in text
    assert "    [link=x]fix\\x1b\n" in text


def test_long_lists_are_cut_and_counted() -> None:
    many = tuple(f"tests/test_a.py::test_{number}" for number in range(100))
    leaks = tuple(leak(number, Location("environ", "os", f"K{number}"), "latent", A) for number in range(100))
    victims = tuple(verdict(test, "victim") for test in many)
    broken = replace(LEAK, id="L200")
    edges = tuple(edge((by,), test, "L200") for test in many for by in many[:5] if by != test)
    failing = tuple(verdict(f"{test}f", "failing") for test in many)
    text = rendered(result((*victims, *failing), leaks=(*leaks, broken), edges=edges))
    assert "+ 80 more tests" in text
    assert "+ 80 more (--verbose tells all)" in text
    assert "                 + 2 more\n" in text
    assert text.count("\n") < 700


def test_the_cost_is_told_without_a_plain_run_too() -> None:
    found = clean()
    assert "audit 6.1 s = 9.0 plain runs of CPU, 4.4 of wall time\n" in rendered(found)
    by_wall = replace(found.cost, audit_cpu_seconds=0.0)
    assert "audit 6.1 s = 4.4 plain runs of wall time\n" in rendered(replace(found, cost=by_wall))
    assert "audit 6.1 s\n" in rendered(replace(found, cost=replace(found.cost, plain_seconds=0.0)))


@pytest.mark.parametrize(
    ("certificate", "claimed"),
    [
        (Certificate(4, 4, (), {"app_state": "tracked"}, False), True),
        (Certificate(4, 3, (), {"app_state": "tracked"}, False), False),
        (Certificate(4, 4, (), {"app_state": "tracked"}, True), False),
        (Certificate(4, 4, (Unexplained(A, (A,)),), {"app_state": "tracked"}, False), False),
        (Certificate(4, 4, (), {"app_state": "tracked"}, False, limits=("Not all.",)), False),
        (Certificate(0, 0, (), {}, False), False),
    ],
)
def test_the_guarantee_is_given_only_where_it_holds(certificate: Certificate, claimed: bool) -> None:
    text = rendered(replace(clean(), certificate=certificate))
    assert ("Nothing is left unexplained" in text) is claimed


@pytest.mark.parametrize(("spent", "times"), [(False, 0), (True, 3)])
def test_what_nobody_looked_for_is_not_called_unseen_only(spent: bool, times: int) -> None:
    """At the top, where the tests stand, and in what was covered."""
    found = mixed()
    text = written(
        replace(found, certificate=replace(found.certificate, budget_exhausted=spent)), "whole", width=100
    )
    assert " ".join(text.split()).count("does not see, or had no budget left to look for.") == times


def test_undecided_tests_are_named_with_what_was_seen() -> None:
    again = verdict(A, "unknown", declared="passed", isolated="passed")
    odd = verdict(B, "unknown", declared="passed", reversed="failed")
    never = verdict(V, "unknown", declared="not run")
    elsewhere = verdict(W, "unknown", declared="failed", reversed="passed")
    found = result((again, odd, never, elsewhere))
    certificate = replace(found.certificate, unexplained=(Unexplained(W, ()),))
    text = rendered(replace(found, certificate=certificate))
    section = text[text.index("Undecided tests") : text.index("Covered:")]
    assert f"{A}\n    failed when it was run again in the same process\n" in section
    assert f"{B}\n    failed in reversed; passed in declared\n" in section
    assert V not in section
    assert W not in section


def test_nothing_is_cut_from_the_whole_report() -> None:
    many = tuple(f"tests/test_a.py::test_{number}" for number in range(100))
    written = LEAK.sources * 5
    leaks = tuple(
        replace(leak(each, Location("environ", "os", f"K{each}"), "latent", *many[:5]), sources=written)
        for each in range(100)
    )
    victims = tuple(verdict(test, "victim") for test in many)
    edges = tuple(edge((by,), test, "L200") for test in many for by in many[:5] if by != test)
    broken = replace(LEAK, id="L200", paths=tuple(PathChange(f".p{number}", "1", "2") for number in range(9)))
    failing = tuple(verdict(f"{test}f", "failing") for test in many)
    odd = tuple(Unexplained(f"{test}f", many) for test in many)
    found = result((*victims, *failing), leaks=(*leaks, broken), edges=edges)
    found = replace(found, certificate=replace(found.certificate, unexplained=odd))
    stream = io.StringIO()
    Report().write(found, Console(file=stream, width=100), "whole")
    assert " more" in rendered(found)
    assert " more" not in stream.getvalue().replace("may hold more", "").replace("and more:", "")


def test_brief() -> None:
    stream = io.StringIO()
    Report().write(samples.shop(), Console(file=stream, width=60), "brief")
    assert_golden("shop.brief.txt", stream.getvalue())


@pytest.mark.parametrize("found", [samples.hostile(), samples.nasty()], ids=["hostile", "nasty"])
def test_brief_has_a_line_for_each_finding_whatever_its_names(found: Result) -> None:
    stream = io.StringIO()
    Report().write(found, Console(file=stream, width=60), "brief")
    lines = stream.getvalue().splitlines()
    assert [line for line in lines if ": error: " in line][: len(found.findings)] == lines[: len(found.findings)]
    assert all(line.endswith("]") for line in lines[: len(found.findings)])
    assert "\x1b" not in stream.getvalue()
