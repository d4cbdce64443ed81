"""Django on PostgreSQL: each execution makes a test database of its own, and the suite need not know."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from postgres_server import Postgres, needs_driver, started
from programs import missing
from support import Audited, Project

SETTINGS = """
    import os

    SECRET_KEY = "x"
    INSTALLED_APPS = ["shop"]
    DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
    DATABASES = {"default": {
        "ENGINE": "django.db.backends.postgresql", "NAME": "shop", "HOST": os.environ["PGHOST"],
        "PORT": os.environ["PGPORT"], "USER": os.environ["PGUSER"], "PASSWORD": os.environ["PGPASSWORD"],
    }}
"""
MODELS = """
    from django.db import models

    class Mug(models.Model):
        name = models.CharField(max_length=20)
"""
TESTS = """
    import pytest
    from django.db import connection
    from django.test import TestCase, TransactionTestCase
    from shop.models import Mug

    class TestsInATransaction(TestCase):
        @classmethod
        def setUpTestData(cls):
            Mug.objects.create(name="of the class")

        def test_has_it(self):
            assert Mug.objects.filter(name="of the class").count() == 1

    class TestsThatCommit(TransactionTestCase):
        def test_commits(self):
            Mug.objects.create(name="white")

    @pytest.mark.django_db
    def test_rolls_back():
        Mug.objects.create(name="blue")

    @pytest.mark.django_db
    def test_gets_the_first_number():
        assert Mug.objects.create(name="green").pk == 1

    @pytest.mark.django_db(transaction=True)
    def test_is_flushed():
        Mug.objects.create(name="red")
        assert Mug.objects.filter(name="red").count() == 1

    @pytest.mark.django_db(transaction=True, serialized_rollback=True)
    def test_is_filled_again():
        Mug.objects.create(name="black")
        assert connection.settings_dict["NAME"] == "test_shop"

    def test_leaves_a_mug(django_db_setup, django_db_blocker):
        with django_db_blocker.unblock():
            Mug.objects.create(name="left")

    @pytest.mark.django_db
    def test_wants_no_mug():
        assert not Mug.objects.exists()
"""
LEAVES = TESTS.splitlines().index('            Mug.objects.create(name="left")') + 1
PROJECT = {
    "settings.py": SETTINGS,
    "shop/__init__.py": "",
    "shop/models.py": MODELS,
    "test_shop.py": TESTS,
    "pytest.ini": "[pytest]\nDJANGO_SETTINGS_MODULE = settings\npythonpath = .\n",
}
PLUGINS = ("--", "-p", "pytest_django.plugin")
FOUND = {"shop", "test_other"}


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    needs_driver("psycopg")
    if find_spec("pytest_django") is None:
        missing("pytest-django is missing: pip install pytest-django")
    with started() as found, pytest.MonkeyPatch.context() as patch:
        found.is_named_in(patch)
        for name in FOUND:
            found.rows(f"CREATE DATABASE {name}")
        yield found


def plain(project: Project) -> dict[str, str]:
    """Outcomes of the tests in plain pytest."""
    done = project.pytest("-rA", "-q", "-p", "pytest_django.plugin")
    rows = [line.split() for line in done.stdout.splitlines() if line.startswith(("PASSED ", "FAILED "))]
    return {row[1]: row[0].lower() for row in rows}


@pytest.fixture(scope="module")
def audited(server: Postgres) -> tuple[Audited, dict[str, str]]:
    project = Project(PROJECT)
    outcomes = plain(project)
    found = project.audit("--random", "0", "--budget", "600s", *PLUGINS)
    assert server.databases() == FOUND, "a copy has stayed, or something of the user's is gone"
    return found, outcomes


def test_outcomes_are_those_of_plain_pytest(audited: tuple[Audited, dict[str, str]]) -> None:
    found, outcomes = audited
    assert found.outcomes("declared") == outcomes
    assert outcomes["test_shop.py::test_gets_the_first_number"] == "failed"


def test_who_leaves_a_row_or_takes_a_number_is_named(audited: tuple[Audited, dict[str, str]]) -> None:
    found, _ = audited
    row = found.leak("databases", "shop_mug")
    assert (row["owner"], row["path"]) == ("test_shop (PostgreSQL)", "[id=1]")
    assert row["sources"][0]["line"] == LEAVES
    assert "test_shop.py::test_wants_no_mug" in row["victims"]
    numbers = [each for each in found.leaks() if each["key"].startswith("shop_mug_id_seq")]
    assert {victim for each in numbers for victim in each["victims"]} == {
        "test_shop.py::test_gets_the_first_number"
    }
    assert {name for name, verdict in found.names.items() if verdict == "stable"} >= {
        "test_is_filled_again",
        "test_leaves_a_mug",
    }


def test_every_execution_had_one_of_its_own(audited: tuple[Audited, dict[str, str]]) -> None:
    told = " ".join(audited[0].stdout.split())
    assert "each execution makes its own test_shop, by another name" in told
    assert "cannot reset" not in told


def test_a_database_that_is_kept_is_copied_and_stays_as_it_was(server: Postgres) -> None:
    with server.database("test_shop") as name:
        server.rows("CREATE TABLE of_the_user (id int)", name)
        project = Project({**PROJECT, "test_shop.py": KEPT})
        found = project.audit("--random", "0", "--budget", "120s", *PLUGINS, "--reuse-db")
        assert server.rows("SELECT count(*) FROM of_the_user", name) == [("0",)]
        assert server.databases() == {*FOUND, name}
    assert set(found.names.values()) == {"stable"}


def test_who_minds_the_name_is_audited_with_the_real_one(server: Postgres) -> None:
    tests = """
        import pytest
        from django.db import connection

        @pytest.mark.django_db
        def test_name():
            with connection.cursor() as cursor:
                cursor.execute("SELECT current_database()")
                assert cursor.fetchone() == ("test_shop",)
    """
    found = Project({**PROJECT, "test_shop.py": tests}).audit("--random", "0", "--budget", "120s", *PLUGINS)
    assert server.databases() == FOUND
    assert found.names == {"test_name": "stable"}
    assert "outcomes differ from plain pytest (test_shop.py::test_name)" in " ".join(found.stdout.split())


KEPT = """
    import pytest
    from shop.models import Mug

    @pytest.mark.django_db
    def test_adds():
        Mug.objects.create(name="blue")

    @pytest.mark.django_db
    def test_is_empty():
        assert not Mug.objects.exists()
"""
