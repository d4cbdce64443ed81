"""What a test can have read of the globals that lie in the project's modules: by the names in the code that it ran.

Who reads `shop.settings:LIMITS["mug"]` gets hold of it by a name in code that runs: that of the global, or of an
attribute or variable under which the same object is held elsewhere. So the names of all code that ran, of Python's
and of others' packages too (not of pytest's, which runs around the test), are a superset of what was read. A global
of the project's code is one of its own module; an attribute may be one of anything. To this come

- the free variables and parameters of the project's code, whose closures and defaults may hold what it reads;
- the words in string constants of the project's code, and in what a test is parametrized with: they may be asked
  for by `getattr`, or name what is patched;
- each container that is held under another name, if that is among the names, or by nobody knows whom (`Aliases`);
- modules as a whole that code with `getattr`, `vars`, `globals` and the like has in its hands.

What it misses: a global of a module that was handed over as an argument and is looked up by a name that is
computed; and what code written in C reads of an object that others have handed to it, without any name of it in the
Python code that runs (it serializes it, say). In whole orders such a reader meets what others left all the same; it
is only not asked for each value by itself. The profile `thorough` asks everybody.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from types import CodeType, ModuleType

from leakcheck.recorder.deep.aliases import Aliases
from leakcheck.recorder.deep.code_names import names_of_code
from leakcheck.records import name_sets

LONGEST_TEXT = 200
"""Characters. What is longer is prose."""
_WORD = re.compile(r"[^\W\d]\w*")
_BY_NAME = frozenset({"getattr", "vars", "__dict__", "dir", "getmembers", "attrgetter", "__getattribute__"})
"""Who gets anything of a module that it has in its hands."""
_OWN = frozenset({"globals", "vars", "eval", "exec"})
"""The same of the module that it is in."""
_ANY = frozenset({"import_module", "__import__", "modules"})
"""Who gets any module into its hands."""
_RUNNERS = tuple(f"{os.sep}{name}{os.sep}" for name in ("_pytest", "pluggy", "leakcheck"))
"""Whose code runs around each test, and reads nothing of what tests leave."""
_WITH_KEYWORDS = 0x08
_WITH_REST = 0x04


def names_read(codes: Iterable[CodeType], is_project: Callable[[str], bool], aliases: Aliases, given: str) -> str:
    """All of this as a set of names. `given` is what the test is parametrized with; `is_project` tells of a file
    whether it is the project's own."""
    modules, own, names = _by_file(), list[CodeType](), set(_WORD.findall(given))
    for code in codes:
        if is_project(code.co_filename):
            own.append(code)
            names.update(_names_of_project(code, modules.get(code.co_filename, ())))
        elif not any(runner in code.co_filename for runner in _RUNNERS):
            names.update(code.co_names)
    whole = _modules_in_hand(own, modules)
    if whole is None:
        return name_sets.EVERYTHING
    names.update(f"{module}:" for module in whole)
    names.update(aliases.reached(names))
    return name_sets.encoded(names)


def _names_of_project(code: CodeType, modules: Collection[ModuleType]) -> Iterator[str]:
    """A global is one of the code's own module, `shop:LIMIT`, if it is known which that is."""
    in_module, others = names_of_code(code)
    yield from others
    yield from (f"{_name(each)}:{name}" for each in modules for name in in_module) if modules else in_module
    yield from code.co_freevars
    yield from _parameters(code)
    for text in _texts(code.co_consts):
        yield from _WORD.findall(text)


def _parameters(code: CodeType) -> tuple[str, ...]:
    rest = bool(code.co_flags & _WITH_REST) + bool(code.co_flags & _WITH_KEYWORDS)
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount + rest]


def _texts(constants: Collection[object]) -> Iterator[str]:
    for each in constants:
        if type(each) is str and len(each) <= LONGEST_TEXT:
            yield each
        elif type(each) is tuple or type(each) is frozenset:
            yield from _texts(each)


def _modules_in_hand(codes: Iterable[CodeType], modules: Mapping[str, Collection[ModuleType]]) -> set[str] | None:
    """The modules of which these code objects may read anything; None: all of them."""
    found: set[str] = set()
    for code in codes:
        words = {*code.co_names}
        looks, own = not words.isdisjoint(_BY_NAME), not words.isdisjoint(_OWN)
        if not looks and not own:
            continue
        here = modules.get(code.co_filename, ())
        if not here or (looks and not words.isdisjoint(_ANY)):
            return None
        for module in here:
            found.update(_held(module, words) if looks else ())
            found.update([_name(module)] if own else ())
    return found


def _held(module: ModuleType, words: Iterable[str]) -> Iterator[str]:
    for word in words:
        value = module.__dict__.get(word)
        if type(value) is ModuleType:
            yield _name(value)


def _name(module: ModuleType) -> str:
    return str(module.__dict__.get("__name__", "?"))


def _by_file() -> Mapping[str, Collection[ModuleType]]:
    found: dict[str, list[ModuleType]] = {}
    for module in list(sys.modules.values()):
        if type(module) is ModuleType:
            file = module.__dict__.get("__file__")
            if type(file) is str:
                found.setdefault(file, []).append(module)
    return found
