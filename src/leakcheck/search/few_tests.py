"""A work bench for what concerns a few tests."""

from __future__ import annotations

from dataclasses import dataclass, replace

from leakcheck.analysis import Coverage
from leakcheck.analysis.graph.effects import Carried
from leakcheck.search.session import AuditSession


@dataclass
class FewTestsSession(AuditSession):
    """A bench that wants to know about the tests `wanted` only."""

    wanted: frozenset[str] = frozenset()

    def concerns(self, test: str) -> bool:
        return test in self.wanted

    def edges(self) -> tuple[Carried, ...]:
        return tuple(each for each in super().edges() if each[0].test in self.wanted)

    def coverage(self) -> Coverage:
        found = super().coverage()
        mine = {pair: execution for pair, execution in found.pairs.items() if pair.reader in self.wanted}
        return replace(found, pairs=mine, long_chains=())
