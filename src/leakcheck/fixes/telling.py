"""What is said of a fix: why there is none, how it was proven, what it costs."""

from __future__ import annotations

from collections.abc import Sequence

from leakcheck.fixes.causes import Cause, Project
from leakcheck.fixes.edits import Define
from leakcheck.fixes.proposing import Proposal
from leakcheck.nouns import agreeing, plural
from leakcheck.records import Execution, Whole
from leakcheck.text import some

NOTHING_RECORDED = "without it, the leak is recorded; with it, nothing is"
_AUTOUSE = "autouse=True"
_OF_APPLICATIONS = frozenset({"app_state", "dependency_overrides"})
_FACTORY = (
    "a factory that makes an application for each test would end it as well, and cost each test an application"
)


def none_because(cause: Cause, project: Project) -> str:
    """Why no fix is looked for; "" if one may be."""
    if any(leak.impact == "broken" for leak in cause.leaks) and not cause.edges:
        return "no execution has confirmed whom it hurts: `leakcheck explain TEST` asks further"
    own = {*(source.file for source in cause.written), *map(project.file_of, cause.polluters)}
    unread = [file for file in sorted(own) if project.read(file) is not None and project.source(file) is None]
    if unread:
        return f"{some(unread)} cannot be read by LibCST"
    if all(project.source(file) is None for file in own):
        return "no file of the project's own writes it"
    return ""


def proven_by(cause: Cause, done: Sequence[Execution]) -> tuple[str, ...]:
    """What was executed with the fix, and without it."""
    whole = [each.order.name for each in done if isinstance(each.order.question, Whole)]
    witnesses = [each for each in done if not isinstance(each.order.question, Whole)]
    found = []
    if cause.edges:
        noun = plural(len(witnesses), "witness", "witnesses")
        found.append(f"{noun} {agreeing(len(witnesses), 'passes', 'pass')} with it; without it, the first fails")
    elif witnesses:
        found.append("the test that leaves it leaves nothing with it; without it, it does")
    found.append(f"no other outcome in these orders: {', '.join(whole)}")
    freed = len(cause.frees)
    if freed:
        found.append(f"{plural(freed, 'test')} freed: {agreeing(freed, 'it passes', 'they pass')} in each")
    return tuple(found)


def beside_others(causes: Sequence[str]) -> str:
    """Of a fix that is proven only where others are made as well."""
    return f"with {some(causes)} fixed as well: alone, it is not proven"


def cost_of(cause: Cause, proposal: Proposal, project: Project) -> str:
    """Who runs something more from then on."""
    told = []
    for file, edits in sorted(proposal.edits.items()):
        if any(isinstance(each, Define) and _AUTOUSE in each.text for each in edits):
            folder = file.removesuffix("conftest.py")
            below = file.endswith("conftest.py")
            files = (item.file for item in project.tests.values())
            names = [each for each in files if each == file or (below and each.startswith(folder))]
            whom = plural(len(names), "test")
            told.append(f"one fixture more, for {whom} ({file})")
    if told and any(leak.location.kind in _OF_APPLICATIONS for leak in cause.leaks):
        told.append(_FACTORY)
    return "; ".join(told) or "nothing for other tests"
