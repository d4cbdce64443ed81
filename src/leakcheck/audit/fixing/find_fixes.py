"""A fix for each root cause of an audit: proposals are tried in a copy of the project, and the first that is proven
wins."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from leakcheck.audit.fixing.copied_suite import CopiedSuite
from leakcheck.audit.fixing.questions import before, proofs, shown_by
from leakcheck.errors import CollectionFailed
from leakcheck.fixes.causes import Cause, Project
from leakcheck.fixes.diffing import diff_of, replaced
from leakcheck.fixes.edits import Conflict
from leakcheck.fixes.importing import sorted_as_own
from leakcheck.fixes.judging import Before, faults, is_recorded, is_shown
from leakcheck.fixes.proposing import Proposal, changed, proposals
from leakcheck.fixes.remedies import Remedy, Together, Tried
from leakcheck.fixes.telling import NOTHING_RECORDED, beside_others, cost_of, none_because, proven_by
from leakcheck.nouns import plural
from leakcheck.progress import Progress
from leakcheck.records import Execution, ProvenFix, Result, Suite
from leakcheck.snapshots.redaction import Redactor
from leakcheck.store import Audit
from leakcheck.wire.kept_fixes import lasting_name
from leakcheck.workspace.excerpts import shown_lines
from leakcheck.workspace.own_sources import read_source, repository_prefix
from leakcheck.workspace.project_copy import copy_of

MAX_TRIED = 4
"""So many ways are tried for a cause."""
MAX_LOOKED_THROUGH = 200
"""So many files tell how imports are sorted."""
NOT_SHOWN = (
    "without the fix, its witness shows nothing in a copy of the project: that it passes with it is no proof"
)
NO_WAY = "leakcheck knows no change that ends it"


@dataclass
class FixSession:
    """Looks for fixes of what one audit has found."""

    audit: Audit
    result: Result
    salt: str
    progress: Progress
    _texts: dict[str, str | None] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        return Path(self.audit.suite.rootdir)

    def project(self) -> Project:
        """The sources as they are."""
        places = [*self.root.glob("*"), *self.root.glob("src/*")]
        own = {each.stem for each in places if each.is_dir() or each.suffix == ".py"}
        files = list(dict.fromkeys(item.file for item in self.audit.suite.tests))[:MAX_LOOKED_THROUGH]
        texts = (self.read(file) or "" for file in files)
        return Project(self.read, {item.id: item for item in self.audit.suite.tests}, sorted_as_own(own, texts))

    def read(self, file: str) -> str | None:
        """A file of the project; None if it is none that may be changed."""
        if file not in self._texts:
            self._texts[file] = read_source(self.root, file)
        return self._texts[file]

    def possible(self, cause: Cause) -> Remedy:
        """What might be tried first, without running anything."""
        project = self.project()
        reason = none_because(cause, project)
        first = None if reason else next(proposals(cause, project), None)
        if first is None:
            return Remedy(cause, "none", faults=(reason or NO_WAY,))
        return replace(self._remedy(cause, first, project), standing="possible")

    def find(self, causes: Sequence[Cause], passed_over: Mapping[str, int] | None = None) -> Together:
        """A remedy for each of these, and all that are proven at once. So many ways are `passed_over`."""
        began, project, known = time.monotonic(), self.project(), before(self.audit, self.result)
        with copy_of(self.root) as copy:
            suite = CopiedSuite(self.audit, copy, self.salt)
            self.progress.phase("fixes", len(causes))
            found = []
            for cause in causes:
                skipped = (passed_over or {}).get(cause.id, 0)
                found.append(self._try(cause, project, known, suite, skipped))
                self.progress.step(cause.id)
            found = self._beside(found, project, known, suite)
            made = self._all(self._taken_out(found, suite), project, known, suite)
        self._tell_cost(suite.executions, time.monotonic() - began)
        return made

    def _try(self, cause: Cause, project: Project, known: Before, suite: CopiedSuite, skipped: int) -> Remedy:
        """The first proposal that is proven, and that nothing speaks against; else the best of them as a draft."""
        reason = none_because(cause, project)
        if reason:
            return Remedy(cause, "none", faults=(reason,))
        ways = list(islice(proposals(cause, project), skipped, skipped + MAX_TRIED))
        if ways and self._is_unseen(cause, suite):
            self.progress.note(
                f"{cause.id}: nothing shows it in a copy of the project, so no run can prove a fix of it"
            )
            return replace(self._remedy(cause, ways[0], project), number=skipped, faults=(NOT_SHOWN,))
        tried: list[Tried] = []
        drafts: list[Remedy] = []
        for proposal in ways:
            remedy = replace(self._remedy(cause, proposal, project), number=skipped + len(tried))
            wrong, done = self._wrong(cause, remedy.texts, known, suite)
            proof = () if wrong else proven_by(cause, done)
            objections = wrong or tuple(filter(None, (proposal.against,)))
            if not objections:
                project.reserve(proposal.edits)
                return replace(remedy, standing="proven", proof=proof, tried=tuple(tried))
            tried.append(Tried(proposal.name, objections))
            drafts.append(replace(remedy, proof=proof, faults=objections))
        if not drafts:
            return Remedy(cause, "none", faults=(NO_WAY,))
        best = next((each for each in drafts if each.proof), drafts[0])
        others = (way for way, draft in zip(tried, drafts, strict=True) if draft is not best)
        return replace(best, tried=tuple(others))

    def _is_unseen(self, cause: Cause, suite: CopiedSuite) -> bool:
        """Whether a leak that hurts nobody is not seen where it was: asked first, as each way takes whole runs."""
        order = None if cause.edges else shown_by(cause, self.audit)
        return order is not None and not any(is_shown(cause, each) for each in suite.run([order])[1])

    def _remedy(self, cause: Cause, proposal: Proposal, project: Project) -> Remedy:
        texts = changed(project, [proposal])
        return Remedy(cause, "draft", proposal, texts, self.diff(texts), cost=cost_of(cause, proposal, project))

    def diff(self, texts: Mapping[str, str]) -> str:
        """The patch that makes these texts of the sources as they are."""
        return diff_of({file: self.read(file) for file in texts}, texts, repository_prefix(self.root))

    def _beside(self, found: Sequence[Remedy], project: Project, known: Before, suite: CopiedSuite) -> list[Remedy]:
        """Drafts once more, with all made that are proven: where another leak hurts the same tests, none is proven
        before that is ended."""
        proven = [each for each in found if each.standing == "proven"]
        if not proven:
            return list(found)
        return [self._with(proven, each, project, known, suite) if _failed(each) else each for each in found]

    def _with(
        self, others: Sequence[Remedy], draft: Remedy, project: Project, known: Before, suite: CopiedSuite
    ) -> Remedy:
        wanted = [each.proposal for each in (*others, draft) if each.proposal is not None]
        try:
            texts = changed(project, wanted)
        except Conflict:
            return draft
        wrong, done = self._wrong(draft.cause, texts, known, suite)
        if wrong:
            return draft
        proof = (*proven_by(draft.cause, done), beside_others([each.id for each in others]))
        return replace(draft, standing="proven", proof=proof, faults=())

    def _wrong(
        self, cause: Cause, texts: Mapping[str, str], known: Before, suite: CopiedSuite
    ) -> tuple[tuple[str, ...], Sequence[Execution]]:
        """What is wrong where the sources are these, and what was executed."""

        def is_right(collected: Suite, done: Sequence[Execution]) -> bool:
            return not faults(cause, cause.frees, known, done, collected)

        suite.copy.write(texts)
        try:
            collected, done = suite.run(*proofs([cause], self.audit), goes_on=is_right)
        except CollectionFailed as error:
            return (error.message,), ()
        finally:
            suite.copy.reset(texts)
        return tuple(faults(cause, cause.frees, known, done, collected)), done

    def _taken_out(self, found: Sequence[Remedy], suite: CopiedSuite) -> list[Remedy]:
        """Without the fixes, every witness has to show what it did: else nothing was shown by its passing."""
        wanted = {each.id: shown_by(each.cause, self.audit) for each in found if each.standing == "proven"}
        orders = [each for each in dict.fromkeys(wanted.values()) if each is not None]
        done = suite.run(orders)[1] if orders else []
        by_order = {execution.order: execution for execution in done}
        return [_held_against(each, [by_order[order] for order in (wanted.get(each.id),) if order in by_order])
                for each in found]  # fmt: skip

    def _all(self, found: Sequence[Remedy], project: Project, known: Before, suite: CopiedSuite) -> Together:
        """All that are proven, made at once."""
        proven = [each for each in found if each.standing == "proven"]
        wanted = [each.proposal for each in proven if each.proposal is not None]
        try:
            texts = changed(project, wanted)
        except Conflict as error:
            return Together(tuple(found), faults=(str(error),))
        made = Together(tuple(found), texts, self.diff(texts))
        if len(proven) < 2:
            return made
        suite.copy.write(texts)
        try:
            collected, done = suite.run(*proofs([each.cause for each in proven], self.audit))
        except CollectionFailed as error:
            return replace(made, faults=(error.message,))
        finally:
            suite.copy.reset(texts)
        wrong = [fault for each in proven for fault in faults(each.cause, each.cause.frees, known, done, collected)]
        return replace(made, faults=tuple(dict.fromkeys(wrong)))

    def _tell_cost(self, executions: int, seconds: float) -> None:
        plain = self.result.cost.plain_seconds
        runs = f" = {seconds / plain:.1f} plain runs" if plain > 0 else ""
        self.progress.note(f"the proofs took {plural(executions, 'execution')} and {seconds:.0f} s{runs}")

    def shown_in_reports(self, remedies: Sequence[Remedy]) -> Mapping[tuple[str, ...], ProvenFix | None]:
        """What is kept of these for the audit's reports; None where none is proven."""
        names = (tuple(lasting_name(leak) for leak in each.cause.leaks) for each in remedies)
        return dict(zip(names, map(self._shown, remedies), strict=True))

    def _shown(self, remedy: Remedy) -> ProvenFix | None:
        if remedy.standing != "proven" or remedy.proposal is None:
            return None
        before = {file: self.read(file) for file in remedy.texts}
        found = ProvenFix((), remedy.proposal.name, remedy.proof, remedy.cost)
        if self._hides_something(before, remedy):
            return found
        return replace(found, diff=remedy.diff, parts=tuple(replaced(before, remedy.texts)))

    def _hides_something(self, before: Mapping[str, str | None], remedy: Remedy) -> bool:
        """Whether what a report must not tell stands in the patch, in a line that stays or in one that changes."""
        redactor = None if self.audit.asked_for.show_values else Redactor(self.salt)
        lines = shown_lines(self.audit.suite, self.audit.executions, redactor)
        old = {file: None if text is None else "\n".join(lines(text)) for file, text in before.items()}
        new = {file: "\n".join(lines(text)) for file, text in remedy.texts.items()}
        return diff_of(old, new, repository_prefix(self.root)) != remedy.diff

    def texts_of(self, remedies: Sequence[Remedy]) -> Mapping[str, str]:
        """The files as they are when all of these are made."""
        return changed(self.project(), [each.proposal for each in remedies if each.proposal is not None])


def _failed(remedy: Remedy) -> bool:
    """Whether it is a draft because of what was executed with it."""
    return remedy.standing == "draft" and not remedy.proof and remedy.faults != (NOT_SHOWN,)


def _held_against(remedy: Remedy, without: Sequence[Execution]) -> Remedy:
    """The remedy; a draft if its witness shows nothing without it."""
    if remedy.standing != "proven":
        return remedy
    if any(is_shown(remedy.cause, each) for each in without):
        recorded = any(is_recorded(remedy.cause, each) for each in without)
        return replace(remedy, proof=(*remedy.proof, *([NOTHING_RECORDED] if recorded else [])))
    return replace(remedy, standing="draft", proof=(), faults=(NOT_SHOWN,))
