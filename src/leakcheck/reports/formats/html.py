"""The page: one file of HTML that loads nothing. Templates, styles and script stand in `page/assets/`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from importlib.resources import files
from pathlib import PurePath
from typing import get_args

import jinja2
from markupsafe import Markup

from leakcheck.hazards import is_hazard
from leakcheck.records import Impact, Outcome, Result, TestVerdict
from leakcheck.reports.page.cards import Line, cards
from leakcheck.reports.page.colours import Colours
from leakcheck.reports.page.data import page_data
from leakcheck.reports.page.text import Shown, as_script_data, digest, link_to, with_code
from leakcheck.reports.wording.certified import (
    certificate_sentences,
    conclusion,
    is_cut_short,
    is_unfinished,
    leaves_open,
    verdict_of,
)
from leakcheck.reports.wording.fix_sentences import EXPOSES, HELPS, effect, group_sentence, joint_sentence, where
from leakcheck.reports.wording.hazards import TITLE, by_kind, hazards, maker
from leakcheck.reports.wording.proven_fixes import fixes_by_leak
from leakcheck.reports.wording.root_causes import grouped, without_polluter
from leakcheck.reports.wording.sentences import (
    FAILING_FIXTURES,
    circumstances,
    cost_in_words,
    detail,
    failing_fixtures,
    leaks_in_words,
    tests_in_words,
    troubled_tests,
)
from leakcheck.reports.wording.vocabulary import WORDS
from leakcheck.reports.wording.words import agreeing, clip, duration, outcomes_by_word, plural

_PARTS = files("leakcheck.reports").joinpath("page", "assets")
_STYLES = ("base.css", "map.css", "cards.css", "tables.css", "print.css")
_MAP = ("threads.js", "labels.js", "layout.js", "map.js")
_SCRIPTS = ("data.js", "filter.js", *_MAP, "matrix.js", "tests.js", "page.js")


class Report:
    """Verdict, leak map, a card for each root cause, orders against tests, and every test by name."""

    name = "html"
    help = "the page, for people: one file that opens in any browser."
    appends = False

    def render(self, result: Result) -> str:
        """The whole page. All text of the project passes `Shown` and is escaped then."""
        shown = Shown(result.suite.rootdir)
        style, script = _joined(_STYLES), _script()
        page = _environment(shown).get_template("page.html.jinja")
        text = page.render(
            result=result,
            cards=cards(result),
            headline=_headline(result),
            counts=Counter(test.verdict for test in result.tests),
            impacts={impact: sum(leak.impact == impact for leak in result.leaks) for impact in get_args(Impact)},
            columns=_columns(result),
            orphans=without_polluter(result),
            troubles=_troubles(result),
            failing_fixtures=failing_fixtures(result),
            failing_fixtures_title=FAILING_FIXTURES,
            hazards=by_kind(hazards(result)),
            hazards_title=TITLE,
            certificate=_certificate(result),
            about=_about(result),
            unfinished=is_unfinished(result.certificate),
            left_open=leaves_open(result),
            words=WORDS,
            fix_remarks=_fix_remarks(result),
            proven=fixes_by_leak(result),
            kinds=grouped(sorted(result.certificate.kinds), lambda kind: result.certificate.kinds[kind]),
            style=Markup(style),
            script=Markup(script),
            policy=f"default-src 'none'; style-src '{digest(style)}'; script-src '{digest(script)}'; img-src data:",
            data=as_script_data(page_data(result, shown)),
        )
        return text.rstrip("\n") + "\n"


def _environment(shown: Shown) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_part),
        autoescape=True,
        finalize=shown,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    words = (
        clip,
        plural,
        duration,
        outcomes_by_word,
        detail,
        maker,
        verdict_of,
        tests_in_words,
        leaks_in_words,
        cost_in_words,
    )
    environment.filters.update({word.__name__: word for word in (*words, circumstances)})
    environment.filters.update(
        fix_effect=effect, fix_where=where, joint_sentence=joint_sentence, group_sentence=group_sentence
    )
    colours = Colours(shown)
    environment.filters["coloured"] = lambda lines: _coloured(lines, colours)
    environment.filters.update(coloured_patch=colours.patch, coloured_example=colours.lines)
    environment.filters["link"] = lambda test: link_to(shown.text(test))
    environment.filters["ticks"] = lambda text: with_code(shown.text(text))
    return environment


def _coloured(lines: Sequence[Line], colours: Colours) -> list[tuple[Line, Markup]]:
    """The lines around a write, which is code."""
    written = next((number for number, line in enumerate(lines) if line.marked), 0)
    return list(zip(lines, colours.lines((line.text for line in lines), written), strict=True))


def _part(name: str) -> str:
    return _PARTS.joinpath(name).read_text("utf-8")


def _joined(names: tuple[str, ...]) -> str:
    return "\n".join(map(_part, names))


def _script() -> str:
    return f'"use strict";\n(() => {{\n{_joined(_SCRIPTS)}}})();\n'


def _headline(result: Result) -> str:
    """The verdict as one sentence for people."""
    verdicts = [test.verdict for test in result.tests]
    hurt, again = sum(word in ("victim", "brittle") for word in verdicts), verdicts.count("self-polluting")
    total = plural(len(verdicts), "test")
    twice = f"{again:,} {agreeing(again, 'fails', 'fail')} when run again"
    if not verdicts:
        return "No tests were collected: nothing to audit"
    if hurt:
        depend = agreeing(hurt, "depends", "depend")
        return f"{hurt:,} of {total} {depend} on the order" + (f", {twice}" if again else "")
    if again:
        return f"Of {total}, {twice}"
    left = f", but {plural(len(result.leaks), 'leak is', 'leaks are')} left" if result.leaks else ""
    known = "So far no test is known to depend" if is_cut_short(result.certificate) else "No test depends"
    return f"{known} on the order{left}"


def _about(result: Result) -> list[tuple[str, str]]:
    """Of which project, when, and how the page came about, as far as that is known."""
    made = result.made
    project = PurePath(result.suite.rootdir).name
    when = made.created.replace("T", " ").removesuffix("+00:00")
    told = [
        ("Project", project),
        ("Revision", made.revision),
        ("When", f"{when[:16]} UTC" if when else ""),
        ("Command", made.command),
    ]
    return [(name, value) for name, value in told if value]


def _columns(result: Result) -> list[str]:
    """The outcomes that occurred."""
    return [word for word in get_args(Outcome) if any(order.outcomes.get(word) for order in result.orders)]


def _fix_remarks(result: Result) -> list[str]:
    told = {HELPS: any(fix.touches for fix in result.fixes), EXPOSES: any(fix.exposes for fix in result.fixes)}
    return [remark for remark, needed in told.items() if needed]


def _troubles(result: Result) -> list[tuple[str, list[TestVerdict], list[str]]]:
    """Title, tests and advice of each trouble that is no order dependence."""
    found = [each for each in result.findings if each.leak is None and not is_hazard(each.code)]
    advice = {test: finding.fix for finding in found for test in finding.tests}
    return [
        (
            title,
            tests,
            list(dict.fromkeys(advice[test.id] for test in tests if test.id in advice)),
        )
        for title, tests in troubled_tests(result)
    ]


def _certificate(result: Result) -> tuple[str, tuple[str, ...]]:
    """What follows from the audit in one sentence, and all that it covered."""
    if not result.tests:
        return "Nothing was covered.", ()
    return conclusion(result), certificate_sentences(result, kinds=False)
