"""Bytecode as users have it: pip compiles what it installs, and pytest what it imports.

Where nothing is compiled, every process that starts compiles all that it imports. A plain run is one such start, an
audit a few hundred forks and hardly any: what it costs in plain runs looks like half of what it is.
"""

from __future__ import annotations

import compileall
import os
import sys
import sysconfig
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "src"


def have_bytecode() -> None:
    """Compile what is installed and leakcheck itself, as far as that is not done, and let pytest keep its own."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    for folder in dict.fromkeys((sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), str(SOURCE))):
        compileall.compile_dir(folder, quiet=2, workers=2)
