"""What must not leave the audited process in the clear: recognised by name and by form, stored as salted digests.

A digest is keyed with the salt of the audit, which is kept apart from everything that is stored: not even a secret
of four digits can be found by trying all of them. Numbers that stand for values (of long texts, of many values at
once) are keyed as well.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

HIDDEN = "…"
"""Stands for a secret where a digest would not do: in names, which are the same in every audit."""
SCANNED = 200
"""Characters of a text that are looked at for something secret in it; fewer are ever shown."""

LONG_KEY = 12
"""Characters from which on a key of a dict is looked at for a secret in it: there are very many keys."""

_ANYWHERE = (
    r"passw(?:or)?d|passphrase|passcode|passkey|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|"
    r"authori[sz]ation|credential|cookie|session[_-]?id|signature|bearer|conn(?:ection)?[_-]?str|userinfo|"
    r"(?:db|user|root|admin|mail|smtp|redis)pass(?![a-z])"
)
_WORDS = (
    "pass|pwd|pw|key|keys|auth|dsn|jwt|jws|otp|totp|mfa|pin|pins|cvv|cvc|ssn|csrf|xsrf|hmac|salt|nonce|sid|cred|"
    "creds|private|session|sessions"
)
_MEASURES = (
    "count|counts|counter|len|length|size|max|min|limit|ttl|timeout|expiry|expires|expire|expired|"
    "expiration|age|seconds|minutes|hours|days|ms|index|version|retries|attempts|calls|rounds|bits|bytes|hits|"
    "misses|total|used|usage|cost|rate|budget|at"
)
_STORES = "tokens|sessions|keys|secrets|passwords|cookies|credentials|pins|nonces|signatures"


def _as_words(words: str, *, anywhere: str = "") -> re.Pattern[str]:
    """Finds the words in snake_case, kebab-case, camelCase and UPPER_CASE."""
    capital = "|".join(word.capitalize() for word in words.split("|"))
    return re.compile(
        rf"(?<![A-Za-z])(?:{words})(?![a-z])|(?<![A-Z])(?:{capital})(?![a-z])|"
        rf"(?<![A-Za-z])(?:{words.upper()})(?![A-Za-z])" + (rf"|(?i:{anywhere})" if anywhere else "")
    )


_SECRET_NAME = _as_words(_WORDS, anywhere=_ANYWHERE)
_MEASURE = _as_words(_MEASURES)
_STORE = _as_words(_STORES)
_SECRET_CLASS = re.compile("Secret|Password|Credential|Token|ApiKey")
_PLAIN_KEY = re.compile(r"(?!.{32})[A-Za-z]+(?:[_.-][A-Za-z]+)*")
_FLAG_OR_NAME = re.compile(r"-{0,2}[\w.-]{1,64}")
_ASSIGNED = re.compile(r"([\w-]{2,40})[\"']?\s*[=:]\s*(?=[\"']?[^\s\"'&;,]{3})")
_USER_AND_PASSWORD = re.compile(r"(?:^|//|[\s\"'=])[^/\s:@]*:[^\s@]+@")
_SCHEME = re.compile(
    r"^(?:basic|digest|token|apikey) +\S+$|\bbearer +\S{4}|\beyj[\w-]{4,}\.|-----begin [a-z ]*private key"
)
_ISSUED = re.compile(
    r"(?<![a-z0-9])(?:gh[pousr]_|github_pat_|glpat-|sk[-_]|[rp]k_live_|xox[abeoprs]-|npm_|pypi-|hf_|sg\.|ya29\.|"
    r"akia|asia|aiza)[\w-]{8}"
)


@lru_cache(maxsize=8192)
def is_secret_name(name: str) -> bool:
    """Whether what stands under `name` is secret, as far as names tell."""
    return bool(_SECRET_NAME.search(name))


def is_secret_text(text: str) -> bool:
    """Whether something secret stands in `text`, as far as its form tells."""
    if len(text) < 6:
        return False
    scanned = text[:SCANNED].lower()
    if ":" in scanned or "=" in scanned:
        if "@" in scanned and _USER_AND_PASSWORD.search(scanned):
            return True
        if any(is_secret_name(found[1]) for found in _ASSIGNED.finditer(scanned)):
            return True
    return bool(_SCHEME.search(scanned) or _ISSUED.search(scanned))


def below(name: str, child: str) -> str:
    """The name of what stands under `child` inside `name`: what is inside a secret is secret."""
    return f"{name[:SCANNED]}.{child}" if name and is_secret_name(name) else child


def of_class(name: str, class_name: str) -> str:
    """`name`, told by the class as well where that one sounds secret."""
    return f"{class_name}.{name}" if _SECRET_CLASS.search(class_name) else name


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
    return str(value) if type(value) is int else None


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
        if self._show or not is_secret_name(name) or _MEASURE.search(name.rpartition(".")[2]):
            return None
        return self.digest(repr(value))

    def key(self, container: str, key: object) -> str | None:
        """A digest in place of a key or an item of a set that is secret itself, else None: whatever the key, if the
        container is called after what it is keyed by."""
        hidden = hides_key(container, key) or (type(key) is str and bool(_STORE.search(container)))
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
