"""Registries of the standard library, in modules that no walk enters: codecs, aliases, pickling, levels, finders.

Imports and first uses fill them: they are looked at only to explain what nothing else does.
"""

from __future__ import annotations

import codecs
import encodings
import gc
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from leakcheck.probes import MISSING, About, Items, Setting, Tracking, Values
from leakcheck.snapshots.type_names import describe

_NAMES: Mapping[str, tuple[str, ...]] = {
    "copyreg": ("dispatch_table", "_extension_registry", "_inverted_registry"),
    "encodings.aliases": ("aliases",),
    "locale": ("locale_alias",),
    "logging": ("_levelToName", "_nameToLevel"),
    "warnings": ("onceregistry",),
    "sys": ("meta_path", "path_hooks"),
}
"""module -> names of the dicts and lists in which it keeps what was registered."""
_VALUES: Mapping[str, tuple[str, ...]] = {
    "logging": ("_loggerClass", "_logRecordFactory", "raiseExceptions", "lastResort"),
}
"""module -> names that are set by functions."""
_lookup_error, _register, _unregister = codecs.lookup_error, codecs.register, codecs.unregister


class Probe(Setting):
    """Owner: the module. Key: the name of the registry and what is registered in it."""

    kind = "registries"
    tracking: Tracking = "on demand"
    about = About(
        form="$owner.$key",
        whole="the registries of $owner",
        advice="Take what the test registers away again, behind the yield of a fixture.",
    )

    def __init__(self) -> None:
        self._codecs: Mapping[str, Any] = {}
        self._keys: dict[tuple[str, str], tuple[dict[Any, Any], Any]] = {}

    def prepare(self) -> None:
        self._codecs = self._codecs or _find_codecs()

    def read(self) -> Values:
        found: dict[tuple[str, str], Any] = {}
        for owner, name, registry in self._registries():
            if type(registry) is list:
                found[owner, name] = Items(registry)
                continue
            for key, value in list(dict.items(registry)):
                place = owner, f"{name}[{_text(key)}]"
                self._keys[place] = registry, key
                found[place] = value
        for owner, names in _VALUES.items():
            present = vars(sys.modules[owner]) if owner in sys.modules else {}
            found.update({(owner, name): present[name] for name in names if name in present})
        return found

    def glance(self) -> Any:
        """The very keys and values, without a name for each of a thousand."""
        found: list[Any] = []
        for _, _, registry in self._registries():
            found += (
                [tuple(registry)] if type(registry) is list else [(*dict.keys(registry), *dict.values(registry))]
            )
        for owner, names in _VALUES.items():
            present = vars(sys.modules[owner]) if owner in sys.modules else {}
            found += [present.get(name, MISSING) for name in names]
        return tuple(found)

    def put_back(self, owner: str, key: str, value: Any) -> None:
        if (owner, key) in self._keys:
            registry, name = self._keys[owner, key]
            if value is None:
                dict.pop(registry, name, None)
            else:
                dict.__setitem__(registry, name, value)
        elif (owner, key) == ("codecs", "register"):
            self._put_back_codecs(value)
        elif key in _VALUES.get(owner, ()):
            setattr(sys.modules[owner], key, value)
        else:
            registries = {(module, name): each for module, name, each in self._registries()}
            registries[owner, key][:] = value

    def _put_back_codecs(self, functions: Any) -> None:
        """Where one is taken away, what it has found is forgotten, too."""
        present = list(self._codecs["register"])
        for each in present:
            if not any(each is one for one in functions):
                _unregister(each)
        for each in functions:
            if not any(each is one for one in present):
                _register(each)

    def _registries(self) -> Iterator[tuple[str, str, Any]]:
        """(module, name, dict or list) of all that are there."""
        for owner, names in _NAMES.items():
            present = vars(sys.modules[owner]) if owner in sys.modules else {}
            yield from ((owner, name, present[name]) for name in names if type(present.get(name)) in (dict, list))
        self.prepare()
        yield from (("codecs", name, each) for name, each in self._codecs.items())


def _find_codecs() -> Mapping[str, Any]:
    """What `codecs.register` and `codecs.register_error` fill: no module has them, but the collector knows who
    holds what was in them from the start."""
    function, handler = encodings.search_function, _lookup_error("surrogateescape")
    found: dict[str, Any] = {}
    for each in gc.get_referrers(function, handler):
        if type(each) is list and each and each[0] is function:
            found["register"] = each
        elif type(each) is dict and "surrogateescape" in each and "xmlcharrefreplace" in each:
            found["register_error"] = each
    return found


def _text(key: Any) -> str:
    if type(key) in (str, int):
        return repr(key)
    if type(key) is tuple:
        return f"({', '.join(map(_text, key))})"
    return describe(key)
