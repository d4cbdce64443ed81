"""What leaked, wherever in the process it lives: its location, its line, and the proof, one leak of every sort."""

from __future__ import annotations

import pytest

from support import Audited, Project

LIBRARY = """
    '''Stands for somebody else's package: it lies where an installer would put it.'''

    class Registry:
        def __init__(self):
            self._names = {}

        def register(self, name):
            if name in self._names:
                raise ValueError(f"duplicate {name}")
            self._names[name] = object()

    REGISTRY = Registry()

    def answer():
        return 42
"""
SHOP = """
    import contextvars
    import functools

    LIMIT = 10
    ROWS = ["mug"]
    PRICES = {"mug": {"cents": 900}}
    TAGS = {"new"}

    class Policy:
        limit = 10

    class Basket:
        def __init__(self):
            self.size = 0

    BASKET = Basket()

    def counter():
        count = 0

        def step():
            nonlocal count
            count += 1
            return count

        return step

    step = counter()

    def send():
        return "sent"

    TENANT = contextvars.ContextVar("tenant", default="nobody")
    REQUEST = contextvars.ContextVar("request")

    CACHED = 10

    @functools.lru_cache
    def limit():
        return CACHED
"""
# Name of the leak: (what the polluter does, what the victim asserts, the location, its line in the polluter).
LEAKS = {
    "rebinding": ("shop.LIMIT = 99", "shop.LIMIT == 10", "module_globals shop LIMIT"),
    "function": ("shop.send = lambda: 'nothing'", "shop.send() == 'sent'", "module_globals shop send"),
    "list": ("shop.ROWS.append('pen')", "shop.ROWS == ['mug']", "module_globals shop ROWS"),
    "dict": ("shop.PRICES['mug']['cents'] = 1", "shop.PRICES['mug']['cents'] == 900",
             'module_globals shop PRICES["mug"]["cents"]'),
    "set": ("shop.TAGS.add('old')", "shop.TAGS == {'new'}", "module_globals shop TAGS"),
    "class": ("shop.Policy.limit = 99", "shop.Policy.limit == 10", "module_globals shop Policy.limit"),
    "object": ("shop.BASKET.size = 3", "shop.BASKET.size == 0", "module_globals shop BASKET.size"),
    "library": ("library.answer = lambda: 0", "library.answer() == 42", "module_globals library answer"),
    "registry": ("library.REGISTRY.register('hits')", "'hits' not in library.REGISTRY._names",
                 'module_globals library REGISTRY._names["hits"]'),
    "environment": ("os.environ['SHOP_REGION'] = 'abroad'", "'SHOP_REGION' not in os.environ",
                    "environ os.environ SHOP_REGION"),
    "folder": ("os.chdir('/')", "os.getcwd() != '/'", "cwd os cwd"),
    "logging": ("logging.getLogger('shop').setLevel(50)", "logging.getLogger('shop').isEnabledFor(30)",
                "logging shop level"),
    "warnings": ("warnings.filters.insert(0, ('error', None, UserWarning, None, 0))",
                 "warnings.warn('odd', UserWarning) is None", "warnings_filters warnings filters"),
    "module": ("sys.modules['json'] = None", "__import__('json') is not None", "sys_modules sys.modules json"),
    "path": ("sys.path.append('/nowhere')", "'/nowhere' not in sys.path", "sys_path sys path"),
    "arguments": ("sys.argv.append('--odd')", "'--odd' not in sys.argv", "argv sys argv"),
    "signal": ("signal.signal(signal.SIGUSR1, signal.SIG_IGN)",
               "signal.getsignal(signal.SIGUSR1) is signal.SIG_DFL", "signal_handlers signal SIGUSR1"),
    "locale": ("locale.setlocale(locale.LC_ALL, 'C.UTF-8' if NAME == 'C' else 'C')",
               "locale.setlocale(locale.LC_ALL) == NAME", "locale locale LC_ALL"),
    "loop": ("asyncio.set_event_loop_policy(asyncio.DefaultEventLoopPolicy())",
             "asyncio.events._event_loop_policy is None", "event_loop asyncio event loop policy"),
    "context": ("shop.TENANT.set('acme')", "shop.TENANT.get() == 'nobody'", "context_vars contextvars tenant"),
    "request": ("shop.REQUEST.set('42')", "shop.REQUEST.get(None) is None", "context_vars contextvars request"),
}  # fmt: skip
CLOSURE = """
    def test_closure_leaks():
        shop.step()

    def test_closure_suffers():
        assert shop.step() == 1
"""
CACHE = """
    def test_cache_leaks(monkeypatch):
        monkeypatch.setattr(shop, "CACHED", 99)
        shop.limit()

    def test_cache_suffers():
        assert shop.limit() == 10
"""
HEAD = """
    import asyncio, locale, logging, os, signal, sys, warnings
    import pytest
    import library
    import shop

    NAME = locale.setlocale(locale.LC_ALL)
    pytestmark = pytest.mark.filterwarnings("default")
"""


def suite() -> str:
    """The victims first: in declared order nothing is seen."""
    victims = "".join(f"\n    def test_{name}_suffers():\n        assert {row[1]}\n" for name, row in LEAKS.items())
    polluters = "".join(f"\n    def test_{name}_leaks():\n        {row[0]}\n" for name, row in LEAKS.items())
    return HEAD.replace('    pytestmark = pytest.mark.filterwarnings("default")\n', "") + victims + polluters


