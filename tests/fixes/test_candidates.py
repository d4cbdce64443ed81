"""What is proposed for a leak, by the shape of the line that wrote and by what it wrote."""

from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from fixes.causes_made import TEST, first, proposed
from leakcheck.fixes.candidates import discover
from leakcheck.records import Location

OVERRIDE = Location("dependency_overrides", "shop.main:app", "shop.auth:user")
STATE = Location("app_state", "shop.main:app", "mode")
COOKIE = Location("client_cookies", "tests.clients:browser", "session")
GLOBAL = Location("module_globals", "shop.rates", "VAT")


def the(text: str) -> str:
    return dedent(text).lstrip("\n")


def test_each_way_has_a_rank_of_its_own() -> None:
    ranks = [each.rank for each in discover()]
    assert ranks == sorted(set(ranks))
    assert len(ranks) >= 5


def test_a_fixture_yields_and_takes_away_what_it_has_set() -> None:
    text = """
        import pytest
        from shop.auth import user
        from shop.main import app


        @pytest.fixture
        def as_alice() -> str:
            app.dependency_overrides[user] = lambda: "alice"  # no login
            return "alice"
    """
    assert first(text, "lambda", OVERRIDE, function="as_alice", fixture="as_alice") == the("""
        from collections.abc import Iterator

        import pytest
        from shop.auth import user
        from shop.main import app


        @pytest.fixture
        def as_alice() -> Iterator[str]:
            app.dependency_overrides[user] = lambda: "alice"  # no login
            yield "alice"
            app.dependency_overrides.pop(user, None)
    """)


def test_an_asynchronous_fixture_of_a_wide_scope_gets_back_the_old_value() -> None:
    text = """
        import pytest
        from shop.main import app


        @pytest.fixture(scope="module")
        async def quick():
            app.state.mode = "quick"
            yield
    """
    found = first(text, '"quick"', STATE, function="quick", fixture="quick", scope="module", before="'slow'")
    assert found == the("""
        import pytest
        from shop.main import app


        @pytest.fixture(scope="module")
        async def quick():
            mode = app.state.mode
            app.state.mode = "quick"
            yield
            app.state.mode = mode
    """)


def test_a_fixture_of_a_class_stops_what_it_has_started() -> None:
    text = """
        class TestPatched:
            @pytest.fixture(autouse=True)
            def rates(self):
                self.patcher = patch("shop.rates.VAT", 7)
                self.patcher.start()
    """
    assert first(text, "start()", GLOBAL, function="rates", fixture="rates", before="20") == the("""
        class TestPatched:
            @pytest.fixture(autouse=True)
            def rates(self):
                self.patcher = patch("shop.rates.VAT", 7)
                self.patcher.start()
                yield
                self.patcher.stop()
    """)


def test_a_fixture_that_returns_in_two_places_is_left_alone() -> None:
    text = """
        import pytest
        from shop.main import app


        @pytest.fixture(scope="module")
        def quick(request):
            if request.param:
                return None
            app.state.mode = "quick"
            return "quick"
    """
    for texts in proposed(text, "= ", STATE, function="quick", fixture="quick", scope="module"):
        assert "return None" in texts.get(TEST, text)


