"""Password hashes and signed session values."""

import hashlib
import hmac
import secrets

from shop.config import SESSION_SECRET


def hash_password(password: str) -> str:
    salt = secrets.token_hex(8)
    return f"{salt}${_scrypt(password, salt)}"


def password_matches(password: str, hashed: str) -> bool:
    salt, _, digest = hashed.partition("$")
    return hmac.compare_digest(_scrypt(password, salt), digest)


def sign(user_id: int) -> str:
    """Return the cookie value that stands for this user."""
    return f"{user_id}.{_signature(str(user_id))}"


def unsign(value: str) -> int | None:
    """Return the user's id, or None when the value was not signed by us."""
    user_id, _, signature = value.partition(".")
    if not user_id.isdigit() or not hmac.compare_digest(_signature(user_id), signature):
        return None
    return int(user_id)


def _signature(text: str) -> str:
    return hmac.new(SESSION_SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()


def _scrypt(password: str, salt: str) -> str:
    return hashlib.scrypt(password.encode(), salt=salt.encode(), n=2**10, r=8, p=1).hex()
