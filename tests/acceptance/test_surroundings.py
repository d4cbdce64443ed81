"""Suites of other people: every way to configure pytest, to set up and to tell outcomes gives under leakcheck what
it gives without, test by test."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from typing import Any

import pytest

from leakcheck.records import short_id
from plain import outcomes_of
from support import Audited, Project, audit, contents, environment

LOG = """
    LOG = []

    def test_reads():
        assert LOG == []

    def test_fails():
        assert LOG
"""


@dataclass(frozen=True)
class Case:
    """A project, and how it is called: from `inside` a folder of it, with `arguments`, `options` behind them."""

    files: dict[str, str]
    paths: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    inside: str = "."
    named: tuple[str, ...] = field(default=())


CONFIGURED = {
    "strict, warnings are errors, two files of one name": Case(
        {
            "pytest.ini": """
                [pytest]
                addopts = --strict-config --strict-markers -W error -p no:cacheprovider -p no:doctest
                    --import-mode=importlib -x -p xdist -n auto -p rerunfailures --reruns 2 -p pytest_cov --cov
            """,
            "one/test_a.py": LOG,
            "two/test_a.py": LOG,
            "two/conftest.py": """
                import pytest

                @pytest.fixture(autouse=True)
                def dynamic(request):
                    request.getfixturevalue("tmp_path")
            """,
        },
        named=("-n (pytest-xdist)", "--cov (pytest-cov)", "-x/--maxfail", "--reruns (pytest-rerunfailures)"),
    ),
    "tool.pytest of pyproject.toml, doctests, without many plugins": Case(
        {
            "pyproject.toml": """
                [tool.pytest]
                strict = true
                pythonpath = ["src"]
                testpaths = ["src", "tests", "README.md"]
                addopts = [
                    "--doctest-modules", "--doctest-glob=*.md", "-p", "no:logging", "-p", "no:threadexception",
                    "-p", "no:unraisableexception", "-p", "no:warnings",
                ]
            """,
            "README.md": ">>> import shop\n>>> shop.number\n3\n",
            "src/shop.py": '''
                number = 3

                def twice(x):
                    """
                    >>> twice(2)
                    4
                    >>> offered
                    'mug'
                    """
                    return 2 * x
            ''',
            "src/conftest.py": """
                import pytest

                @pytest.fixture(autouse=True)
                def names(doctest_namespace):
                    doctest_namespace["offered"] = "mug"
            """,
            "tests/test_a.py": LOG,
        }
    ),
    "tool.pytest.ini_options of pyproject.toml": Case(
        {
            "pyproject.toml": """
                [tool.pytest.ini_options]
                addopts = "-ra --strict-markers"
                markers = ["slow"]
                filterwarnings = ["error"]
            """,
            "tests/deep/test_a.py": "import pytest\n\n@pytest.mark.slow\ndef test_a():\n    pass\n",
            "tests/deep/conftest.py": "",
        }
    ),
    "setup.cfg, other names": Case(
        {
            "setup.cfg": """
                [tool:pytest]
                python_files = check_*.py
                python_classes = Check*
                python_functions = check_*
            """,
            "check_a.py": "class CheckIt:\n    def check_a(self):\n        pass\n",
        }
    ),
    "tox.ini, live logs, output, a log file": Case(
        {
            "tox.ini": """
                [pytest]
                addopts = -s -vv --tb=short --durations=3
                log_cli = true
                log_cli_level = INFO
                log_file = run.log
            """,
            "run.log": "of another run\n",
            "test_a.py": """
                import logging, os, sys

                def test_log(caplog):
                    caplog.set_level("INFO")
                    logging.getLogger("shop").info("hello")
                    assert [record.message for record in caplog.records] == ["hello"]

                def test_output(capsys):
                    print("hello")
                    assert capsys.readouterr().out == "hello\\n"

                def test_descriptor(capfd):
                    os.write(1, b"hello")
                    assert capfd.readouterr().out == "hello"

                def test_noise():
                    print("NOISE")
                    sys.stderr.write("NOISE")

                def test_temporary(tmp_path, tmp_path_factory):
                    assert tmp_path.name == "test_temporary0"
                    assert tmp_path.parent == tmp_path_factory.getbasetemp()
                    assert tmp_path_factory.mktemp("data").name == "data0"
                    assert list(tmp_path.iterdir()) == []
                    (tmp_path / "only.txt").write_text("1")
            """,
        },
        named=("log_file",),
    ),
    "the rootdir and the configuration elsewhere": Case(
        {
            "pytest.ini": "",
            "conf/other.ini": "[pytest]\naddopts = -q --basetemp=temporary\n",
            "suite/test_a.py": """
                def test_folder(tmp_path):
                    assert Path("suite").is_dir()
                    assert tmp_path.parent.name == "temporary"

                def test_fails():
                    assert False
            """,
        },
        paths=("suite",),
        options=("-c", "conf/other.ini", "--rootdir=suite"),
    ),
    "called from a folder inside": Case(
        {
            "pytest.ini": "[pytest]\n",
            "suite/deep/test_a.py": """
                def test_folder():
                    assert Path("deep").is_dir()
                    Path("written.txt").write_text("x")
            """,
        },
        inside="suite",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CONFIGURED)
def test_configured_suites_behave_as_without_leakcheck(name: str) -> None:
    case = CONFIGURED[name]
    with Project(case.files).folder() as folder:
        if "pytest.ini" not in case.files:
            (folder / "pytest.ini").unlink()
        before = contents(folder)
        given = (*case.paths, "--", *case.options) if case.options else case.paths
        found = audit(folder / case.inside, "--random", "0", *given)
        after = {path: data for path, data in contents(folder).items() if ".leakcheck/" not in path}
        without = ("--maxfail=0", "-n0", "--no-cov", "--reruns=0") if len(case.named) > 1 else ()
        expected = outcomes_of(folder / case.inside, *case.options, *without, *case.paths)
    assert found.report, found.text
    for order in ("declared", "reversed", "isolated"):
        assert found.outcomes(order) == (expected if len(expected) > 1 or order != "reversed" else {}), found.text
    assert set(found.verdicts.values()) <= {"stable", "failing"}, found.text
    assert found.report["suite"]["engine"] == "fork", found.text
    assert "Traceback" not in found.text
    assert after == before
    told = " ".join(found.stdout.split())
    assert all(each in told for each in case.named)
    assert bool(case.named) == ("switched off" in told)


OUTCOMES = {
    "pytest.ini": "[pytest]\nxfail_strict = true\n",
    "test_outcomes.py": """
        import pytest

        pytest.importorskip("sys")

        @pytest.fixture
        def skipping():
            pytest.skip("in set-up")

        @pytest.fixture
        def expecting():
            pytest.xfail("in set-up")

        @pytest.fixture
        def bad_end():
            yield
            raise RuntimeError

        def test_passes():
            pass

        @pytest.mark.xfail
        def test_passes_against_strict_expectation():
            pass

        @pytest.mark.xfail(strict=False)
        def test_passes_against_expectation():
            pass

        @pytest.mark.xfail(raises=ValueError)
        def test_fails_otherwise():
            raise KeyError

        @pytest.mark.xfail(run=False)
        def test_never_runs():
            raise SystemExit

        def test_skipped_in_set_up(skipping):
            pass

        def test_expected_in_set_up(expecting):
            pass

        def test_bad_end(bad_end):
            pass

        def test_fails_and_ends_badly(bad_end):
            assert False

        def test_no_such_fixture(nothing):
            pass

        def test_imports_or_skips():
            pytest.importorskip("no_such_module")

        def test_subtests(subtests):
            for number in range(3):
                with subtests.test(msg="number", number=number):
                    assert number != 1

        def test_good_subtests(subtests):
            for number in range(3):
                with subtests.test(number=number):
                    pass
    """,
    "test_gone.py": "import pytest\npytest.importorskip('no_such_module')\n\ndef test_never(): pass\n",
    "test_skipped.py": "import pytest\npytest.skip('all', allow_module_level=True)\n",
    "test_cases.py": """
        import unittest

        def setUpModule():
            pass

        class TestCase(unittest.TestCase):
            @classmethod
            def setUpClass(cls):
                cls.shared = 3

            def setUp(self):
                self.addCleanup(list)

            def test_shared(self):
                self.assertEqual(self.shared, 3)

            def test_sub_fails(self):
                for number in range(3):
                    with self.subTest(number=number):
                        self.assertNotEqual(number, 1)

            @unittest.skip("no")
            def test_skipped(self):
                pass

            @unittest.expectedFailure
            def test_expected(self):
                self.fail()

            def test_skips(self):
                self.skipTest("why")

        class TestAsynchronous(unittest.IsolatedAsyncioTestCase):
            async def asyncSetUp(self):
                self.number = 1

            async def test_awaits(self):
                self.addAsyncCleanup(self.clean)
                self.assertEqual(self.number, 1)

            async def clean(self):
                pass

        class TestNose:
            def setup_method(self, method):
                self.number = 1

            def teardown_method(self):
                pass

            def test_number(self):
                assert self.number
    """,
}


def test_every_outcome_is_what_plain_pytest_makes_of_it() -> None:
    with Project(OUTCOMES).folder() as folder:
        expected = outcomes_of(folder, "-p", "no:cacheprovider")
        found = audit(folder, "--random", "0")
    for order in ("declared", "reversed", "isolated"):
        assert found.outcomes(order) == expected, found.text
    assert found.report["suite"]["engine"] == "fork"
    assert (found.report["leaks"], found.code) == ([], 0)
    assert "Traceback" not in found.text
    assert "tearDown_exceptions" not in found.stdout
    line = [line.strip() for line in OUTCOMES["test_cases.py"].splitlines()].index(
        "self.assertNotEqual(number, 1)"
    ) + 1
    assert f"AssertionError at test_cases.py:{line}" in found.stdout  # the project's line, not unittest's


IDS = ["ä€😀", "a b", "x::y", "[br]", "br]ack[et", "quote\"'", "x" * 10_000, "#2", "a #2", "\\", "$HOME", "--opt",
       "\x1b[31mred", "\u202e", "%s", "{}", "a.py::test"]  # fmt: skip
NAMED = {
    "pytest.ini": """
        [pytest]
        disable_test_id_escaping_and_forfeit_all_rights_to_community_support = true
    """,
    "tést ünï/test_a b.py": f"""
        import pytest

        LOG = []
        IDS = {IDS!r}

        @pytest.mark.parametrize("name", IDS, ids=IDS)
        def test_name(name):
            assert LOG != ["x::y"] or name not in ("x::y", "quote\\"'")

        def test_leaks():
            LOG.append("x::y")
    """,
}


def test_ids_of_every_sort_are_told_and_reproduced() -> None:
    with Project(NAMED).folder() as folder:
        expected = outcomes_of(folder, "-p", "no:cacheprovider")
        found = audit(folder, "--random", "0")
        assert found.outcomes("declared") == {short_id(test): outcome for test, outcome in expected.items()}
        file = "tést ünï/test_a b.py"
        victims = {f"{file}::test_name[x::y]", f"{file}::test_name[quote\"']"}
        assert {test for test, verdict in found.verdicts.items() if verdict != "stable"} == victims, found.text
        for edge in found.report["edges"]:
            assert (edge["from"], edge["counterfactual"]) == ([f"{file}::test_leaks"], True)
            done = subprocess.run(edge["reproduce"], shell=True, cwd=folder, env=environment(), check=False)
            assert done.returncode == 1


def test_two_tests_of_one_id_are_two_tests() -> None:
    """The file alone collects one of them."""
    files = {"test_a.py": "LOG = []\n\ndef test_a():\n    assert LOG == []\n\ndef test_b():\n    LOG.append(1)\n"}
    found = Project(files).audit("--random", "0", "test_a.py", "test_a.py", "--", "--keep-duplicates")
    ids = [row["id"].partition("::")[2] for row in found.report["tests"]]
    assert ids == ["test_a", "test_b", "test_a #2", "test_b #2"]
    assert found.names == {"test_a": "victim", "test_b": "stable", "test_a #2": "victim", "test_b #2": "stable"}
    assert found.report["certificate"]["unexplained"] == []


LEAKS: dict[str, Any] = {
    "class_fixture": ("conftest.py", "state.class_fixture = 1", "class_fixture"),
    "module_fixture": ("conftest.py", "state.module_fixture = 1", "module_fixture"),
    "parametrised": ("conftest.py", "state.parametrised = request.param", "parametrised"),
    "package": ("package/conftest.py", "state.package = 1", "package"),
    "asynchronous": ("conftest.py", "state.asynchronous = 1", "asynchronous"),
    "set_up_class": ("test_leaks.py", "state.set_up_class = 1", "_unittest_setUpClass_fixture_TestCase"),
    "isolated_async": ("test_leaks.py", "state.isolated_async = 1", None),
    "setup_class": ("test_leaks.py", "state.setup_class = 1", "_xunit_setup_class_fixture_TestNose"),
    "set_up_module": (
        "test_set_up_module.py",
        "state.set_up_module = 1",
        "_xunit_setup_module_fixture_test_set_up_module",
    ),
    "doctest": ("shop.py", ">>> state.doctest = 1", None),
    "dynamic": ("conftest.py", "state.dynamic = 1", "dynamic"),
}
"""What leaks: (file, line, fixture)."""
LEAKY = Project(
    {
        "pytest.ini": """
            [pytest]
            addopts = -p asyncio -p anyio --doctest-modules -W error
            asyncio_mode = strict
            asyncio_default_fixture_loop_scope = session
            asyncio_default_test_loop_scope = session
        """,
        "state.py": "".join(f"{name} = 0\n" for name in LEAKS),
        "shop.py": '''
            """
            >>> import state
            >>> state.doctest = 1
            """
        ''',
        "conftest.py": """
            import asyncio

            import pytest
            import pytest_asyncio

            import state

            @pytest.fixture(scope="class")
            def class_fixture():
                state.class_fixture = 1

            @pytest.fixture(scope="module")
            def module_fixture():
                state.module_fixture = 1
                yield

            @pytest.fixture(scope="session", params=[1, 2])
            def parametrised(request):
                state.parametrised = request.param
                return request.param

            @pytest_asyncio.fixture(scope="session")
            async def asynchronous():
                await asyncio.sleep(0)
                state.asynchronous = 1
                yield asyncio.get_running_loop()

            @pytest.fixture(scope="module")
            def dynamic():
                state.dynamic = 1

            @pytest.fixture(scope="module", params=["asyncio", ("asyncio", {"debug": True})], ids="ab")
            def anyio_backend(request):
                return request.param

            @pytest.fixture(scope="module")
            async def shared(anyio_backend):
                yield []
        """,
        "package/__init__.py": "",
        "package/conftest.py": """
            import pytest

            import state

            @pytest.fixture(scope="package", autouse=True)
            def package():
                state.package = 1
                yield
        """,
        "package/test_package.py": "def test_package():\n    pass\n",
        "test_set_up_module.py": """
            import state

            def setUpModule():
                state.set_up_module = 1

            def test_set_up_module():
                pass
        """,
        "test_leaks.py": """
            import asyncio
            import unittest

            import pytest

            import state

            class TestClass:
                def test_class_fixture(self, class_fixture):
                    pass

            def test_module_fixture(module_fixture):
                pass

            def test_parametrised(parametrised):
                assert state.parametrised == parametrised

            @pytest.mark.asyncio
            async def test_asynchronous(asynchronous):
                assert asyncio.get_running_loop() is asynchronous

            def test_dynamic(request):
                request.getfixturevalue("dynamic")

            class TestCase(unittest.TestCase):
                @classmethod
                def setUpClass(cls):
                    state.set_up_class = 1

                def test_set_up_class(self):
                    pass

            class TestIsolated(unittest.IsolatedAsyncioTestCase):
                async def test_isolated_async(self):
                    state.isolated_async = 1

            class TestNose:
                @classmethod
                def setup_class(cls):
                    state.setup_class = 1

                def test_setup_class(self):
                    pass
        """,
        "test_anyio.py": """
            import pytest

            pytestmark = pytest.mark.anyio

            async def test_shared(shared):
                shared.append(1)
                assert shared == [1]

            def test_synchronous(anyio_backend):
                pass
        """,
        "test_victims.py": """
            import pytest

            import state

            @pytest.mark.parametrize("name", NAMES)
            def test_is_clean(name):
                assert getattr(state, name) == 0
        """.replace("NAMES", repr(list(LEAKS))),
    }
)


@pytest.fixture(scope="module")
def leaky() -> Audited:
    return LEAKY.audit("--random", "0", "--budget", "600s")


@pytest.mark.parametrize("name", LEAKS)
def test_what_leaks_in_any_surroundings_is_accused_with_its_line_and_proven(leaky: Audited, name: str) -> None:
    file, text, fixture = LEAKS[name]
    victim = f"test_victims.py::test_is_clean[{name}]"
    edges = [edge for edge in leaky.report["edges"] if edge["to"] == victim]
    assert edges, leaky.text
    for edge in edges:
        assert edge["counterfactual"] is True, edge
        assert name in edge["from"][0] or name == "doctest", edge
    leak = leaky.leak("module_globals", name)
    (source,) = leak["sources"]
    lines = LEAKY.files[file].splitlines()
    assert (source["file"], lines[source["line"] - 1].strip(), source["fixture"]) == (file, text, fixture)


def test_nobody_else_is_accused_in_any_surroundings(leaky: Audited) -> None:
    accused = {test for test, verdict in leaky.verdicts.items() if verdict != "stable"}
    assert accused == {f"test_victims.py::test_is_clean[{name}]" for name in LEAKS}, leaky.text
    assert len(leaky.report["leaks"]) == len(LEAKS), leaky.text
    assert leaky.report["certificate"]["unexplained"] == []
    assert leaky.report["suite"]["engine"] == "fork"
    assert "cannot be put back" not in leaky.text


REORDERED = {
    "conftest.py": """
        import pytest

        DB = []

        @pytest.hookimpl(tryfirst=True)
        def pytest_collection_modifyitems(items):
            items.sort(key=lambda item: "db" not in item.fixturenames)

        @pytest.fixture(scope="session")
        def database():
            DB.append("created")
            yield
            DB.clear()

        @pytest.fixture
        def db(database):
            yield DB
            del DB[1:]
    """,
    "test_a.py": """
        from conftest import DB

        def test_without():
            assert "row" not in DB

        def test_with(db):
            db.append("row")
            assert db == ["created", "row"]
    """,
    "test_b.py": "def test_with(db):\n    assert db == ['created']\n",
}


def test_a_plugin_that_reorders_is_obeyed_in_the_declared_order() -> None:
    found = Project(REORDERED).audit("--random", "1")
    (row,) = [row for row in found.report["orders"] if row["name"] == "declared"]
    assert row["outcomes"] == {"passed": 3}
    assert [test["id"] for test in found.report["tests"]] == [
        "test_a.py::test_with", "test_b.py::test_with", "test_a.py::test_without",
    ]  # fmt: skip
    assert (found.report["leaks"], found.code) == ([], 0), found.text
    assert set(found.verdicts.values()) == {"stable"}


NEEDS_THE_FOLDER = {
    "shop/__init__.py": "PRICE = 900\n",
    "tests/conftest.py": "import shop\n",
    "tests/test_shop.py": """
        import shop

        def test_price():
            assert shop.PRICE == 900

        def test_sale(monkeypatch):
            monkeypatch.setattr(shop, "PRICE", 450)
    """,
}


def test_a_suite_that_only_python_m_pytest_can_collect() -> None:
    """As many applications have it: the folder of the project is on the path of `python -m pytest` alone."""
    found = Project(NEEDS_THE_FOLDER).audit("tests", "--random", "0")
    assert set(found.verdicts.values()) == {"stable"}, found.text
    assert found.report["suite"]["engine"] == "fork"
    assert found.report["notes"] == [
        "collects only with `python -m pytest`, so this is what runs and what is printed"
    ]
    declared = next(row for row in found.report["orders"] if row["name"] == "declared")
    assert declared["reproduce"] == "python -m pytest tests"
