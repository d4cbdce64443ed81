"""Orders as formats 1 and 2 wrote them: a kind, a name and flags, from which the question is read off."""

from __future__ import annotations

from typing import Any

KEPT = ("tests", "collect", "without", "repeat", "exclusive", "watch")


def order_of_format_2(body: dict[str, Any]) -> dict[str, Any]:
    """The fields of an order of today; what is one already stays as it is."""
    if "question" in body:
        return body
    kept = {name: body[name] for name in KEPT if name in body}
    return {"question": _question(body), **kept}


def _question(body: dict[str, Any]) -> dict[str, Any]:
    kind, name = body["kind"], str(body["name"])
    if kind == "isolated":
        return {"is": "alone", "again": body.get("again", False)}
    if kind == "pairs":
        return {"is": "crowd"} if name == "pairs after a crowd" else {"is": "pair", "makers": _makers(body, name)}
    if name in ("control", "collect"):
        return {"is": name}
    if kind == "confirm":
        return _asked_of_the_last(body)
    return {"is": "whole", "way": kind, "seed": body.get("seed"), "backwards": name.endswith(" reversed")}


def _makers(body: dict[str, Any], name: str) -> int:
    last = name.removeprefix("pairs after ")
    return 1 + body["tests"].index(last) if last in body["tests"] else 1


def _asked_of_the_last(body: dict[str, Any]) -> dict[str, Any]:
    if body.get("fresh"):
        return {"is": "printed", "arguments": body.get("arguments", [])}
    if body.get("pinpoint"):
        return {"is": "pinpoint", "locations": body["pinpoint"]}
    if body.get("restore"):
        return {"is": "deepputback" if body.get("deep") else "putback", "locations": body["restore"]}
    return {"is": "deeplook" if body.get("deep") else "behind"}
