"""Formats of the leak graph: one format is one file, as for reports.

Every module of `formats` holds one class `Graph` that keeps to the contract below.
What the nodes and edges are, and what their attributes mean, is told in `leak_graph`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from leakcheck.discovery import instances
from leakcheck.reports.graphs import formats

if TYPE_CHECKING:
    from leakcheck.reports.graphs.leak_graph import LeakGraph


class Graph(Protocol):
    """The contract of a format."""

    name: str
    """What a user calls the format: "dot", "graphml"."""

    def render(self, graph: LeakGraph) -> str:
        """The whole graph, in characters that UTF-8 can hold. Equal graphs give equal text."""


def graph_formats() -> Mapping[str, Graph]:
    """An instance of every format in this package, by its name."""
    found: list[Graph] = instances(formats, "Graph")
    return {graph.name: graph for graph in found}
