"""`leakcheck doctor`: whole transcripts of healthy and ailing suites, and nothing that it leaves behind."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.test_commands import scrubbed
from support import Ended, Project, contents, leakcheck

PLUGINS = ("--", "-p", "no:randomly")
GREEN = {"test_a.py": "def test_a(): pass\n\ndef test_b(): pass\n"}


def told(ended: Ended) -> str:
    """Without what differs from one machine to the next: plugins are those of the environment."""
    text = re.sub(r"^✓ plugins .*\n(?:   .*: .*\n)*|^✓ switched off .*\n", "", ended.stdout, flags=re.MULTILINE)
    text = re.sub(r"interpreter   \S+: Python [\d.]+, pytest \S+", "interpreter   <python>", scrubbed(text))
    text = re.sub(r"\d+ executions? at a time, on \d+ cores?", "<n> executions at a time, on <n> cores", text)
    return re.sub(r"[\d.]+ GB free", "<n> GB free", text)


def test_a_healthy_suite() -> None:
    ended = Project(GREEN).leakcheck("doctor", *PLUGINS)
    assert ended.code == 0
    assert told(ended) == (
        "✓ interpreter   <python>\n"
        "✓ suite         2 tests in 1 file, collected as by `pytest`\n"
        "✓ plain pytest  2 passed in <time>\n"
        "✓ processes     forked from a collected suite: milliseconds for each test alone\n"
        "✓ lanes         <n> executions at a time, on <n> cores\n"
        "✓ folder        .leakcheck can be written, <n> GB free\n"
        "✓ cost          about <time> if nothing leaks, up to about <time>\n"
        "                --budget 10m ends it in time, --profile quick asks less\n"
        "\n"
        "Next: leakcheck run -- -p no:randomly\n"
    )


def test_what_fails_already_and_what_cannot_be_forked() -> None:
    project = Project(
        {
            "test_a.py": """
                import threading, time

                threading.Thread(target=time.sleep, args=(600,), daemon=True).start()

                def test_a(): pass

                def test_b(): assert False
            """
        }
    )
    ended = project.leakcheck("doctor", *PLUGINS)
    assert ended.code == 0
    text = told(ended)
    assert "! plain pytest  1 failed, 1 passed in <time>\n" in text
    assert "! processes     threads live that the import of the suite has started" in text
    assert "each order runs in a new process\n" in text


def test_nothing_is_left_but_the_folder_for_audits() -> None:
    project = Project(
        {"test_a.py": "def test_a():\n    open('notes.txt', 'w').write('test')\n", "notes.txt": "mine"}
    )
    with project.folder() as folder:
        assert leakcheck(folder, "doctor", *PLUGINS).code == 0
        assert (folder / "notes.txt").read_text("utf-8") == "mine"
        assert [path.name for path in (folder / ".leakcheck").iterdir()] == [".gitignore"]
        assert leakcheck(folder, "report").code == 4


def test_what_an_audit_has_measured_is_told_without_running_anything() -> None:
    with Project(GREEN).folder() as folder:
        assert leakcheck(folder, "run", "--random", "0", *PLUGINS).code == 0
        before = contents(folder)
        ended = leakcheck(folder, "doctor", *PLUGINS)
        assert (ended.code, ended.stderr) == (0, "")
        assert re.search(r"^✓ cost          .* times plain pytest: so long took the audit of ", ended.stdout, re.M)
        assert contents(folder) == before
        assert "if nothing leaks" in leakcheck(folder, "doctor", "--again", *PLUGINS).stdout


@pytest.mark.parametrize(
    ("files", "code", "message"),
    [
        ({"test_a.py": "import no_such_module\n"}, 4, "pytest cannot collect this suite"),
        ({"other.py": ""}, 5, "pytest collected no test"),
    ],
)
def test_what_no_audit_would_work_with(files: dict[str, str], code: int, message: str) -> None:
    ended = Project(files).leakcheck("doctor", *PLUGINS)
    assert (ended.code, ended.stdout) == (code, "")
    assert message in ended.stderr


def test_an_interpreter_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text("def test_a(): pass\n", "utf-8")
    ended = leakcheck(tmp_path, "doctor", "--python", "no/python")
    assert (ended.code, ended.stdout) == (4, "")
    assert "cannot start no/python: there is no such file" in ended.stderr


def test_a_database_that_cannot_be_copied_is_told_before_the_audit() -> None:
    variables = {"DATABASE_URL": "postgresql://me:hidden@127.0.0.1:1/shop"}
    with Project(GREEN).folder() as folder:
        ended = leakcheck(folder, "doctor", *PLUGINS, variables=variables)
    assert ended.code == 0, ended.text
    assert "! databases     shop on 127.0.0.1:1: it cannot be looked at: " in ended.stdout
    assert "hidden" not in ended.text


def test_what_is_run_is_one_step() -> None:
    ended = Project(GREEN).leakcheck("doctor", *PLUGINS)
    assert re.fullmatch(
        r"\[ +[\d.]+ s\] collecting the suite, and running it once by plain pytest\n", ended.stderr
    ), ended.stderr
