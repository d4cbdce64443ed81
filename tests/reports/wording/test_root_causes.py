from __future__ import annotations

from dataclasses import replace

from leakcheck.records import Location
from leakcheck.reports.wording.root_causes import Hurt, root_causes, without_polluter
from reports.samples import APP, edge, leak, result, shop, verdict

A, B, V, W = (f"tests/test_a.py::test_{name}" for name in "abvw")
LEAK = leak(1, Location("app_state", APP, "x"), "broken", A, B)
VICTIMS = (verdict(V, "victim"), verdict(W, "victim"))


def test_fourteen_victims_of_five_leaks_are_few_blocks() -> None:
    causes = root_causes(shop())
    assert [cause.leak.id for cause in causes if cause.leak] == [
        "L1",
        "L2",
        "L3",
        "L4",
        "L5",
        "L6",
        "L7",
        "L8",
    ]
    assert [len(harm.hurt) for harm in causes[0].harms] == [5]
    assert [harm.how for harm in causes[1].harms] == ["after", "needs"]
    assert causes[0].cleaners == ("tests/test_payments.py::test_declined_payment_leaves_no_order",)


def test_victims_of_the_same_polluters_are_one_harm() -> None:
    edges = (edge((A,), V, "L1"), edge((B,), V, "L1"), edge((B,), W, "L1"), edge((A,), W, "L1"))
    (cause,) = root_causes(result(VICTIMS, leaks=(LEAK,), edges=edges))
    (harm,) = cause.harms
    assert harm.polluters == ((A,), (B,))
    assert harm.hurt == (Hurt(V, f"pytest {A} {V}", (A, V)), Hurt(W, f"pytest {B} {W}", (B, W)))


def test_victims_of_other_polluters_are_another_harm() -> None:
    edges = (edge((A,), V, "L1"), edge((B,), W, "L1"))
    (cause,) = root_causes(result(VICTIMS, leaks=(LEAK,), edges=edges))
    assert [harm.polluters for harm in cause.harms] == [((A,),), ((B,),)]


def test_the_strongest_evidence_is_told_and_the_shortest_order() -> None:
    far = replace(edge((A, B), V, "L1"), counterfactual=True)
    near = replace(edge((A,), V, "L1"), counterfactual=True)
    weak = replace(edge((B,), V, "L1"), confirmed=False)
    (cause,) = root_causes(result(VICTIMS, leaks=(LEAK,), edges=(weak, far, near)))
    (harm,) = cause.harms
    assert harm.proof == "proven"
    assert harm.hurt[0].reproduce == f"pytest {A} {V}"
    assert harm.polluters == ((A,), (A, B), (B,))


def test_every_way_of_being_hurt_and_every_proof() -> None:
    file = "tests/test_b.py"
    edges = (
        replace(edge((file,), V, "L1"), counterfactual=False),
        replace(edge((W,), W, "L1"), confirmed=False),
    )
    (cause,) = root_causes(result(VICTIMS, leaks=(LEAK,), edges=edges))
    assert [(harm.how, harm.proof) for harm in cause.harms] == [
        ("import", "not alone"),
        ("again", "suspected"),
    ]


def test_edges_of_no_known_leak_come_last_and_flaky_tests_not_at_all() -> None:
    tests = (*VICTIMS, verdict("tests/test_a.py::test_f", "flaky"))
    edges = (edge((A,), W, None), edge((A,), tests[2].id, "L1"), edge((A,), V, "L1"))
    causes = root_causes(result(tests, leaks=(LEAK,), edges=edges))
    assert [(cause.leak and cause.leak.id, cause.tests) for cause in causes] == [("L1", (V,)), (None, (W,))]


def test_order_dependent_tests_that_no_edge_leads_to() -> None:
    found = result(VICTIMS, leaks=(LEAK,), edges=(edge((A,), V, "L1"),))
    assert without_polluter(found) == (VICTIMS[1],)


def test_those_that_hurt_themselves_are_told_together() -> None:
    victims = (verdict(V, "self-polluting"), verdict(W, "self-polluting"))
    (cause,) = root_causes(result(victims, edges=(edge((V,), V, None), edge((W,), W, None))))
    (harm,) = cause.harms
    assert (harm.how, [hurt.test for hurt in harm.hurt]) == ("again", [V, W])
