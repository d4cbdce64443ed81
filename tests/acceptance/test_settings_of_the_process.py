"""Settings of the interpreter and the process, and registries of the library: location, line and proof of each."""

from __future__ import annotations

import pytest

from leaks_and_victims import pairs_of_tests, proved_leak
from support import Audited, Project

# Name: (what the polluter does, what the victim asserts, the location).
LEAKS = {
    "timeout": ("socket.setdefaulttimeout(3)", "socket.getdefaulttimeout() is None",
                "interpreter socket default timeout"),
    "recursion": ("sys.setrecursionlimit(7_000)", "sys.getrecursionlimit() < 5_000",
                  "interpreter sys recursion limit"),
    "umask": ("os.umask(0o077)", "mask() != 0o077", "interpreter os umask"),
    "decimal": ("decimal.getcontext().prec = 4", "str(decimal.Decimal(1) / 3) == '0.' + '3' * 28",
                "interpreter decimal prec"),
    "collector": ("gc.disable()", "gc.isenabled()", "interpreter gc collector"),
    "limit": ("lower()", "resource.getrlimit(resource.RLIMIT_NOFILE)[0] != 100",
              "interpreter resource RLIMIT_NOFILE"),
    "alarm": ("signal.alarm(1_000)", "signal.alarm(0) == 0", "interpreter signal alarm"),
    "thread_hook": ("threading.excepthook = print", "threading.excepthook is not print",
                    "interpreter threading excepthook"),
    "hook": ("sys.excepthook = print", "sys.excepthook is not print", "module_globals sys excepthook"),
    "csv": ("csv.register_dialect('shop', delimiter=';')", "'shop' not in csv.list_dialects()",
            "interpreter csv dialects"),
    "codec": ("codecs.register_error('shop', handler)", "not known('shop')",
              "registries codecs register_error['shop']"),
    "pickle": ("copyreg.pickle(complex, handler)", "copyreg.dispatch_table[complex] is not handler",
               "registries copyreg dispatch_table[class complex]"),
    "level": ("logging.addLevelName(10, 'SHOUT')", "logging.getLevelName(10) == 'DEBUG'",
              "registries logging _levelToName[10]"),
    "mime": ("mimetypes.add_type('shop/mug', '.mug')", "mimetypes.guess_type('a.mug')[0] is None",
             "module_globals mimetypes"),
    "virtual": ("shop.Shape.register(int)", "not isinstance(1, shop.Shape)",
                "module_globals shop Shape._abc_registry"),
    "dispatch": ("shop.render.register(int, str)", "shop.render(1) == 'anything'",
                 "module_globals shop render.registry[class int]"),
    "notes": ("shop.note('cut')", "shop.drain() == []", "context_vars contextvars notes"),
    "collected": ("shop.COLLECTED.get().append(1)", "shop.COLLECTED.get() == []",
                  "module_globals shop COLLECTED.<value>"),
    "zone": ("zone('XYZ+3')", "time.timezone != 3 * 3600", "locale time zone"),
}  # fmt: skip
HEAD = """
    import codecs, copyreg, csv, decimal, gc, logging, mimetypes, os, resource, signal, socket, sys, threading, time
    import shop

    def handler(error):
        return "", 1

    def known(name):
        try:
            return codecs.lookup_error(name)
        except LookupError:
            return None

    def lower():
        resource.setrlimit(resource.RLIMIT_NOFILE, (100, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))

    def mask():
        found = os.umask(0)
        os.umask(found)
        return found

    def zone(name):
        before = os.environ.get("TZ")
        os.environ["TZ"] = name
        time.tzset()
        os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
"""
SHOP = """
    import abc, functools
    from contextvars import ContextVar

    NOTES = ContextVar("notes")
    COLLECTED = ContextVar("collected", default=[])

    def note(text):
        try:
            NOTES.get().append(text)
        except LookupError:
            NOTES.set([text])

    def drain():
        try:
            return list(NOTES.get())
        except LookupError:
            return []

    class Shape(abc.ABC):
        pass

    @functools.singledispatch
    def render(value):
        return "anything"
"""


PROJECT = Project(
    {"shop.py": SHOP, "test_shop.py": pairs_of_tests(HEAD, LEAKS), "pytest.ini": "[pytest]\npythonpath = .\n"}
)


@pytest.fixture(scope="module")
def found() -> Audited:
    return PROJECT.audit("--random", "0", "--budget", "600s")


@pytest.mark.parametrize("name", LEAKS)
def test_each_has_its_location_line_and_proof(found: Audited, name: str) -> None:
    leak = proved_leak(found, name)
    assert f"{leak['kind']} {leak['owner']} {leak['key']}".startswith(LEAKS[name][2])
    assert leak["sources"], leak


def test_nobody_else_is_accused_and_nothing_is_left_open(found: Audited) -> None:
    pairs = {
        (edge["from"][0].removesuffix("_leaks"), edge["to"].removesuffix("_suffers"))
        for edge in found.report["edges"]
    }
    assert pairs == {(f"test_shop.py::test_{name}",) * 2 for name in LEAKS}, found.stdout
    assert found.report["certificate"]["unexplained"] == []


QUIET = Project(
    {
        "test_quiet.py": """
            def test_loads_libraries():
                import codecs, csv, decimal, resource, socket, tracemalloc

                assert decimal.Decimal("1.1") + 1 == decimal.Decimal("2.1")
                assert b"a".decode("latin-2")

            def test_sets_and_puts_back():
                import decimal, gc, os, signal, socket, sys

                with decimal.localcontext() as context:
                    context.prec = 3
                    assert decimal.Decimal(1) / 3 == decimal.Decimal("0.333")
                os.umask(os.umask(0o077))
                gc.disable()
                gc.enable()
                signal.alarm(100)
                signal.alarm(0)
                sys.setrecursionlimit(sys.getrecursionlimit())
                socket.setdefaulttimeout(None)

            def test_draws_from_what_it_made():
                import itertools, random

                assert next(itertools.count(1)) == 1
                assert random.Random(1).random() < 1
        """
    }
)


def test_first_uses_and_what_is_put_back_are_no_leaks() -> None:
    found = QUIET.audit("--random", "1")
    assert (found.report["leaks"], found.report["verdict"]) == ([], "clean"), found.stdout
    assert "what modules hold" not in found.stdout
