"""What a test leaves in cycles falls to whoever runs when the collector does: named, and proven by a collection."""

from __future__ import annotations

import json

from support import Project, leakcheck

FILES = {
    "pytest.ini": """
        [pytest]
        filterwarnings = error
    """,
    "net.py": """
        class Reply:
            def __init__(self, path):
                self.stream = open(path)
                self.me = self

        class Knot:
            def __init__(self):
                self.me = self

        async def work():
            pass
    """,
    "test_made.py": """
        import pytest
        from net import Knot, Reply, work

        @pytest.fixture
        def path(tmp_path):
            (tmp_path / "a").write_text("one")
            return tmp_path / "a"

        class TestMade:
            def test_file(self, path):
                assert Reply(path).stream.read() == "one"

        def test_coroutine():
            waiting = [work()]
            waiting.append(waiting)

        def test_cycle():
            assert Knot().me

        def test_closes(path):
            reply = Reply(path)
            reply.stream.close()
    """,
    "test_quiet.py": """
        import gc

        def test_collects():
            gc.collect()

        def test_sum():
            assert sum([1, 2]) == 3
    """,
}
FILE, COROUTINE, VICTIM = (
    "test_made.py::TestMade::test_file",
    "test_made.py::test_coroutine",
    "test_quiet.py::test_collects",
)


def test_the_victim_of_a_collection_is_told_what_was_collected_and_from_whom() -> None:
    with Project(FILES).folder() as folder:
        ended = leakcheck(folder, "run", "--random", "0", "--json", "out.json")
        assert ended.code == 1, ended.text
        found = json.loads((folder / "out.json").read_text())
    shown = [edge for edge in found["edges"] if edge["effect"] == "breaks" and edge["confirmed"]]
    assert {(*edge["from"], edge["to"]) for edge in shown} == {(FILE, VICTIM), (COROUTINE, VICTIM)}
    assert all(edge["counterfactual"] for edge in shown)
    leaks = {tuple(leak["polluters"]): (leak["kind"], leak["key"]) for leak in found["leaks"]}
    assert leaks == {(FILE,): ("garbage", "open file"), (COROUTINE,): ("garbage", "coroutine work")}
    verdicts = {test["id"]: test["verdict"] for test in found["tests"]}
    assert {test for test, verdict in verdicts.items() if verdict != "stable"} == {VICTIM}
