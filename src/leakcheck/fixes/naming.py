"""How a file names what a location is of: by what it imports already, or by an import more."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass

from leakcheck.fixes.edits import Import
from leakcheck.fixes.source import Source

_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
FIXTURE = re.compile(r"(?P<file>[^:]+)::(?P<name>\w+) \((?P<scope>\w+) fixture\)")
"""How an owner is called that a fixture has made."""


@dataclass(frozen=True, slots=True)
class Named:
    """An expression, and what has to be imported for it."""

    expression: str
    imports: tuple[Import, ...] = ()


def named(owner: str, source: Source) -> Named | None:
    """What `shop.main:app`, or the module `shop.mailer`, is called in this file; None if that cannot be written."""
    module, mark, name = owner.partition(":")
    if not _DOTTED.fullmatch(module) or (mark and not _DOTTED.fullmatch(name)):
        return None
    if is_module(source.file, module):
        return Named(name) if mark else Named("")
    return _of(module, name, source) if mark else _module(module, source)


def is_module(file: str, module: str) -> bool:
    """Whether this file is that module, wherever the import begins."""
    path = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return path == module or path.endswith(f".{module}")


def _module(module: str, source: Source) -> Named:
    above, _, last = module.rpartition(".")
    for known, (origin, name) in source.imports.items():
        if (origin, name) in ((above, last), (module, "")):
            return Named(known)
    if last in source.top_names | source.imports.keys():
        alias = f"{last}_module"
        return Named(alias, (Import(last, above, alias) if above else Import(module, alias=alias),))
    return Named(last, (Import(last, above) if above else Import(module),))


def _of(module: str, name: str, source: Source) -> Named:
    first, dot, rest = name.partition(".")
    for known, (origin, what) in source.imports.items():
        if (origin, what) == (module, first):
            return Named(f"{known}{dot}{rest}")
        if (f"{origin}.{what}" if what else origin) == module:
            return Named(f"{known}.{name}")
    if first in source.top_names | source.imports.keys() or _is_parameter(first, source):
        alias = f"{module.rpartition('.')[2]}_{first}"
        return Named(f"{alias}{dot}{rest}", (Import(first, module, alias),))
    return Named(f"{first}{dot}{rest}", (Import(first, module),))


def _is_parameter(name: str, source: Source) -> bool:
    return any(name in each.parameters for each in source.functions.values())


def slug(text: str) -> str:
    """A name for what `text` names: its last words, in the letters of a name."""
    words = re.sub(r"\W+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", text)).strip("_").lower()
    return words if words[:1].isalpha() else f"state_{words}".rstrip("_")


def nearest_conftest(files: Iterable[str]) -> str:
    """The conftest of the folder that has all of these files below it."""
    folder = posixpath.commonpath([posixpath.dirname(each) or "." for each in files])
    return posixpath.normpath(posixpath.join(folder, "conftest.py"))
