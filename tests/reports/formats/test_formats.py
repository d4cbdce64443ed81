"""Every format of the package keeps to the contract."""

from __future__ import annotations

import re

import pytest

from leakcheck.records import Result
from leakcheck.reports import Report, formats
from reports import samples

RESULTS = {
    "shop": samples.shop(),
    "troubled": samples.troubled(),
    "hostile": samples.hostile(),
    "nasty": samples.nasty(),
    "clean": samples.result((samples.verdict("tests/test_a.py::test_x"),)),
    "empty": samples.result(),
}
FORMATS = formats()


def test_formats_are_found_by_their_package() -> None:
    assert {"json", "terminal"} <= set(FORMATS)


@pytest.mark.parametrize("report", FORMATS.values(), ids=list(FORMATS))
def test_a_format_says_how_it_is_asked_for(report: Report) -> None:
    assert re.fullmatch("[a-z]+(-[a-z]+)*", report.name)
    assert re.fullmatch(r"[^A-Z\s].{10,80}\.", report.help)
    assert isinstance(report.appends, bool)


@pytest.mark.parametrize("report", FORMATS.values(), ids=list(FORMATS))
@pytest.mark.parametrize("result", RESULTS.values(), ids=list(RESULTS))
def test_any_result_renders_to_text_that_can_be_written(report: Report, result: Result) -> None:
    text = report.render(result)
    assert text.endswith("\n")
    assert text.encode("utf-8")
    assert report.render(result) == text


@pytest.mark.parametrize("report", FORMATS.values(), ids=list(FORMATS))
@pytest.mark.parametrize("result", [samples.hostile(), samples.nasty()], ids=["hostile", "nasty"])
def test_no_control_character_of_the_project_gets_through(report: Report, result: Result) -> None:
    text = report.render(result)
    assert not [each for each in text if each != "\n" and (ord(each) < 32 or 127 <= ord(each) < 160)]
    assert not set("\u202e\u2066\u200b\ufeff\u2028") & set(text)
