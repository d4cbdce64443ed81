"""How one location is kept and put back, whatever line wrote it: statements around a yield, kind by kind."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from leakcheck.fixes.causes import Project
from leakcheck.fixes.edits import Import
from leakcheck.fixes.naming import FIXTURE, Named, is_module, named, slug
from leakcheck.fixes.source import Source
from leakcheck.fixes.writes import was_absent
from leakcheck.records import WHOLE, Leak

_STEP = re.compile(r"""\[(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?\d+|…)\]|\.[^\W\d]\w*""")
_UNTOLD = "…"
"""A key that is no text and no number: nobody can write it down."""
_SECRET = "secret #"
"""How a digest begins that stands for what is not told."""
_OS, _SYS, _LOGGING = Import("os"), Import("sys"), Import("logging")


@dataclass(frozen=True, slots=True)
class Restore:
    """Statements in front of the yield and behind it, what they need, and what people call what they put back."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    imports: tuple[Import, ...] = ()
    asks_for: str = ""
    noun: str = ""


def restore_all(leak: Leak, source: Source, project: Project) -> Restore | None:
    """The same for all entries of the dictionary that it is an entry of: where other lines leave others of them,
    one fixture is enough for all."""
    holder, last = _split(leak.path) if leak.path and _STEP.search(leak.path) else ("", "")
    if len(leak.paths) > 1 or last[:1] != "[" or last[1:2] not in ("'", '"'):
        return None
    path = f"{holder}[{_UNTOLD}]"
    paths = tuple(replace(each, path=path) for each in leak.paths)
    return restore(replace(leak, path=path, paths=paths), source, project)


def restore(leak: Leak, source: Source, project: Project) -> Restore | None:
    """What puts `leak` back in this file; None where there is no way that can be written there, and where its lines
    change other places, too."""
    if any(_SECRET in text for text in (leak.location.key, leak.path or "", *(each.path for each in leak.paths))):
        return None
    how = None if leak.also else _KINDS.get(leak.location.kind)
    return how(_at_origin(leak, project), source) if how is not None else None


def restore_object(leak: Leak, source: Source, project: Project) -> Restore | None:
    """The same for an object of an installed package: what it holds belongs together, so all its dictionaries are
    put back, and not only the one that was seen to leak."""
    if not leak.internal or leak.also or leak.location.kind != "module_globals":
        return None
    place = _held(_at_origin(leak, project), source)
    if place is None:
        return None
    holder, last = _split(place.expression)
    if not last.startswith(".") or "." not in f"{leak.location.owner}.{holder}":
        return None
    kept = f"{{name: dict(value) for name, value in vars({holder}).items() if isinstance(value, dict)}}"
    back = f"    vars({holder})[name].clear()\n    vars({holder})[name].update(value)"
    after = f"for name, value in before.items():\n{back}"
    return Restore((f"before = {kept}",), (after,), place.imports, noun=slug(holder.rpartition(".")[2]))


def _at_origin(leak: Leak, project: Project) -> Leak:
    """The leak with the name that its object has where a file of tests has imported it from."""
    owner, first = leak.location.owner, re.split(r"[.\[]", leak.location.key, maxsplit=1)[0]
    texts = (project.source(file) for file in sorted(project.test_files) if is_module(file, owner))
    known = next((text.imports.get(first) for text in texts if text is not None), None)
    if known is None or not known[1] or known[0].startswith("."):
        return leak
    rest = leak.location.key[len(first) :].removeprefix(".")
    return (
        replace(leak, location=replace(leak.location, owner=f"{known[0]}:{known[1]}", key=rest)) if rest else leak
    )


def _app_state(leak: Leak, source: Source) -> Restore | None:
    owner = named(leak.location.owner, source)
    if owner is None or leak.location.key == WHOLE or not leak.location.key.isidentifier():
        return None
    return _inside(leak, Named(f"{owner.expression}.state.{leak.location.key}", owner.imports))


def _overrides(leak: Leak, source: Source) -> Restore | None:
    owner = named(leak.location.owner, source)
    if owner is None:
        return None
    place = f"{owner.expression}.dependency_overrides"
    key = named(leak.location.key, source) if ":" in leak.location.key else None
    if was_absent(leak) and key is not None and key.expression:
        after = f"{place}.pop({key.expression}, None)"
        return Restore(
            (), (after,), (*owner.imports, *key.imports), noun=slug(leak.location.key.rpartition(":")[2])
        )
    return Restore((f"before = dict({place})",), (f"{place} = before",), owner.imports, noun="overrides")