@pytest.mark.parametrize(
    ("location", "before", "line", "instead", "asked"),
    [
        (OVERRIDE, "absent", "app.dependency_overrides[user] = fake",
         "monkeypatch.setitem(app.dependency_overrides, user, fake)", "monkeypatch"),
        (OVERRIDE, "absent", "app.dependency_overrides.update({user: fake})",
         "monkeypatch.setitem(app.dependency_overrides, user, fake)", "monkeypatch"),
        (OVERRIDE, "absent", "app.dependency_overrides = {user: fake}",
         'monkeypatch.setattr(app, "dependency_overrides", {user: fake})', "monkeypatch"),
        (GLOBAL, "20", "rates.VAT = 7", 'monkeypatch.setattr(rates, "VAT", 7)', "monkeypatch"),
        (GLOBAL, "absent", "rates.VAT = 7", 'monkeypatch.setattr(rates, "VAT", 7, raising=False)', "monkeypatch"),
        (GLOBAL, "20", "rates.VAT += 7", 'monkeypatch.setattr(rates, "VAT", rates.VAT + 7)', "monkeypatch"),
        (GLOBAL, "20", 'patch.object(rates, "VAT", 7).start()', 'monkeypatch.setattr(rates, "VAT", 7)',
         "monkeypatch"),
        (Location("environ", "os.environ", "MODE"), "absent", 'os.environ["MODE"] = "a"',
         'monkeypatch.setenv("MODE", "a")', "monkeypatch"),
        (Location("environ", "os.environ", "MODE"), "a", 'os.environ.pop("MODE", None)',
         'monkeypatch.delenv("MODE", raising=False)', "monkeypatch"),
        (Location("cwd", "os", "cwd"), "/", "os.chdir(tmp_path)", "monkeypatch.chdir(tmp_path)", "monkeypatch"),
        (Location("sys_path", "sys", "path"), "list", 'sys.path.insert(0, "lib")',
         'monkeypatch.syspath_prepend("lib")', "monkeypatch"),
        (Location("logging", "shop", "level"), "absent", 'logging.getLogger("shop").setLevel("ERROR")',
         'caplog.set_level("ERROR", logger="shop")', "caplog"),
        (Location("logging", "shop", "level"), "absent", "logger.setLevel(10)",
         "caplog.set_level(10, logger=logger.name)", "caplog"),
    ],
)  # fmt: skip
def test_a_test_makes_its_write_so_that_it_is_undone(
    location: Location, before: str, line: str, instead: str, asked: str
) -> None:
    text = f"def test_leaks():\n    look()\n    {line}\n    look()\n"
    found = first(text, line, location, before=before)
    assert found == f"def test_leaks({asked}):\n    look()\n    {instead}\n    look()\n"


def test_a_mock_without_a_stop_becomes_a_block() -> None:
    text = """
        def test_leaks():
            send = patch("shop.mail.send").start()

            order()
            send.assert_called_once()
    """
    assert first(text, "patch", Location("module_globals", "shop.mail", "send"), before="function") == the("""
        def test_leaks():
            with patch("shop.mail.send") as send:
                order()
                send.assert_called_once()
    """)


def test_what_monkeypatch_cannot_put_back_a_fixture_sets() -> None:
    text = """
        import pytest
        from shop.main import app


        def test_leaks(client):
            \"\"\"Quickly.\"\"\"
            app.state.mode = "quick"
            assert client.get("/").text == "quick"
    """
    assert first(text, 'mode = "quick"', STATE, before="'slow'") == the("""
        import pytest
        from shop.main import app


        @pytest.fixture
        def mode():
            before = app.state.mode
            app.state.mode = "quick"
            yield
            app.state.mode = before


        @pytest.mark.usefixtures("mode")
        def test_leaks(client):
            \"\"\"Quickly.\"\"\"
            assert client.get("/").text == "quick"
    """)


def test_a_write_behind_others_gets_a_fixture_that_puts_back() -> None:
    text = """
        from shop.main import app


        class TestModes:
            def test_leaks(self, client):
                assert client.get("/").text == "slow"
                app.state.mode = "quick"
    """
    found = first(text, 'mode = "quick"', STATE, before="'slow'")
    assert (
        '    app.state.mode = before\n\n\nclass TestModes:\n    @pytest.mark.usefixtures("restored_mode")\n'
        in found
    )
    assert '        app.state.mode = "quick"\n' in found


def test_a_test_of_unittest_agrees_upon_a_cleanup() -> None:
    text = """
        class TestRates(unittest.TestCase):
            def test_leaks(self):
                rates.VAT = 7
                self.assertEqual(rates.VAT, 7)
    """
    assert first(text, "VAT = 7", GLOBAL, before="20") == the("""
        class TestRates(unittest.TestCase):
            def test_leaks(self):
                self.addCleanup(setattr, rates, "VAT", rates.VAT)
                rates.VAT = 7
                self.assertEqual(rates.VAT, 7)
    """)


