"""The leak graph for Mermaid, which GitHub, GitLab and MkDocs draw where Markdown is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from leakcheck.reports.graphs.drawn import edge_label, is_observed, node_label

if TYPE_CHECKING:
    from leakcheck.reports.graphs.leak_graph import LeakGraph

_SHAPES: Mapping[str, tuple[str, str]] = {
    "test": ("[", "]"),
    "fixture": ("[[", "]]"),
    "file": (">", "]"),
    "location": ("[(", ")]"),
}
# Whatever could end a label, or begin a tag, an entity, Markdown or a directive; two are marks of Mermaid's own.
_RISKY = re.compile(r"[^\w \u0080-\U0010ffff.,:/=+()-]|[\ufb02\xb6]")


class Graph:
    """A flowchart from left to right; dotted is observed, thick is hurt."""

    name = "mermaid"

    def render(self, graph: LeakGraph) -> str:
        return "\n".join(_lines(graph)) + "\n"


def _lines(graph: LeakGraph) -> Iterator[str]:
    yield "flowchart LR"
    for node, attributes in graph.nodes(data=True):
        opening, closing = _SHAPES[attributes["kind"]]
        yield f"  {node}{opening}{_label(node_label(attributes))}{closing}"
    for source, target, attributes in graph.edges(data=True):
        yield f"  {source} {_arrow(attributes)}|{_label(edge_label(attributes))}| {target}"
    hurt = [node for node, attributes in graph.nodes(data=True) if attributes.get("verdict", "stable") != "stable"]
    if hurt:
        yield "  classDef hurt stroke-width:3px"
        yield f"  class {','.join(hurt)} hurt"


def _arrow(attributes: Mapping[str, object]) -> str:
    if is_observed(attributes):
        return "-.->"
    return {"hurts": "==>", "cleans": "--x", "uses": "---"}.get(str(attributes["relation"]), "-->")


def _label(lines: Iterable[str]) -> str:
    return f'"{"<br>".join(_RISKY.sub(_entity, line) for line in lines)}"'


def _entity(found: re.Match[str]) -> str:
    return f"#{ord(found[0])};"
