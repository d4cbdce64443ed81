"""Tests that do to their process what tests may do behave as without leakcheck, and are all judged."""

from __future__ import annotations

import re
import sys

import pytest

from support import Audited, Project

ODD = """
    import asyncio
    import cProfile
    import gc
    import io
    import json
    import multiprocessing
    import os
    import pdb
    import signal
    import subprocess
    import sys
    import threading
    import time
    import urllib.request
    from concurrent.futures import ProcessPoolExecutor
    from http.server import HTTPServer, SimpleHTTPRequestHandler
    from unittest import mock

    import pytest

    pytest_plugins = ["pytester"]

    def square(number):
        return number * number

    def test_first():
        pass

    # Processes

    @pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
    def test_multiprocessing(method):
        context = multiprocessing.get_context(method)
        queue = context.SimpleQueue()
        process = context.Process(target=queue.put, args=(5,))
        process.start()
        assert queue.get() == 5
        process.join()
        assert process.exitcode == 0

    def test_pool():
        with ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as pool:
            assert list(pool.map(square, range(3))) == [0, 1, 4]

    def test_a_child_of_its_own():
        child = os.fork()
        if not child:
            os._exit(5)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 5

    # Servers, threads, loops

    def test_a_server_in_a_thread():
        server = HTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/") as answer:
            assert answer.status == 200
        server.shutdown()
        server.server_close()
        thread.join()

    def test_a_server_in_a_process():
        code = (
            "from http.server import *; s = HTTPServer(('127.0.0.1', 0), SimpleHTTPRequestHandler);"
            "print(s.server_port, flush=True); s.serve_forever()"
        )
        command = [sys.executable, "-c", code]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
            port = int(server.stdout.readline())
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
                assert answer.status == 200
            server.kill()

    def test_uvicorn():
        import uvicorn
        async def app(scope, receive, send):
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"ok"})
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
            assert answer.read() == b"ok"
        server.should_exit = True
        thread.join()

    def test_a_loop_in_a_thread():
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        future = asyncio.run_coroutine_threadsafe(asyncio.sleep(0, result=3), loop)
        assert future.result(10) == 3
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    # Signals and limits

    @pytest.mark.parametrize("name", ["SIGALRM", "SIGTERM", "SIGINT", "SIGCHLD", "SIGHUP"])
    def test_a_handler(name):
        seen = []
        before = signal.signal(getattr(signal, name), lambda number, frame: seen.append(number))
        os.kill(os.getpid(), getattr(signal, name))
        signal.signal(getattr(signal, name), before)
        assert seen

    def test_an_alarm():
        def ring(number, frame):
            raise TimeoutError
        before = signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, 0.02)
        with pytest.raises(TimeoutError):
            time.sleep(10)
        signal.signal(signal.SIGALRM, before)

    # Debuggers, profilers, clocks

    def test_settrace():
        seen = []
        def trace(frame, event, argument):
            seen.append(event)
            return trace
        before = sys.gettrace()
        sys.settrace(trace)
        square(2)
        sys.settrace(before)
        assert seen == ["call", "line", "return"]

    def test_setprofile():
        seen = []
        sys.setprofile(lambda frame, event, argument: seen.append(event))
        square(2)
        sys.setprofile(None)
        assert "call" in seen

    def test_cprofile():
        profile = cProfile.Profile()
        assert profile.runcall(square, 3) == 9
        assert profile.getstats()

    def test_pdb():
        debugger = pdb.Pdb(stdin=io.StringIO("continue"), stdout=io.StringIO(), nosigint=True)
        assert debugger.runcall(square, 3) == 9

    def test_coverage():
        coverage = pytest.importorskip("coverage")
        measuring = coverage.Coverage(data_file=None)
        measuring.start()
        square(3)
        measuring.stop()
        assert measuring.get_data().measured_files()

    @pytest.mark.skipif(not hasattr(sys, "monitoring"), reason="new in Python 3.12")
    def test_monitoring():
        seen = []
        sys.monitoring.use_tool_id(3, "odd")
        start = sys.monitoring.events.PY_START
        sys.monitoring.register_callback(3, start, lambda *given: seen.append(given))
        sys.monitoring.set_events(3, start)
        square(3)
        sys.monitoring.set_events(3, 0)
        sys.monitoring.register_callback(3, start, None)
        sys.monitoring.free_tool_id(3)
        assert seen

    def test_freezegun():
        freezegun = pytest.importorskip("freezegun")
        with freezegun.freeze_time("2001-01-01"):
            assert time.time() == 978_307_200

    def test_time_machine():
        time_machine = pytest.importorskip("time_machine")
        with time_machine.travel(0, tick=False):
            assert time.time() == 0

    # What everybody needs

    def test_no_environment():
        with mock.patch.object(os, "environ", {}):
            assert not os.environ

    def test_no_output():
        with mock.patch.object(sys, "stdout", None), mock.patch.object(sys, "stderr", None):
            print("nowhere")

    def test_a_folder_that_is_gone(tmp_path, monkeypatch):
        (tmp_path / "gone").mkdir()
        monkeypatch.chdir(tmp_path / "gone")
        (tmp_path / "gone").rmdir()

    def test_no_garbage_collector():
        gc.disable()
        gc.freeze()
        gc.unfreeze()
        gc.enable()

    @pytest.mark.parametrize(
        ("owner", "name"),
        [
            (os, "fspath"), (os, "fsdecode"), (os, "getpid"), (os, "kill"), (os, "_exit"), (os.path, "realpath"),
            (os.path, "join"), (sys, "_getframe"), (json.encoder, "encode_basestring_ascii"), (gc, "collect"),
        ],
    )
    def test_replaced(owner, name, monkeypatch):
        def broken(*given, **named):
            raise RuntimeError(name)
        monkeypatch.setattr(owner, name, broken)

    # pytest in pytest

    def test_pytest_main(tmp_path, monkeypatch):
        monkeypatch.syspath_prepend(tmp_path)
        (tmp_path / "test_inner.py").write_text("def test_a(): pass")
        with mock.patch.dict(sys.modules):
            assert pytest.main(["-q", "-p", "no:cacheprovider", f"--rootdir={tmp_path}", str(tmp_path)]) == 0

    def test_pytester(pytester):
        pytester.makepyfile("def test_a(): pass\\ndef test_b(): assert 0")
        pytester.runpytest_inprocess("-p", "no:cacheprovider").assert_outcomes(passed=1, failed=1)

    def test_system_exit():
        with pytest.raises(SystemExit):
            sys.exit(3)

    def test_last():
        pass
"""
PLAIN = {"PASSED": "passed", "SKIPPED": "skipped"}


