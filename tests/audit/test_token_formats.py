"""Whatever detect-secrets recognises is hidden: its plugins are a public list of what tokens look like."""

from __future__ import annotations

import base64
import json
import random
import re
import string
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
from detect_secrets.plugins import keyword
from detect_secrets.plugins.base import RegexBasedDetector
from detect_secrets.plugins.high_entropy_strings import HighEntropyStringsPlugin
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from leakcheck.snapshots.redaction import without_secrets as without_secret_arguments
from leakcheck.snapshots.secret_forms import SCANNED, is_secret_text
from leakcheck.workspace.source_redaction import without_secrets

FOUND: Mapping[str, Any] = get_mapping_from_secret_type_to_class()
PLUGINS: dict[str, Any] = {plugin.__name__: plugin for plugin in FOUND.values()}
NO_SECRETS = {"IPPublicDetector"}
"""Addresses of servers are told on purpose."""
BY_FORM = {name for name, each in PLUGINS.items() if issubclass(each, RegexBasedDetector)} - NO_SECRETS
BY_CHANCE = {name for name, each in PLUGINS.items() if issubclass(each, HighEntropyStringsPlugin)}
BY_NAME = {"KeywordDetector"}
CODE_ONLY = {"CloudantDetector", "IbmCloudIamDetector", "IbmCosHmacDetector", "SoftlayerDetector"}
"""Their expressions take a blank for an assignment, `clkey 0123…`, which texts of a running program do not have."""
REGEXES = [
    (name, number)
    for name in sorted(BY_FORM - {"JwtTokenDetector"})
    for number in range(len(list(PLUGINS[name].denylist)))
]
PRINTABLE = st.characters(min_codepoint=32, max_codepoint=126)
USUAL = settings(
    max_examples=40,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[*HealthCheck],
    phases=[Phase.generate],  # to shrink what such expressions make takes minutes
)


def is_hidden(text: str) -> bool:
    """Whether a literal with that content is hidden, in code that tells nothing else of it."""
    return without_secrets(f"x = {text!r}", lambda value: False)[0] in ("x = '…'", 'x = "…"')


def test_no_plugin_is_forgotten() -> None:
    assert set(PLUGINS) == BY_FORM | BY_CHANCE | BY_NAME | NO_SECRETS
    assert len(PLUGINS) > 25


@pytest.mark.parametrize(("name", "number"), REGEXES)
def test_tokens_as_the_plugins_describe_them_are_hidden(name: str, number: int) -> None:
    plugin = PLUGINS[name]()
    regex = list(plugin.denylist)[number]

    @USUAL
    @given(st.from_regex(regex, fullmatch=True, alphabet=PRINTABLE))
    def check(token: str) -> None:
        assume(list(plugin.analyze_string(token)))
        assert is_hidden(token)
        if name not in CODE_ONLY:
            assert len(token) > SCANNED or is_secret_text(token)
            assert token not in without_secret_arguments([token])

    check()


def web_tokens() -> Iterator[str]:
    chance = random.Random(7)
    for number in range(50):
        parts = [
            json.dumps({"alg": "HS256", "typ": "JWT"}),
            json.dumps({"sub": number, "name": "bob"}),
            "".join(chance.choices(string.printable, k=32)),
        ]
        yield ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)


def test_web_tokens_are_hidden() -> None:
    plugin = PLUGINS["JwtTokenDetector"]()
    for token in web_tokens():
        assert list(plugin.analyze_string(token))
        assert is_hidden(token)
        assert is_hidden(f"see {token} there")
        assert is_secret_text(token)


@pytest.mark.parametrize("name", sorted(BY_CHANCE))
def test_what_chance_has_made_is_hidden(name: str) -> None:
    plugin = PLUGINS[name]()
    chance = random.Random(11)
    letters = (
        string.hexdigits.lower()[:16] if name.startswith("Hex") else string.ascii_letters + string.digits + "+/"
    )
    texts = ["".join(chance.choices(letters, k=chance.randint(8, 64))) for _ in range(1_000)]
    found = [text for text in texts if plugin.calculate_shannon_entropy(text) > plugin.entropy_limit]
    assert len(found) > 200
    assert [text for text in found if not is_hidden(text)] == []
    long = [text for text in found if len(text) >= 32]
    assert [text for text in long if not is_secret_text(text)] == []


SHAPES = (
    '{name} = "{secret}"', "{name} == '{secret}'", '"{secret}" == {name}', "'{secret}' != {name}",
    '{name} "{secret}";', '{name} => "{secret}"', '{name}: "{secret}"', "d['{name}'] = '{secret}'",
    "{{'{name}': '{secret}'}}",
)  # fmt: skip


def names() -> list[str]:
    """Names that the plugin takes for those of secrets, with something before and behind them."""
    spelled = [each.replace("_?", joint) for each in keyword.DENYLIST for joint in ("", "_")]
    return [f"{before}{name}{behind}" for name in spelled for before in ("", "my_") for behind in ("", "_1", "s")]


@pytest.mark.parametrize("shape", SHAPES)
def test_what_stands_under_a_name_that_tells_is_hidden(shape: str) -> None:
    plugin: Any = PLUGINS["KeywordDetector"]()
    lines = [shape.format(name=name, secret="sunflower") for name in (*names(), *map(str.upper, names()))]
    found = [line for line in lines if "sunflower" in list(plugin.analyze_string(line))]
    assert len(found) > len(lines) // 4
    assert [line for line in found if "sunflower" in without_secrets(line, lambda value: False)[0]] == []


def test_texts_of_pairs_are_found_as_well() -> None:
    for name in (*names(), *map(str.upper, names())):
        for text in (
            f"{name}=sunflower",
            f'"{name}": "sunflower"',
            f"'{name}' => 'sunflower'",
            f"<{name}>sun</{name}>",
        ):
            assert is_secret_text(text), text
    assert re.fullmatch(r"\w+", names()[0])
