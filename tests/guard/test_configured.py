"""Whether leakcheck's own configuration switches a guard on: the commands that reports print then switch it off."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from leakcheck import pytest_plugin
from leakcheck.recorder.process.neutralise import RULES, Neutraliser


class Plugins:
    """A plugin manager that knows leakcheck's plugin, and no other."""

    @staticmethod
    def hasplugin(name: str) -> bool:
        return name == "leakcheck"

    @staticmethod
    def getplugin(name: str) -> object:
        return pytest_plugin if name == "leakcheck" else None


def flags(rootpath: Path) -> list[str]:
    options = SimpleNamespace(basetemp=None)
    parser = SimpleNamespace(parse_known_args=lambda args, namespace: namespace)
    config: Any = SimpleNamespace(
        known_args_namespace=options, pluginmanager=Plugins, getini=lambda name: "", _parser=parser
    )
    neutraliser = Neutraliser(str(rootpath), tuple(each for each in RULES if each.plugin == "leakcheck"))
    neutraliser.amend(config, [])
    return neutraliser.flags


@pytest.mark.parametrize(
    ("name", "text", "switched_off"),
    [
        ("leakcheck.toml", 'guard = "restore"\n', True),
        ("leakcheck.toml", 'guard = "off"\n', False),
        ("leakcheck.toml", 'guard-kinds = ["all"]\n', False),
        ("leakcheck.toml", "guard = \n", False),
        ("pyproject.toml", '[tool.leakcheck]\nguard = "fail"\n', True),
        ("pyproject.toml", '[tool.other]\nguard = "fail"\n', False),
        ("setup.cfg", 'guard = "fail" # leakcheck\n', False),
    ],
)
def test_what_a_printed_command_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, switched_off: bool
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    assert pytest_plugin.is_guard_configured() is switched_off
    assert flags(tmp_path) == (["--leakcheck-guard=off"] if switched_off else [])