def test_patchers_of_unittest_are_stopped_by_a_cleanup() -> None:
    text = """
        class TestRates(unittest.TestCase):
            def setUp(self):
                self.patcher = patch("shop.rates.VAT", 7)
                self.patcher.start()

            def test_leaks(self):
                rates = patch("shop.rates.VAT", 7).start()
    """
    named = first(text, "self.patcher.start()", GLOBAL, function="setUp", phase="setup", before="20")
    assert "        self.patcher.start()\n        self.addCleanup(self.patcher.stop)\n" in named
    unnamed = first(text, "rates = ", GLOBAL, before="20")
    assert unnamed.endswith(
        '        patcher = patch("shop.rates.VAT", 7)\n        rates = patcher.start()\n'
        "        self.addCleanup(patcher.stop)\n"
    )


VARIABLE = Location("context_vars", "contextvars", "tenant")


def test_a_fixture_gives_back_what_setting_a_context_variable_returned() -> None:
    text = """
        import pytest
        from shop.context import current_tenant


        @pytest.fixture
        def tenant():
            current_tenant.set("acme")
            return "acme"
    """
    assert first(text, ".set(", VARIABLE, function="tenant", fixture="tenant") == the("""
        import pytest
        from shop.context import current_tenant


        @pytest.fixture
        def tenant():
            token = current_tenant.set("acme")
            yield "acme"
            current_tenant.reset(token)
    """)


def test_a_test_that_sets_a_context_variable_on_its_way_has_it_reset() -> None:
    text = """
        from shop.context import current_tenant


        def test_leaks():
            look()
            current_tenant.set("acme")


        class TestTenants(unittest.TestCase):
            def test_other(self):
                kept = current_tenant.set("acme")
    """
    assert (
        "    token = current_tenant.set(current_tenant.get())\n    yield\n    current_tenant.reset(token)\n"
        in first(text, '  current_tenant.set("acme")', VARIABLE)
    )
    found = first(text, "kept =", VARIABLE, function="test_other")
    assert 'kept = current_tenant.set("acme")\n        self.addCleanup(current_tenant.reset, kept)\n' in found


def test_what_a_class_of_unittest_sets_up_once_is_undone_once() -> None:
    text = """
        class TestRates(unittest.TestCase):
            @classmethod
            def setUpClass(cls):
                rates.VAT = 7

            def test_leaks(self):
                pass
    """
    found = first(text, "VAT = 7", GLOBAL, function="setUpClass", phase="setup", before="20")
    assert '        cls.addClassCleanup(setattr, rates, "VAT", rates.VAT)\n        rates.VAT = 7\n' in found


SHARED = """
    from fastapi.testclient import TestClient

    from shop.main import app

    browser = TestClient(app)


    def test_leaks():
        browser.post("/session")


    @pytest.mark.parametrize("path", ["/"])
    def test_other(path: str) -> None:
        assert browser.get(path).json() == "who are you?"


    def test_none(browser_of):
        assert browser_of
"""
NONE = "def test_none(browser_of):\n        assert browser_of"
OWN = Location("client_cookies", "tests.test_shop:browser", "session")


def test_each_test_gets_a_client_of_its_own() -> None:
    assert first(SHARED, "post", OWN) == the("""
        import pytest
        from fastapi.testclient import TestClient

        from shop.main import app


        @pytest.fixture
        def browser():
            return TestClient(app)


        def test_leaks(browser):
            browser.post("/session")


        @pytest.mark.parametrize("path", ["/"])
        def test_other(path: str, browser: TestClient) -> None:
            assert browser.get(path).json() == "who are you?"


        def test_none(browser_of):
            assert browser_of
    """)


@pytest.mark.parametrize(
    ("there", "instead"),
    [
        (NONE, "def log_in():\n        browser.post()"),
        (NONE, "class TestMore(unittest.TestCase):\n        def test(self):\n            browser.get()"),
        ('["/"]', "[browser.base_url]"),
        ("browser = TestClient(app)", "browser = TestClient(app)  # one for all"),
        ("def test_leaks():", "def test_leaks():\n        global browser"),
    ],
)
def test_a_client_that_others_need_stays(there: str, instead: str) -> None:
    text = SHARED.replace(there, instead)
    assert text != SHARED
    assert ast.parse(dedent(text))
    for texts in proposed(text, "post", OWN):
        assert "return TestClient(app)" not in texts.get(TEST, "")


