"""Edits of a source: what they are not about stays as it is, and where they cannot be made, they are not."""

from __future__ import annotations

from textwrap import dedent

import pytest

from leakcheck.fixes.edits import AskFor, Before, Conflict, Decorate, Define, Edit, Enclose, Import, Swap, merged
from leakcheck.fixes.importing import sorted_as_own
from leakcheck.fixes.rewriting import rewritten
from leakcheck.fixes.source import Source

FIXTURE = "@pytest.fixture\ndef quick():\n    pass\n"


def made(text: str, *edits: Edit, own: frozenset[str] = frozenset({"shop"})) -> str:
    return rewritten(Source("test_a.py", dedent(text).lstrip("\n")), edits, own)


def the(text: str) -> str:
    return dedent(text).lstrip("\n")


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        ("import os\n", Import("os"), "import os\n"),
        ("import os\n", Import("sys"), "import os\nimport sys\n"),
        ("import sys\n", Import("os"), "import os\nimport sys\n"),
        ("import os\n", Import("pytest"), "import os\n\nimport pytest\n"),
        ("import pytest\n", Import("os"), "import os\n\nimport pytest\n"),
        ("import pytest\n", Import("rates", "shop"), "import pytest\n\nfrom shop import rates\n"),
        ('"""Doc."""\n\nfrom shop import app\n', Import("pytest"),
         '"""Doc."""\n\nimport pytest\n\nfrom shop import app\n'),
        ("from shop import app, mail\n", Import("db", "shop"), "from shop import app, db, mail\n"),
        ("from shop import (\n    app,\n    mail,\n)\n", Import("db", "shop"),
         "from shop import (\n    app,\n    db,\n    mail,\n)\n"),
        ("from shop import app\n", Import("app", "shop.admin", "admin_app"),
         "from shop import app\nfrom shop.admin import app as admin_app\n"),
        ("from __future__ import annotations\n", Import("os"), "from __future__ import annotations\n\nimport os\n"),
        ("x = 1\n", Import("os"), "import os\n\n\nx = 1\n"),
        ("", Import("os"), "import os\n"),
    ],
)  # fmt: skip
def test_an_import_stands_where_a_sorted_list_has_it(before: str, wanted: Import, after: str) -> None:
    assert made(before, wanted) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def f(): pass\n", "def f(new): pass\n"),
        ("def f(a) -> None: pass\n", "def f(a, new: T) -> None: pass\n"),
        ("def f(a, b=1): pass\n", "def f(a, new, b=1): pass\n"),
        ("def f(a, *, b): pass\n", "def f(a, new, *, b): pass\n"),
        ("def f(*, b): pass\n", "def f(new, *, b): pass\n"),
        ("def f(new): pass\n", "def f(new): pass\n"),
        ("def f(\n    a,\n    b,\n):\n    pass\n", "def f(\n    a,\n    b,\n    new,\n):\n    pass\n"),
        ("def f(\n    a,\n):\n    pass\n", "def f(\n    a,\n    new,\n):\n    pass\n"),
        ("def f(\n    a, b\n):\n    pass\n", "def f(\n    a, b, new\n):\n    pass\n"),
    ],
)
def test_a_parameter_is_written_as_the_others_are(before: str, after: str) -> None:
    assert made(before, AskFor("f", "new", "T")) == after


def test_a_statement_keeps_its_comments() -> None:
    text = """
        def f():
            # why
            a = 1  # how
            b = 2
    """
    assert made(text, Before(3, ("z = 0",)), Swap(3, ("a = 3",))) == the("""
        def f():
            # why
            z = 0
            a = 3  # how
            b = 2
    """)


def test_what_follows_is_enclosed_and_text_of_several_lines_stays() -> None:
    text = '''
        def f():
            start()
            look("""
        as it is
        """)
    '''
    assert made(text, Enclose(2, "with start():")) == the('''
        def f():
            with start():
                look("""
        as it is
        """)
    ''')


def test_a_function_stands_in_front_of_another_with_its_comment() -> None:
    text = """
        import pytest

        X = 1


        # what it is about
        def test_a():
            pass
    """
    assert made(text, Define(FIXTURE, "test_a"), Decorate("test_a", "mark")) == the("""
        import pytest

        X = 1


        @pytest.fixture
        def quick():
            pass


        # what it is about
        @mark
        def test_a():
            pass
    """)


def test_two_blank_lines_stand_between_functions_and_comments() -> None:
    text = "import os\n\n# Setup\n\ndef f():\n    pass\n"
    assert made(text, Define(FIXTURE)) == f"import os\n\n\n{FIXTURE}\n\n# Setup\n\ndef f():\n    pass\n"


def test_a_new_file_begins_with_its_imports() -> None:
    assert made("", Define(FIXTURE), Import("pytest")) == f"import pytest\n\n\n{FIXTURE}"


def test_line_ends_and_tabs_stay() -> None:
    assert made("def f():\r\n\ta = 1\r\n\tb = 2\r\n", Swap(2, ("a = 3",))) == "def f():\r\n\ta = 3\r\n\tb = 2\r\n"


def test_a_block_that_loses_all_is_not_empty() -> None:
    assert made("def f():\n    a = 1\n", Swap(2, ())) == "def f():\n    pass\n"


def test_two_fixes_of_one_line_contradict_one_another() -> None:
    with pytest.raises(Conflict, match=r"test_a\.py:1"):
        made("a = 1\n", Swap(1, ("a = 2",)), Swap(1, ("a = 3",)))


@pytest.mark.parametrize("edit", [Swap(7, ("a = 1",)), AskFor("g", "new"), Define(FIXTURE, "g")])
def test_an_edit_without_a_place_is_not_made(edit: Edit) -> None:
    with pytest.raises(Conflict):
        made("def f():\n    pass\n", edit)


def test_two_fixes_do_not_define_one_name() -> None:
    with pytest.raises(Conflict, match="the same name"):
        made("", Define(FIXTURE), Define(FIXTURE.replace("pass", "...")))


def test_what_two_fixes_want_is_made_once() -> None:
    wanted = merged([{"a.py": (Import("os"), Import("sys"))}, {"a.py": (Import("os"),), "b.py": (Import("os"),)}])
    assert wanted == {"a.py": (Import("os"), Import("sys")), "b.py": (Import("os"),)}


def test_a_function_that_two_tests_want_stands_in_front_of_the_first() -> None:
    source = Source("tests/test_a.py", "import pytest\n\n\ndef test_a():\n    pass\n\n\ndef test_b():\n    pass\n")
    text = "@pytest.fixture\ndef kept():\n    yield\n"
    found = rewritten(source, [Define(text, "test_b"), Define(text, "test_a")])
    assert found.count("def kept") == 1
    assert found.index("def kept") < found.index("def test_a")


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("import pytest\n\nfrom shop import app\n\n\ndef test(): ...\n", {"shop", "tests"}),
        ("import pytest\nfrom shop import app\n", {"tests"}),
        ("from shop import app\n\nfrom tests import browser\n", {"tests"}),
        ("import os\n\nfrom shop import app\n\n\ndef test():\n    import tests\n", {"shop", "tests"}),
        ("from shop import app\nfrom tests import browser\n\napp.x = 1\n", {"shop", "tests"}),
    ],
)
def test_imports_are_sorted_as_the_project_sorts_them(text: str, apart: set[str]) -> None:
    assert sorted_as_own({"shop", "tests"}, [text, ""]) == apart
