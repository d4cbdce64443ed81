"""Order-dependent tests grouped by root cause, so that many victims of one leak read as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from leakcheck.records import ORDER_DEPENDENT, Edge, Leak, Result, TestVerdict

How = Literal["after", "needs", "again", "import"]
"""Fails after the polluters, needs them to pass, fails when run again, or fails after an import."""

Proof = Literal["proven", "not alone", "confirmed", "suspected"]
"""How far an edge is shown; "not alone": confirmed, but putting back the one location does not undo it."""

Item = TypeVar("Item")
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Hurt:
    """One test of a harm, with the plain command that shows it, and the shortest order that does."""

    test: str
    reproduce: str
    witness: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Harm:
    """Tests hurt in one way by the same polluters. Each of `polluters` suffices, its members act together."""

    how: How
    proof: Proof
    polluters: tuple[tuple[str, ...], ...]
    hurt: tuple[Hurt, ...]


@dataclass(frozen=True, slots=True)
class RootCause:
    """A leak, None where no recorded one explains it, and what it does. `cleaners` undo it on their way."""

    leak: Leak | None
    harms: tuple[Harm, ...]
    cleaners: tuple[str, ...]

    @property
    def tests(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.test for harm in self.harms for each in harm.hurt))


def root_causes(result: Result) -> tuple[RootCause, ...]:
    """The root causes of all order-dependent tests: leaks in their order, the unexplained last."""
    leaks = {leak.id: leak for leak in result.leaks}
    hurt = {test.id for test in result.tests if test.verdict in ORDER_DEPENDENT}
    harmful = [edge for edge in result.edges if edge.test in hurt and edge.effect in ("breaks", "enables")]
    by_leak = grouped(harmful, lambda edge: edge.leak if edge.leak in leaks else None)
    known = [each for each in (*leaks, None) if each in by_leak]
    return tuple(
        RootCause(leaks.get(each or ""), _harms(by_leak[each]), _cleaners(result.edges, each)) for each in known
    )


def without_polluter(result: Result) -> tuple[TestVerdict, ...]:
    """Order-dependent tests that no edge leads to."""
    shown = {edge.test for edge in result.edges if edge.effect in ("breaks", "enables")}
    return tuple(test for test in result.tests if test.verdict in ORDER_DEPENDENT and test.id not in shown)


def grouped(items: Iterable[Item], key: Callable[[Item], Key]) -> Mapping[Key, list[Item]]:
    """`items` by `key`, both in the order in which they come."""
    groups: dict[Key, list[Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def _harms(edges: Iterable[Edge]) -> tuple[Harm, ...]:
    per_test = grouped(edges, lambda edge: (edge.test, how_of(edge)))
    single = [_single_harm(test, how, each) for (test, how), each in per_test.items()]
    return tuple(_merged(harms) for harms in grouped(single, _sort_of_harm).values())


def _sort_of_harm(harm: Harm) -> tuple[How, Proof, frozenset[tuple[str, ...]]]:
    """What must be the same for tests to be told together: of those that hurt themselves, not the polluter."""
    return harm.how, harm.proof, frozenset(() if harm.how == "again" else harm.polluters)


def strongest(edges: Iterable[Edge]) -> list[Edge]:
    """`edges` with the best evidence and the shortest order first."""
    return sorted(edges, key=lambda edge: (not edge.confirmed, not edge.counterfactual, len(edge.witness)))


def _single_harm(test: str, how: How, edges: Iterable[Edge]) -> Harm:
    """The harm done to one test, told by its strongest evidence and its shortest order."""
    ranked = strongest(edges)
    polluters = tuple(dict.fromkeys(edge.polluters for edge in ranked))
    return Harm(how, proof_of(ranked[0]), polluters, (Hurt(test, ranked[0].reproduce, ranked[0].witness),))


def _merged(harms: list[Harm]) -> Harm:
    first = harms[0]
    return Harm(first.how, first.proof, first.polluters, tuple(each for harm in harms for each in harm.hurt))


def how_of(edge: Edge) -> How:
    if edge.effect == "enables":
        return "needs"
    if edge.polluters == (edge.test,):
        return "again"
    return "after" if any("::" in polluter for polluter in edge.polluters) else "import"


def proof_of(edge: Edge) -> Proof:
    if not edge.confirmed:
        return "suspected"
    if edge.counterfactual is None:
        return "confirmed"
    return "proven" if edge.counterfactual else "not alone"


def _cleaners(edges: Iterable[Edge], leak: str | None) -> tuple[str, ...]:
    found = (edge for edge in edges if edge.effect == "cleans" and leak is not None and edge.leak == leak)
    return tuple(dict.fromkeys(test for edge in found for test in edge.polluters))
