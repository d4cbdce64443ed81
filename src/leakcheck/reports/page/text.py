"""Text of the audited project on its way into the page: nothing hidden, no path of a machine, no markup."""

from __future__ import annotations

import base64
import hashlib
import json
from urllib.parse import quote

from markupsafe import Markup

from leakcheck.reports.wording.local_paths import Local
from leakcheck.reports.wording.words import clean

# What could end a script element or begin a comment in it, and the ends of lines that JSON allows.
_RISKY_IN_SCRIPT = {ord(each): f"\\u{ord(each):04x}" for each in "<>&\u2028\u2029"}


class Shown:
    """Makes text fit to be shown; what is markup already stays as it is."""

    def __init__(self, rootdir: str) -> None:
        self._local = Local(rootdir)

    def __call__(self, value: object) -> object:
        """For Jinja: whatever a template writes passes through here, and is escaped after that."""
        return value if isinstance(value, Markup) else self.text(str(value))

    def text(self, text: str) -> str:
        return clean(self._local(text))


def link_to(test: str) -> str:
    """The link of a test within the page; `test` is its id as shown."""
    return f"#test={quote(test, safe='/:[]@!$(),;=.-_~')}"


def with_code(text: str) -> Markup:
    """`text`, what stands between backticks in it as code."""
    parts = text.split("`")
    forms = (Markup("<code>{}</code>"), Markup("{}"))
    return Markup("").join(forms[number % 2 == 0].format(part) for number, part in enumerate(parts))


def as_script_data(value: object) -> Markup:
    """`value` as JSON that may stand in a script element."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Markup(text.translate(_RISKY_IN_SCRIPT))


def digest(text: str) -> str:
    """What a Content-Security-Policy calls `text`."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
