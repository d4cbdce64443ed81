"""A fix that was proven is shown where its leak is told, with the sentences of its proof, in every format."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from leakcheck.reports import formats
from reports import samples

FIXED = samples.fixed()
PROOF = "3 witnesses pass with it; without it, the first fails."
ADDED = "+    app.dependency_overrides.pop(current_user, None)"


def rendered(name: str) -> str:
    return formats()[name].render(FIXED)


def without_colours(text: str) -> str:
    return re.sub(r'<span class="[a-z]">(.*?)</span>', r"\1", text)


def document(name: str) -> Any:
    return json.loads(rendered(name))


@pytest.mark.parametrize("name", ["html", "markdown", "github-summary", "github", "gitlab"])
def test_the_patch_is_shown_once_with_its_proof(name: str) -> None:
    text = without_colours(rendered(name))
    assert text.count(ADDED) == 1
    assert PROOF in text


@pytest.mark.parametrize("name", ["html", "markdown"])
def test_what_looks_secret_is_not_told(name: str) -> None:
    assert "Something in the patch looks secret" in rendered(name)


def test_the_page_names_the_file_and_takes_no_line_for_its_head() -> None:
    text = without_colours(rendered("html"))
    assert '<span class="file">backend/tests/conftest.py</span>' in text
    assert '<span class="removed">--- what a line of the file may begin with</span>' in text
    assert "with a proven patch</a>" in text


def test_the_json_report_has_all_of_it() -> None:
    first, second = document("json")["proven_fixes"]
    assert (first["leaks"], first["diff"], first["how"]) == (["L1"], samples.PATCH, samples.PROVEN.how)
    assert first["parts"][0] == {"file": "tests/conftest.py", "line": 40, "removed": 1, "lines": []}
    assert (second["diff"], second["parts"]) == ("", [])


def test_sarif_has_it_as_whole_lines_to_replace() -> None:
    (run,) = document("sarif")["runs"]
    (fix,) = [fix for result in run["results"] for fix in result.get("fixes", [])]
    (change,) = fix["artifactChanges"]
    assert change["artifactLocation"] == {"uri": "tests/conftest.py", "uriBaseId": "ROOTDIR"}
    taken, put = change["replacements"]
    assert taken == {"deletedRegion": {"startLine": 40, "startColumn": 1, "endLine": 41, "endColumn": 1}}
    assert put["insertedContent"]["text"].endswith("lambda: alice\n    yield\n" + ADDED[1:] + "\n")


def test_suggestions_stand_at_lines_of_the_repository() -> None:
    review = document("github-suggestions")
    assert review["event"] == "COMMENT"
    assert "has proven 2 fixes" in review["body"]
    first, second = review["comments"]
    assert (first["path"], first["line"], first["side"]) == ("backend/tests/conftest.py", 40, "RIGHT")
    assert "start_line" not in first
    assert first["body"].startswith("**1 of 2 changes, which are proven together only.** L1 leaks: `dep")
    assert first["body"].endswith("\n\n```suggestion\n```\n")
    assert second["body"].endswith(f"    yield\n{ADDED[1:]}\n```\n")


def test_a_line_that_would_be_shown_otherwise_is_not_suggested() -> None:
    hidden = replace(samples.PROVEN, parts=(replace(samples.PROVEN.parts[0], lines=("a\u202eb",)),))
    text = formats()["github-suggestions"].render(replace(FIXED, proven_fixes=(hidden,)))
    assert json.loads(text)["comments"] == []


def test_a_finding_that_does_not_count_has_no_fix() -> None:
    known = tuple(replace(each, known=True) for each in FIXED.findings)
    assert ADDED not in formats()["markdown"].render(replace(FIXED, findings=known))
