"""Photographs of what owners hold, and no more of them than there has to be."""

from __future__ import annotations

from collections.abc import Mapping

from leakcheck.probes import MISSING
from leakcheck.recorder.changes.accounts import Place
from leakcheck.snapshots.frames import is_project_module
from leakcheck.snapshots.identity import identity
from leakcheck.snapshots.snapshot import ABSENT, Node, Snapshot
from leakcheck.snapshots.trails import Trail, Trails
from leakcheck.snapshots.values import Snapshotter

MAX_TEXTS = 4_000
# By identity: hashing a type would call what its metaclass may have put there.
_PLAIN = frozenset(map(identity, (int, float, bool, str, bytes, type(None), complex)))


def is_plain(value: object) -> bool:
    """Whether nothing in `value` can change."""
    return identity(type(value)) in _PLAIN


class Pictures:
    """Takes photographs, and tells where none has to be taken."""

    def __init__(self, camera: Snapshotter) -> None:
        self._camera = camera
        self._trails = Trails(is_project_module)
        self._texts: dict[tuple[str, str, str], Snapshot] = {}

    def take(self, place: Place, owner: object, key: str, state: Mapping[str, object]) -> Snapshot:
        """What stands under `key`. Each client has the same few headers: a text that was seen under this name looks
        as it did then."""
        value = state.get(key, MISSING)
        if value is MISSING:
            return ABSENT
        if type(value) is not str:
            return self._made(place, owner, key, value)
        known = self._texts.get((place.probe.kind, key, value))
        if known is None:
            if len(self._texts) >= MAX_TEXTS:
                self._texts.clear()
            known = self._texts[place.probe.kind, key, value] = self._made(place, owner, key, value)
        return known

    def _made(self, place: Place, owner: object, key: str, value: object) -> Snapshot:
        text = place.probe.show(owner, key, value)
        if text is not None:
            return Snapshot(Node(self._camera.secret(text)), 1)
        return self._camera.photograph(value, key)

    def is_unchanged(self, place: Place, key: str, value: object) -> bool:
        """Whether the very same stands here, with the very same in it, as when it was looked at last."""
        last = place.seen.pop(key, MISSING)
        if value is MISSING:
            return key not in place.known
        if not place.probe.in_place or is_plain(value):
            place.seen[key] = value
            return last is value and key in place.known
        trail = self._trails.of(value)
        if trail is None:
            return False
        place.seen[key] = trail
        return type(last) is Trail and trail.same(last) and key in place.known
