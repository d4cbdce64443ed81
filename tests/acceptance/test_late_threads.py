"""What a thread does after its test has ended: named by the line that starts it, and proven by waiting for it."""

from __future__ import annotations

from support import Project

FILES = {
    "mail.py": """
        import threading
        import time

        sent = []

        class Courier(threading.Thread):
            def __init__(self, letter):
                super().__init__(daemon=True)
                self.letter = letter

            def run(self):
                time.sleep(0.8)
                sent.append(self.letter)

        def post(letter):
            Courier(letter).start()

        def warm_up():
            threading.Thread(target=time.sleep, args=(0.2,), daemon=True).start()
    """,
    "conftest.py": """
        import pytest
        import mail

        @pytest.fixture(autouse=True)
        def empty():
            mail.sent.clear()
            yield
            mail.sent.clear()
    """,
    "test_a_post.py": """
        import mail

        class TestPost:
            def test_letter(self):
                mail.post("a")
                assert mail.sent == []
    """,
    "test_b_quiet.py": """
        import time
        import mail

        def test_warm():
            mail.warm_up()

        def test_nobody_writes():
            time.sleep(1.2)
            assert mail.sent == []
    """,
}


def test_who_is_hurt_by_a_late_thread() -> None:
    found = Project(FILES).audit()
    (leak,) = found.report["leaks"]
    assert (leak["kind"], leak["key"], leak["impact"]) == ("late_threads", "mail:Courier", "broken")
    assert leak["polluters"] == ["test_a_post.py::TestPost::test_letter"]
    assert [(source["file"], source["function"]) for source in leak["sources"]] == [("mail.py", "post")]
    assert {edge["to"] for edge in found.report["edges"] if edge["counterfactual"]} == {
        "test_b_quiet.py::test_nobody_writes"
    }
    assert found.report["certificate"]["unexplained"] == []
