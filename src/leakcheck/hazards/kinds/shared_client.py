"""LK504: one client object that keeps cookies or authorization headers between tests of several files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from leakcheck.hazards.contract import Hazard as Contract
from leakcheck.hazards.contract import Seen, file_of
from leakcheck.records import NO_VALUE, Change, Finding, Location

_COOKIES, _HEADERS = "client_cookies", "client_headers"
_KEPT = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key"})
_MOST = 3


class Hazard(Contract):
    """Of changes that outlive their test, and of the tests that read the client."""

    code = "LK504"
    name = "ClientSharedByFiles"
    short = "One client keeps its login for the tests of several files"
    help = (
        "One client object is used by tests of several files, and keeps cookies or authorization headers that one "
        "of them has set. Whether a later test is logged in, and as whom, the order decides."
    )
    fix = (
        "Make a client for each test, in a fixture of function scope; where that is too slow, clear what it keeps "
        "behind each test: `client.cookies.clear()`, `client.headers.pop('authorization', None)`."
    )

    def found(self, seen: Seen) -> Iterator[Finding]:
        kept: dict[str, list[tuple[str, Change]]] = {}
        users: dict[str, set[str]] = {}
        for run in seen.runs:
            for each in run.reads:
                if each.kind in (_COOKIES, _HEADERS):
                    users.setdefault(each.owner, set()).add(file_of(run.test))
            for change in (*run.changes, *run.finalised):
                if _is_login(change):
                    kept.setdefault(change.location.owner, []).append((run.test, change))
        for owner, changes in sorted(kept.items()):
            files = users.get(owner, set()) | {file_of(test) for test, _ in changes}
            if len(files) > 1:
                yield self._of(owner, changes, files)

    def _of(self, owner: str, changes: list[tuple[str, Change]], files: Iterable[str]) -> Finding:
        _, first = min(changes, key=lambda each: each[1].sources[:1])
        what = "cookies" if first.location.kind == _COOKIES else f"its header {first.location.key}"
        shown = sorted(files)
        more = f" and {len(shown) - _MOST} more" if len(shown) > _MOST else ""
        why = f"Tests of {', '.join(shown[:_MOST])}{more} use it, and it is not made anew between them."
        title = f"The client {owner} keeps {what} between tests of several files"
        place = Location(first.location.kind, owner, first.location.key)
        return self.finding(title, why, first.sources[0], [test for test, _ in changes], place, about=owner)


def _is_login(change: Change) -> bool:
    """Whether a cookie or a header that logs in is left, by a line that is known."""
    location = change.location
    kept = location.kind == _COOKIES or (location.kind == _HEADERS and location.key.lower() in _KEPT)
    return kept and bool(change.sources) and change.after != NO_VALUE
