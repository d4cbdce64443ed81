"""The leak graph as JSON: networkx's node-link form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leakcheck.reports.graphs.leak_graph import LeakGraph


class Graph:
    """For programs: `networkx.node_link_graph(json.load(file), edges="edges")` reads it."""

    name = "json"

    def render(self, graph: LeakGraph) -> str:
        import networkx

        data = networkx.node_link_data(graph, edges="edges")
        return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
