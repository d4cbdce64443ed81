"""What a code object reads, by its instructions: the same as the interpreter's own disassembler tells."""

from __future__ import annotations

import dis
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import CodeType

import pytest

from leakcheck.recorder.deep.code_names import NEWEST, names_of_code

STORES = ("STORE_ATTR", "STORE_GLOBAL", "STORE_NAME")


def nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield from nested(each)


@pytest.mark.skipif(sys.version_info[:2] > NEWEST, reason="its instructions are not known")
@pytest.mark.parametrize("module", ["argparse", "dataclasses", "typing", "enum", "inspect", "_pytest.fixtures"])
def test_as_the_disassembler_says(module: str) -> None:
    spec = find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    for code in nested(compile(Path(spec.origin).read_text("utf-8"), spec.origin, "exec")):
        told = [each for each in dis.get_instructions(code) if each.opcode in dis.hasname]
        in_module = {str(each.argval) for each in told if each.opname == "LOAD_GLOBAL"}
        others = {str(each.argval) for each in told if each.opname not in (*STORES, "LOAD_GLOBAL")}
        assert names_of_code(code) == (in_module, others)
