"""What "run again" means: once more in one session, with the fixtures of a wider scope as the first run has left
them."""

from __future__ import annotations

from support import Project

FILES = {
    "test_shared.py": """
        import pytest

        @pytest.fixture(scope="module")
        def basket():
            return []

        @pytest.fixture(scope="class")
        def opened():
            state = {"open": False}
            yield state
            state.clear()

        def test_basket_is_filled(basket):
            basket.append("mug")
            assert basket == ["mug"]

        def test_it_takes_out_what_it_puts_in(basket):
            before = len(basket)
            basket.append("pen")
            basket.pop()
            assert len(basket) == before

        class TestDoor:
            def test_door_opens(self, opened):
                assert not opened["open"]
                opened["open"] = True

            def test_door_is_there(self, opened):
                assert "open" in opened
    """
}


def test_what_a_wider_fixture_holds_is_met_again() -> None:
    found = Project(FILES).audit("--random", "0")
    verdicts = {each["id"].rpartition("::")[2]: each["verdict"] for each in found.report["tests"]}
    assert verdicts == {
        "test_basket_is_filled": "self-polluting",
        "test_it_takes_out_what_it_puts_in": "stable",
        "test_door_opens": "self-polluting",
        "test_door_is_there": "stable",
    }
    commands = [edge["reproduce"] for edge in found.report["edges"] if edge["from"] == [edge["to"]]]
    assert len(commands) == 2
    assert all(commands)
