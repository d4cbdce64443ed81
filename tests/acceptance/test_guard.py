"""`pytest --leakcheck-guard=...` on whole suites, by the real command."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest

from generator import BENCHMARK, EXTENDED_KINDS, STANDARD_KINDS, generate
from support import Ended, Project, run

PLUGIN = ("-p", "leakcheck.pytest_plugin", "-p", "no:cacheprovider")
SHOP = """
    from fastapi import Depends, FastAPI

    def who():
        return "nobody"

    app = FastAPI()
    app.state.user = None
    app.state.cart = {"mugs": 1}
    LIMIT = 10

    @app.get("/")
    def home(user: str = Depends(who)) -> str:
        return user

    @app.get("/pool")
    def pool() -> bool:
        if not hasattr(app.state, "pool"):
            app.state.pool = object()
        return True

    @app.post("/visits")
    def visits() -> int:
        app.state.visits = getattr(app.state, "visits", 0) + 1
        return app.state.visits
"""
CONFTEST = """
    import pytest
    import shop

    @pytest.fixture(scope="module")
    def open_house():
        shop.app.state.house = "open"
        yield

    @pytest.fixture(scope="module")
    def tidy_house():
        shop.app.dependency_overrides[shop.who] = lambda: "the house"
        yield
        shop.app.dependency_overrides.pop(shop.who)
