"""The names that the texts of a kind of state may hold, and what they are for a location or a leak."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import NamedTuple

from leakcheck.records import MAX_TEMPLATE, WHOLE, Kind, Leak, Location
from leakcheck.text import MAX_TEXT, clip, filled

_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


class Name(NamedTuple):
    """Something that a module holds."""

    module: str
    name: str

    @property
    def line(self) -> str:
        return f"from {self.module} import {self.name}"


def place_at(location: Location, kind: Kind, path: str | None = None) -> str:
    """A location of this kind, and where in its value, in the words of the project's own code."""
    form = kind.about.whole if location.key == WHOLE else kind.about.form
    return clip(filled(form[:MAX_TEMPLATE], location_names(location, path)), 2 * MAX_TEXT)


def location_names(location: Location, path: str | None = None) -> Mapping[str, str]:
    """For wording and advice: the parts of a location as they are, and as people write them behind a name."""
    key, quoted = location.key, json.dumps(location.key, ensure_ascii=False)
    return {
        "kind": location.kind,
        "owner": location.owner,
        "key": key,
        "attribute": f".{key}" if key.isidentifier() else f"[{quoted}]",
        "dotted": f".{key}" if key[:1].isidentifier() else key,
        "quoted": quoted,
        "path": path or "",
    }


def code_names(leak: Leak) -> Mapping[str, str]:
    """For examples: what can stand in code as it is, with a usual name where the leak's own cannot. What has no
    usual name is empty."""
    owner, key = _named(leak.location.owner, "main", "app"), _named(leak.location.key, "main", "dependency")
    holder, target = leak.location.owner.rpartition(":")[2], f"{leak.location.owner}.{leak.location.key}"
    return {
        "owner_module": owner.module,
        "owner_name": owner.name,
        "import_owner": owner.line,
        "key_module": key.module,
        "key_name": key.name,
        "import_key": key.line,
        "name": leak.location.key if leak.location.key.isidentifier() else "name",
        "variable": _if(r"\w+", leak.location.key, "NAME"),
        "header": _if(r"[\w-]+", leak.location.key, "authorization"),
        "client": holder if holder.isidentifier() else "client",
        "target": target if _DOTTED.fullmatch(target) else "",
        "fixture": _fixture(leak, f"fake_{key.name}"),
    }


def _named(text: str, module: str, name: str) -> Name:
    """The two halves of `shop.main:app`; the defaults where `text` is none that an import statement can name."""
    head, _, tail = text.partition(":")
    usable = _DOTTED.fullmatch(head) and tail.isidentifier()
    return Name(head, tail) if usable else Name(module, name)


def _if(pattern: str, text: str, usual: str) -> str:
    return text if re.fullmatch(pattern, text) else usual


def _fixture(leak: Leak, usual: str) -> str:
    names = (source.fixture for source in leak.sources if source.fixture and source.fixture.isidentifier())
    return next(names, usual)
