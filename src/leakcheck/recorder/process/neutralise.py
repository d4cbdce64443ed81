"""Plugins and options that fight an audit, switched off where the project switches them on.

Each rule says how it sees that the option is on, which flags switch it off on a plain command line (these also
go into the commands that reports print), and what to set on `config.option` where no flag can.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

AUDIT_SEED = 20_221


@dataclass(frozen=True)
class Rule:
    """One thing to neutralise; `plugin` is the name that pytest registers it under ("" for pytest's own), `ini` the
    key of a configuration file that switches it on as well; `asks` is a function of that plugin that tells whether
    its own configuration does."""

    name: str
    plugin: str
    active: Callable[[Any], bool]
    flags: tuple[str, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)
    ini: str = ""
    asks: str = ""


def _set(*names: str) -> Callable[[Any], bool]:
    return lambda options: any(getattr(options, name, None) for name in names)


def _is_given(options: Any, name: str) -> bool:
    """pytest-random-order marks defaults by `default:`, and shuffles when one of them was overridden."""
    value = str(getattr(options, name, "none"))
    return value != "none" and not value.startswith("default:")


def _is_set(config: Any, ini: str) -> bool:
    try:
        return bool(ini and config.getini(ini))
    except ValueError:  # the plugin that knows it is switched off
        return False


def _is_configured(config: Any, rule: Rule) -> bool:
    asks = getattr(config.pluginmanager.getplugin(rule.plugin), rule.asks, None) if rule.asks else None
    return _is_set(config, rule.ini) or (asks is not None and bool(asks()))


RULES: tuple[Rule, ...] = (
    Rule("-n (pytest-xdist)", "xdist", _set("numprocesses", "tx", "distload"), ("-n0",)),
    Rule("--cov (pytest-cov)", "pytest_cov", _set("cov_source"), ("--no-cov",)),
    Rule("-x/--maxfail", "", lambda options: bool(getattr(options, "maxfail", 0)), ("--maxfail=0",)),
    Rule("--reruns (pytest-rerunfailures)", "rerunfailures", _set("reruns"), ("--reruns=0",)),
    Rule(
        "--random-order (pytest-random-order)",
        "random_order",
        lambda options: (
            _set("random_order_enabled")(options)
            or any(_is_given(options, name) for name in ("random_order_bucket", "random_order_seed"))
        ),
        ("--random-order-bucket=none",),
    ),
    Rule(
        "shuffling (pytest-randomly)",
        "randomly",
        lambda options: bool(getattr(options, "randomly_reorganize", False)),
        ("--randomly-dont-reorganize",),
    ),
    Rule(
        "a new seed for each run (pytest-randomly)",
        "randomly",
        lambda options: getattr(options, "randomly_seed", None) in ("default", "last"),
        (f"--randomly-seed={AUDIT_SEED}",),
    ),
    Rule(
        "--lf/--ff/--nf",
        "",
        _set("lf", "failedfirst", "newfirst"),
        options={"lf": False, "failedfirst": False, "newfirst": False},
    ),
    Rule(
        "--sw",
        "",
        _set("stepwise", "stepwise_skip", "stepwise_reset"),
        options={"stepwise": False, "stepwise_skip": False, "stepwise_reset": False},
    ),
    Rule(  # an audit is longer than a run of the suite
        "--session-timeout (pytest-timeout)",
        "timeout",
        _set("session_timeout"),
        options={"session_timeout": None},
        ini="session_timeout",
    ),
    Rule("--junitxml", "", _set("xmlpath"), options={"xmlpath": None}),
    Rule("log_file", "", _set("log_file"), options={"log_file": None}, ini="log_file"),
    Rule("--html (pytest-html)", "html", _set("htmlpath"), options={"htmlpath": None}),
    Rule("--report-log", "", _set("report_log"), options={"report_log": None}),
    Rule("--json-report", "", _set("json_report"), options={"json_report": False}),
    Rule("--pastebin", "", _set("pastebin"), options={"pastebin": None}),
    Rule(  # in restore mode a printed command would show nothing
        "--leakcheck-guard",
        plugin="leakcheck",
        active=lambda options: getattr(options, "leakcheck_guard", None) not in (None, "off"),
        flags=("--leakcheck-guard=off",),
        ini="leakcheck_guard",
        asks="is_guard_configured",
    ),
    Rule("--pdb/--trace", "", _set("usepdb", "trace"), options={"usepdb": False, "trace": False}),
)


class Neutraliser:
    """A plugin object: amends arguments and options before anybody reads them."""

    def __init__(self, basetemp: str, rules: tuple[Rule, ...] = RULES) -> None:
        self._basetemp = basetemp
        self._rules = rules
        self.names: list[str] = []
        self.flags: list[str] = []

    def amend(self, config: Any, args: list[str]) -> None:
        """Called while initial conftests are about to load: later flags win over addopts."""
        options = config.known_args_namespace
        basetemp = self._inside(str(options.basetemp or ""))
        for rule in self._rules:
            if self._present(config, rule) and (rule.active(options) or _is_configured(config, rule)):
                self.names.append(rule.name)
                self.flags += rule.flags
        end = args.index("--") if "--" in args else len(args)
        args[end:end] = [*self.flags, f"--basetemp={basetemp}"]
        # Some plugins (pytest-cov) act on the early namespace, before the arguments are parsed again.
        config.known_args_namespace = config._parser.parse_known_args(
            list(args), namespace=copy.copy(config.known_args_namespace)
        )

    def _inside(self, wanted: str) -> str:
        """The temporary folder, by the last name that the project gives it."""
        if not wanted:
            return self._basetemp
        os.makedirs(self._basetemp, mode=0o700, exist_ok=True)
        return os.path.join(self._basetemp, os.path.basename(os.path.abspath(wanted)))

    def settle(self, config: Any) -> None:
        """Called once all options are parsed: set what no flag can."""
        for rule in self._rules:
            if rule.options and rule.active(config.option):
                for name, value in rule.options.items():
                    setattr(config.option, name, value)
            if _is_set(config, rule.ini):
                config._inicache[rule.ini] = ""

    @staticmethod
    def _present(config: Any, rule: Rule) -> bool:
        return not rule.plugin or bool(config.pluginmanager.hasplugin(rule.plugin))
