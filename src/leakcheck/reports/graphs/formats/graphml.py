"""The leak graph as GraphML, for Gephi, yEd, igraph and networkx."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leakcheck.reports.graphs.leak_graph import LeakGraph


class Graph:
    """`networkx.read_graphml` reads it. GraphML knows no lists: they are JSON in a string."""

    name = "graphml"

    def render(self, graph: LeakGraph) -> str:
        import networkx

        plain = graph.copy()
        for _, attributes in plain.nodes(data=True):
            attributes.update(_scalars(attributes))
        for _, _, attributes in plain.edges(data=True):
            attributes.update(_scalars(attributes))
        return "\n".join(networkx.generate_graphml(plain)) + "\n"


def _scalars(attributes: dict[str, object]) -> dict[str, object]:
    return {
        name: json.dumps(value, ensure_ascii=False) for name, value in attributes.items() if isinstance(value, list)
    }
