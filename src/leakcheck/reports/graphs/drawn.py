"""What formats that draw have in common: short labels that tell by words and shape, not by colour alone."""

from __future__ import annotations

from collections.abc import Mapping

from leakcheck.reports.wording.words import clip

MAX_LABEL = 90


def node_label(attributes: Mapping[str, object]) -> tuple[str, ...]:
    """Lines of a node's label: what it is, and what it is called."""
    kind, label = str(attributes["kind"]), clip(str(attributes["label"]), MAX_LABEL)
    if kind == "fixture":
        return f"fixture ({attributes['scope']} scope)", label, clip(spot(attributes), MAX_LABEL)
    if kind == "file":
        return "import of", label
    if kind == "location":
        return (label,)
    verdict = attributes["verdict"]
    told = () if verdict == "stable" else (f"✗ {verdict}",)
    return *told, label, clip(str(attributes["file"]), MAX_LABEL)


def edge_label(attributes: Mapping[str, object]) -> tuple[str, ...]:
    """Lines of an edge's label: the relation, how sure it is, and the line that wrote."""
    relation = str(attributes["relation"])
    if relation == "leaks":
        return f"{attributes['leak']} leaks", *filter(None, [clip(spot(attributes), MAX_LABEL)])
    if relation in ("uses", "reads"):
        return (relation,)
    return f"{relation} ({certainty(attributes)})", *_sets(attributes)


def certainty(attributes: Mapping[str, object]) -> str:
    if not attributes.get("confirmed"):
        return "suspected"
    return "proven" if attributes.get("counterfactual") else "confirmed"


def is_observed(attributes: Mapping[str, object]) -> bool:
    """Whether an edge was seen, but not shown by an execution of its own."""
    return attributes["relation"] == "reads" or attributes.get("confirmed") is False


def spot(attributes: Mapping[str, object]) -> str:
    if "file" not in attributes:
        return ""
    return f"{attributes['file']}:{attributes['line']}" if "line" in attributes else str(attributes["file"])


def _sets(attributes: Mapping[str, object]) -> tuple[str, ...]:
    polluters = attributes.get("polluters")
    together = [each for each in polluters if len(each) > 1] if isinstance(polluters, list) else []
    return (f"{len(together[0])} together",) if together and polluters == together else ()
