"""The severities of hazards in a configuration file."""

from __future__ import annotations

from pathlib import Path

import pytest

from leakcheck.errors import UsageError
from leakcheck.options import find_config, settle


def test_they_are_read(tmp_path: Path) -> None:
    tmp_path.joinpath("leakcheck.toml").write_text('severity = {LK501 = "error", LK502 = "warning"}\n')
    assert settle({}, find_config(tmp_path)).judging.severity == {"LK501": "error", "LK502": "warning"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('"error"', "severity = 'error': a table is expected, like {LK501 = \"error\"}"),
        ('{LK510x = "error"}', "severity: LK510x = 'error': no hazard has this code; did you mean LK5"),
        ('{LK301 = "error"}', "severity: LK301 = 'error': no hazard has this code"),
        ('{LK501 = "fatal"}', "severity: LK501 = 'fatal': one of error, warning, note is expected"),
        ("{LK501 = 1}", "severity: LK501 = 1: one of error, warning, note is expected"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, text: str, words: str) -> None:
    tmp_path.joinpath("leakcheck.toml").write_text(f"severity = {text}\n")
    with pytest.raises(UsageError) as caught:
        find_config(tmp_path)
    assert words in caught.value.detail