def test_a_client_that_another_file_imports_stays() -> None:
    other = {"tests/conftest.py": "from tests.test_shop import browser\n"}
    for texts in proposed(SHARED, "post", OWN, files=other):
        assert "return TestClient(app)" not in texts.get(TEST, "")


def test_an_import_leaves_it_to_a_fixture() -> None:
    text = """
        import os

        os.environ["MODE"] = "a"


        def test_leaks():
            assert os.environ["MODE"] == "a"
    """
    found = first(text, "= ", Location("environ", "os.environ", "MODE"), function="<module>", phase="import")
    assert found == the("""
        import os

        import pytest


        @pytest.fixture(autouse=True)
        def with_mode(monkeypatch):
            monkeypatch.setenv("MODE", "a")


        def test_leaks():
            assert os.environ["MODE"] == "a"
    """)


def test_what_a_helper_writes_is_put_back_behind_every_test_of_the_file() -> None:
    text = """
        from tests.clients import browser, log_in


        def test_leaks():
            log_in(browser)


        def test_other():
            pass
    """
    ways = proposed(text, "log_in(browser)", COOKIE, function="log_in")
    assert (
        "@pytest.fixture(autouse=True)\ndef restored_session():\n    yield\n    browser.cookies.clear()\n"
        in ways[0][TEST]
    )
    assert list(ways[1]) == ["tests/conftest.py"]


def test_a_client_of_a_wide_scope_is_made_for_each_test() -> None:
    text = """
        import pytest


        @pytest.fixture(scope="module", name="client")
        def client():
            return TestClient(app)


        def test_leaks(client):
            client.post("/session")
    """
    place = Location("client_cookies", f"{TEST}::client (module fixture)", "session")
    assert any('@pytest.fixture(name="client")' in texts[TEST] for texts in proposed(text, "post", place))


def test_several_entries_are_put_back_in_place() -> None:
    text = """
        def test_leaks():
            shop.fill()
    """
    place = Location("module_globals", "shop.rates", "PRICES")
    found = proposed(text, "fill", place, function="fill", path='["mug"]')[0][TEST]
    assert '    rates.PRICES.pop("mug", None)\n' in found
    assert "from shop import rates\n" in found


def test_an_entry_without_a_name_is_put_back_with_its_container() -> None:
    text = "from shop import cache\n\n\ndef test_leaks():\n    shop.fill()\n"
    place = Location("module_globals", "shop.cache", "Memory._store[…]")
    found = proposed(text, "fill", place, function="fill")[0][TEST]
    assert "    before = dict(cache.Memory._store)\n    yield\n    cache.Memory._store.clear()\n" in found
    assert "def restored_store():" in found


def test_an_object_is_named_where_the_tests_have_it_from() -> None:
    text = "from library import REGISTRY\n\n\ndef test_leaks():\n    REGISTRY.fill()\n"
    place = Location("module_globals", "test_shop", 'REGISTRY._names["a"]')
    found = [texts for texts in proposed(text, "fill", place, function="fill") if TEST not in texts]
    assert "from library import REGISTRY" in found[0]["tests/conftest.py"]
    assert '    REGISTRY._names.pop("a", None)' in found[0]["tests/conftest.py"]


def test_all_that_an_installed_object_holds_is_put_back_where_one_part_is_not_enough() -> None:
    text = "from library import REGISTRY\n\n\ndef test_leaks():\n    REGISTRY.fill()\n"
    place = Location("module_globals", "test_shop", "REGISTRY._names")
    narrow, wide, *_ = proposed(text, "fill", place, function="fill", path='["a"]', internal=True)
    assert '    REGISTRY._names.pop("a", None)' in narrow[TEST]
    assert "for name, value in vars(REGISTRY).items() if isinstance(value, dict)}\n    yield\n" in wide[TEST]


