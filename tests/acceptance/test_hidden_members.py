"""Victims that no order shows: others set what a class of another package holds, or throw the module away."""

from __future__ import annotations

from support import Audited, Project

SHARED_CLASS = Project(
    {
        "conftest.py": """
            import pytest

            @pytest.fixture
            def labelled(monkeypatch):
                import fractions
                monkeypatch.setattr(fractions.Fraction, "unit", "mm", raising=False)
        """,
        "test_box.py": """
            import fractions

            def test_box_in_inches():
                fractions.Fraction.unit = "inch"

            def test_box_has_no_unit():
                assert getattr(fractions.Fraction, "unit", "inch") == "inch"

            def test_labelled(labelled):
                assert fractions.Fraction(1, 2).unit == "mm"
        """,
        "test_crate.py": """
            import fractions

            class TestCrate:
                unit = "inch"

                def test_crate_in_inches(self):
                    fractions.Fraction.unit = self.unit

                def test_crate_has_no_unit(self):
                    assert getattr(fractions.Fraction, "unit", "inch") == "inch"

            def test_barrel_in_inches():
                fractions.Fraction.unit = "inch"

            def test_barrel_has_no_unit():
                assert getattr(fractions.Fraction, "unit", "inch") == "inch"
        """,
        "test_zoll.py": """
            import fractions

            def test_in_feet():
                fractions.Fraction.unit = "foot"
        """,
    }
)


def test_whoever_comes_behind_those_who_set_it_anew_is_found() -> None:
    found = SHARED_CLASS.audit("--random", "1")
    victims = {"test_box_has_no_unit", "TestCrate::test_crate_has_no_unit", "test_barrel_has_no_unit"}
    assert {name for name, verdict in found.names.items() if verdict != "stable"} == victims, found.stdout
    edges = [each for each in found.report["edges"] if each["effect"] == "breaks"]
    assert {each["to"].partition("::")[2] for each in edges} == victims
    assert {each["from"][0] for each in edges} == {"test_zoll.py::test_in_feet"}
    (leak,) = [each for each in found.report["leaks"] if each["impact"] == "broken"]
    assert leak["key"] == "Fraction.unit"


THROWN_AWAY = Project(
    {
        "shop/__init__.py": "",
        "shop/tariff.py": """
            RATES = None

            def load(rates):
                global RATES
                RATES = rates
        """,
        "conftest.py": """
            import sys
            import pytest

            @pytest.fixture
            def tariff():
                from shop import tariff
                yield tariff
                import shop
                del shop.tariff, sys.modules["shop.tariff"]
        """,
        "pytest.ini": "[pytest]\npythonpath = .\n",
        "test_tariff.py": """
            def test_loads():
                from shop import tariff
                tariff.load({"mug": 3})
                assert tariff.RATES

            def test_loads_and_goes(tariff):
                tariff.load({"mug": 3})
                assert tariff.RATES

            def test_loads_too(tariff):
                tariff.load({"mug": 3})

            def test_nothing_there(tariff):
                assert tariff.RATES is None

            def test_goes_again(tariff):
                tariff.load({"mug": 3})

            def test_still_nothing_there(tariff):
                assert tariff.RATES is None

            def test_does_not_ask(tariff):
                assert callable(tariff.load)
        """,
    }
)


def test_who_throws_the_module_away_hides_nobody() -> None:
    found: Audited = THROWN_AWAY.audit("--random", "1")
    victims = {"test_nothing_there", "test_still_nothing_there"}
    assert {name for name, verdict in found.names.items() if verdict != "stable"} == victims, found.stdout
    edges = [each for each in found.report["edges"] if each["effect"] == "breaks"]
    assert {(*each["from"], each["counterfactual"]) for each in edges} == {("test_tariff.py::test_loads", True)}


EMPTIED = Project(
    {
        "shop.py": """
            PLUGINS = {}

            def plugin(maker):
                PLUGINS[maker.__name__] = maker
                return maker

            @plugin
            def mug(): return "mug"

            @plugin
            def cup(): return "cup"

            @plugin
            def jug(): return "jug"
        """,
        "pytest.ini": "[pytest]\npythonpath = .\n",
        "test_shop.py": """
            import pytest
            import shop

            def test_cups():
                assert shop.PLUGINS["cup"]() + shop.PLUGINS["mug"]() == "cupmug"

            def test_jugs():
                assert shop.PLUGINS["jug"]() == "jug"

            def test_no_jars():
                assert "jar" not in shop.PLUGINS

            @pytest.fixture
            def empty():
                shop.PLUGINS.clear()

            def test_starts_empty(empty):
                @shop.plugin
                def pan(): return "pan"
                assert list(shop.PLUGINS) == ["pan"]
        """,
    }
)


def test_what_one_line_takes_out_of_a_container_is_one_leak_at_that_line() -> None:
    found = EMPTIED.audit("--random", "1")
    assert {name for name, verdict in found.names.items() if verdict != "stable"} == {"test_cups", "test_jugs"}
    (leak,) = found.report["leaks"]
    assert (leak["key"], leak["polluters"]) == ("PLUGINS", ["test_shop.py::test_starts_empty"])
    lines = EMPTIED.files["test_shop.py"].splitlines()
    assert "shop.PLUGINS.clear()" in {
        lines[each["line"] - 1].strip() for each in leak["sources"] if each["file"] == "test_shop.py"
    }
    (finding,) = [each for each in found.report["findings"] if each["code"] == "LK101"]
    assert "keep a copy in a fixture" in finding["fix"]
