"""The names that a code object reads: its module's globals, and others, which are attributes for the most part."""

from __future__ import annotations

import sys
from opcode import EXTENDED_ARG, hasname, opmap
from types import CodeType

NEWEST = (3, 14)
"""The last version of Python whose instructions are known here."""
_GLOBAL = opmap.get("LOAD_GLOBAL", -1)
_READ = frozenset(hasname) - {opmap.get(name, -1) for name in ("STORE_ATTR", "STORE_GLOBAL", "STORE_NAME")}
"""What deletes counts: it fails where there is nothing."""
_FLAGS = {"LOAD_GLOBAL": 1, "LOAD_ATTR": 1 if sys.version_info >= (3, 12) else 0, "LOAD_SUPER_ATTR": 2}
_SHIFTS = {opmap[name]: bits for name, bits in _FLAGS.items() if name in opmap}
"""Bits of an instruction's argument below the number of the name."""


def names_of_code(code: CodeType) -> tuple[set[str], set[str]]:
    """(globals, others); all of them among the others where the instructions are not known."""
    if sys.version_info[:2] > NEWEST:
        return set(), set(code.co_names)
    found: tuple[set[str], set[str]] = set(), set()
    names, raw, extended = code.co_names, code.co_code, 0
    for place in range(0, len(raw), 2):
        operation, argument = raw[place], raw[place + 1] | extended
        extended = argument << 8 if operation == EXTENDED_ARG else 0
        if operation in _READ:
            found[operation != _GLOBAL].add(names[argument >> _SHIFTS.get(operation, 0)])
    return found
