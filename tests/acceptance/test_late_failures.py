"""Failures that come from what another test has left, in other shapes than those of the pages of symptoms: told
with the test that left it. Each line that is to be told is marked; what looks alike and is a test's own is not."""

from __future__ import annotations

import re

import pytest

from support import Ended, Project

CONFTEST = """
    import socket
    import struct
    from threading import Thread
    import pytest

    AT_ONCE = struct.pack("ii", 1, 0)

    def answer_once(server):
        connection, _ = server.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 200 OK\\r\\ncontent-length: 2\\r\\n\\r\\nok")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)

    @pytest.fixture
    def address():
        with socket.create_server(("127.0.0.1", 0)) as server:
            serving = Thread(target=answer_once, args=(server,))
            serving.start()
            yield server.getsockname()
            socket.create_connection(server.getsockname()).close()
        serving.join()
"""

PAGES = """
    import http.client

    class Pages:
        connection = None

        def home(self, address):
            if self.connection is None:
                self.connection = http.client.HTTPConnection(*address)
            self.connection.request("GET", "/")  # LK508
            return self.connection.getresponse().read()

    pages = Pages()
"""

SUITE = """
    import asyncio
    import socket
    import unittest
    import pytest
    from shop.pages import Pages, pages

    class Shared:
        answer = None
        jobs = letter = None

    @pytest.fixture(scope="module")
    def runner():
        with asyncio.Runner() as runner:
            yield runner

    def test_first_page(address):
        assert pages.home(address) == b"ok"

    def test_second_page(address):  # the connection is that of the first
        assert pages.home(address) == b"ok"

    def test_own_pages(address):
        own = Pages()
        own.home(address)
        own.home(address)  # its own, and its own mistake

    async def ask():
        if Shared.answer is None:
            Shared.answer = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_soon(lambda: None)
            return
        await Shared.answer  # LK508

    def test_asks():
        asyncio.run(ask())

    def test_asks_again():
        asyncio.run(ask())

    async def work():
        Shared.jobs = Shared.jobs or asyncio.get_running_loop()
        Shared.jobs.call_soon(print)

    def test_works():
        asyncio.run(work())  # LK508

    class TestWork:
        def test_works_again(self):
            asyncio.run(work())

    class Letters(unittest.TestCase):
        def test_are_waited_for(self):
            with self.assertRaises(TimeoutError):
                asyncio.run(letters())

        def test_are_waited_for_again(self):
            with self.assertRaises(TimeoutError):
                asyncio.run(letters())

    async def letters():
        Shared.letter = Shared.letter or asyncio.get_running_loop().create_future()
        await asyncio.wait_for(asyncio.shield(Shared.letter), 0.01)  # LK508

    def test_own_loop():
        loop = asyncio.new_event_loop()
        loop.close()
        loop.call_soon(print)

    def test_of_the_module(runner):
        runner.run(asyncio.sleep(0))
        Shared.loop = runner.get_loop()

    def test_says_so_only():
        raise RuntimeError("Event loop is closed")
"""

PROJECT = Project(
    {
        "shop/__init__.py": "",
        "shop/pages.py": PAGES,
        "conftest.py": CONFTEST,
        "test_late.py": SUITE,
        "test_later.py": """
            from test_late import Shared

            def test_loop_of_a_fixture():
                Shared.loop.call_soon(print)
        """,
        "pytest.ini": "[pytest]\npythonpath = .\n",
    }
)
TITLE = re.compile(r"`(.+)` comes from what (\S+) has left")
EXPECTED = {
    ("ConnectionResetError", "test_late.py::test_first_page"),
    ("attached to a different loop", "test_late.py::test_asks"),
    ("Event loop is closed", "test_late.py::test_works"),
    ("attached to a different loop", "test_late.py::Letters::test_are_waited_for"),
}


@pytest.fixture(scope="module")
def ended() -> Ended:
    return PROJECT.pytest("-p", "leakcheck.pytest_plugin", "--leakcheck-guard=warn", "-p", "no:cacheprovider")


@pytest.mark.processes
def test_each_is_told_with_the_test_that_left_it(ended: Ended) -> None:
    assert set(TITLE.findall(ended.stdout)) == EXPECTED, ended.stdout


@pytest.mark.processes
def test_a_failure_of_its_own_and_the_loop_of_a_fixture_are_no_other_tests(ended: Ended) -> None:
    _, section = ended.stdout.split("LK508", 1)
    told = set(re.findall(r"seen with (\S+)", section))
    assert not told & {"test_late.py::test_own_pages", "test_late.py::test_own_loop"}
    assert not told & {"test_late.py::test_says_so_only", "test_later.py::test_loop_of_a_fixture"}


@pytest.mark.processes
def test_at_the_line_that_opened_it_or_that_fails(ended: Ended) -> None:
    marked = {
        (file, number)
        for file, text in PROJECT.files.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if "# LK508" in line
    }
    told = re.findall(r"^   (\S+):(\d+)\n     `", ended.stdout, re.MULTILINE)
    assert {(file, int(number)) for file, number in told} == marked, ended.stdout
