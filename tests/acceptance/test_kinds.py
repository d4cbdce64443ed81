"""Kinds beyond applications and clients: told where they hurt nobody, proven where they do, quiet where undone."""

from __future__ import annotations

import pytest

from support import Audited, Project

SHOP = """
    import functools

    LIMIT = 10
    ROWS = ["mug"]

    def send():
        return "sent"

    class Mailer:
        def post(self):
            return "posted"

    class Policy:
        limit = 10

    @functools.lru_cache
    def rate():
        return 3
"""
LEAKY = Project(
    {
        "pytest.ini": "[pytest]\npythonpath = .\n",
        "shop.py": SHOP,
        "test_leaky.py": """
            import json, logging, os, sys, threading, time
            from unittest import mock
            import shop

            def test_no_file():
                assert not os.path.exists("data.json")

            def test_no_poller():
                assert not [each for each in threading.enumerate() if each.name == "poller"]

            def test_region():
                assert os.environ.get("SHOP_REGION", "home")

            def test_environ():
                os.environ["SHOP_REGION"] = "abroad"

            def test_patch():
                mock.patch("shop.send").start()

            def test_method():
                shop.Mailer.post = lambda self: None

            def test_library():
                json.dumps = lambda value: "nothing"

            def test_level():
                logging.getLogger("shop").setLevel(50)

            def test_rows():
                shop.ROWS.append("pen")

            def test_file():
                with open("data.json", "w") as stream:
                    stream.write("{}")

            def test_thread():
                threading.Thread(target=time.sleep, args=(600,), name="poller", daemon=True).start()
        """,
    }
)


@pytest.fixture(scope="module")
def leaky() -> Audited:
    return LEAKY.audit("--random", "0")


def test_what_was_replaced_or_set_is_told_with_its_line_though_it_hurts_nobody(leaky: Audited) -> None:
    lines = LEAKY.files["test_leaky.py"].splitlines()
    quiet = {
        (leak["kind"], leak["owner"], leak["key"]): [
            lines[source["line"] - 1].strip() for source in leak["sources"]
        ]
        for leak in leaky.report["leaks"]
        if leak["impact"] == "latent"
    }
    assert quiet == {
        ("logging", "shop", "level"): ['logging.getLogger("shop").setLevel(50)'],
        ("module_globals", "json", "dumps"): ['json.dumps = lambda value: "nothing"'],
        ("module_globals", "shop", "Mailer.post"): ["shop.Mailer.post = lambda self: None"],
        ("module_globals", "shop", "send"): ['mock.patch("shop.send").start()'],
    }


def test_what_grows_is_told_in_one_line(leaky: Audited) -> None:
    (note,) = [note for note in leaky.stdout.split("\n\n") if "1 test changes what modules hold" in note]
    assert "shop.ROWS" in note


def test_an_environment_variable_is_tracked(leaky: Audited) -> None:
    leak = leaky.leak("environ", "SHOP_REGION")
    assert (leak["impact"], leak["readers"]) == ("read", ["test_leaky.py::test_region"])
    assert [(source["line"], source["phase"]) for source in leak["sources"]] == [(16, "call")]
    assert "abroad" not in leaky.stdout


def test_a_file_is_named_and_proven(leaky: Audited) -> None:
    leak = leaky.leak("files", "data.json")
    assert leak["victims"] == ["test_leaky.py::test_no_file"]
    (edge,) = [edge for edge in leaky.report["edges"] if edge["to"] == "test_leaky.py::test_no_file"]
    assert (edge["from"], edge["counterfactual"]) == (["test_leaky.py::test_file"], True)
    assert "data.json" not in leaky.files


def test_a_thread_is_the_suspected_cause_as_it_cannot_be_put_back(leaky: Audited) -> None:
    (edge,) = [edge for edge in leaky.report["edges"] if edge["to"] == "test_leaky.py::test_no_poller"]
    assert (edge["from"], edge["confirmed"]) == (["test_leaky.py::test_thread"], True)
    leak = leaky.leak("threads", "builtins:sleep")
    assert (edge["leak"], edge["counterfactual"]) == (leak["id"], None)
    (source,) = leak["sources"]
    assert "target=time.sleep" in LEAKY.files["test_leaky.py"].splitlines()[source["line"] - 1]
    assert "threads builtins:sleep of threading cannot be put back" in " ".join(leaky.stdout.split())


IMPORTS = Project(
    {
        "pytest.ini": "[pytest]\npythonpath = .\n",
        "settings.py": "import os\nMODE = os.environ.get('SHOP_MODE', 'open')\n",
        "test_imports.py": """
            import importlib

            def test_closed(monkeypatch):
                monkeypatch.setenv("SHOP_MODE", "closed")
                assert importlib.import_module("settings").MODE == "closed"

            def test_open():
                assert importlib.import_module("settings").MODE == "open"
        """,
    }
)


def test_what_a_module_computed_at_its_first_import_is_named_and_proven() -> None:
    found = IMPORTS.audit("--random", "0")
    (leak,) = found.report["leaks"]
    assert (leak["kind"], leak["key"]) == ("imports", "settings")
    assert {(source["function"], source["line"]) for source in leak["sources"]} == {
        ("test_closed", 6),
        ("test_open", 9),
    }
    proven = {(edge["from"][0], edge["to"]) for edge in found.report["edges"] if edge["counterfactual"]}
    closed, opened = "test_imports.py::test_closed", "test_imports.py::test_open"
    assert proven == {(closed, opened), (opened, closed)}, found.stdout


