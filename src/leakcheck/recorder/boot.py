"""The script that the engine starts in the audited project's interpreter: `python boot.py CONFIG.json`.

It makes the package `leakcheck` importable without adding anything to `sys.path`, takes its own traces out of
`sys.argv`, `sys.path`, the environment and `__main__`, and starts pytest as the user's own command would.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys


def _load_package(folder: str) -> None:
    from importlib.util import module_from_spec, spec_from_file_location

    init = os.path.join(folder, "__init__.py")
    spec = spec_from_file_location("leakcheck", init, submodule_search_locations=[folder])
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["leakcheck"] = module
    spec.loader.exec_module(module)


def _pretend(config: dict[str, object]) -> None:
    """Be what `pytest` or `python -m pytest` would be."""
    os.environ.pop("PYTHONHASHSEED", None)
    os.environ.update(config["environ"])  # type: ignore[call-overload]
    script = os.path.join(os.path.dirname(sys.executable), "pytest")
    by_module = config["launcher"] == "python -m pytest"
    sys.path[0] = os.getcwd() if by_module else os.path.dirname(script)
    sys.argv = [script, *config["args"]]  # type: ignore[misc]
    if os.path.exists(script):
        sys.modules["__main__"].__file__ = script


def _report(config: dict[str, object]) -> None:
    """Tell the guard of this process: whoever has started it may have been killed since."""
    guard = config.get("guard", -1)
    if isinstance(guard, int) and guard >= 0:
        with contextlib.suppress(OSError):  # it is gone
            os.write(guard, b"%b%d\n" % (b"~" if config["mode"] == "root" else b"+", os.getpid()))
        os.close(guard)


TOO_OLD = "an audited project needs Python 3.11 or newer"
PYTEST_TOO_OLD = "an audited project needs pytest 8.0 or newer"


def _is_old(version: str) -> bool:
    """Whether this version of pytest is older than 8; that of a checkout without tags (0.1) tells nothing."""
    return version.partition(".")[0] in set("1234567")


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 - the audited interpreter is not ours
        sys.stderr.write(f"{TOO_OLD}; this is {sys.version.split()[0]}\n")
        return 4
    with open(sys.argv[1], encoding="utf-8") as stream:
        config = json.load(stream)
    _report(config)
    if "leakcheck" not in sys.modules:
        _load_package(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    _pretend(config)
    import pytest

    if _is_old(pytest.__version__):
        sys.stderr.write(f"{PYTEST_TOO_OLD}; this is {pytest.__version__}\n")
        return 4
    from leakcheck.recorder.session import start

    return start(config)


if __name__ == "__main__":
    sys.exit(main())
