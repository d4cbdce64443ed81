"""`leakcheck explain` on a stored audit that was cut short: it asks for more, for this test only, and once."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support import Project, leakcheck

SUITE = Project(
    {
        "rates.py": "VAT = 20\nPOSTAGE = 5\n",
        "test_rates.py": """
            import rates

            def test_vat():
                assert rates.VAT == 20

            def test_postage():
                assert rates.POSTAGE == 5

            def test_reduced_vat():
                rates.VAT = 7

            def test_free_postage():
                rates.POSTAGE = 0
        """,
        "pytest.ini": "[pytest]\npythonpath = .\n",
    }
)


@pytest.fixture(scope="module")
def audited() -> Iterator[Path]:
    with SUITE.folder() as folder:
        ended = leakcheck(folder, "run", "--random", "0", "--budget", "0", "--lanes", "1", "--fail-on", "never")
        assert ended.code == 0, ended.text
        yield folder


def report(folder: Path) -> dict[str, Any]:
    return dict(json.loads(leakcheck(folder, "report", "--json", "-").stdout))


def verdicts(folder: Path) -> dict[str, str]:
    return {row["id"].partition("::")[2]: row["verdict"] for row in report(folder)["tests"]}


def test_what_the_audit_left_open_is_asked_for_once(audited: Path) -> None:
    before = report(audited)
    stored = leakcheck(audited, "explain", "test_vat", "--no-run")
    assert (stored.code, stored.stderr) == (0, "")
    assert "? undecided: it failed in some execution, and it is not known why" in stored.stdout
    assert "Nothing further was asked: --no-run was given." in stored.stdout
    assert report(audited) == before

    asked = leakcheck(audited, "explain", "test_vat")
    assert asked.code == 0, asked.text
    assert "✗ victim: passes alone, fails after another test" in asked.stdout
    assert "rates.VAT" in asked.stdout
    assert "written  test_rates.py:11 in test_reduced_vat, during the call" in asked.stdout
    assert "(proven: putting it back makes the test pass)" in asked.stdout
    assert "further executions were asked for, and kept" in asked.stdout

    after = report(audited)
    assert verdicts(audited) == {
        "test_vat": "victim",
        "test_postage": "unknown",
        "test_reduced_vat": "stable",
        "test_free_postage": "stable",
    }
    assert after["cost"]["executions"] > before["cost"]["executions"]
    assert after["cost"]["audit_seconds"] > before["cost"]["audit_seconds"]

    again = leakcheck(audited, "explain", "test_vat")
    assert again.stderr == ""
    assert "further executions" not in again.stdout
    assert report(audited) == after


def test_a_suite_that_has_changed_is_not_asked(audited: Path) -> None:
    file = audited / "test_rates.py"
    os.utime(file, (file.stat().st_atime + 3600, file.stat().st_mtime + 3600))
    ended = leakcheck(audited, "explain", "test_postage")
    assert ended.code == 0
    assert "Nothing further was asked: test_rates.py is newer than the audit" in ended.stdout
    forced = leakcheck(audited, "explain", "test_postage", "--run")
    assert forced.code == 4
    assert "no further executions of test_rates.py::test_postage: test_rates.py is newer" in forced.stderr


def test_an_unknown_test_is_met_with_the_nearest(audited: Path) -> None:
    ended = leakcheck(audited, "explain", "test_rates.py::test_vta")
    assert ended.code == 4
    assert "Did you mean:\n  test_rates.py::test_vat\n" in ended.stderr
