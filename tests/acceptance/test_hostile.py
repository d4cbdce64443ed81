"""A suite that breaks everything within reach is audited to its end, and every other test has the right verdict."""

from __future__ import annotations

import pytest

from support import Audited, Project

PATCHES = """
    import builtins
    import json
    import os
    import threading
    import time
    from unittest import mock

    import pytest

    def broken(*args, **kwargs):
        raise RuntimeError("patched")

    @pytest.mark.parametrize(
        ("owner", "name"),
        [
            (builtins, "open"), (json, "dumps"), (json, "loads"), (time, "time"), (time, "monotonic"),
            (time, "sleep"), (os, "write"), (os, "read"), (os, "fork"), (os, "open"), (os, "fstat"), (os, "getpid"),
            (os, "_exit"), (os, "waitpid"), (builtins, "print"), (threading, "Thread"),
        ],
    )
    def test_patches_and_puts_back(owner, name, monkeypatch):
        with mock.patch.object(owner, name, broken):
            pass

    def test_patches_for_good():
        os.write = json.dumps = json.JSONEncoder.encode = json.JSONEncoder.iterencode = broken

    def test_patches_the_clock_for_good():
        time.time = time.monotonic = time.perf_counter = lambda: 0.0

    def test_patches_open_for_good():
        builtins.open = broken

    def test_changes_folder(tmp_path):
        os.chdir(tmp_path)

    def test_after_all_that():
        assert 1 + 1 == 2
"""
ENDS = """
    import os
    import signal
    import sys
    import threading
    import time

    import pytest

    def test_before():
        pass

    def test_leaves():
        os._exit(0)

    def test_segfault():
        os.kill(os.getpid(), signal.SIGSEGV)

    def test_exits():
        sys.exit(3)

    def test_sleeps():
        time.sleep(3600)

    def test_recursion():
        def again():
            return again()
        with pytest.raises(RecursionError):
            again()

    def test_alarm():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)

    def test_leaves_a_thread():
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()

    def test_leaves_a_child():
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)

    def test_fails():
        assert False

    @pytest.mark.skip
    def test_skipped():
        pass

    @pytest.mark.xfail
    def test_xfails():
        assert False

    def test_last():
        pass
"""
CLOSES = """
    import os

    def test_before():
        pass

    def test_closes_everything():
        os.closerange(3, 256)

    def test_takes_what_was_closed():
        for _ in range(64):
            os.open(os.devnull, os.O_WRONLY)

    def test_last():
        pass
"""


@pytest.mark.parametrize("engine", ["fork", "spawn"])
def test_closed_descriptors_do_not_stop_the_audit(engine: str) -> None:
    """With `-s`: else it is pytest's own capturing that breaks."""
    found = Project({"test_c.py": CLOSES}).audit("--random", "0", "--engine", engine, "--", "-s")
    assert set(found.names.values()) == {"stable"}, found.text
    assert found.code == 0
    assert all(set(row["outcomes"].values()) == {"passed"} for row in found.report["tests"])


@pytest.fixture(scope="module")
def patched() -> Audited:
    return Project({"test_patches.py": PATCHES}).audit("--random", "0", "--test-timeout", "20")


def test_patched_builtins_do_not_stop_the_audit(patched: Audited) -> None:
    assert patched.report, patched.text
    assert patched.report["suite"]["tests"] == 21
    assert set(patched.outcomes("isolated").values()) == {"passed"}, patched.text
    assert len(patched.outcomes("isolated")) == 21


def test_patched_builtins_change_no_verdict(patched: Audited) -> None:
    assert set(patched.names.values()) == {"stable"}, patched.text
    assert patched.code == 0


@pytest.fixture(scope="module", params=["fork", "spawn"])
def ended(request: pytest.FixtureRequest) -> Audited:
    # A process of its own must have started, on a slow machine too, within the time that one test may take.
    limit = {"fork": "3", "spawn": "10"}[request.param]
    return Project({"test_ends.py": ENDS}).audit(
        "--random", "0", "--test-timeout", limit, "--engine", request.param
    )


def test_every_test_has_its_verdict(ended: Audited) -> None:
    assert ended.names == {
        "test_before": "stable",
        "test_leaves": "crashing",
        "test_segfault": "crashing",
        "test_exits": "failing",
        "test_sleeps": "timeout",
        "test_recursion": "stable",
        "test_alarm": "stable",
        "test_leaves_a_thread": "stable",
        "test_leaves_a_child": "stable",
        "test_fails": "failing",
        "test_skipped": "skipped",
        "test_xfails": "stable",
        "test_last": "stable",
    }, ended.text


def test_the_audit_comes_to_its_end(ended: Audited) -> None:
    assert ended.code == 0, ended.text
    by_code: dict[str, set[str]] = {}
    for row in ended.report["findings"]:
        by_code.setdefault(row["code"], set()).update(test.partition("::")[2] for test in row["tests"])
    left = {"LK301": {"test_alarm", "test_leaves_a_thread"}} if ended.report["suite"]["engine"] == "fork" else {}
    assert by_code == {"LK402": {"test_leaves", "test_segfault", "test_sleeps"}, **left}
    whole = ("declared", "reversed")
    for order in whole:
        assert ended.outcomes(order)["test_ends.py::test_last"] == "passed"
        assert ended.outcomes(order)["test_ends.py::test_before"] == "passed"