PROJECT = Project(
    {
        "shop.py": SHOP,
        "site-packages/library.py": LIBRARY,
        "test_shop.py": suite(),
        "test_more.py": HEAD + CLOSURE + CACHE,
        "pytest.ini": "[pytest]\npythonpath = . site-packages\naddopts = -p no:warnings\n",
    }
)


@pytest.fixture(scope="module")
def found() -> Audited:
    return PROJECT.audit("--random", "0", "--budget", "600s")


def proven(found: Audited, victim: str) -> set[tuple[str, str]]:
    """(polluter, location) of every proven edge to `victim`."""
    leaks = {leak["id"]: f"{leak['kind']} {leak['owner']} {leak['key']}" for leak in found.report["leaks"]}
    return {
        (edge["from"][0].partition("::")[2], leaks[edge["leak"]])
        for edge in found.report["edges"]
        if edge["to"].endswith(f"::test_{victim}_suffers") and edge["counterfactual"] is True and edge["leak"]
    }


@pytest.mark.parametrize("name", LEAKS)
def test_every_sort_of_leak_has_its_location_and_proof(found: Audited, name: str) -> None:
    assert (f"test_{name}_leaks", LEAKS[name][2]) in proven(found, name), found.stdout


def test_a_closure_and_a_cache_have_theirs(found: Audited) -> None:
    assert ("test_closure_leaks", "module_globals shop step.<count>") in proven(found, "closure"), found.stdout
    assert ("test_cache_leaks", "caches shop limit") in proven(found, "cache"), found.stdout


@pytest.mark.parametrize("name", sorted(set(LEAKS) - {"registry"}))
def test_the_line_is_the_one_that_wrote(found: Audited, name: str) -> None:
    lines = PROJECT.files["test_shop.py"].splitlines()
    (leak,) = [leak for leak in found.report["leaks"] if f"test_shop.py::test_{name}_leaks" in leak["polluters"]]
    texts = {lines[source["line"] - 1].strip() for source in leak["sources"] if source["file"] == "test_shop.py"}
    assert texts == {LEAKS[name][0]}


def test_nobody_else_is_accused(found: Audited) -> None:
    assert {name for name, verdict in found.names.items() if verdict == "victim"} == {
        f"test_{name}_suffers" for name in (*LEAKS, "closure", "cache")
    }
    for edge in found.report["edges"]:
        assert edge["from"][0].partition("::")[2].removesuffix("_leaks") in edge["to"], edge


def test_secrets_stay_secret(found: Audited) -> None:
    assert "abroad" not in found.stdout
    assert not [name for name, data in found.stored.items() if b"'abroad'" in data and b"Deep" in data]


QUIET = {
    "shop.py": """
        import argparse

        PARSER = argparse.ArgumentParser()
        READER = argparse.ArgumentParser()

        def rate():
            return 1

        def price():
            return rate()

        class Basket:
            pass
    """,
    "test_shop.py": """
        import argparse

        import shop

        def test_replaces():
            shop.PARSER.formatter_class = argparse.RawTextHelpFormatter

        def test_makes_do_without():
            shop.READER.formatter_class = None
    """,
    "test_again.py": """
        import importlib

        import shop

        def test_reloads():
            importlib.reload(shop)
    """,
}


def test_what_is_worth_a_note() -> None:
    """A class that was replaced, and, as one leak, a module that was executed again; not what an object does."""
    found = Project(QUIET).audit("--random", "0")
    leaks = [(each["owner"], each["key"], each["sources"][0]["file"]) for each in found.report["leaks"]]
    assert leaks == [("shop", "*", "shop.py"), ("shop", "PARSER.formatter_class", "test_shop.py")], found.text
    assert "all globals of shop\n      3 functions and classes → the same, defined anew" in found.stdout
    assert "instead of reloading" in found.stdout


NEEDED = {
    "shop.py": """
        from contextvars import ContextVar

        TENANT = ContextVar("tenant", default="nobody")
    """,
    "conftest.py": """
        import logging

        import pytest

        RECORDS = []

        class Keeper(logging.Handler):
            def emit(self, record):
                RECORDS.append(record)

        @pytest.fixture(scope="session", autouse=True)
        def records():
            logging.getLogger("shop").addHandler(Keeper())
            return RECORDS
    """,
    "test_shop.py": """
        import logging

        import shop

        def test_suffers(records):
            logging.getLogger("shop").warning("%s", shop.TENANT.get())
            assert records[-1].getMessage() == "nobody"

        def test_leaks():
            shop.TENANT.set("acme")
    """,
}


def test_what_the_victim_needs_is_not_taken_from_it_to_find_what_hurts_it() -> None:
    """A fixture of the session has set a handler during the first test: that is no leak to be put back."""
    found = Project(NEEDED).audit("--random", "0")
    (edge,) = [each for each in found.report["edges"] if each["effect"] == "breaks"]
    leaks = {leak["id"]: (leak["kind"], leak["key"]) for leak in found.report["leaks"]}
    assert (leaks[edge["leak"]], edge["counterfactual"]) == (("context_vars", "tenant"), True), found.text
    assert found.report["certificate"]["unexplained"] == []