"""
SUITE = Project(
    {
        "shop.py": SHOP,
        "conftest.py": CONFTEST,
        "test_a.py": """
            import logging
            import os
            import shop
            from fastapi.testclient import TestClient

            def test_clean():
                assert TestClient(shop.app).get("/").json() == "nobody"

            def test_leaks():
                shop.app.state.user = "bob"
                shop.app.state.cart["plates"] = 2

            def test_puts_back(monkeypatch):
                monkeypatch.setenv("SHOP_MODE", "test")
                monkeypatch.setitem(shop.app.dependency_overrides, shop.who, lambda: "somebody")

            def test_cleans_up():
                shop.app.state.user = None

            def test_uses_a_pool():
                TestClient(shop.app).get("/pool")

            class TestWithFixtures:
                def test_house(self, open_house, tidy_house):
                    assert TestClient(shop.app).get("/").json() == "the house"

                def test_logs(self, tidy_house):
                    logging.getLogger("shop.log").setLevel("ERROR")
        """,
        "test_b.py": """
            import shop

            def test_starts_fresh():
                assert shop.app.state.user is None

            def test_has_an_empty_house():
                assert not hasattr(shop.app.state, "house")
        """,
    }
)


def guarded(project: Project, mode: str, *arguments: str, plugins: bool = False) -> Ended:
    return project.pytest(*PLUGIN, f"--leakcheck-guard={mode}", *arguments, plugins=plugins)


def section(ended: Ended) -> list[str]:
    """The headlines of the entries."""
    return re.findall(r"^\d+\. (.+)$", ended.stdout, re.MULTILINE)


def errors(ended: Ended) -> list[str]:
    return sorted(re.findall(r"^ERROR (.+?)(?: - .*)?$", ended.stdout, re.MULTILINE))


LEAKS = [
    "test_a.py::test_leaks leaves app.state.user of shop:app changed",
    'test_a.py::test_leaks leaves app.state.cart["plates"] of shop:app changed',
    "test_a.py::TestWithFixtures::test_logs leaves level of the logger shop.log changed",
    "fixture conftest.py::open_house (module scope) leaves app.state.house of shop:app changed",
]
FAILING = [
    "conftest.py::open_house (module scope)",
    "test_a.py::TestWithFixtures::test_logs",
    "test_a.py::test_leaks",
]


def test_warn_tells_each_root_cause_once_and_changes_no_outcome() -> None:
    plain, ended = SUITE.pytest(*PLUGIN), guarded(SUITE, "warn")
    assert sorted(section(ended)) == sorted(LEAKS)
    assert "   None -> 'bob'\n   written at test_a.py:11 in test_leaks, during the call\n   fix: " in ended.stdout
    assert "   probably written at test_a.py:29 in test_logs\n" in ended.stdout  # nobody has seen it being written
    assert (ended.code, ended.stderr) == (plain.code, "")
    assert re.search(r"\d failed, \d passed|\d passed", ended.stdout)
    counts = re.compile(r"(\d+) (failed|passed)")
    assert counts.findall(ended.stdout) == counts.findall(plain.stdout)
    assert "LeakWarning: test_a.py::test_leaks leaves app.state.user of shop:app changed" in ended.stdout


def test_the_warning_can_be_an_error_and_a_projects_own_error_is_not_meant_for_it() -> None:
    strict = SUITE.with_files({"pytest.ini": "[pytest]\nfilterwarnings = error\n"})
    assert errors(guarded(strict, "warn")) == []
    assert errors(guarded(SUITE, "warn", "-W", "error::leakcheck.LeakWarning")) == FAILING


def test_fail_names_who_leaks_and_nobody_else() -> None:
    ended = guarded(SUITE, "fail")
    assert errors(ended) == FAILING
    assert ended.code == 1
    assert "ERROR at teardown of fixture open_house (module scope)" in ended.stdout
    assert "  LK301 app_state shop:app user test test_a.py::test_leaks\n" in ended.stdout
    assert '@pytest.mark.leakcheck(ignore=["app_state"], reason="...")' in ended.stdout


def test_what_is_known_ignored_or_marked_does_not_fail() -> None:
    ended = guarded(
        SUITE.with_files(
            {
                "leakcheck-baseline.txt": """
                    LK101 app_state shop:app user test test_a.py::test_leaks
                    LK301 app_state shop:app cart test test_a.py::test_leaks
                """,
                "leakcheck.toml": """
                    guard = "fail"

                    [[ignore]]
                    kind = "app_state"
                    key = "house"
                    reason = "it closes tomorrow"

                    [[ignore]]
                    kind = "logging"
                    reason = "that was long ago"
                    until = 2020-01-01
                """,
            }
        ),
        "fail",
    )
    assert errors(ended) == ["test_a.py::TestWithFixtures::test_logs"]
    assert "2 leaks that leakcheck-baseline.txt knows are still there" in ended.stdout
    assert "1 leak ignored by rules and marks" in ended.stdout


def test_a_mark_excuses_its_test() -> None:
    text = """
        import os
        import pytest

        @pytest.mark.leakcheck(ignore="environ", reason="wanted")
        def test_marked():
            os.environ["SHOP_A"] = "1"

        def test_not_marked():
            os.environ["SHOP_B"] = "1"
    """
    assert errors(guarded(Project({"test_a.py": text}), "fail")) == ["test_a.py::test_not_marked"]


def test_restore_lets_each_test_begin_as_if_it_were_alone() -> None:
    assert SUITE.pytest(*PLUGIN).code == 1
    ended = guarded(SUITE, "restore")
    assert ended.code == 0, ended.text
    assert sorted(section(ended)) == sorted(f"{each}, and it was put back" for each in LEAKS)


def test_what_a_first_use_makes_is_told_once_somebody_changes_it() -> None:
    text = """
        import shop
        from fastapi.testclient import TestClient

        def test_first():
            assert TestClient(shop.app).post("/visits").json() == 1

        def test_second():
            assert TestClient(shop.app).post("/visits").json() == 2
    """
    project = Project({"shop.py": SHOP, "test_a.py": text})
    assert errors(guarded(project, "fail")) == ["test_a.py::test_second"]
    (told,) = section(guarded(project, "warn"))
    assert told == "test_a.py::test_first (and 1 other test) leaves app.state.visits of shop:app changed"


def test_who_leaves_what_another_has_left_leaves_it_himself() -> None:
    text = """
        import os

        def test_first():
            os.environ["MODE"] = "test"

        def test_the_same_again():
            os.environ["MODE"] = "test"

        def test_puts_back(monkeypatch):
            monkeypatch.setenv("MODE", "test")

        def test_keeps_what_it_finds():
            before = os.environ["MODE"]
            os.environ["MODE"] = "test"
            os.environ["MODE"] = before
    """
    found = errors(guarded(Project({"test_a.py": text}), "fail"))
    assert found == ["test_a.py::test_first", "test_a.py::test_the_same_again"]


ODD = Project(
    {
        "test_odd.py": """
            import os
            import unittest
            import pytest

            class Registry:
                entries = {}

            @pytest.fixture(scope="session")
            def mode():
                os.environ["MODE"] = "session"
                yield "session"
                os.environ.pop("MODE", None)

            @pytest.fixture
            def region(mode):
                os.environ["REGION"] = "north"

            class TestCase(unittest.TestCase):
                @classmethod
                def setUpClass(cls):
                    os.environ["CLASS"] = "1"

                def test_healthy(self):
                    os.environ["SHORT"] = "1"
                    self.addCleanup(os.environ.pop, "SHORT")

                def test_leaks(self):
                    os.environ["LONG"] = "1"

            @pytest.mark.anyio
            async def test_async_leaks(region):
                assert os.environ["MODE"] == "session"

            @pytest.fixture
            def anyio_backend():
                return "asyncio"

            def test_takes_away(mode):
                del os.environ["MODE"]

            def test_leaves_the_class_alone():
                Registry.entries["a"] = 1
                Registry.entries.clear()
        """
    }
)
ODD_ERRORS = [
    "test_odd.py::TestCase::test_leaks",
    "test_odd.py::_unittest_setUpClass_fixture_TestCase (class scope)",
    "test_odd.py::test_async_leaks",
    "test_odd.py::test_takes_away",
]


def test_classes_of_unittest_asynchronous_tests_and_fixtures_of_all_scopes() -> None:
    ended = guarded(ODD, "fail", "-p", "anyio")
    assert errors(ended) == ODD_ERRORS
    assert "written at test_odd.py:17 in fixture region (function scope), during setup" in ended.stdout


def test_workers_record_and_one_section_shows_it() -> None:
    ended = guarded(SUITE, "warn", "-n", "2", "-p", "xdist", "--dist", "loadfile")
    assert sorted(section(ended)) == sorted(LEAKS)
    ended = guarded(SUITE, "fail", "-n", "2", "-p", "xdist", "--dist", "loadfile")
    assert errors(ended) == FAILING


def test_a_rerun_does_not_hide_a_leak_and_begins_clean_where_it_is_undone() -> None:
    text = """
        import os

        def test_again():
            os.environ["TRIES"] = os.environ.get("TRIES", "") + "x"
            assert os.environ["TRIES"] == "xx"
    """
    project, reruns = Project({"test_a.py": text}), ("-p", "pytest_rerunfailures", "--reruns", "1")
    ended = guarded(project, "restore", *reruns)
    assert "1 failed, 1 rerun" in ended.stdout
    leak = "import os\ndef test_leaks():\n    os.environ['TRIES'] = 'x'\n"
    assert errors(guarded(Project({"test_a.py": leak}), "fail", *reruns)) == ["test_a.py::test_leaks"]


def test_each_process_keeps_its_sequence_and_the_newest_twenty_runs_stay() -> None:
    with SUITE.folder() as folder:
        for number in range(22):
            (folder / ".leakcheck" / "runs" / f"20200101-0000{number:02}-1").mkdir(parents=True)
        command = (sys.executable, "-m", "pytest", *PLUGIN, "--leakcheck-guard=warn", "test_b.py")
        run(folder, *command)
        runs = sorted((folder / ".leakcheck" / "runs").iterdir())
        assert len(runs) == 20
        assert (runs[-1] / "main.txt").read_text().splitlines() == [
            "test_b.py::test_starts_fresh",
            "test_b.py::test_has_an_empty_house",
        ]
        assert (folder / ".leakcheck" / ".gitignore").read_text().endswith("*\n")


def test_a_guard_that_breaks_says_so_once_and_gets_out_of_the_way() -> None:
    broken = """
        from leakcheck.recorder.changes.ledger import StateLedger

        def break_it(*_):
            raise ZeroDivisionError("the guard's own")

        StateLedger.left_by = StateLedger.close = break_it
    """
    project = SUITE.with_files({"conftest.py": dedent(broken) + dedent(CONFTEST)})
    for workers in ((), ("-n", "2", "-p", "xdist")):
        ended = guarded(project, "fail", *workers, "--deselect", "test_b.py::test_starts_fresh", "-k", "not house")
        assert errors(ended) == []
        assert ended.stdout.count("the guard broke, and is off since then: ZeroDivisionError") == 1
        assert ended.code == 3, ended.text  # nothing has failed, and nobody has looked
    assert guarded(project, "warn", "-k", "not house").code == 0


def test_what_nobody_can_do_is_told_before_anything_runs() -> None:
    ended = guarded(SUITE, "fail", "--leakcheck-guard-kinds=app_stat")
    assert ended.code == 4
    assert "app_stat: there is no such kind of state; did you mean app_state?" in ended.stderr
    wrong = SUITE.with_files({"leakcheck.toml": 'guard = "loud"\n'})
    ended = wrong.pytest(*PLUGIN)
    assert ended.code == 4
    assert "guard = 'loud': one of off, warn, fail, restore is expected" in ended.stderr


OF_AUDITS = ("hidden", "memory_database", "foreign_class")
"""A C buffer, the rows of a database and what lies in other packages need an audit."""
WITHOUT_LINE = ("held_event", "default_argument", "function_attribute", "socket_timeout")
"""Named, but not by a line: a call does it, or it lies in a function."""
TOLD = tuple(
    kind for kind in (*STANDARD_KINDS, *EXTENDED_KINDS) if kind not in {*OF_AUDITS, "lru_cache", *WITHOUT_LINE}
)
"""A cache that is filled is no leak to the guard."""
KINDS = {"module_global": "module_globals", "class_attribute": "module_globals", "logging_level": "logging"}


def lines_told(ended: Ended) -> dict[str, set[tuple[str, str, int]]]:
    """The end of a test's id -> the kinds and lines that its error tells."""
    found: dict[str, set[tuple[str, str, int]]] = {}
    for block in re.split(r"^_+ ERROR at teardown of ", ended.stdout, flags=re.MULTILINE)[1:]:
        kinds = re.findall(r"^  LK301 (\w+) ", block, re.MULTILINE)
        lines = re.findall(r"written at (.*)$", block, re.MULTILINE)
        spots = [spot for line in lines for spot in re.findall(r"(\S+?):(\d+)", line)]
        name = block.partition(" ")[0].replace(".", "::")
        found.setdefault(name, set()).update((kind, file, int(line)) for kind in kinds for file, line in spots)
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_the_generators_truth(tmp_path: Path, seed: int) -> None:
    """Every leaking test is named by kind and line, but for one in twenty, and no clean one."""
    truth = generate(tmp_path, replace(BENCHMARK, seed=seed, kinds=TOLD, victims=14, silent=20))
    options = ("--leakcheck-guard=fail", "--leakcheck-guard-kinds=all", "-q")
    ended = run(tmp_path, sys.executable, "-m", "pytest", *PLUGIN, "-p", "anyio", *options)
    named = {line.partition(" - ")[0] for line in errors(ended)}
    leaking = {test for leak in truth.leaks for test in leak.polluters}
    assert named <= leaking | {chain[-1] for leak in truth.leaks for chain in leak.chains}
    told = lines_told(ended)
    wanted, met = 0, 0
    for leak in truth.leaks:
        lines = {(KINDS.get(leak.kind, leak.kind), each.file, each.line) for each in leak.sources}
        for test in leak.polluters:
            wanted += 1
            met += test in named and not lines.isdisjoint(told.get(test.partition("::")[2], ()))
    assert wanted > 30
    assert met >= 0.95 * wanted


