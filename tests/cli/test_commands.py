"""`report`, `diff` and `pytest --leakcheck` on a stored audit; whole transcripts, scrubbed, are compared."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import Project, contents, leakcheck, run

GOLDEN = Path(__file__).parent / "golden"
SUITE = Project(
    {
        "shop.py": """
            from fastapi import Depends, FastAPI

            def who():
                return "nobody"

            app = FastAPI()
            app.state.colour = "red"
            app.state.cache = {"prices": {"mug": 1200}}

            @app.get("/who")
            def answer(name: str = Depends(who)):
                return name
        """,
        "test_shop.py": """
            import pytest
            import shop
            from fastapi.testclient import TestClient

            client = TestClient(shop.app)

            @pytest.fixture
            def somebody():
                shop.app.dependency_overrides[shop.who] = lambda: "somebody"

            def test_nobody():
                assert client.get("/who").json() == "nobody"

            def test_somebody(somebody):
                assert client.get("/who").json() == "somebody"

            def test_sale():
                shop.app.state.cache["prices"]["mug"] = 900
                shop.app.state.api_token = "abc"

            def test_mug():
                assert shop.app.state.cache["prices"]["mug"]
        """,
        "pytest.ini": "[pytest]\npythonpath = .\n",
    }
)
SCRUBS = (
    (r"\d+(\.\d+)? (s|ms|min)( \d+ s)?\b", "<time>"),
    (r"= \d+\.\d plain runs of CPU, \d+\.\d of wall", "= <n> plain runs of CPU, <n> of wall"),
    (r"leakcheck \d\S*, pytest \S+, Python [\d.]+", "leakcheck <v>, pytest <v>, Python <v>"),
    (r"secret #[0-9a-f]+", "secret #<digest>"),
    (r"\d+ kinds of state", "<n> kinds of state"),
)


def scrubbed(text: str) -> str:
    for pattern, name in SCRUBS:
        text = re.sub(pattern, name, text)
    return text


def assert_golden(name: str, text: str) -> None:
    file, fresh = GOLDEN / name, GOLDEN / f"{name}.new"
    shown = scrubbed(text)
    if not file.exists() or file.read_text("utf-8") != shown:
        fresh.write_text(shown, "utf-8")
    assert file.exists(), f"compare {fresh} by eye and rename it"
    assert shown == file.read_text("utf-8")
    fresh.unlink(missing_ok=True)


@pytest.fixture(scope="module")
def audited() -> Iterator[Path]:
    with SUITE.folder() as folder:
        ended = leakcheck(folder, "run", "--random", "0", "--lanes", "1")
        assert ended.code == 1, ended.text
        (folder / "shown.txt").write_text(ended.stdout, "utf-8")
        yield folder


def test_report(audited: Path) -> None:
    ended = leakcheck(audited, "report")
    assert ended.code == 1
    assert ended.stderr == ""
    assert_golden("report.txt", ended.stdout)


def test_report_is_what_run_showed(audited: Path) -> None:
    assert leakcheck(audited, "report").stdout == (audited / "shown.txt").read_text("utf-8")


@pytest.mark.parametrize("test", ["test_sale", "test_somebody", "test_mug"])
def test_diff(audited: Path, test: str) -> None:
    ended = leakcheck(audited, "diff", test)
    assert (ended.code, ended.stderr) == (0, "")
    assert_golden(f"diff-{test}.txt", ended.stdout)


@pytest.mark.parametrize("form", ["dot", "graphml", "json", "mermaid"])
def test_graph(audited: Path, tmp_path: Path, form: str) -> None:
    target = tmp_path / "graph"
    ended = leakcheck(audited, "graph", "--format", form, "--output", str(target))
    assert (ended.code, ended.text) == (0, "")
    text = target.read_text("utf-8")
    assert leakcheck(audited, "graph", "--format", form).stdout == text
    assert all(name in text for name in ("test_nobody", "somebody", "shop:app"))


def test_an_unknown_format_of_the_graph_is_met_with_those_that_are(audited: Path) -> None:
    ended = leakcheck(audited, "graph", "--format", "svg")
    assert ended.code == 4
    assert "--format svg: no such format of the leak graph" in ended.stderr
    assert "dot, graphml, json, mermaid" in ended.stderr


def test_an_unknown_test_is_met_with_the_nearest(audited: Path) -> None:
    ended = leakcheck(audited, "diff", "test_shop.py::test_sales")
    assert ended.code == 4
    assert "no test test_shop.py::test_sales in this audit" in ended.stderr
    assert "Did you mean: test_shop.py::test_sale" in ended.stderr


def test_an_ambiguous_test_is_told(audited: Path) -> None:
    ended = leakcheck(audited, "diff", "body")
    assert ended.code == 4
    assert "2 tests are called like body\nDid you mean:\n  test_" in ended.stderr


def test_the_gate_of_a_report_is_its_own(audited: Path) -> None:
    assert leakcheck(audited, "report", "--fail-on", "never").code == 0


def test_report_and_diff_run_nothing(audited: Path) -> None:
    """They work where neither the suite nor its packages are, and write nothing."""
    before = contents(audited)
    hidden = [audited / name for name in ("test_shop.py", "shop.py", "pytest.ini")]
    texts = {path: path.read_text("utf-8") for path in hidden}
    try:
        for path in hidden:
            path.write_text("raise SystemExit('somebody ran me')\n", "utf-8")
        assert leakcheck(audited, "report").stdout == (audited / "shown.txt").read_text("utf-8")
        assert leakcheck(audited, "diff", "test_sale").code == 0
    finally:
        for path, text in texts.items():
            path.write_text(text, "utf-8")
    assert contents(audited) == before


def test_json_goes_to_standard_output_alone(audited: Path) -> None:
    ended = leakcheck(audited, "report", "--json", "-")
    assert ended.stdout.startswith("{")
    assert ended.stdout.rstrip().endswith("}")


def test_the_page_is_written_beside_what_is_shown(audited: Path, tmp_path: Path) -> None:
    target = tmp_path / "leaks.html"
    ended = leakcheck(audited, "report", "--html", str(target))
    assert (ended.code, ended.stderr) == (1, "")
    assert_golden("report.txt", ended.stdout)
    page = target.read_text("utf-8")
    assert page.startswith("<!doctype html>")
    code = re.sub(r'<span class="[a-z]">(.*?)</span>', r"\1", page)
    assert "shop.app.dependency_overrides[shop.who] = lambda: &#34;somebody&#34;" in code
    assert str(audited) not in page
    assert leakcheck(audited, "report", "--html", "-").stdout == page


def test_no_secret_is_in_the_page(audited: Path) -> None:
    page = leakcheck(audited, "report", "--html", "-").stdout
    assert "api_token" in page
    assert "secret #" in page
    shown = re.sub(r'app\.state\.api_token = (&#34;|\\")abc(&#34;|\\")', "", page)  # the project's own line
    assert not re.search(r"\babc\b", shown)


def test_the_folder_is_ignored_by_git_and_private(audited: Path) -> None:
    (audit,) = [path for path in (audited / ".leakcheck").iterdir() if path.is_dir()]
    assert "*" in (audited / ".leakcheck" / ".gitignore").read_text("utf-8")
    assert audit.stat().st_mode & 0o077 == 0
    assert not [path.name for path in audit.glob("*.jsonl") if path.stat().st_mode & 0o077]


PLUGIN = ("-p", "leakcheck.pytest_plugin")
CHECK = """
    import sys

    def test_nothing_of_leakcheck_is_loaded():
        loaded = sorted(name for name in sys.modules if name.partition(".")[0] == "leakcheck")
        assert loaded == ["leakcheck", "leakcheck.pytest_plugin"]
        assert not {"typer", "jinja2", "networkx"} & sys.modules.keys()