def _cookies(leak: Leak, source: Source) -> Restore | None:
    client = _client(leak, source)
    if client is None:
        return None
    place, noun = (
        f"{client.expression}.cookies",
        slug(leak.location.key) if leak.location.key != WHOLE else "cookies",
    )
    if was_absent(leak) or leak.location.key == WHOLE:
        return replace(client.bare, after=(f"{place}.clear()",), noun=noun)
    before = f"cookies = list({place}.jar)"
    after = (f"{place}.clear()", "for cookie in cookies:\n    " + f"{place}.jar.set_cookie(cookie)")
    return replace(client.bare, before=(before,), after=after, noun=noun)


def _headers(leak: Leak, source: Source) -> Restore | None:
    client = _client(leak, source)
    if client is None or leak.location.key == WHOLE:
        return None
    place, key = f"{client.expression}.headers", json.dumps(leak.location.key)
    if was_absent(leak):
        return replace(client.bare, after=(f"{place}.pop({key}, None)",), noun=slug(leak.location.key))
    return replace(
        client.bare,
        before=(f"before = {place}[{key}]",),
        after=(f"{place}[{key}] = before",),
        noun=slug(leak.location.key),
    )


@dataclass(frozen=True, slots=True)
class _Client:
    expression: str
    bare: Restore


def _client(leak: Leak, source: Source) -> _Client | None:
    """A client by its name, or by the fixture that hands it out."""
    made = FIXTURE.fullmatch(leak.location.owner)
    if made is not None:
        return _Client(made["name"], Restore((), (), asks_for=made["name"]))
    owner = named(leak.location.owner, source)
    return (
        _Client(owner.expression, Restore((), (), owner.imports))
        if owner is not None and owner.expression
        else None
    )


def _environ(leak: Leak, source: Source) -> Restore | None:
    if leak.location.key == WHOLE:
        return None
    key, noun = json.dumps(leak.location.key), slug(leak.location.key)
    if was_absent(leak):
        return Restore((), (f"os.environ.pop({key}, None)",), (_OS,), noun=noun)
    return Restore((f"before = os.environ[{key}]",), (f"os.environ[{key}] = before",), (_OS,), noun=noun)


def _cwd(leak: Leak, source: Source) -> Restore | None:
    return Restore(("before = os.getcwd()",), ("os.chdir(before)",), (_OS,), noun="working_folder")


def _sys_path(leak: Leak, source: Source) -> Restore | None:
    return Restore(("before = sys.path[:]",), ("sys.path[:] = before",), (_SYS,), noun="sys_path")


def _argv(leak: Leak, source: Source) -> Restore | None:
    return Restore(("before = sys.argv[:]",), ("sys.argv[:] = before",), (_SYS,), noun="argv")


def _sys_modules(leak: Leak, source: Source) -> Restore | None:
    key = json.dumps(leak.location.key)
    if leak.location.key == WHOLE:
        return None
    if was_absent(leak):
        return Restore((), (f"sys.modules.pop({key}, None)",), (_SYS,), noun="modules")
    return Restore((f"before = sys.modules[{key}]",), (f"sys.modules[{key}] = before",), (_SYS,), noun="modules")


def _imports(leak: Leak, source: Source) -> Restore | None:
    """A module that is imported anew by the next who asks for it."""
    after = f"sys.modules.pop({json.dumps(leak.location.key)}, None)"
    return Restore((), (after,), (_SYS,), noun=slug(leak.location.key.rpartition(".")[2]))


def _logging(leak: Leak, source: Source) -> Restore | None:
    owner, key = leak.location.owner, leak.location.key
    logger = "logging.getLogger()" if owner == "root" else f"logging.getLogger({json.dumps(owner)})"
    start = (f"logger = {logger}",)
    match key:
        case "level":
            return Restore(
                (*start, "level = logger.level"), ("logger.setLevel(level)",), (_LOGGING,), noun="log_level"
            )
        case "handlers" | "filters":
            behind = f"logger.{key}[:] = {key}"
            return Restore((*start, f"{key} = logger.{key}[:]"), (behind,), (_LOGGING,), noun=f"log_{key}")
        case "propagate" | "disabled":
            behind = f"logger.{key} = {key}"
            return Restore((*start, f"{key} = logger.{key}"), (behind,), (_LOGGING,), noun=f"log_{key}")
        case "disable":
            before = "disabled = logging.root.manager.disable"
            return Restore((before,), ("logging.disable(disabled)",), (_LOGGING,), noun="logging")
    return None


def _random(leak: Leak, source: Source) -> Restore | None:
    state = Import("random")
    return Restore(("state = random.getstate()",), ("random.setstate(state)",), (state,), noun="random_state")


def _caches(leak: Leak, source: Source) -> Restore | None:
    found = _held(leak, source)
    if found is None:
        return None
    return Restore((), (f"{found.expression}.cache_clear()",), found.imports, noun=slug(leak.location.key))


