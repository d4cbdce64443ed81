from __future__ import annotations

import jobs


def test_tidies_up() -> None:
    assert jobs.run() == "done"
    jobs.loop.close()


def test_runs() -> None:
    assert jobs.run() == "done"
