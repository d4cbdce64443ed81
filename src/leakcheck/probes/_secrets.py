"""What must not leave the audited process in the clear: recognised by name, stored as salted digests."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import Any

_SECRET_NAME = re.compile(
    r"pass(word|wd|phrase)?|secret|token|api[_-]?key|(^|[_\-. ])key($|[_\-. ])|authori[sz]ation|credential|dsn|"
    r"cookie|session[_-]?id|private|signature|bearer|jwt|x-auth",
    re.IGNORECASE,
)
_SECRET_VALUE = re.compile(
    r"://[^/\s:@]*:[^/\s@]+@|^(bearer|basic|digest) +\S+$|^eyJ[\w-]+\.[\w-]+\.", re.IGNORECASE
)


@lru_cache(maxsize=4096)
def _is_secret_name(name: str) -> bool:
    return bool(_SECRET_NAME.search(name))


class Redactor:
    """Turns secret text into digests. With `show_values` everything is shown."""

    def __init__(self, salt: str, *, show_values: bool = False) -> None:
        self._salt = salt.encode()
        self._show = show_values

    def text(self, name: str, value: object) -> str | None:
        """A digest in place of `value` if it looks secret under `name`, else None."""
        if self._show or type(value) not in (str, bytes, int) or value == "":
            return None
        if type(value) is int:
            return self.digest(str(value)) if _is_secret_name(name) and abs(value) > 9999 else None
        return self.digest(value) if self.is_secret(name, value) else None

    def is_secret(self, name: str, value: Any) -> bool:
        plain = value.decode("latin-1") if type(value) is bytes else value
        return _is_secret_name(name) or (
            ("://" in plain or plain[:1] in "bBdDe") and bool(_SECRET_VALUE.search(plain[:4096]))
        )

    def digest(self, value: Any) -> str:
        """The salted digest of a secret: equal secrets have equal digests within one audit, no more."""
        if self._show:
            return repr(value)
        data = value if type(value) is bytes else str(value).encode("utf-8", "surrogatepass")
        return f"secret #{hashlib.blake2b(data, key=self._salt, digest_size=6).hexdigest()}"