@pytest.mark.slow
@pytest.mark.parametrize("workers", [(), ("-n", "4", "-p", "xdist")], ids=["one process", "four"])
def test_restore_lets_every_test_behave_as_alone_in_random_orders(tmp_path: Path, workers: tuple[str, ...]) -> None:
    """Those that fail alone fail, and nobody else; without it some order in two lets others fail."""
    truth = generate(tmp_path, replace(BENCHMARK, kinds=TOLD, victims=14, silent=20))
    options = (
        "-p",
        "anyio",
        "-p",
        "pytest_randomly",
        "--leakcheck-guard-kinds=default,module_globals",
        "-rfE",
        *workers,
    )
    otherwise = {"off": 0, "restore": 0}
    for seed in range(10):
        for mode in otherwise:
            order = (f"--randomly-seed={seed}", f"--leakcheck-guard={mode}")
            ended = run(tmp_path, sys.executable, "-m", "pytest", *PLUGIN, *options, *order)
            failed = set(re.findall(r"^(?:FAILED|ERROR) (\S+)", ended.stdout, re.MULTILINE))
            otherwise[mode] += failed != set(truth.brittle)
    assert otherwise["restore"] == 0
    assert otherwise["off"] >= 5


def test_the_alarm_of_a_plugin_is_nobodys_leak() -> None:
    text = (
        "import signal\n\ndef test_quick():\n    pass\n\ndef test_late():\n    assert signal.getitimer(0)[0] > 0\n"
    )
    timed = ("-p", "pytest_timeout", "--timeout=60", "--leakcheck-guard-kinds=all")
    for mode in ("fail", "restore"):
        ended = guarded(Project({"test_a.py": text}), mode, *timed)
        assert (ended.code, errors(ended), section(ended)) == (0, [], []), ended.text


