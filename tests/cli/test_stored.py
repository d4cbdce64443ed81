"""Which stored audit a command is about: the newest that can serve, or the one that was named."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import Ended, Project, leakcheck

GREEN = Project({"test_a.py": "def test_alpha(): pass\ndef test_beta(): pass\n"})
TORN = "20990101-000001-aaaa"
EMPTY = "20990101-000000-bbbb"
COMMANDS = [
    ("report", "-q"),
    ("diff", "test_alpha"),
    ("explain", "test_alpha", "--no-run"),
    ("graph",),
    ("baseline", "show"),
    ("baseline", "write"),
]


@pytest.fixture(scope="module")
def audited() -> Iterator[Path]:
    """A good audit, and behind it one that could not collect, made by the command itself, and a torn one."""
    with GREEN.folder() as folder:
        ended = leakcheck(folder, "run", "--random", "0", "--lanes", "1", "-q")
        assert ended.code == 0, ended.text
        (good,) = ids(folder)
        assert leakcheck(folder, "run", "-q", "test_a.py::typo").code == 4
        (failed,) = set(ids(folder)) - {good}
        (folder / ".leakcheck" / failed).rename(folder / ".leakcheck" / EMPTY)
        torn = shutil.copytree(folder / ".leakcheck" / good, folder / ".leakcheck" / TORN)
        (torn / "audit.jsonl").write_bytes(b"\x00\xff\n")
        yield folder


def ids(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / ".leakcheck").iterdir() if path.is_dir())


def told(ended: Ended) -> list[str]:
    return ended.stderr.splitlines()


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_newest_that_can_serve(audited: Path, command: tuple[str, ...]) -> None:
    good = ids(audited)[0]
    if command == ("baseline", "show"):
        assert leakcheck(audited, "baseline", "write", "--audit", good).code == 0
    ended = leakcheck(audited, *command)
    named = leakcheck(audited, *command, "--audit", good)
    assert (ended.code, ended.stdout) == (named.code, named.stdout)
    assert ended.code == 0, ended.text
    assert named.stderr == ""
    first, second = told(ended)
    assert first.startswith(f"note: the newer audit {TORN} is passed over: ")
    assert second == f"note: the newer audit {EMPTY} is passed over: it holds no collected suite"


def test_the_list(audited: Path) -> None:
    ended = leakcheck(audited, "audits")
    assert (ended.code, ended.stderr) == (0, "")
    head, torn, empty, good = ended.stdout.splitlines()
    assert head.split() == ["id", "when", "tests", "what", "came", "of", "it"]
    assert re.fullmatch(rf"{TORN} +failed: .+", torn)
    assert re.fullmatch(rf"{EMPTY} +failed: it holds no collected suite", empty)
    assert re.fullmatch(rf"{ids(audited)[0]}  \d{{4}}-\d\d-\d\d \d\d:\d\d +2  clean", good)


def test_an_id_that_is_not_there(audited: Path) -> None:
    good = ids(audited)[0]
    ended = leakcheck(audited, "report", "--audit", f"{good[:-1]}_")
    assert (ended.code, ended.stdout) == (4, "")
    assert ended.stderr == (
        f"leakcheck: no audit {good[:-1]}_ in .leakcheck\nDid you mean: {good}? `leakcheck audits` lists them.\n"
    )


@pytest.mark.parametrize("wanted", ["..", "../.leakcheck", "/", ""])
def test_an_id_is_no_path(audited: Path, wanted: str) -> None:
    ended = leakcheck(audited, "report", "--audit", wanted)
    assert ended.code == 4
    assert f"no audit {wanted} in .leakcheck" in ended.stderr


def test_a_part_that_several_have(audited: Path) -> None:
    ended = leakcheck(audited, "report", "--audit", "20990101")
    assert ended.code == 4
    assert ended.stderr.startswith("leakcheck: 2 audits in .leakcheck are called like 20990101\n")


def test_a_test_that_another_audit_has(audited: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(audited, tmp_path / "copy"))
    good = ids(folder)[0]
    for name in (TORN, EMPTY):
        shutil.rmtree(folder / ".leakcheck" / name)
    (folder / "test_b.py").write_text("def test_gamma(): pass\n", "utf-8")
    assert leakcheck(folder, "run", "--random", "0", "-q", "test_b.py").code == 0
    ended = leakcheck(folder, "diff", "test_alpha")
    assert (ended.code, ended.stdout) == (4, "")
    assert (
        ended.stderr == f"leakcheck: no test test_alpha in this audit\nAnother audit has it: add --audit {good}\n"
    )
    near = leakcheck(folder, "explain", "test_gama")
    assert near.stderr == "leakcheck: no test test_gama in this audit\nDid you mean: test_b.py::test_gamma\n"


def test_resume_tells_what_it_passes_over(audited: Path) -> None:
    ended = leakcheck(audited, "run", "--resume")
    assert ended.code == 4
    first, second, *rest = told(ended)
    assert first.startswith(f"note: the newer audit {TORN} is passed over: ")
    assert second == f"note: the newer audit {EMPTY} is passed over: it ended before its suite was known"
    assert rest[0] == "leakcheck: there is no unfinished audit in .leakcheck"


@pytest.mark.parametrize(
    ("which", "why"), [(0, "was finished: there is nothing to go on with"), (1, "cannot go on: it ended before")]
)
def test_resume_of_an_audit_that_cannot_go_on(audited: Path, which: int, why: str) -> None:
    name = ids(audited)[which]
    ended = leakcheck(audited, "run", "--resume", "--audit", name)
    assert ended.code == 4
    assert ended.stderr.startswith(f"leakcheck: .leakcheck/{name} {why}")
