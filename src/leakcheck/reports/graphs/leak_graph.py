"""The leak graph of a result, as a directed multigraph of networkx: who leaks, what leaked, who is hurt.

Nodes are called n1, n2, ... and edges e1, e2, ..., always in the same order. The docs page on the leak graph tells
every attribute; an attribute that is not known is not there. All text is fit to be shown: nothing is hidden in it,
and paths are relative to the rootdir.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from leakcheck.records import Edge, Leak, Result, Source
from leakcheck.reports.wording.local_paths import Local
from leakcheck.reports.wording.root_causes import grouped
from leakcheck.reports.wording.words import clean, place_at

if TYPE_CHECKING:
    import networkx

    LeakGraph: TypeAlias = networkx.MultiDiGraph[str]

RELATIONS: Mapping[str, str] = {"breaks": "hurts", "enables": "enables"}
"""Effect of an edge of the report -> relation in the graph."""


def leak_graph(result: Result) -> LeakGraph:
    """The graph of all leaks, and of the order-dependent tests that no leak explains."""
    drawing = Drawing(result)
    for leak in result.leaks:
        drawing.leak(leak)
    harmful = (edge for edge in result.edges if edge.effect in RELATIONS)
    for (test, effect), edges in grouped(harmful, lambda edge: (edge.test, edge.effect)).items():
        drawing.harm(test, RELATIONS[effect], edges)
    cleaning = (edge for edge in result.edges if edge.effect == "cleans")
    for (cleaners, leak_id), edges in grouped(cleaning, lambda edge: (edge.polluters, edge.leak)).items():
        drawing.cleaning(cleaners, leak_id, edges)
    return drawing.graph


class Drawing:
    """A graph that grows; each node is made once, when it is first met."""

    def __init__(self, result: Result) -> None:
        import networkx  # takes longer than most reports

        self._local = Local(result.suite.rootdir)
        self._verdicts = {test.id: test for test in result.tests}
        self._lines = {item.id: item.line for item in result.suite.tests}
        self._leaks = {leak.id: leak for leak in result.leaks}
        self._names: dict[tuple[str, ...], str] = {}
        self.graph: LeakGraph = networkx.MultiDiGraph(leakcheck=result.leakcheck, verdict=result.verdict)

    # What is drawn ---------------------------------------------------------------------------------------------

    def leak(self, leak: Leak) -> None:
        """Who leaks -> the location, and the location -> who reads it without being hurt."""
        location = self._location(leak)
        values = {"before": leak.before, "after": leak.after, "path": leak.path}
        for maker, source in self._makers(leak):
            self._edge(maker, location, "leaks", leak=leak.id, impact=leak.impact, **values, **_told(source))
        for reader in leak.readers if leak.impact == "read" else ():
            self._edge(location, self._test(reader), "reads", leak=leak.id)

    def harm(self, test: str, relation: str, edges: Sequence[Edge]) -> None:
        """What hurts `test`, or lets it pass: locations, and tests that are not known to leak any."""
        through: dict[str, list[Edge]] = {}
        for edge in edges:
            carriers = [leak for leak in self._leaks.values() if _carries(leak, edge)]
            for leak in carriers:
                through.setdefault(self._location(leak), []).append(edge)
            known = {polluter for leak in carriers for polluter in leak.polluters}
            for polluter in edge.polluters:
                if polluter not in known:
                    through.setdefault(self._test(polluter), []).append(edge)
        for source, because in through.items():
            self._edge(source, self._test(test), relation, **_evidence(because))

    def cleaning(self, cleaners: Sequence[str], leak_id: str | None, edges: Sequence[Edge]) -> None:
        """A cleaner -> the location that it puts back, or the tests that pass behind it."""
        leak = self._leaks.get(leak_id or "")
        targets = [self._location(leak)] if leak else [self._test(edge.test) for edge in edges]
        tests = [edge.test for edge in edges]
        for cleaner in cleaners:
            for target in targets:
                self._edge(self._test(cleaner), target, "cleans", tests=tests, **_evidence(edges))

    # Nodes -----------------------------------------------------------------------------------------------------

    def _test(self, test: str) -> str:
        """The node of a test, or of a test file that leaks when it is imported."""
        if test not in self._verdicts and "::" not in test:
            return self._node(("file", test), label=test, file=test)
        known = self._verdicts.get(test)
        return self._node(
            ("test", test),
            label=test.partition("::")[2] or test,
            verdict=known.verdict if known else "unknown",
            roles=list(known.roles) if known else [],
            file=test.partition("::")[0],
            line=self._lines.get(test) or None,
        )

    def _location(self, leak: Leak) -> str:
        where = leak.location
        return self._node(
            ("location", where.kind, where.owner, where.key),
            label=place_at(where, leak.kind),
            state=where.kind,
            owner=where.owner,
            key=where.key,
        )

    def _makers(self, leak: Leak) -> Iterator[tuple[str, Source | None]]:
        """Fixtures that wrote, each behind the tests that use it; else the polluters themselves."""
        direct = [source for source in leak.sources if not source.fixture]
        for source in leak.sources:
            if source.fixture:
                scope = source.scope or "function"
                fixture = self._node(
                    ("fixture", source.fixture, scope, source.file),
                    label=source.fixture,
                    scope=scope,
                    file=source.file,
                    line=source.line or None,
                )
                yield fixture, source
                for polluter in leak.polluters:
                    self._edge(self._test(polluter), fixture, "uses", leak=leak.id)
        if direct or not leak.sources:
            for polluter in leak.polluters:
                yield self._test(polluter), next(iter(direct), None)

    def _node(self, identity: tuple[str, ...], **attributes: object) -> str:
        if identity not in self._names:
            self._names[identity] = f"n{len(self._names) + 1}"
            named = {"title": " ".join(identity[1:])}
            self.graph.add_node(self._names[identity], **self._shown({"kind": identity[0], **named, **attributes}))
        return self._names[identity]

    def _edge(self, source: str, target: str, relation: str, **attributes: object) -> None:
        key = f"e{self.graph.number_of_edges() + 1}"
        self.graph.add_edge(source, target, key=key, **self._shown({"relation": relation, **attributes}))

    def _shown(self, attributes: Mapping[str, object]) -> dict[str, object]:
        return {name: self._text(value) for name, value in attributes.items() if value is not None}

    def _text(self, value: object) -> object:
        if isinstance(value, str):
            return clean(self._local(value))
        return [self._text(each) for each in value] if isinstance(value, list | tuple) else value


def _carries(leak: Leak, edge: Edge) -> bool:
    """Whether `leak` is what one of the polluters does it by."""
    hurts = leak.id == edge.leak or (edge.leak is not None and edge.test in leak.victims)
    return hurts and not set(leak.polluters).isdisjoint(edge.polluters)


def _evidence(edges: Iterable[Edge]) -> dict[str, object]:
    """The strongest evidence, and all sets of tests that do the same."""
    ranked = sorted(edges, key=lambda edge: (not edge.confirmed, not edge.counterfactual, len(edge.witness)))
    best = ranked[0]
    return {
        "leak": best.leak,
        "polluters": [list(each) for each in dict.fromkeys(edge.polluters for edge in ranked)],
        "confirmed": best.confirmed,
        "counterfactual": best.counterfactual,
        "witness": list(best.witness),
        "reproduce": best.reproduce,
    }


def _told(source: Source | None) -> dict[str, object]:
    if source is None:
        return {}
    return {
        "file": source.file,
        "line": source.line or None,
        "function": source.function,
        "phase": source.phase,
    }
