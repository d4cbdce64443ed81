"""State that no look at Python objects sees: who depends on whom is found all the same, and called unexplained."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from generator import Spec, generate
from support import Project, audit

HIDDEN = Spec(
    seed=3,
    tests=40,
    files=5,
    victims=3,
    brittle=1,
    alternative_polluters=0,
    conjunctions=1,
    cleaners=0,
    silent=0,
    baits=0,
    kinds=("hidden",),
)


def test_c_buffers_have_their_minimal_witnesses(tmp_path: Path) -> None:
    generate(tmp_path, HIDDEN)
    truth = json.loads((tmp_path / "truth.json").read_text())
    report = audit(tmp_path, "--random", "2", "--", "-p", "no:randomly", plugins=True).report
    dependent = {**truth["victims"], **truth["brittle"]}
    found: dict[str, list[list[str]]] = {test: [] for test in dependent}
    for edge in report["edges"]:
        assert edge["confirmed"], edge
        found[edge["to"]].append(sorted(edge["from"]))
    assert found == {test: [sorted(each) for each in sets] for test, sets in dependent.items()}
    unexplained = {row["test"]: row["witness"] for row in report["certificate"]["unexplained"]}
    assert set(unexplained) == set(dependent)
    assert all(set(unexplained[test]) == {*dependent[test][0], test} for test in dependent)


class Memory(BaseHTTPRequestHandler):
    """A server that remembers what it was told."""

    level = b"10"

    def do_GET(self) -> None:
        self._answer(Memory.level)

    def do_PUT(self) -> None:
        Memory.level = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(b"")

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def _below_the_ephemeral_ports() -> ThreadingHTTPServer:
    """On a port as servers have that outlive a test run."""
    for port in range(21_000, 22_000):
        with contextlib.suppress(OSError):
            return ThreadingHTTPServer(("127.0.0.1", port), Memory)
    raise AssertionError("no port is free")


@pytest.fixture
def server() -> Iterator[str]:
    with _below_the_ephemeral_ports() as serving:
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serving.server_port}/"
        serving.shutdown()


TALKS = """
    from urllib.request import Request, urlopen

    def told(level):
        urlopen(Request("URL", data=level, method="PUT")).close()

    def level():
        with urlopen("URL") as answer:
            return answer.read()

    def test_says_ten():
        told(b"10")

    def test_is_ten():
        assert level() == b"10"

    def test_says_twenty():
        told(b"20")

    def test_asks_nothing():
        assert 1 + 1 == 2
"""


def test_the_memory_of_a_server_is_named_and_nobody_innocent_accused(server: str) -> None:
    """No fork and no new process resets a server: what a test alone meets there is left by whoever came last."""
    found = Project({"test_level.py": TALKS.replace("URL", server)}).audit("--random", "1")
    assert any("talk to servers, whose state leakcheck cannot reset" in note for note in found.report["notes"])
    harmful = [edge for edge in found.report["edges"] if edge["effect"] in ("breaks", "enables")]
    accused = {(tuple(edge["from"]), edge["to"]) for edge in harmful}
    level = "test_level.py::test_is_ten"
    true = {(("test_level.py::test_says_twenty",), level), (("test_level.py::test_says_ten",), level)}
    assert accused <= true
    others = {name: verdict for name, verdict in found.names.items() if name != "test_is_ten"}
    assert set(others.values()) == {"stable"}
