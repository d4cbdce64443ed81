"""The options of pytest, and of its best known plugins, that people give without the `--` in front of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from leakcheck.cli.given import Given


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


WITH_VALUE = _words(
    """
    -k -m -p -c -o -r -W -n --maxfail --tb --durations --durations-min --rootdir --confcutdir --basetemp
    --ignore --ignore-glob --deselect --import-mode --override-ini --config-file --log-level --log-cli-level
    --log-file --log-format --capture --show-capture --junitxml --junit-xml --junit-prefix --pythonwarnings
    --numprocesses --dist --maxprocesses --cov-report --cov-config --cov-fail-under --timeout --timeout-method
    --reruns --reruns-delay --randomly-seed --random-order-seed --random-order-bucket --asyncio-mode --ds --dc
    --hypothesis-seed --hypothesis-profile --splits --group --count --verbosity
    """
)
ALONE = _words(
    """
    -x -s -l -v -q -vv -vvv -qq --exitfirst --lf --last-failed --ff --failed-first --nf --new-first --sw
    --stepwise --pdb --trace --co --collect-only --pyargs --strict --strict-markers --strict-config
    --no-header --no-summary --showlocals --full-trace --setup-show --setup-only --setup-plan --fixtures
    --markers --cache-clear --cache-show --runxfail --doctest-modules --noconftest --keep-duplicates
    --disable-warnings --disable-plugin-autoload --no-cov --cov --cov-branch --cov-append --reuse-db
    --create-db --no-migrations --nomigrations --forked --random-order --randomly-dont-reorganize
    --snapshot-update --block-network
    """
)
"""Those without a value, or with one behind `=` only."""


def is_for_pytest(word: str) -> bool:
    """Whether pytest would know this option, as people write it: `-k`, `--tb=short`, `-n4`, `-xvs`."""
    name = word.partition("=")[0]
    if name in WITH_VALUE or name in ALONE:
        return True
    if word.startswith("--") or len(word) < 3 or word[0] != "-":
        return False
    return word[:2] in WITH_VALUE or all(f"-{letter}" in ALONE for letter in word[1:])


def behind_dashes(typed: Given, own: Mapping[str, bool]) -> Given:
    """The same command line with everything of pytest's behind `--`.

    Args:
        typed: The command line as it was typed.
        own: leakcheck's own options, and whether a value follows each.
    """
    words = iter(typed.own)
    mine: list[str] = []
    for_pytest: list[str] = []
    for word in words:
        if word.partition("=")[0] in own:
            mine += _with_value(word, words, own[word.partition("=")[0]] and "=" not in word)
        elif is_for_pytest(word):
            for_pytest += _with_value(word, words, word in WITH_VALUE)
        else:
            mine.append(word)
    return Given(tuple(mine), (*for_pytest, *typed.for_pytest))


def _with_value(word: str, words: Iterator[str], takes_one: bool) -> list[str]:
    following = next(words, None) if takes_one else None
    return [word] if following is None else [word, following]
