"""The template for GitLab: its file by the schema, its script in a shell without anything beyond POSIX."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from ci.steps import ROOT, loaded, schema, sh
from support import Ended, Project

FILE = "templates/leakcheck.gitlab-ci.yml"
JOB = loaded(FILE)[".leakcheck"]
CHECK, MAKE, INSTALL, AUDIT = JOB["script"]
SUITE = Project({"tests/test_a.py": "def test_a(): pass\n"})


def script(text: str = AUDIT) -> str:
    """The audit with the environment that the test has, not the one that the job makes."""
    assert text.count("/tmp/leakcheck/bin/leakcheck") == 1
    return text.replace("/tmp/leakcheck/bin/leakcheck", "leakcheck")


def checked(folder: Path, job: Mapping[str, Any]) -> Ended:
    """A pipeline of just this job, held to the schema; of a hidden job the schema asks little."""
    file = folder / "ci.yml"
    file.write_text(yaml.safe_dump({"leakcheck": job}), "utf-8")
    return schema("gitlab-ci", file, "--data-transform", "gitlab-ci")


def test_it_is_a_pipeline_by_the_schema(tmp_path: Path) -> None:
    assert schema("gitlab-ci", ROOT / FILE, "--data-transform", "gitlab-ci").code == 0
    ended = checked(tmp_path, JOB)
    assert ended.code == 0, ended.text


def test_the_schema_refuses_what_is_wrong(tmp_path: Path) -> None:
    assert checked(tmp_path, {**JOB, "artifacts": {**JOB["artifacts"], "when": "sometimes"}}).code == 1


def test_every_variable_is_documented() -> None:
    page = (ROOT / "docs" / "ci.md").read_text("utf-8")
    assert not [name for name in JOB["variables"] if f"| `{name}` |" not in page]


def test_the_audit_writes_what_the_job_keeps() -> None:
    with SUITE.folder() as folder:
        given = {**JOB["variables"], "LEAKCHECK_PATHS": "tests", "LEAKCHECK_ARGS": "--random=0\n\n--lanes=1\n"}
        ended = sh(script(), folder, given)
        assert ended.code == 0, ended.text
        kept = [*JOB["artifacts"]["paths"], *JOB["artifacts"]["reports"].values()]
        assert all((folder / name).stat().st_size for name in kept)
        assert json.loads((folder / "gl-code-quality-report.json").read_text("utf-8")) == []
        assert json.loads((folder / "leakcheck.json").read_text("utf-8"))["suite"]["args"] == ["tests"]


@pytest.mark.parametrize("name", [".leakcheck-shard", ".leakcheck-merge"])
def test_jobs_for_shards_are_pipelines_by_the_schema(tmp_path: Path, name: str) -> None:
    job = {key: value for key, value in loaded(FILE)[name].items() if key != "extends"}
    ended = checked(tmp_path, {**JOB, **job})
    assert ended.code == 0, ended.text
    assert job["script"][:3] == JOB["script"][:3]


def test_shards_of_a_parallel_job_are_merged() -> None:
    jobs = loaded(FILE)
    with SUITE.folder() as folder:
        for number in ("1", "2"):
            given = {"CI_NODE_INDEX": number, "CI_NODE_TOTAL": "2", "LEAKCHECK_ARGS": "--random=0"}
            ended = sh(script(jobs[".leakcheck-shard"]["script"][-1]), folder, {**JOB["variables"], **given})
            assert ended.code == 0, ended.text
        kept = folder / JOB["variables"]["LEAKCHECK_PARTS"]
        assert jobs[".leakcheck-shard"]["artifacts"]["paths"] == ["$LEAKCHECK_PARTS"]
        assert sorted(each.name for each in kept.iterdir()) == ["1.leakcheck", "2.leakcheck"]
        ended = sh(script(jobs[".leakcheck-merge"]["script"][-1]), folder, JOB["variables"])
        assert ended.code == 0, ended.text
        assert json.loads((folder / "leakcheck.json").read_text("utf-8"))["verdict"] == "clean"


def test_it_asks_where_leakcheck_comes_from(tmp_path: Path) -> None:
    ended = sh(CHECK, tmp_path, {"LEAKCHECK_INSTALL": JOB["variables"]["LEAKCHECK_INSTALL"]})
    assert (ended.code, ended.stdout) == (4, "")
    assert ended.stderr == (
        "leakcheck: set the variable LEAKCHECK_INSTALL to git+https://.../leakcheck@REF "
        "or to the folder of a checkout\n"
    )
    assert sh(CHECK, tmp_path, {"LEAKCHECK_INSTALL": "path/to/leakcheck"}) == Ended(0, "", "")


def test_no_variable_is_a_command() -> None:
    hostile = "$(touch pwned)\n`touch pwned`\n'; touch pwned; \"\nEND\ntouch pwned"
    with SUITE.folder() as folder:
        ended = sh(script(), folder, {**JOB["variables"], "LEAKCHECK_PATHS": hostile})
        assert not (folder / "pwned").exists()
    assert ended.code == 4, ended.text


@pytest.mark.slow
def test_the_whole_job(tmp_path: Path) -> None:
    with SUITE.folder() as folder:
        whole = "\n".join(JOB["script"]).replace("/tmp/leakcheck", str(tmp_path / "leakcheck"))
        given = {**JOB["variables"], "LEAKCHECK_INSTALL": str(ROOT), "LEAKCHECK_ARGS": "--random=0"}
        ended = sh(whole, folder, given)
        assert ended.code == 0, ended.text
        assert (folder / "leakcheck.junit.xml").exists()