def test_an_object_is_called_as_the_file_calls_it() -> None:
    text = "from shop.cache import Memory as Store\n\n\ndef test_leaks():\n    shop.fill()\n"
    place = Location("module_globals", "shop.cache", 'Memory._store["a"]')
    assert '    Store._store.pop("a", None)' in proposed(text, "fill", place, function="fill")[0][TEST]


def test_a_place_that_no_file_can_name_gets_no_fixture() -> None:
    text = "def test_leaks():\n    shop.fill()\n"
    place = Location("app_state", "app made at shop/main.py:4", "mode")
    assert proposed(text, "fill", place, function="fill") == []


def test_a_brittle_test_asks_for_the_fixture_that_makes_what_it_needs() -> None:
    text = """
        import pytest
        from shop.main import app


        @pytest.fixture
        def quick():
            app.state.mode = "quick"


        def test_leaks(quick):
            pass


        def test_other(client):
            assert client.get("/").text == "quick"
    """
    found = first(text, "= ", STATE, function="quick", fixture="quick", before="'slow'", brittle=("test_other",))
    assert '@pytest.mark.usefixtures("quick")\ndef test_other(client):\n' in found
    assert "    yield\n    app.state.mode = mode\n" in found


def test_the_lines_of_the_setter_become_a_fixture_of_both() -> None:
    text = """
        import pytest
        from shop.main import app


        def test_leaks(client):
            app.state.mode = "quick"
            assert client.get("/").text == "quick"


        def test_other(client):
            assert client.get("/").text == "quick"
    """
    found = first(text, 'mode = "quick"', STATE, before="'slow'", brittle=("test_other",))
    assert found.count('@pytest.mark.usefixtures("mode")\ndef test_') == 2
    assert found.count('app.state.mode = "quick"') == 1


def test_a_new_fixture_has_no_name_that_another_has() -> None:
    text = """
        import pytest
        from shop.main import app


        @pytest.fixture
        def mode():
            return "quick"


        def test_leaks(client, with_mode):
            app.state.mode = "quick"
            client.get("/")
    """
    assert "def with_mode_before():" not in (found := first(text, "app.state.mode = ", STATE, before="'slow'"))
    assert found.count("def mode():") == 1
    assert found.count("def with_mode(") == 0


STEPS = """
    import pytest

    state = {"sync": "none", "async": "none"}


    def test_leaks():
        state["sync"] = run()
"""
OF_FILE = Location("module_globals", "tests.test_shop", "state")


def test_where_others_leave_other_entries_one_fixture_puts_all_back() -> None:
    one = proposed(STEPS, "run()", OF_FILE, function="run", before="'none'", path='["sync"]')
    assert '    before = state["sync"]\n    yield\n    state["sync"] = before\n' in one[0][TEST]
    several = proposed(STEPS, "run()", OF_FILE, function="run", before="'none'", path='["sync"]', elsewhere={"x"})
    assert (
        "def restored_state():\n    before = dict(state)\n    yield\n    state.clear()\n    state.update(before)\n"
        in (several[0][TEST])
    )


def test_what_a_file_imports_of_a_module_it_goes_on_to_import() -> None:
    text = """
        from shop.main import app


        def test_leaks():
            run(app)
    """
    place = Location("module_globals", "shop.main", "tasks")
    found = proposed(text, "run(app)", place, function="run", path='["bar"]')[0][TEST]
    assert "from shop.main import app, tasks\n" in found
    assert '    yield\n    tasks.pop("bar", None)\n' in found
    rebound = proposed(text, "run(app)", place, function="run", before="{}")[0][TEST]
    assert "    main.tasks = before\n" in rebound


def test_a_module_that_a_fixture_imports_is_forgotten_again() -> None:
    text = """
        import importlib

        import pytest


        @pytest.fixture
        def main():
            module = importlib.import_module("shop.main")
            return module
    """
    place = Location("imports", "sys.modules", "shop.main")
    assert first(text, "import_module", place, function="main", fixture="main") == the("""
        import importlib
        import sys

        import pytest


        @pytest.fixture
        def main():
            module = importlib.import_module("shop.main")
            yield module
            sys.modules.pop("shop.main", None)
    """)