@pytest.mark.parametrize("other", ["{}", "None"])
def test_who_imports_an_application_first_has_not_made_it_for_himself(other: str) -> None:
    late = """
        def test_replaces():
            import lately
            lately.app.dependency_overrides = OTHER

        def test_needs_it():
            import lately
            assert len(lately.app.dependency_overrides) == 1
    """
    lately = "from fastapi import FastAPI\n\napp = FastAPI()\napp.dependency_overrides[len] = lambda: 1\n"
    project = Project({"lately.py": lately, "test_a.py": late.replace("OTHER", other)})
    assert project.pytest(*PLUGIN).code == 1
    assert errors(guarded(project, "fail")) == ["test_a.py::test_replaces"]
    ended = guarded(project, "restore")
    assert ended.code == 0, ended.text
    place = "dependency_overrides[builtins:len] of lately:app"
    assert section(ended) == [f"test_a.py::test_replaces leaves {place} changed, and it was put back"]


OF_ITS_OWN_CLASS = Project(
    {
        "shop.py": """
            from fastapi import Depends, FastAPI

            class Shop(FastAPI):
                pass

            def who():
                return "nobody"

            app = Shop()

            @app.get("/me")
            def me(user: str = Depends(who)) -> str:
                return user
        """,
        "test_shop.py": """
            from fastapi.testclient import TestClient
            import shop

            client = TestClient(shop.app)

            def test_tidy():
                shop.app.dependency_overrides[shop.who] = lambda: "ann"
                assert client.get("/me").json() == "ann"
                shop.app.dependency_overrides = {}

            def test_nobody():
                assert client.get("/me").json() == "nobody"

            def test_untidy():
                shop.app.dependency_overrides = {shop.who: lambda: "bob"}
                assert client.get("/me").json() == "bob"

            def test_nobody_again():
                assert client.get("/me").json() == "nobody"
        """,
    }
)


