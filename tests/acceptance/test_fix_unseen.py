"""A leak that hurts nobody, and is seen no more where its fix is to be proven: known after one execution."""

from __future__ import annotations

from support import TWO_LANES, Project, leakcheck

SUITE = Project(
    {
        "test_season.py": """
            import os


            def test_season():
                if "SEASON" in os.environ:
                    os.environ["SHOP"] = "winter"


            def test_other():
                pass
        """
    }
)
PROOFS = "the proofs took {}"


def test_what_no_run_can_prove_takes_one_and_is_told_before() -> None:
    season = {"SEASON": "1"}
    with SUITE.folder() as folder:
        assert leakcheck(folder, "run", *TWO_LANES, "--random", "0", variables=season).code == 0
        ended = leakcheck(folder, "fix")
        assert ended.code == 1, ended.text
        assert "L1: nothing shows it in a copy of the project, so no run can prove a fix of it" in ended.stderr
        assert PROOFS.format("1 execution and") in ended.stderr
        assert "a draft: it is not proven" in ended.stdout
        assert 'monkeypatch.setenv("SHOP", "winter")' in ended.stdout
        seen = leakcheck(folder, "fix", variables=season)
        assert seen.code == 0, seen.text
        assert "environment variable SHOP: proven" in seen.stdout