@pytest.fixture(scope="module", params=["fork", pytest.param("spawn", marks=pytest.mark.slow)])
def odd(request: pytest.FixtureRequest) -> Audited:
    return Project({"test_odd.py": ODD}).audit("--random", "0", "--budget", "1", "--engine", request.param)


@pytest.fixture(scope="module")
def plain() -> dict[str, str]:
    """Test → outcome in plain pytest, in which all pass that are not skipped."""
    ended = Project({"test_odd.py": ODD}).pytest("-rA", "-q")
    rows = re.findall(r"^(PASSED) (\S+)$", ended.stdout, re.M)
    assert re.search(r"^\d+ passed(, 1 skipped)? in ", ended.stdout.splitlines()[-1]), ended.text
    return {test: PLAIN[word] for word, test in rows}


def test_every_outcome_is_that_of_plain_pytest(odd: Audited, plain: dict[str, str]) -> None:
    orders = {order for row in odd.report["tests"] for order in row["outcomes"]}
    assert {"declared", "reversed"} <= orders
    for order in orders:
        found = {test: outcome for test, outcome in odd.outcomes(order).items() if outcome != "skipped"}
        assert found == {test: plain[test] for test in found}, (order, odd.text)
    assert len(odd.outcomes("declared")) - len(plain) == (0 if hasattr(sys, "monitoring") else 1)