def test_what_is_tracked_is_not_put_back_besides_where_modules_are_compared() -> None:
    """An application of a class of the project's own is looked through: its overrides are told of already."""
    every = "--leakcheck-guard-kinds=default,module_globals"
    told = guarded(OF_ITS_OWN_CLASS, "warn", every)
    assert [line for line in section(told) if "leaves" in line] == [
        "test_shop.py::test_untidy leaves dependency_overrides[shop:who] of shop:app changed"
    ]
    assert guarded(OF_ITS_OWN_CLASS, "restore", every).code == 0


def test_a_test_may_take_away_what_the_guard_finds_lines_with() -> None:
    """Whatever reads the environment meanwhile, be it pytest itself, must not end the run."""
    project = Project(
        {
            "test_frames.py": """
                import asyncio, os, sys

                def test_without_frames(monkeypatch):
                    monkeypatch.delattr(sys, "_getframe")
                    assert os.environ.get("NOBODY_SETS_THIS") is None
                    os.environ["SOMEBODY_SETS_THIS"] = "1"
                    del os.environ["SOMEBODY_SETS_THIS"]
                    asyncio.Event()
                    del monkeypatch

                def test_behind_it():
                    pass
            """
        }
    )
    ended = guarded(project, "warn")
    assert ended.code == 0, ended.text
    assert "2 passed" in ended.text
