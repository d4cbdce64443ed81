"""The script that the engine starts in the audited project's interpreter: `python boot.py CONFIG.json`.

It makes the package `leakcheck` importable without adding anything to `sys.path`, takes its own traces out of
`sys.argv`, `sys.path`, the environment and `__main__`, and starts pytest as the user's own command would.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:  # nothing is imported that an old Python may lack
    from leakcheck.wire.process_config import Setup


def _load_package(folder: str) -> None:
    from importlib.util import module_from_spec, spec_from_file_location

    init = os.path.join(folder, "__init__.py")
    spec = spec_from_file_location("leakcheck", init, submodule_search_locations=[folder])
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["leakcheck"] = module
    spec.loader.exec_module(module)


def _read_setup(path: str) -> Setup:
    """What the engine says. Its codec is imported without the folder of this script in front of all others."""
    folder = sys.path.pop(0)
    if "leakcheck" not in sys.modules:
        _load_package(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    from leakcheck.wire.process_config import Setup

    with open(path, encoding="utf-8") as stream:
        setup = Setup.decode(stream.read())
    sys.path.insert(0, folder)
    return setup


def _pretend(setup: Setup) -> None:
    """Be what `pytest` or `python -m pytest` would be."""
    os.environ.pop("PYTHONHASHSEED", None)
    os.environ.update(setup.environ)
    script = os.path.join(os.path.dirname(sys.executable), "pytest")
    by_module = setup.launcher == "python -m pytest"
    sys.path[0] = os.getcwd() if by_module else os.path.dirname(script)
    sys.argv = [script, *setup.args]
    if os.path.exists(script):
        sys.modules["__main__"].__file__ = script


def _report(setup: Setup) -> None:
    """Tell the guard of this process: whoever has started it may have been killed since."""
    if setup.guard >= 0:
        with contextlib.suppress(OSError):  # it is gone
            os.write(setup.guard, b"%b%d\n" % (b"~" if setup.is_root else b"+", os.getpid()))
        os.close(setup.guard)


REFUSED = ".refused"
"""The ending of the file beside the configuration that holds a `Refused`."""


def _refuse(config: str, reason: str, found: str = "") -> int:
    """Say why this process cannot audit, in the words of `leakcheck.wire.messages`; returns its exit code."""
    with open(config + REFUSED, "w", encoding="utf-8") as stream:
        json.dump({"message": "refused", "reason": reason, "found": found}, stream)
    return 4


def _is_old(version: str) -> bool:
    """Whether this version of pytest is older than 8; that of a checkout without tags (0.1) tells nothing."""
    return version.partition(".")[0] in set("1234567")


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - the audited interpreter is not ours
        return _refuse(sys.argv[1], "old python", sys.version.split()[0])
    config = sys.argv[1]
    setup = _read_setup(config)
    _report(setup)
    _pretend(setup)
    try:
        import pytest
    except ModuleNotFoundError as error:
        if error.name == "pytest":
            return _refuse(config, "no pytest")
        raise
    if _is_old(pytest.__version__):
        return _refuse(config, "old pytest", pytest.__version__)
    from leakcheck.recorder.process.start import start

    return start(setup)


if __name__ == "__main__":
    sys.exit(main())