def test_nobody_is_accused(odd: Audited) -> None:
    assert set(odd.names.values()) <= {"stable", "skipped"}, odd.text
    assert odd.code == 0
    assert "Traceback" not in odd.text
    assert "differ from plain pytest" not in odd.text


LASTS = """
    import os
    import resource
    import sys

    def test_first():
        pass

    def test_few_open_files():
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (5, hard))

    def test_small_files():
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))

    def test_a_child_that_goes_on_with_the_suite():
        child = os.fork()
        if child:
            os.waitpid(child, 0)

    def test_a_child_that_fails():
        child = os.fork()
        assert child
        os.waitpid(child, 0)

    def test_a_child_that_exits():
        child = os.fork()
        if not child:
            sys.exit(3)
        os.waitpid(child, 0)

    def test_last():
        pass
"""


@pytest.mark.parametrize("engine", ["fork", pytest.param("spawn", marks=pytest.mark.slow)])
def test_limits_and_children_that_go_on_with_the_suite_change_no_outcome(engine: str) -> None:
    """Each test that forks runs the rest of the suite twice: only one of them is asked."""
    found = Project({"test_lasts.py": LASTS}).audit("--random", "0", "--engine", engine)
    assert set(found.names.values()) == {"stable"}, found.text
    assert found.code == 0
    for order in ("declared", "reversed"):
        (row,) = [row for row in found.report["orders"] if row["name"] == order]
        assert row["outcomes"] == {"passed": 7}
    assert "note:" not in found.stderr


DOUBLER = """
    import queue
    import threading

    ASKED, ANSWERED = queue.Queue(), queue.Queue()

    def work():
        while True:
            ANSWERED.put(2 * ASKED.get())

    threading.Thread(target=work, daemon=True, name="doubler").start()
"""
ASKS = """
    from {module} import ANSWERED, ASKED

    def test_two():
        ASKED.put(2)
        assert ANSWERED.get() == 4

    def test_three():
        ASKED.put(3)
        assert ANSWERED.get() == 6
"""


@pytest.mark.parametrize("module", ["conftest", "doubling"])
def test_a_thread_that_the_import_started_ends_the_forking_and_is_told_once(module: str) -> None:
    found = Project({f"{module}.py": DOUBLER, "test_a.py": ASKS.format(module=module)}).audit("--random", "0")
    assert set(found.names.values()) == {"stable"}, found.text
    assert found.report["suite"]["engine"] == "spawn"
    told = "threads live that the import of the suite has started (doubler); forks would lack them"
    assert found.stderr.count(told) == 1
    assert " ".join(found.stdout.split()).count(told) == 1


NATIVE = """
    import ctypes

    LIBC = ctypes.CDLL(None)
    THREAD = ctypes.c_ulong()
    LIBC.pthread_create(ctypes.byref(THREAD), None, LIBC.pause, None)
    LIBC.pthread_setname_np(THREAD, {name!r})
"""


@pytest.mark.skipif(sys.platform != "linux", reason="native threads are told by Linux")
@pytest.mark.parametrize(("name", "engine"), [(b"polars-0", "spawn"), (b"jemalloc_bg_thd", "fork")])
def test_a_native_thread_ends_the_forking_if_a_fork_would_wait_for_it(name: bytes, engine: str) -> None:
    """As Rust libraries start them, which Python does not know."""
    files = {"pool.py": NATIVE.format(name=name), "test_a.py": "import pool\n\ndef test_a():\n    pass\n"}
    found = Project(files).audit("--random", "0")
    assert set(found.names.values()) == {"stable"}, found.text
    assert found.report["suite"]["engine"] == engine
    assert ("has started (polars-0); forks would lack them" in found.stderr) == (engine == "spawn")
