"""Sessions of SQLAlchemy that live longer than a test: what they have checked out of a pool is theirs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import ModuleType

from leakcheck.hazards.contract import Scene
from leakcheck.hazards.patching import ByIdentity, look_around, look_before
from leakcheck.records import Source


def outlives_tests(source: Source | None) -> bool:
    """Whether what is made there is of a wider fixture or an import; not known if there is no line."""
    return source is not None and (source.scope not in (None, "function") or source.phase == "import")


class WiderSessions:
    """Which session connects, in whatever task or thread."""

    def __init__(self) -> None:
        self._wider: ByIdentity[bool] = ByIdentity(bool)
        self._connects: ContextVar[bool] = ContextVar("leakcheck_connects", default=False)

    def patch(self, module: ModuleType, scene: Scene) -> None:
        def made(session: object, *_: object, **__: object) -> None:
            if outlives_tests(scene.source()):
                self._wider.know(session, True)

        look_before(module.Session, "__init__", made)
        look_around(module.Session, "_connection_for_bind", self._connecting, when=self._is_to_be_known)

    def connect(self) -> bool:
        """Whether it is one of them for which a connection is taken now."""
        return self._connects.get()

    def _is_to_be_known(self, session: object) -> bool:
        """Every statement asks for a connection, and most sessions are a test's own."""
        return bool(self._wider) and (self._wider.get(session) is True or self._connects.get())

    @contextmanager
    def _connecting(self, session: object, *_: object, **__: object) -> Iterator[None]:
        before = self._connects.set(self._wider.get(session) is True)
        try:
            yield
        finally:
            self._connects.reset(before)