ASYNCHRONOUS = Project(
    {
        "test_loops.py": """
            import asyncio
            from fastapi import FastAPI
            from fastapi.testclient import TestClient

            app = FastAPI()
            loops = []

            @app.get("/")
            def home():
                return 1

            def test_entered():
                client = TestClient(app)
                client.__enter__()
                assert client.get("/").json() == 1

            def test_left():
                with TestClient(app) as client:
                    assert client.get("/").json() == 1

            def test_task():
                async def poll():
                    await asyncio.sleep(600)

                async def main():
                    loops.append(asyncio.ensure_future(poll()))

                loop = asyncio.new_event_loop()
                loops.append(loop)
                loop.run_until_complete(main())
        """
    }
)


def test_clients_that_were_never_left_and_tasks_that_go_on_are_told() -> None:
    found = ASYNCHRONOUS.audit("--random", "0")
    assert {(leak["kind"], leak["key"]): leak["polluters"] for leak in found.report["leaks"]} == {
        ("threads", "a client or portal that was entered and never left"): ["test_loops.py::test_entered"],
        ("threads", "task test_task.<locals>.poll"): ["test_loops.py::test_task"],
    }


CLEAN = Project(
    {
        "pytest.ini": "[pytest]\npythonpath = .\n",
        "shop.py": SHOP,
        "test_clean.py": """
            import asyncio, contextlib, json, locale, logging, os, random, signal, sys, threading, warnings
            from unittest import mock
            import pytest
            import shop

            @pytest.fixture
            def put_back():
                with contextlib.ExitStack() as stack:
                    yield stack.callback

            def test_environ(monkeypatch):
                monkeypatch.setenv("SHOP_REGION", "abroad")
                monkeypatch.delenv("HOME", raising=False)
                with mock.patch.dict(os.environ, {"SHOP_DEBUG": "1"}, clear=True):
                    assert dict(os.environ) == {"SHOP_DEBUG": "1"}

            def test_environ_by_hand(put_back):
                os.environ["SHOP_REGION"] = "abroad"
                put_back(os.environ.pop, "SHOP_REGION")

            def test_names(monkeypatch):
                monkeypatch.setattr(shop, "LIMIT", 99)
                monkeypatch.setattr(shop.Policy, "limit", 99)
                with mock.patch("shop.send"), mock.patch.object(json, "dumps"):
                    shop.send()

            def test_rows(put_back):
                shop.ROWS.append("pen")
                put_back(shop.ROWS.pop)

            def test_folder(monkeypatch, tmp_path):
                monkeypatch.chdir(tmp_path)
                monkeypatch.syspath_prepend(tmp_path)
                monkeypatch.setattr(sys, "argv", ["shop"])

            def test_module(monkeypatch):
                monkeypatch.setitem(sys.modules, "json", mock.Mock())
                import decimal, shop as again

            def test_logging(caplog, put_back):
                caplog.set_level(50, "shop")
                handler = logging.StreamHandler()
                logging.getLogger("shop").addHandler(handler)
                put_back(logging.getLogger("shop").removeHandler, handler)
                logging.getLogger("made on first use").info("nothing")

            def test_warnings():
                warnings.simplefilter("ignore")

            def test_signal(put_back):
                put_back(signal.signal, signal.SIGUSR1, signal.signal(signal.SIGUSR1, signal.SIG_IGN))

            def test_locale(put_back):
                put_back(locale.setlocale, locale.LC_ALL, locale.setlocale(locale.LC_ALL))
                locale.setlocale(locale.LC_ALL, "C.UTF-8")

            def test_thread():
                thread = threading.Thread(target=print)
                thread.start()
                thread.join()

            def test_thread_that_is_about_to_end():
                threading.Timer(0.05, print).start()

            def test_chance():
                assert 0 <= random.random() < 1

            def test_loop():
                asyncio.run(asyncio.sleep(0))

            def test_cache():
                assert shop.rate() == 3

            def test_file(tmp_path):
                (tmp_path / "data.json").write_text("{}")

            def test_file_in_the_project(put_back):
                with open("data.json", "w") as stream:
                    put_back(os.unlink, "data.json")
        """,
    }
)


def test_what_is_undone_is_no_leak() -> None:
    found = CLEAN.audit("--random", "1")
    assert (found.report["leaks"], found.report["edges"]) == ([], []), found.stdout
    assert (found.report["verdict"], found.code) == ("clean", 0)
    assert "what modules hold" not in found.stdout


POLLED = Project(
    {
        "pytest.ini": "[pytest]\npythonpath = .\n",
        "conftest.py": """
            import threading
            import time

            import pytest

            @pytest.fixture(scope="session", autouse=True)
            def poller():
                threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
        """,
        "hidden.py": """
            import ctypes

            def _make():
                level = ctypes.create_string_buffer(1)
                return lambda: level.raw != b"\\0", lambda: setattr(level, "raw", b"1")

            is_set, set_level = _make()
        """,
        "test_polled.py": """
            import hidden

            def test_sets():
                hidden.set_level()

            def test_is_not_set():
                assert not hidden.is_set()
        """,
    }
)


def test_a_thread_that_the_victim_has_as_well_is_not_suspected() -> None:
    found = POLLED.audit("--random", "0")
    (edge,) = [edge for edge in found.report["edges"] if edge["effect"] == "breaks"]
    assert (edge["from"], edge["leak"], edge["confirmed"]) == (["test_polled.py::test_sets"], None, True)
    assert {leak["kind"] for leak in found.report["leaks"] if leak["impact"] == "broken"} == set()
