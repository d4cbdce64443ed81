"""What a test can have read of the globals that lie in the project's modules: by the names in the code that it ran.

Who reads `shop.settings:LIMITS["mug"]` gets hold of it by a name in code that runs: that of the global, or of an
attribute or variable under which the same object is held elsewhere. So the names of all code that ran, of Python's
and of others' packages too, are a superset of what was read, with

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

import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from types import CodeType, ModuleType

from leakcheck.recorder.deep.aliases import Aliases
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
_WITH_KEYWORDS = 0x08
_WITH_REST = 0x04


def names_read(codes: Iterable[CodeType], is_project: Callable[[str], bool], aliases: Aliases, given: str) -> str:
    """All of this as a set of names. `given` is what the test is parametrized with, and
    `is_project` tells of a file whether it is the project's own."""
    codes = tuple(codes)
    names = {name for code in codes for name in (*code.co_names, *code.co_freevars)}
    own = tuple(code for code in codes if is_project(code.co_filename))
    for code in own:
        names.update(_parameters(code))
        for text in _texts(code.co_consts):
            names.update(_WORD.findall(text))
    names.update(_WORD.findall(given))
    whole = _modules_in_hand(own)
    if whole is None:
        return name_sets.EVERYTHING
    names.update(f"{module}:" for module in whole)
    names.update(aliases.reached(names))
    return name_sets.encoded(names)


def _parameters(code: CodeType) -> tuple[str, ...]:
    rest = bool(code.co_flags & _WITH_REST) + bool(code.co_flags & _WITH_KEYWORDS)
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount + rest]


def _texts(constants: Collection[object]) -> Iterator[str]:
    for each in constants:
        if type(each) is str and len(each) <= LONGEST_TEXT:
            yield each
        elif type(each) is tuple or type(each) is frozenset:
            yield from _texts(each)


def _modules_in_hand(codes: Iterable[CodeType]) -> set[str] | None:
    """The modules of which these code objects may read anything; None: all of them."""
    found: set[str] = set()
    by_file: dict[str, ModuleType] | None = None
    for code in codes:
        words = {*code.co_names}
        looks, own = not words.isdisjoint(_BY_NAME), not words.isdisjoint(_OWN)
        if not looks and not own:
            continue
        if looks and not words.isdisjoint(_ANY):
            return None
        by_file = by_file if by_file is not None else _by_file()
        module = by_file.get(code.co_filename)
        if module is None:
            return None
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


def _by_file() -> dict[str, ModuleType]:
    found: dict[str, ModuleType] = {}
    for module in list(sys.modules.values()):
        if type(module) is ModuleType:
            file = module.__dict__.get("__file__")
            if type(file) is str:
                found[file] = module
    return found
