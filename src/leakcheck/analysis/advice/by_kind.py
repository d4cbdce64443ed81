"""How a leak is usually mended, by its kind."""

from __future__ import annotations

from collections.abc import Mapping

from leakcheck.records import WHOLE, Leak, Location

_BY_KIND: Mapping[str, str] = {
    "dependency_overrides": (
        "Set the override in a fixture and take it away after the yield: "
        "`app.dependency_overrides[dep] = fake; yield; app.dependency_overrides.pop(dep, None)`."
    ),
    "app_state": (
        "Build a fresh app per test with a factory (`create_app()`), or keep the old value in a fixture and put it "
        "back after the yield. (`monkeypatch.setattr(app.state, ...)` deletes the attribute instead.)"
    ),
    "client_cookies": (
        "Make a client per test (`with TestClient(app) as client: yield client` in a function fixture), "
        "or call `client.cookies.clear()` after the yield."
    ),
    "client_headers": (
        "Pass the header with the request (`client.get(url, headers=...)`), or make a client per test in a "
        "function fixture."
    ),
    "environ": "Set environment variables with `monkeypatch.setenv`, which puts them back.",
    "cwd": "Change the working folder with `monkeypatch.chdir`, which changes it back.",
    "sys_path": "Extend the path with `monkeypatch.syspath_prepend`, which takes it back.",
    "sys_modules": (
        "Replace modules with `monkeypatch.setitem(sys.modules, ...)` and remove them with `monkeypatch.delitem`: "
        "these undo it."
    ),
    "imports": (
        "Import the module where every test finds it alike, at the top of the file; or, for a test that needs it "
        "fresh, take it away with `monkeypatch.delitem(sys.modules, name)`, its submodules too."
    ),
    "argv": "Replace the arguments with `monkeypatch.setattr(sys, 'argv', [...])`, which puts them back.",
    "warnings_filters": "Change filters inside `with warnings.catch_warnings():`, which puts them back.",
    "logging": (
        "Set levels with `caplog.set_level`, which sets them back; take handlers away again behind the yield of "
        "the fixture that adds them."
    ),
    "context_vars": (
        "Set the variable in a fixture, and behind its yield give what `variable.set(...)` returned to "
        "`variable.reset(...)`."
    ),
    "caches": "Clear the cache in a fixture, behind its yield: `function.cache_clear()`.",
    "files": "Write into `tmp_path`, which every test has for itself.",
    "threads": (
        "End what the test starts before it is over: enter clients by `with TestClient(app) as client:`, join "
        "threads, cancel tasks."
    ),
    "module_globals": "Replace attributes with `monkeypatch.setattr` or `with mock.patch(...)`: these undo it.",
}
_RELOADED = (
    "What others have imported from a reloaded module stays what it was before. Change what the test needs with "
    "`monkeypatch.setattr` instead of reloading, or look at a fresh module in a process of its own."
)
_GENERAL = "Put the old value back after the test: in a fixture, behind its yield."
_IMPORT = "Move the statement from module level into a fixture, and undo it after the yield."
BRITTLE = "Let the test make the state that it needs, in a fixture of its own."
SELF = "Put back what the test changes, so that it finds the same state when it runs again."
UNEXPLAINED = (
    "leakcheck knows which tests, but no state that it watches explains it: look for module globals, caches, "
    "files or servers that these tests share."
)


def mend_leak(kind: str, *, imported: bool = False) -> str:
    """Advice for a leak of `kind`; `imported` when a module's body leaks at import."""
    return _IMPORT if imported else _BY_KIND.get(kind, _GENERAL)


def leak_advice(leak: Leak) -> str:
    """Advice for `leak`."""
    if leak.location == Location("module_globals", leak.location.owner, WHOLE):
        return _RELOADED
    return mend_leak(leak.location.kind, imported=any(source.phase == "import" for source in leak.sources))
