"""What is looked at again is what a look at everything would find."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from leakcheck.workspace import listing
from leakcheck.workspace.listing import Lister, differing, only_entry
from leakcheck.workspace.tree import Tree


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("one/a.txt", "one/deep/b.txt", "two/c.txt", "d.txt"):
        (tmp_path / "project" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "project" / name).write_text("original")
    return tmp_path / "project"


@pytest.fixture
def tree(root: Path) -> Iterator[Tree]:
    (root.parent / "own").mkdir()
    found = Tree.of(str(root), {str(root / "left" / "out")}, root.parent / "own")
    found.look()
    yield found
    found.close()


def remade(root: Path) -> None:
    """A folder of the same name, which nobody watches yet."""
    shutil.rmtree(root / "one")
    (root / "one" / "deep").mkdir(parents=True)
    (root / "one" / "deep" / "b.txt").write_text("again")


def an_environment(root: Path) -> None:
    (root / "one" / "pyvenv.cfg").touch()


def turned(root: Path) -> None:
    shutil.rmtree(root / "one")
    (root / "one").write_text("x")


CHANGES: dict[str, Callable[[Path], object]] = {
    "content": lambda root: (root / "one" / "a.txt").write_text("changed"),
    "mode of a folder": lambda root: (root / "one").chmod(0o700),
    "new": lambda root: (root / "two" / "new.txt").touch(),
    "new folders": lambda root: (root / "two" / "new" / "deep").mkdir(parents=True),
    "made and gone": lambda root: [act(root / "new") for act in (Path.mkdir, Path.rmdir)],
    "gone": lambda root: (root / "d.txt").unlink(),
    "a folder gone": lambda root: shutil.rmtree(root / "one"),
    "moved": lambda root: (root / "one").rename(root / "two" / "moved"),
    "out": lambda root: (root / "one").rename(root.parent / "outside"),
    "over another": lambda root: (root / "d.txt").replace(root / "two" / "c.txt"),
    "a file for a folder": turned,
    "remade": remade,
    "link": lambda root: (root / "link").symlink_to("one"),
    "an environment": an_environment,
    "left out": lambda root: (root / "left" / "out").mkdir(parents=True),
    "caches": lambda root: (root / "one" / "__pycache__").mkdir(),
}


def is_whole(tree: Tree, root: Path) -> bool:
    """But for the times of entries, where another name has come and gone in between: of that, nothing is told."""
    now = Lister({str(root / "left" / "out")}).below(str(root)) or {}
    differs = [path for path in differing(tree.states, now) if not only_entry(tree.states.get(path), now.get(path))]
    return not differs


@pytest.mark.parametrize("name", CHANGES)
def test_every_change_is_found_and_so_is_what_follows_it(tree: Tree, root: Path, name: str) -> None:
    before = dict(tree.states)
    CHANGES[name](root)
    found = tree.look()
    assert is_whole(tree, root)
    assert set(found or ()) == set(differing(before, tree.states))
    for path in sorted(path for path in root.rglob("*.txt") if path.is_file()):
        path.write_text("once more")
    (root / "last").mkdir()
    tree.look()
    assert is_whole(tree, root)
    assert not tree.look()


def test_where_nothing_stirs_nothing_is_looked_at(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Lister, "at", None)
    monkeypatch.setattr(Lister, "below", None)
    assert tree.look() == set()


def test_only_what_stirred_is_looked_at(tree: Tree, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "one" / "a.txt").write_text("changed")
    monkeypatch.setattr(Lister, "below", None)
    assert tree.look() == {str(root / "one" / "a.txt")}


def test_a_file_with_another_name_is_looked_at_each_time(tree: Tree, root: Path) -> None:
    os.link(root / "d.txt", root.parent / "elsewhere")
    (root / "d.txt").chmod(0o600)  # that it has got another name, nobody is told
    tree.look()
    (root.parent / "elsewhere").write_text("by the other name")
    assert tree.look() == {str(root / "d.txt")}
    assert is_whole(tree, root)


def test_where_nobody_tells_each_look_is_at_everything(tree: Tree, root: Path) -> None:
    tree.close()
    (root / "one" / "a.txt").write_text("changed")
    assert tree.look() == (str(root / "one" / "a.txt"),)


def test_what_is_too_much_is_not_looked_at(tree: Tree, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MAX_ENTRIES", 3)
    tree.close()
    assert (tree.look(), tree.look()) == (None, None)


@pytest.mark.parametrize("seed", range(20))
def test_whatever_happens_in_between(tree: Tree, root: Path, seed: int) -> None:
    chance = random.Random(seed)
    places = [root / "/".join(parts) for parts in (["p"], ["p", "q"], ["p", "q", "r"], ["s"], ["s", "q"], ["t"])]
    for _ in range(30):
        for _ in range(chance.randrange(4)):
            happen(chance, *chance.sample(places, 2))
        tree.look()
        assert is_whole(tree, root)


def happen(chance: random.Random, one: Path, other: Path) -> None:
    """Something, if it can."""
    doings = (
        lambda: one.mkdir(parents=True),
        lambda: one.write_text(f"{chance.random()}"),
        lambda: one.rename(other),
        lambda: shutil.rmtree(str(one)),
        one.unlink,
        lambda: os.link(one, other),
        lambda: one.chmod(0o700),
    )
    with suppress(OSError):
        chance.choice(doings)()
