"""The leak graph in the language of Graphviz: `leakcheck graph | dot -Tsvg`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from leakcheck.reports.graphs.drawn import edge_label, is_observed, node_label

if TYPE_CHECKING:
    from leakcheck.reports.graphs.leak_graph import LeakGraph

_SHAPES: Mapping[str, str] = {"test": "box", "fixture": "component", "file": "note", "location": "cylinder"}
_HEADS: Mapping[str, str] = {"enables": "empty", "cleans": "tee", "reads": "open", "uses": "none"}


class Graph:
    """Shapes tell what a node is, heads what an edge does; dashed is observed, bold is hurt."""

    name = "dot"

    def render(self, graph: LeakGraph) -> str:
        return "\n".join(_lines(graph)) + "\n"


def _lines(graph: LeakGraph) -> Iterator[str]:
    yield "digraph leaks {"
    yield '  graph [rankdir=LR, fontname="sans-serif"];'
    yield '  node [fontname="sans-serif", fontsize=11];'
    yield '  edge [fontname="sans-serif", fontsize=9];'
    for node, attributes in graph.nodes(data=True):
        drawn = {"shape": _SHAPES[attributes["kind"]]}
        if attributes.get("verdict", "stable") != "stable":
            drawn["style"] = "bold"
        yield f"  {node} [{_written({**_shown(attributes), 'label': _label(node_label(attributes)), **drawn})}];"
    for source, target, key, attributes in graph.edges(keys=True, data=True):
        drawn = {"id": key, "arrowhead": _HEADS.get(attributes["relation"], "normal")}
        if is_observed(attributes):
            drawn["style"] = "dashed"
        label = _label(edge_label(attributes))
        yield f"  {source} -> {target} [{_written({**_shown(attributes), 'label': label, **drawn})}];"
    yield "}"


def _shown(attributes: Mapping[str, object]) -> dict[str, str]:
    """Attributes as text that Graphviz keeps as it is."""
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in attributes.items()}
    return {name: _escaped(text) for name, text in texts.items()}


def _label(lines: Iterable[str]) -> str:
    """A label of these lines; Graphviz reads entities and backslashes in it."""
    return r"\n".join(_escaped(line.replace("&", "&amp;")) for line in lines)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _written(attributes: Mapping[str, str]) -> str:
    return ", ".join(f'{name}="{text}"' for name, text in attributes.items())