def _globals(leak: Leak, source: Source) -> Restore | None:
    found = _held(leak, source)
    if found is None:
        return None
    if "." not in found.expression and "[" not in found.expression and not (leak.path or leak.paths):
        return None  # a name of this very module
    return _inside(leak, found)


def _held(leak: Leak, source: Source) -> Named | None:
    """What the way from a module to the location is called."""
    owner, key = leak.location.owner, leak.location.key
    way = key if key.startswith("[") else f".{key}"
    if "".join(_STEP.findall(way)) != way:
        return None
    first, *rest = _STEP.findall(way)
    if rest and ":" not in owner:  # an object that is imported already has a name of its own
        known = next((name for name, place in source.imports.items() if place == (owner, first[1:])), "")
        if known:
            return Named(known + "".join(rest))
    by_name = named(f"{owner}:{first[1:]}", source)
    is_inside = bool(rest or leak.path or leak.paths) and first.startswith(".")
    if is_inside and ":" not in owner and by_name is not None and _takes_from(owner, first[1:], source):
        return Named(by_name.expression + "".join(rest), by_name.imports)
    holder = named(owner, source)
    if holder is None:
        return None
    return Named(f"{holder.expression}{way}" if holder.expression else key, holder.imports)


def _takes_from(module: str, name: str, source: Source) -> bool:
    """Whether the file takes names out of this module, and could take this one."""
    taken = source.top_names | source.imports.keys()
    return name not in taken and any(origin == module and what for origin, what in source.imports.values())


def _inside(leak: Leak, place: Named) -> Restore | None:
    """A place in an object, or what lies deeper in its value: what is at the place itself, an entry, or a list."""
    if len(leak.paths) > 1:
        return _together(leak, place)
    way = place.expression + (leak.path or "")
    if leak.path and "".join(_STEP.findall(leak.path)) != leak.path:
        return _together(leak, place)
    noun = slug(way.rpartition(".")[2])
    holder, last = _split(way)
    if last.startswith("["):
        return _entry(holder, last[1:-1], absent=was_absent(leak), imports=place.imports, noun=noun)
    if was_absent(leak):
        name = json.dumps(last[1:])
        return Restore((), (f"if hasattr({holder}, {name}):\n    del {way}",), place.imports, noun=noun)
    return Restore((f"before = {way}",), (f"{way} = before",), place.imports, noun=noun)


def _split(way: str) -> tuple[str, str]:
    """What holds the last step of `a.b["c"]`, and that step."""
    *_, last = _STEP.finditer(way)
    return way[: last.start()], last[0]


def _entry(holder: str, key: str, *, absent: bool, imports: tuple[Import, ...], noun: str) -> Restore:
    if key == _UNTOLD:
        after = (f"{holder}.clear()", f"{holder}.update(before)")
        return Restore((f"before = dict({holder})",), after, imports, noun=noun)
    if not key.lstrip("-").isdigit():
        if absent:
            return Restore((), (f"{holder}.pop({key}, None)",), imports, noun=noun)
        return Restore((f"before = {holder}[{key}]",), (f"{holder}[{key}] = before",), imports, noun=noun)
    return Restore((f"before = list({holder})",), (f"{holder}[:] = before",), imports, noun=noun)


def _together(leak: Leak, place: Named) -> Restore | None:
    """Several entries of one container: all of it, in place."""
    steps = [_STEP.findall(each.path) for each in leak.paths]
    if not steps or any("".join(each) != path.path for each, path in zip(steps, leak.paths, strict=True)):
        return None
    shared: list[str] = []
    for column in zip(*(each[:-1] for each in steps), strict=False):
        if len(set(column)) > 1:
            break
        shared.append(column[0])
    if any(len(each) != len(shared) + 1 or not each[-1].startswith("[") for each in steps):
        return None
    holder = place.expression + "".join(shared)
    noun = slug(holder.rpartition(".")[2])
    if all(each[-1][1:-1].lstrip("-").isdigit() for each in steps):
        return Restore((f"before = list({holder})",), (f"{holder}[:] = before",), place.imports, noun=noun)
    after = (f"{holder}.clear()", f"{holder}.update(before)")
    return Restore((f"before = dict({holder})",), after, place.imports, noun=noun)


_KINDS: Mapping[str, Callable[[Leak, Source], Restore | None]] = {
    "app_state": _app_state,
    "argv": _argv,
    "caches": _caches,
    "client_cookies": _cookies,
    "client_headers": _headers,
    "cwd": _cwd,
    "dependency_overrides": _overrides,
    "environ": _environ,
    "imports": _imports,
    "logging": _logging,
    "module_globals": _globals,
    "random_state": _random,
    "sys_modules": _sys_modules,
    "sys_path": _sys_path,
}
