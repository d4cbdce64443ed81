"""A client that a fixture of a wide scope hands to many tests: each test gets one of its own."""

from __future__ import annotations

from collections.abc import Iterator

from leakcheck.fixes.causes import Cause, Project
from leakcheck.fixes.edits import Edits, PerTest
from leakcheck.fixes.naming import FIXTURE
from leakcheck.records import Source


class Candidate:
    """The fixture keeps its name, so that nobody has to be renamed."""

    name = "the fixture makes one for each test"
    rank = 35

    def at_line(self, cause: Cause, source: Source, project: Project) -> Edits | None:
        return None

    def of_cause(self, cause: Cause, project: Project) -> Iterator[Edits]:
        owners = {leak.location.owner for leak in cause.leaks}
        made = FIXTURE.fullmatch(owners.pop()) if len(owners) == 1 else None
        text = project.source(made["file"]) if made is not None else None
        if made is None or text is None or made["scope"] == "function":
            return
        function = text.functions.get(made["name"])
        if function is not None and function.is_fixture and any("scope" in each for each in function.decorators):
            yield {made["file"]: (PerTest(function.name),)}
