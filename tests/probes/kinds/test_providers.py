"""Providers of dependency-injector: what overrides them, and what singletons have made."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from dependency_injector import containers, providers

from leakcheck.probes.kinds import providers as kind


class Service:
    def __init__(self, mailer: object) -> None:
        self.mailer = mailer


class Inner(containers.DeclarativeContainer):
    mailer = providers.Factory(SimpleNamespace, name="real")
    service = providers.Singleton(Service, mailer=mailer)


class Outer(containers.DeclarativeContainer):
    inner = providers.Container(Inner)


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> Any:
    module = ModuleType("a_shop")
    module.__dict__["app"] = Outer()
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(kind, "is_project", lambda each: each is module)
    return module.__dict__["app"]


MAILER, SERVICE = ("a_shop:app", "inner.mailer"), ("a_shop:app", "inner.service (instance)")


def test_an_override_is_told_and_taken_away(app: Any) -> None:
    probe = kind.Probe()
    fake: Any = providers.Object(None)
    assert probe.read() == {}
    app.inner.mailer.override(fake)
    assert probe.read() == {MAILER: fake}
    probe.put_back(*MAILER, None)
    assert probe.read() == {}
    assert app.inner.mailer().name == "real"


def test_an_override_from_before_comes_back(app: Any) -> None:
    probe, first, second = kind.Probe(), providers.Object(1), providers.Object(2)
    app.inner.mailer.override(first)
    app.inner.mailer.override(second)
    probe.put_back(*MAILER, first)
    assert app.inner.mailer() == 1


def test_a_singleton_is_told_once_made_and_made_anew(app: Any) -> None:
    probe = kind.Probe()
    made = app.inner.service()
    assert probe.read() == {SERVICE: made}
    probe.put_back(*SERVICE, None)
    assert probe.read() == {}
    assert app.inner.service() is not made
    with pytest.raises(AttributeError):
        probe.put_back(*SERVICE, made)


def test_classes_of_containers_count(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("a_class_of_a_shop")
    module.__dict__["Inner"] = Inner
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(kind, "is_project", lambda each: each is module)
    fake = providers.Object(3)
    with Inner.mailer.override(fake):
        assert kind.Probe().read() == {("a_class_of_a_shop:Inner", "mailer"): fake}
    assert kind.Probe().read() == {}
