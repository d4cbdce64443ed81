"""What the user says of databases, as nobody could guess it: where copies may be made, of what, of what none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from leakcheck.wire.flat import Flat, from_json, to_json

MEGABYTES = 256
"""What is larger is not copied, unless that is asked for."""
_PORT = 5432
_schemes = ("postgres://", "postgresql://", "postgresql+")


@dataclass(frozen=True, slots=True)
class DatabaseTerms:
    """`urls` are variables of the environment that hold the URL of a database to be copied, wherever it is, and
    `servers` (`host` or `host:port`) others on which copies may be made, beside this machine. Databases whose names
    fit one of `leave` are connected to as they are. `templates`: the name of a database -> that of which its copies
    are made. One of more than so many `megabytes` is not copied."""

    urls: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()
    leave: tuple[str, ...] = ()
    templates: Mapping[str, str] = field(default_factory=dict)
    megabytes: int = MEGABYTES

    def encode(self) -> str:
        """One text; "" if nothing was said."""
        return "" if self == DatabaseTerms() else to_json(_TERMS.plain(self))

    @classmethod
    def decode(cls, text: str) -> DatabaseTerms:
        """`Unreadable` if it is none that `encode` gave."""
        return _TERMS.read(from_json(text)) if text else cls()

    def leaves(self, database: str) -> bool:
        return any(fnmatchcase(database, pattern) for pattern in self.leave)

    def template_of(self, database: str) -> str:
        """Whose content its copies begin with: mostly its own."""
        return self.templates.get(database, database)

    def names(self, host: str, port: str, environ: Mapping[str, str]) -> bool:
        """Whether copies may be made on that server because the user has named it."""
        named = (*self.servers, *filter(None, (_server(environ.get(name, "")) for name in self.urls)))
        return host in named or f"{host}:{port}" in named


def is_postgres(url: str) -> bool:
    return url.startswith(_schemes)


def _server(url: str) -> str:
    """Which one a URL leads to; "" if none can be told."""
    try:
        parts = urlsplit(url)
        return f"{parts.hostname}:{parts.port or _PORT}" if is_postgres(url) and parts.hostname else ""
    except ValueError:
        return ""


_TERMS = Flat(DatabaseTerms)