"""


def test_loading_the_plugin_imports_nothing_else() -> None:
    ended = Project({"test_a.py": CHECK}).pytest(*PLUGIN)
    assert ended.code == 0, ended.text


def test_plain_pytest_is_the_same_with_the_plugin() -> None:
    tests = "def test_a(): pass\ndef test_b(): assert 0\n"
    with Project({"test_a.py": tests}).folder() as folder:
        command = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider")
        without = run(folder, *command)
        loaded = run(folder, *command, *PLUGIN)
    assert scrubbed(re.sub(r"in [\d.]+s =*", "", loaded.stdout)) == scrubbed(
        re.sub(r"in [\d.]+s =*", "", without.stdout)
    )
    assert (loaded.code, loaded.stderr) == (without.code, without.stderr)


def test_pytest_with_the_option_audits() -> None:
    with SUITE.folder() as folder:
        ended = run(folder, sys.executable, "-m", "pytest", *PLUGIN, "--leakcheck")
        assert ended.code == 1, ended.text
        assert "1 victim" in ended.stdout
        assert list((folder / ".leakcheck").glob("*/audit.jsonl"))


def test_help_names_every_command() -> None:
    ended = Project().leakcheck("--help")
    assert ended.code == 0
    assert all(name in ended.stdout for name in ("run", "report", "diff", "explain", "graph"))
