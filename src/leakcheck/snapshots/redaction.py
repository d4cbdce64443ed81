"""What must not leave the audited process in the clear: recognised by name and by form, stored as salted digests.

A digest is keyed with the salt of the audit, which is kept apart from everything that is stored: not even a secret
of four digits can be found by trying all of them. Numbers that stand for values (of long texts, of many values at
once) are keyed as well.
"""

from __future__ import annotations

import hashlib
import pathlib
import re
from collections.abc import Iterator, Sequence
from typing import Any

from leakcheck.snapshots.secret_forms import (
    SCANNED,
    is_measure,
    is_secret_class,
    is_secret_name,
    is_secret_text,
    is_store,
)

HIDDEN = "…"
"""Stands for a secret where a digest would not do: in names, which are the same in every audit."""
LONG_KEY = 12
"""Characters from which on a key of a dict is looked at for a secret in it: there are very many keys."""

CONTENT = 6
"""Bytes of the digest of what a file or a table holds."""

_PLAIN_KEY = re.compile(r"(?!.{32})[A-Za-z]+(?:[_.-][A-Za-z]+)*")
_PATHS = (pathlib.PosixPath, pathlib.PurePosixPath, pathlib.WindowsPath, pathlib.PureWindowsPath)
_FLAG_OR_NAME = re.compile(r"-{0,2}[\w.-]{1,64}")


def below(name: str, child: str) -> str:
    """The name of what stands under `child` inside `name`: what is inside a secret is secret."""
    return f"{name[:SCANNED]}.{child}" if name and is_secret_name(name) else child


def of_class(name: str, class_name: str) -> str:
    """`name`, told by the class as well where that one sounds secret."""
    return f"{class_name}.{name}" if is_secret_class(class_name) else name


def hides_key(container: str, key: object) -> bool:
    """Whether `key` of a dict, or an item of a set, is secret itself: a session's number, a token that stands for
    its user. Plain words are names."""
    text = _as_text(key)
    if text is None:
        return False
    if is_secret_name(container):
        return not _PLAIN_KEY.fullmatch(text) or is_secret_text(text)
    return len(text) >= LONG_KEY and is_secret_text(text)


def names_next(previous: object, *, pair: bool) -> str:
    """The secret name that an item of a sequence gives to the next, "" if it gives none: headers come as pairs,
    and arguments behind their flags."""
    text = previous if type(previous) is str else previous.decode("latin-1") if type(previous) is bytes else ""
    if not (pair or text.startswith("-")) or not _FLAG_OR_NAME.fullmatch(text):
        return ""
    return text if is_secret_name(text) else ""


def without_secrets(arguments: Sequence[str]) -> tuple[str, ...]:
    """Arguments of a command line as they may be shown."""
    return tuple(_shown(arguments))


def _shown(arguments: Sequence[str]) -> Iterator[str]:
    named = ""
    for argument in arguments:
        flag, equals, _ = argument.partition("=")
        is_test = "::" in argument or ".py" in argument
        if named and not argument.startswith("-"):
            yield HIDDEN
        elif argument.startswith("-") and equals and (is_secret_name(flag) or is_secret_text(argument)):
            yield f"{flag}={HIDDEN}"
        elif not is_test and is_secret_text(argument):
            yield HIDDEN
        else:
            yield argument
        named = "" if equals else names_next(argument, pair=False)


def _as_text(value: object) -> str | None:
    """A key as text: what no secret can be is None."""
    if type(value) is str:
        return value
    if type(value) is bytes:
        return value.decode("latin-1")
    if type(value) is int:
        return str(value)
    return repr(value) if any(type(value) is path for path in _PATHS) else None


def content_hash(salt: str) -> hashlib.blake2b:
    """A hash, keyed with `salt`, to be updated with the content of something as large as a file."""
    return hashlib.blake2b(digest_size=CONTENT, key=salt.encode())


class Redactor:
    """Turns secret text into digests. With `show_values` everything is shown."""

    def __init__(self, salt: str, *, show_values: bool = False) -> None:
        self._salt = salt.encode()
        self._show = show_values

    def text(self, name: str, value: object) -> str | None:
        """A digest in place of `value` if it looks secret under `name`, else None."""
        if self._show or value is None or type(value) is bool or value is ...:
            return None
        if type(value) is str or type(value) is bytes:
            return self.digest(value) if len(value) and self._is_secret(name, value) else None
        return self.quantity(name, value)

    def quantity(self, name: str, value: object) -> str | None:
        """The same for numbers, dates and the like: they may be a PIN, but also a measure of something secret."""
        if self._show or not is_secret_name(name) or is_measure(name.rpartition(".")[2]):
            return None
        return self.digest(repr(value))

    def key(self, container: str, key: object) -> str | None:
        """A digest in place of a key or an item of a set that is secret itself, else None: whatever the key, if the
        container is called after what it is keyed by."""
        hidden = hides_key(container, key) or (type(key) is str and is_store(container))
        return self.digest(key) if hidden and not self._show else None

    def code(self, number: int) -> int:
        """A number that tells as little of what `number` is made of as a digest does."""
        return int.from_bytes(self._keyed(str(number).encode(), 8), "big", signed=True) or 1

    def digest(self, value: Any) -> str:
        """The salted digest of a secret: equal secrets have equal digests within one audit, no more."""
        if self._show:
            return repr(value)
        data = value if type(value) is bytes else str(value).encode("utf-8", "surrogatepass")
        return f"secret #{self._keyed(data, 6).hex()}"

    def _is_secret(self, name: str, value: str | bytes) -> bool:
        plain = value[:SCANNED].decode("latin-1") if isinstance(value, bytes) else value
        return is_secret_name(name) or is_secret_text(plain)

    def _keyed(self, data: bytes, size: int) -> bytes:
        return hashlib.blake2b(data, key=self._salt, digest_size=size).digest()
